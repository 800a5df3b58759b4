"""The demonstration's district many times over, for the article's table and the board: a schema of copies beside the real tables.

``python -m tests.bench._grown make K`` copies what both read, K districts with codes of their own; ``… run`` reads them through a
connection that looks there first, and prints JSON. Copies have the real tables' B-tree indexes and no trigger, check or foreign key.
"""

import json
import os
import sys
import time
from datetime import date
from typing import Any

import django

OFFSET = 10_000_000
#: What the table and the board read, and whatever these rows point to.
COPIED = {
    "accounts": "Region Organisation",
    "centers": "Center Campaign UpgradeTask CandidateSite Lease StandardSet Standard StandardItem Inspection InspectionAnswer"
    " ProgressReport Finding",
    "staffing": "Cadre Posting CenterManager SafetyList Roster Shift Duty",
    "activities": "Activity Intake Meeting Outcome SharedResource Venue VenueBooking VenueSlot Brand",
    "funding": "RatingRound Application Decision DecisionLine Award Project Book LedgerEntry",
}
DAY = date(2024, 12, 18)


def columns(model: Any, ours: set[Any]) -> tuple[list[str], list[str]]:
    """Columns, and what stands in each in copy ``k``: keys and references move on, a district's code becomes another one."""
    names, values = [], []
    for field in model._meta.concrete_fields:
        column = f'"{field.column}"'
        names.append(column)
        if field.primary_key or (field.is_relation and field.related_model in ours):
            values.append(f"x.{column} + k * {OFFSET}")
        elif model.__name__ == "Region" and field.column == "code":
            values.append("CASE WHEN length(x.code) >= 6 THEN '33' || to_char(703 + k, 'FM0000') || substr(x.code, 7) ELSE x.code || k END")
        else:
            values.append(f"x.{column}")
    return names, values


def make(times: int) -> None:
    from django.apps import apps

    from tests.bench._round import owner

    models = [apps.get_model(app, name) for app, names in COPIED.items() for name in names.split()]
    with owner() as link:
        link.execute("SET synchronous_commit = off")
        link.execute("SET statement_timeout = 0")
        link.execute("CREATE SCHEMA big")
        for model in models:
            table, (names, values) = model._meta.db_table, columns(model, set(models))
            link.execute(f"CREATE UNLOGGED TABLE big.{table} (LIKE public.{table} INCLUDING DEFAULTS)")
            rows = f"SELECT {','.join(values)} FROM public.{table} x, generate_series(0, {times - 1}) k"
            link.execute(f"INSERT INTO big.{table} ({','.join(names)}) {rows}")
            found = link.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s", [table]).fetchall()
            for (index,) in found:
                if "USING btree" in index:
                    link.execute(index.replace(f"ON public.{table}", f"ON big.{table}").replace("UNIQUE INDEX", "INDEX", 1))
            link.execute(f"ANALYZE big.{table}")
        link.execute("GRANT USAGE ON SCHEMA big TO portal")
        link.execute("GRANT SELECT ON ALL TABLES IN SCHEMA big TO portal")


def best(call: Any, times: int = 3) -> float:
    """Milliseconds of the quickest of several runs."""
    spent = []
    for _n in range(times):
        started = time.perf_counter()
        call()
        spent.append((time.perf_counter() - started) * 1000)
    return round(min(spent), 1)


def run() -> dict[str, Any]:
    from django.conf import settings
    from django.core.cache import cache
    from django.db import connection

    from accounts.models import User
    from centers.models import Center
    from portal import facts
    from portal.board import summary
    from tests.bench import pages, rating

    settings.ALLOWED_HOSTS.append("127.0.0.1")
    with connection.cursor() as cursor:
        cursor.execute("SET search_path TO big, public")
        cursor.execute("SET statement_timeout = '300s'")
    cache.clear()
    each = {fact.key: best(lambda fact=fact: fact.read(DAY)) for fact in facts.FACTS}  # type: ignore[misc]
    months = summary.window(DAY.replace(day=1))
    refreshed = best(lambda: summary.refresh("330703", months), 1)
    district = User.objects.get(login="district")
    found = {path: pages.measure(path, district if "board" in path else None) for path in rating.PATHS}
    return {"centers": Center.objects.count(), "facts_ms": each, "refresh_ms": refreshed, "paths": found}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(run() if sys.argv[1] == "run" else make(int(sys.argv[2]))))
