"""Factories of enrolment: a full intake with a waiting list, a lottery, families. Reached from ``make``."""

from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from accounts.models import User
from activities import lottery as lots
from activities import seats
from activities.models import Booking, Draw, Intake
from tests import make

__all__ = ["after_closing", "draw", "drawn", "family", "full_intake", "lottery", "queue"]


def full_intake(capacity: int = 1, wait_limit: int = 5, **fields: Any) -> Intake:
    """All places taken, room to wait, one meeting in eight days."""
    row = make.activity(capacity=capacity, full=True).intakes.get()
    Intake.objects.filter(pk=row.pk).update(wait_limit=wait_limit, **fields)
    return Intake.objects.get(pk=row.pk)


def family(size: int = 2) -> tuple[User, list[int]]:
    """A parent with so many children, and the children's primary keys."""
    parent = make.resident()
    return parent, [make.child(parent).pk for _n in range(size)]


def queue(intake: Intake, size: int = 1) -> Booking:
    """A new family that waits as one unit; its first booking."""
    parent, children = family(size)
    return seats.book_party(parent, intake.pk, children, wait=True)[0]


def lottery(capacity: int = 2, mode: str = "lottery", announced: bool = True, **fields: Any) -> Intake:
    """A published intake whose places are given at the end; booking ends in a week, a lottery is drawn two days later."""
    row = make.intake(capacity=capacity, mode=mode, **fields)
    make.meeting(row, timezone.now() + timedelta(days=20, minutes=180 * make.number()))
    if mode == "lottery" and announced:
        draw(row)
    return Intake.objects.get(pk=row.pk)


def draw(intake: Intake, **fields: Any) -> Draw:
    """Announced for the second day after closing."""
    values = {"source": "排列5 第2026325期", "draws_on": timezone.localdate(intake.closes_at) + timedelta(days=2)}
    row = lots.announce(Draw(intake=intake, **(values | fields)))
    row.save()
    return row


def after_closing(intake: Intake, days: float = 0) -> Any:
    """The moment two minutes after booking ended, or so many days later."""
    return intake.closes_at + timedelta(minutes=2, days=days)


def drawn(intake: Intake, by: User, number: str = "31415") -> Draw:
    """The list closed and drawn, each on its day."""
    with time_machine.travel(after_closing(intake), tick=False):
        assert lots.close(intake.draw)
    with time_machine.travel(after_closing(intake, 2), tick=False):
        return lots.run(intake.draw, number, by)
