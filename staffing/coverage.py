"""How much of the hours that halls were to be staffed had enough people on the posted roster; places, never persons."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone


class Covered(NamedTuple):
    """Of one township's month: minutes with enough people on duty, of all minutes of its posted shifts."""

    town: str
    month: date
    covered: int
    minutes: int


#: Duties are counted once for all shifts, by a hash; asked for each shift, the same costs eight times as much.
COVERED = """
WITH on_duty AS (
    SELECT d.shift_id, count(*) AS people FROM staffing_duty d
    WHERE d.state <> 'absent' AND d.starts_at >= %(begin)s AND d.starts_at < %(end)s GROUP BY d.shift_id
), lasting AS (
    SELECT left(g.code, 9) AS town, c.id AS center, date_trunc('month', s.day)::date AS month,
           (extract(epoch FROM s.ends_at - s.starts_at) / 60)::int AS minutes, coalesce(o.people, 0) >= s.people AS enough
    FROM staffing_shift s
    JOIN staffing_roster r ON r.id = s.roster_id AND r.state IN ('published', 'closed') AND r.month BETWEEN %(month)s AND %(last)s
    JOIN centers_center c ON c.id = r.center_id
    JOIN accounts_region g ON g.id = c.region_id AND {where}
    LEFT JOIN on_duty o ON o.shift_id = s.id
    WHERE s.day BETWEEN %(first)s AND %(last)s
)
SELECT {group}, coalesce(sum(minutes) FILTER (WHERE enough), 0), sum(minutes) FROM lasting GROUP BY {group}
"""
BY_TOWN = COVERED.format(where="g.code LIKE ANY(%(codes)s)", group="town, month")
BY_CENTER = COVERED.format(where="c.id = ANY(%(ids)s)", group="center")


def days(first: date, last: date) -> dict[str, date | datetime]:
    """What the query asks of the days from the first to the last."""
    begin = timezone.make_aware(datetime.combine(first, time.min))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    return {"first": first, "last": last, "month": first.replace(day=1), "begin": begin, "end": end}


def by_center(ids: list[int], first: date, last: date) -> dict[int, tuple[int, int]]:
    """Center → minutes with enough people on duty, and all minutes of its posted shifts; without such shifts it is left out."""
    with connection.cursor() as cursor:
        cursor.execute(BY_CENTER, days(first, last) | {"ids": ids})
        return {center: (int(covered), int(minutes)) for center, covered, minutes in cursor.fetchall()}


def by_town(codes: list[str], first: date, last: date) -> Iterator[Covered]:
    """The months between two days, of the centers under these codes; a month without a posted roster is left out."""
    with connection.cursor() as cursor:
        cursor.execute(BY_TOWN, days(first, last) | {"codes": [f"{code}%" for code in codes]})
        yield from (Covered(town, month, int(covered), int(minutes)) for town, month, covered, minutes in cursor.fetchall())
