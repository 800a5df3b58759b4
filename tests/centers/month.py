"""A campaign of the last quarter of 2024, and moments in it, for the tests of the month's cycle."""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from centers import monthly
from centers.models import Campaign, ProgressReport
from tests import make

OCTOBER, NOVEMBER, DECEMBER = date(2024, 10, 1), date(2024, 11, 1), date(2024, 12, 1)


def campaign(**fields: Any) -> Campaign:
    return make.campaign(**({"first_month": OCTOBER, "last_month": DECEMBER} | fields))


def at(day: str, clock: str = "10:00") -> datetime:
    """A moment in Shanghai."""
    return timezone.make_aware(datetime.combine(date.fromisoformat(day), time.fromisoformat(clock)))


def run(day: str, clock: str = "10:00") -> list[tuple[str, int]]:
    """What a run did: (month and event, its count)."""
    return [(f"{due.month:%m} {due.event}", count) for _name, due, count in monthly.run(at(day, clock))]


def filed(line: ProgressReport, day: str, clock: str = "10:00", **fields: Any) -> None:
    """The line as if it had been filed at that moment."""
    values = {"state": "filed", "filed_at": at(day, clock), "filed_by": make.user()}
    ProgressReport.objects.filter(pk=line.pk).update(**(values | fields))
