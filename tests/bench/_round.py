"""One round of ``script/bench rating``, in the portal that the environment names.

``python -m tests.bench._round make N`` writes a round of N applications, all sheets in; ``… run N`` measures it and prints JSON. What
is measured is the portal's own code; nothing that it decides stays.
"""

import json
import os
import pickle
import random
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django
import psycopg
from psycopg.types.json import Jsonb

from tests.bench._rating import peak_mb, timed

DISTRICT, SEED = "330703", "5eed" * 16
BALLOTS, SCORERS = 7, 2
TABLES = ("centers_center", "funding_application", "funding_sheet")


def owner() -> psycopg.Connection[Any]:
    """The owner of the tables, who may switch triggers off; the portal's own role may not."""
    from config import embedded

    return psycopg.connect(embedded.endpoints(Path(os.environ["DATA_DIR"])).owner_database_url, autocommit=True)


def people() -> dict[str, Any]:
    """Seven representatives and two scorers for each township, one assessor, an officer who decides. Made once."""
    from accounts.models import Grant, Region, User

    towns = list(Region.objects.filter(level="town", code__startswith=DISTRICT).order_by("code"))
    wanted = [f"{town.code}-{n}" for town in towns for n in range(BALLOTS + SCORERS)] + ["assessor", "decides"]
    known = {user.login: user for user in User.objects.filter(login__in=wanted)}
    made = User.objects.bulk_create([User(login=login, password="!") for login in wanted if login not in known])
    known |= {user.login: user for user in made}
    if made:
        district = Region.objects.get(code=DISTRICT)
        Grant.objects.create(user=known["decides"], role="district_admin", region=district, valid_from=date(2024, 1, 1))
    return known


