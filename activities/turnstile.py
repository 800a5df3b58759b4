"""In front of the booking door: an intake that is full, closed or not open yet is answered from the cache.

A mark lives for three seconds at most and is taken away when a place is given back, so that the worst staleness is
three seconds; while the cache is away everybody passes on to the database, which decides anyway.
"""

from typing import Any, NamedTuple

from django.core.cache import cache
from django.utils import timezone

from activities.models import Booking, Intake

SECONDS = 3
REMEMBERED_SEATS = 1000


class Mark(NamedTuple):
    """What to answer: a refusal code, when booking opens, whose bookings are live (they hear ``duplicate``), and
    whether there is room to wait."""

    code: str
    opens_at: Any
    participants: frozenset[int]
    waitable: bool


def key(intake_id: int) -> str:
    return f"turnstile:{intake_id}"


def remember(intake: Intake, code: str) -> None:
    """Marks an intake for the next who ask."""
    now = timezone.now()
    seconds = SECONDS if code != "not_open_yet" else min(SECONDS, int((intake.opens_at - now).total_seconds()))
    if seconds < 1:
        return
    people: frozenset[int] = frozenset()
    if code == "full":
        if intake.capacity > REMEMBERED_SEATS:
            return
        people = frozenset(Booking.objects.live().filter(intake=intake).values_list("participant_id", flat=True))
    cache.set(key(intake.pk), tuple(Mark(code, intake.opens_at, people, code == "full" and intake.waitable)), seconds)


def forget(intake_id: int) -> None:
    """A place came back, or the rules changed."""
    cache.delete(key(intake_id))
    cache.delete(f"{key(intake_id)}:page:zh-hans")
    cache.delete(f"{key(intake_id)}:page:en")


def answer(mark: Any, participant: Any = None, wait: bool = False) -> str:
    """The refusal code of a remembered mark for this participant; "" to pass on (who would wait, where there is room)."""
    if mark is None:
        return ""
    found = Mark(*mark)
    if wait and found.waitable:
        return ""
    if found.code == "full" and participant in found.participants:
        return "duplicate"
    return found.code
