"""One key, one booking, however often and however fast it is sent."""

from functools import partial
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from accounts.models import Participant, User
from activities import seats
from activities.models import Booking, IdempotencyKey, Intake
from activities.refusal import KeyReused
from activities.tasks import sweep
from tests import make
from tests.races.together import Meeting, together, without

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "0b6f3a52"


def book(user: User, intake: Intake, who: Participant, key: str = KEY) -> Booking:
    return seats.book(user, intake.pk, who.pk, channel="api", key=key)


def race(monkeypatch: pytest.MonkeyPatch, people: list[Participant], user: User) -> tuple[list[Any], Intake]:
    """One request for each of the people, all with the same key, none of which finds an earlier booking at first."""
    intake = make.activity(capacity=9).intakes.get()
    monkeypatch.setattr(seats, "insert", Meeting(len(people)).before(seats.insert))
    results = together([partial(book, user, intake, person) for person in people])
    intake.refresh_from_db()
    return results, intake


def test_the_same_request_at_once_gives_the_same_booking(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make.resident()
    results, intake = race(monkeypatch, [user.participant] * 5, user)
    assert {r.pk for r in results} == {Booking.objects.get().pk}
    assert (IdempotencyKey.objects.count(), intake.seats_taken) == (1, 1)


def test_without_both_unique_indexes_it_gives_several(monkeypatch: pytest.MonkeyPatch, owner: psycopg.Connection[Any]) -> None:
    with (
        without(owner, "activities_booking", "booking_one_live"),
        without(owner, "activities_idempotencykey", "idempotency_key_once"),
    ):
        user = make.resident()
        results, intake = race(monkeypatch, [user.participant] * 5, user)
        assert (len({r.pk for r in results}), intake.seats_taken) == (5, 5)


def test_one_key_for_two_people_at_once_books_one_and_tells_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make.resident()
    results, intake = race(monkeypatch, [make.child(user), make.child(user)], user)
    assert sorted(type(r).__name__ for r in results) == ["Booking", "KeyReused"]
    assert (Booking.objects.count(), intake.seats_taken) == (1, 1)


def test_without_the_keys_index_both_are_booked(monkeypatch: pytest.MonkeyPatch, owner: psycopg.Connection[Any]) -> None:
    with without(owner, "activities_idempotencykey", "idempotency_key_once"):
        user = make.resident()
        results, _intake = race(monkeypatch, [make.child(user), make.child(user)], user)
        assert [type(r) for r in results] == [Booking, Booking]


def test_a_key_sent_again_returns_the_booking_also_when_full_or_closed() -> None:
    user, intake = make.resident(), make.activity(capacity=1).intakes.get()
    first = book(user, intake, user.participant)
    assert book(user, intake, user.participant) == first
    Intake.objects.update(closes_at=timezone.now())
    assert book(user, intake, user.participant) == first


def test_a_key_with_another_body_is_refused() -> None:
    user, intake = make.resident(), make.activity(capacity=5).intakes.get()
    book(user, intake, user.participant)
    with pytest.raises(KeyReused):
        book(user, intake, make.child(user))


def test_keys_of_two_accounts_are_two_keys() -> None:
    intake = make.activity(capacity=5).intakes.get()
    bookings = [book(user, intake, user.participant) for user in (make.resident(), make.resident())]
    assert bookings[0] != bookings[1]


def test_a_refused_request_leaves_its_key_free() -> None:
    user, intake = make.resident(), make.activity(capacity=1, full=True).intakes.get()
    with pytest.raises(seats.Refused):
        book(user, intake, user.participant)
    Intake.objects.update(capacity=2)
    assert book(user, intake, user.participant).state == "booked"


def test_after_24_hours_a_key_is_new_and_swept() -> None:
    user, intake = make.resident(), make.activity(capacity=5).intakes.get()
    first = book(user, intake, user.participant)
    IdempotencyKey.objects.update(created_at=timezone.now() - make.timedelta(hours=24))
    second = book(user, intake, make.child(user))
    assert second != first
    IdempotencyKey.objects.update(created_at=timezone.now() - make.timedelta(hours=24, seconds=1))
    sweep()
    assert not IdempotencyKey.objects.exists()