def opened(count: int) -> Any:
    """A round under the demonstration's criteria and tiers; the budget is tight, so that awards are cut to it."""
    from django.utils import timezone

    from accounts.models import Region
    from activities.draw import sha256
    from funding import rating, scoring
    from funding.demo.rounds import CRITERIA, TIERS
    from funding.models import Criterion, RatingRound, RatingScheme, Tier

    region, today = Region.objects.get(code=DISTRICT), timezone.localdate()
    scheme = RatingScheme.objects.create(region=region, name=f"{count}", budget=count * 1_500_000)
    for star, line, quota, money in TIERS:
        Tier.objects.create(scheme=scheme, star=star, threshold=line, quota=quota and count // 10, award=money)
    for number, (pillar, source, title, guide, weight, fact) in enumerate(CRITERIA, 1):
        values = {"pillar": pillar, "source": source, "title": title, "guide": guide, "weight": weight, "fact": fact}
        Criterion.objects.create(scheme=scheme, number=number, **values)
    days = {"facts_from": today - timedelta(300), "facts_until": today - timedelta(60), "apply_from": today - timedelta(50)}
    days |= {"apply_until": today - timedelta(30), "review_until": today + timedelta(5)}
    kept = {"seed": SEED, "seed_commitment": sha256(SEED), "opened_at": timezone.now(), "drawn_at": timezone.now()}
    row = RatingRound.objects.create(region=region, scheme=scheme, year=today.year, title=f"{count}", state="open", **days, **kept)
    scheme.rules_hash, scheme.frozen_at = scoring.rules_hash(rating.rules_of(scheme)), timezone.now()
    scheme.save()
    return row


def places(link: Any, count: int) -> list[tuple[int, str]]:
    """(center, township's code): centers of the district's real villages, as many as are wanted."""
    from accounts.models import Region

    villages = list(Region.objects.filter(level="village", code__startswith=DISTRICT).order_by("code").values_list("pk", "code"))
    there = link.execute("SELECT count(*) FROM centers_center").fetchone()[0]
    write(
        link, "centers_center (name, level, region_id, published_at, changed_at, address, location_is_demo, phone, introduction, pinyin,"
        " initials, readings)",
        ((f"{n}", "village", villages[n % len(villages)][0], "now", "now", "", False, "", "", "", "", []) for n in range(there, count)),
    )  # fmt: skip
    rows = link.execute("SELECT id, region_id FROM centers_center ORDER BY id LIMIT %s", [count]).fetchall()
    towns = {pk: code[:9] for pk, code in villages}
    return [(pk, towns[region]) for pk, region in rows]


def write(link: Any, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with link.cursor() as cursor, cursor.copy(f"COPY {columns} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def sheets(dice: random.Random, row: Any, applications: list[tuple[int, str]], known: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Seven ballots, two of the township, one of the district; (application, source, scorer, number, state, marks, reason, done_at)."""
    items: dict[str, list[str]] = {}
    for pk, source in row.scheme.criteria.values_list("pk", "source"):
        items.setdefault(source, []).append(str(pk))
    for pk, town in applications:
        level = dice.gauss(84, 7)
        plan = [("representatives", n, known[f"{town}-{n}"], 6) for n in range(BALLOTS)]
        plan += [("township", n, known[f"{town}-{BALLOTS + n}"], 2) for n in range(SCORERS)]
        plan.append(("district", 0, known["assessor"], 3))
        for source, n, scorer, spread in plan:
            marks = {key: max(0, min(100, round(level + dice.uniform(-spread, spread)))) for key in items[source]}
            yield pk, source, scorer.pk, n + 1, "done", Jsonb(marks), "", row.opened_at


def facts(dice: random.Random) -> Jsonb:
    """As ``evidence`` writes them: seven, each with its unit."""
    keys = ("open_hours", "activities", "headcount", "satisfaction")
    found: list[dict[str, Any]] = [{"key": key, "value": dice.randint(0, 3000), "unit": "次", "rows": "/activities/"} for key in keys]
    found += [{"key": key, "value": dice.randint(600, 1000) / 10, "unit": "%", "rows": "/"} for key in ("compliance", "coverage")]
    return Jsonb([*found, {"key": "complaints", "value": dice.randint(0, 3), "unit": "件", "rows": "/"}])


def make(count: int) -> dict[str, Any]:
    """Rows by COPY, while row history's triggers and the guards that read other tables are off; CHECKs and foreign keys are not."""
    dice, known, row = random.Random(count), people(), opened(count)
    with owner() as link:
        link.execute("SET synchronous_commit = off")
        for table in TABLES:
            link.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        where = places(link, count)
        at = row.opened_at
        write(
            link, "funding_application (round_id, center_id, strengths, plans, facts, state, submitted_at, remark)",
            ((row.pk, pk, "晚上也开门。", "", facts(dice), "submitted", at, "") for pk, _town in where),
        )  # fmt: skip
        query = "SELECT a.id, a.center_id FROM funding_application a WHERE a.round_id = %s ORDER BY a.id"
        towns = dict(where)
        made = [(pk, towns[center]) for pk, center in link.execute(query, [row.pk]).fetchall()]
        columns = "funding_sheet (application_id, source, scorer_id, number, state, marks, reason, done_at)"
        write(link, columns, sheets(dice, row, made, known))
        for table in TABLES:
            link.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            link.execute(f"ANALYZE {table}")
    return {"applications": len(made)}


def whole(row: Any) -> dict[str, Any]:
    """Loading and scoring while the round is open, so that nothing is taken from the cache; without a total is nobody."""
    from funding import rating

    first = timed(lambda: rating.scored(row))
    return {
        "seconds": first.seconds, "cpu_seconds": first.cpu, "peak_scored_mb": peak_mb(),
        "without_total": sum(one.total is None for one in first.found[1].values()),
    }  # fmt: skip


def what_if(row: Any) -> dict[str, Any]:
    """As the page does: the kept totals, the result under the scheme's and under other rules, and what differs."""
    from funding import deciding, rating, scoring

    rating.scored(row)  # fills the cache, as the first page after the round was scored
    base = rating.rules_of(row.scheme)
    tiers = [tier | {"award": tier["award"] + 100_000} for tier in deciding.as_stored(base)]
    other = deciding.variant(row, [tiers[0] | {"threshold": "88"}, *tiers[1:]], base.budget)
    kept = timed(lambda: rating.scored(row))
    entries, totals = kept.found

    def played() -> Any:
        return scoring.changes(scoring.what_if(base, totals, entries), scoring.what_if(other, totals, entries))

    game = timed(played)
    return {
        "what_if_seconds": kept.seconds + game.seconds, "what_if_cpu_seconds": kept.cpu + game.cpu, "kept_seconds": kept.seconds,
        "kept_cpu_seconds": kept.cpu, "changed": len(game.found.keys), "peak_what_if_mb": peak_mb(),
    }  # fmt: skip


def page(row: Any) -> dict[str, Any]:
    """The what-if page as the district opens it, for the second time."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from tests.bench.pages import client_of

    client = client_of(User.objects.get(login="decides"))
    path = f"/desk/rating-rounds/{row.pk}/what-if/?threshold_5=88"
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        found = timed(lambda: client.get(path))
    return {
        "page_seconds": found.seconds, "page_cpu_seconds": found.cpu, "page_status": found.found.status_code,
        "page_queries": len(queries), "peak_page_mb": peak_mb(),
    }  # fmt: skip


def decide(row: Any) -> dict[str, Any]:
    """The decision with its lines, rolled back."""
    from django.db import transaction

    from accounts.models import User
    from funding import deciding

    user = User.objects.get(login="decides")
    with transaction.atomic():
        made = timed(lambda: deciding.decide(row, user, {}))
        lines = made.found.lines.count()
        transaction.set_rollback(True)
    return {"decide_seconds": made.seconds, "decide_cpu_seconds": made.cpu, "lines": lines, "peak_decide_mb": peak_mb()}


def arithmetic(row: Any) -> dict[str, Any]:
    """The limit: the same round held in memory, and nothing but scored; and what reading it costs. After the peak was read."""
    from funding import rating, scoring

    read = timed(lambda: list(rating.entries_of(row)))
    rules, entries = rating.rules_of(row.scheme), read.found
    scored = timed(lambda: scoring.score_all(rules, entries))
    hashed = timed(lambda: scoring.inputs_hash(rules, entries))
    return {
        "arithmetic_seconds": scored.seconds, "arithmetic_cpu_seconds": scored.cpu, "read_seconds": read.seconds,
        "read_cpu_seconds": read.cpu, "hash_seconds": hashed.seconds, "peak_held_mb": peak_mb(),
    }  # fmt: skip


def run(count: int) -> dict[str, Any]:
    from django.core.cache import cache

    from funding import rating
    from funding.models import RatingRound

    row = RatingRound.objects.select_related("scheme", "region").get(title=f"{count}")
    found: dict[str, Any] = {"applications": count, "load": round(os.getloadavg()[0], 1), "peak_before_mb": peak_mb()}
    row.state = "open"  # also where it was measured before: nothing is taken from the cache, nothing kept
    found |= whole(row)
    row.state = "scored"
    row.save(update_fields=["state"])
    cache.clear()
    found |= what_if(row)
    found |= decide(row)
    found |= page(row)
    found["peak_mb"] = peak_mb()
    found |= arithmetic(row) | {"kept_mb": len(pickle.dumps(rating.scored(row))) / 2**20}
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in found.items()}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps({"make": make, "run": run}[sys.argv[1]](int(sys.argv[2]))))
