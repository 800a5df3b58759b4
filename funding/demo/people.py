"""Who reviews in the demonstration: representatives of every township, a second scorer of its office. Invented, without passwords."""

from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from django.utils import timezone

from accounts.demo import People
from accounts.models import Grant, Region, User
from accounts.roles import Role
from centers.models import Center
from funding.models import Representative

#: Of each township.
MANY = 12
#: The login ``representative`` lives here, so that it may review 光南社区.
HOME = "330703001022"


class Reviewers(NamedTuple):
    """By the township's code: its representatives, and its two scorers."""

    representatives: dict[str, list[Representative]]
    scorers: dict[str, list[User]]


def write_reviewers(rng: Random, centers: list[Center], people: People) -> Reviewers:
    """Two kinds of deputies, committee members and residents by turns; the villages of a township in turn."""
    villages: dict[str, list[Region]] = {}
    for center in centers:
        if center.level != Center.Level.TOWN:
            villages.setdefault(center.region.code[:9], []).append(center.region)
    since = timezone.now() - timedelta(days=700)
    users: dict[str, list[User]] = {}
    seconds: dict[str, User] = {}
    for town in sorted(villages):
        users[town] = [account(f"rep{town[-3:]}{n:02d}", f"代表{n}（演示）", since) for n in range(1, MANY + 1)]
        seconds[town] = account(f"second{town[-3:]}", "镇街打分人（演示）", since)
    User.objects.bulk_create([user for rows in users.values() for user in rows] + list(seconds.values()))
    towns = Region.objects.in_bulk(list(seconds), field_name="code")
    given = {"valid_from": timezone.localdate(since), "granted_by": people.staff["secadmin"]}
    Grant.objects.bulk_create(
        [Grant(user=user, role=Role.TOWNSHIP_OFFICER, region=towns[code], **given) for code, user in sorted(seconds.items())]
    )
    rows: dict[str, list[Representative]] = {}
    kinds = Representative.Kind.values
    for town, accounts in users.items():
        own = villages[town]
        rows[town] = [
            Representative(user=user, region=own[(5 * n + 2) % len(own)], kind=kinds[n % len(kinds)], valid_from=date(2024, 1, 1))
            for n, user in enumerate(accounts)
        ]
    home = next(c.region for c in centers if c.region.code == HOME)
    one = Representative(user=people.staff["representative"], region=home, kind="congress", valid_from=date(2024, 1, 1))
    rows[HOME[:9]].insert(0, one)
    Representative.objects.bulk_create([row for town in rows.values() for row in town])
    return Reviewers(rows, {code: [people.officers[code], seconds[code]] for code in sorted(seconds)})


def account(login: str, name: str, since: datetime) -> User:
    return User(login=login, name=name, password="!", is_demo=True, created_at=since)  # noqa: S106
