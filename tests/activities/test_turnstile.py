"""The marks in front of the booking door: short, forgotten when a place comes back, and never the last word."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from activities import seats, turnstile
from activities.models import Intake
from activities.refusal import Refused
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(resident: User) -> Intake:
    intake = make.activity(capacity=1).intakes.get()
    seats.book(resident, intake.pk, resident.participant.pk, channel="page")
    return intake


def mark(intake: Intake) -> Any:
    return cache.get(turnstile.key(intake.pk))


def ask(user: User, intake: Intake) -> str:
    try:
        seats.book(user, intake.pk, user.participant.pk, channel="page")
    except Refused as error:
        return error.code
    return "booked"


def test_a_refusal_leaves_a_mark_of_three_seconds_at_most(full: Intake, neighbour: User) -> None:
    assert mark(full) is None
    assert ask(neighbour, full) == "full"
    assert turnstile.answer(mark(full), neighbour.participant.pk) == "full"
    client = cache._cache.get_client()  # type: ignore[attr-defined]
    assert 0 < client.ttl(cache.make_key(turnstile.key(full.pk))) <= 3


def test_one_who_has_a_place_hears_duplicate_from_the_mark_too(full: Intake, resident: User, neighbour: User) -> None:
    ask(neighbour, full)
    assert turnstile.answer(mark(full), resident.participant.pk) == "duplicate"
    assert turnstile.answer(mark(full)) == "full"


def test_no_mark_passes_everybody_on() -> None:
    assert turnstile.answer(None, 1) == ""


def test_a_mark_is_forgotten_when_a_place_comes_back(
    full: Intake, resident: User, neighbour: User, django_capture_on_commit_callbacks: Any
) -> None:
    ask(neighbour, full)
    with django_capture_on_commit_callbacks(execute=True):
        seats.cancel(resident, full.bookings.get())
    assert mark(full) is None
    assert ask(neighbour, full) == "booked"


def test_a_mark_from_before_opening_ends_with_the_opening() -> None:
    soon = make.intake(opens_at=timezone.now() + timedelta(seconds=0.9))
    turnstile.remember(soon, "not_open_yet")
    assert mark(soon) is None
    later = make.intake(opens_at=timezone.now() + timedelta(hours=1))
    turnstile.remember(later, "not_open_yet")
    assert turnstile.answer(mark(later)) == "not_open_yet"


def test_an_intake_too_large_to_remember_is_not_marked_full() -> None:
    intake = make.intake(capacity=turnstile.REMEMBERED_SEATS + 1)
    turnstile.remember(intake, "full")
    assert mark(intake) is None
    turnstile.remember(intake, "closed")
    assert turnstile.answer(mark(intake)) == "closed"


def test_without_a_cache_the_database_decides(full: Intake, neighbour: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from config.cache import Cache

    monkeypatch.setattr(Cache, "away_until", float("inf"))
    assert ask(neighbour, full) == "full"
    monkeypatch.undo()
    assert mark(full) is None
