"""The last places of an intake, wanted by many at once; each guard is taken out once to see that it is one."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Participant, User
from activities import seats
from activities.models import Booking, Intake
from activities.refusal import Refused
from records.models import AuditEntry, Message
from tests import make
from tests.races.together import Meeting, NoLocks, together, without

pytestmark = pytest.mark.django_db(transaction=True)
Owner = psycopg.Connection[Any]


def said(results: list[Any]) -> Counter[str]:
    """``booked``, the codes of refusals, and the names of anything else."""
    return Counter(
        "booked" if isinstance(r, Booking) else r.code if isinstance(r, Refused) else f"{type(r).__name__}: {r}" for r in results
    )


def book(user: User, intake: Intake, who: Participant | None = None) -> Callable[[], Booking]:
    return partial(seats.book, user, intake.pk, (who or user.participant).pk, channel="page")


def counts(intake: Intake) -> tuple[int, int]:
    """(places taken, live bookings)."""
    return Intake.objects.get(pk=intake.pk).seats_taken, Booking.objects.live().filter(intake=intake).count()


# -- the capacity -------------------------------------------------------------------------------------------
def rush(monkeypatch: pytest.MonkeyPatch, racers: int, capacity: int) -> tuple[Counter[str], tuple[int, int]]:
    """All racers have seen a free place before the first one takes it."""
    intake = make.activity(capacity=capacity).intakes.get()
    people = [make.resident() for _n in range(racers)]
    monkeypatch.setattr(seats, "insert", Meeting(racers).before(seats.insert))
    results = together([book(person, intake) for person in people])
    return said(results), counts(intake)


def test_the_last_places_go_to_as_many_as_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rush(monkeypatch, 8, 3) == ({"booked": 3, "full": 5}, (3, 3))


def test_without_the_check_they_are_oversold(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    with without(owner, "activities_intake", "intake_seats_within_capacity"):
        assert rush(monkeypatch, 8, 3) == ({"booked": 8}, (8, 8))


def test_the_refused_leave_no_message_and_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rush(monkeypatch, 6, 2)
    assert Message.objects.count() == Booking.objects.count() == 2


def test_many_intakes_at_once_do_not_wait_for_each_other_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    intakes = [make.intake(capacity=2) for _n in range(4)]
    for n, intake in enumerate(intakes):
        make.meeting(intake, timezone.now() + timedelta(days=8 + n))
    people = [make.resident() for _n in range(3)]
    results = together([book(person, intake) for intake in intakes for person in people])
    assert said(results) == {"booked": 8, "full": 4}
    assert [counts(intake) for intake in intakes] == [(2, 2)] * 4


# -- the same person ----------------------------------------------------------------------------------------
def same_person(monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], tuple[int, int]]:
    """Two parents book their child at the same moment."""
    mother, father = make.resident(), make.resident()
    child = make.child(mother)
    make.guardianship(father, child)
    intake = make.activity(capacity=5).intakes.get()
    monkeypatch.setattr(seats, "insert", Meeting(4).before(seats.insert))
    results = together([book(parent, intake, child) for parent in (mother, father) * 2])
    return said(results), counts(intake)


def test_one_child_booked_by_both_parents_at_once_has_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    assert same_person(monkeypatch) == ({"booked": 1, "duplicate": 3}, (1, 1))


def test_without_the_unique_index_it_has_several(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    with without(owner, "activities_booking", "booking_one_live"):
        assert same_person(monkeypatch) == ({"booked": 4}, (4, 4))


# -- the family's limit -------------------------------------------------------------------------------------
def siblings(monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], tuple[int, int]]:
    """Two siblings at the same moment, where one a family is allowed."""
    parent = make.resident()
    intake = make.activity(capacity=5).intakes.get()
    Intake.objects.update(family_limit=1)
    monkeypatch.setattr(seats, "check_family", Meeting(2, seconds=2).after(seats.check_family))
    results = together([book(parent, intake, make.child(parent)) for _n in range(2)])
    return said(results), counts(intake)


def test_two_siblings_at_once_do_not_pass_the_familys_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert siblings(monkeypatch) == ({"booked": 1, "ineligible": 1}, (1, 1))


def test_without_the_familys_lock_they_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "connection", NoLocks())
    assert siblings(monkeypatch) == ({"booked": 2}, (2, 2))


# -- giving back --------------------------------------------------------------------------------------------
def cancelled_twice(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], int]:
    """Two officers cancel one booking at the same moment: (its states, audit entries)."""
    officers = [make.officer("village"), make.officer("township")]
    intake = make.activity(capacity=3, full=True).intakes.get()
    booking = intake.bookings.first()
    monkeypatch.setattr(seats, "release", Meeting(2, seconds=2).before(seats.release))
    results = together([partial(seats.cancel, officer, booking) for officer in officers])
    assert counts(intake) == (2, 2)
    return [r.state for r in results], AuditEntry.objects.filter(action="activities.cancel_booking").count()


def test_cancelling_twice_at_once_gives_one_place_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cancelled_twice(monkeypatch) == (["cancelled", "cancelled"], 1)


def test_without_the_rows_lock_both_would_have_done_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "hold", lambda intakes: None)
    monkeypatch.setattr(type(Booking.objects.all()), "select_for_update", lambda self, **_options: self)
    assert cancelled_twice(monkeypatch) == (["cancelled", "cancelled"], 2)


def test_a_place_given_back_during_the_rush_is_given_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    intake = make.activity(capacity=2, full=True).intakes.get()
    officer, people = make.officer("village"), [make.resident() for _n in range(5)]

    def persistent(person: User) -> Any:
        for _n in range(200):
            try:
                return book(person, intake)()
            except Refused:
                continue
        return "gave up"

    cancels = [partial(seats.cancel, officer, row) for row in intake.bookings.all()]
    results = together([*cancels, *(partial(persistent, person) for person in people)])
    assert sum(isinstance(r, Booking) for r in results[2:]) == 2
    assert counts(intake) == (2, 2)


# -- capacity and bookings at once --------------------------------------------------------------------------
def lower(intake: Intake) -> str:
    try:
        return f"{Intake.objects.filter(pk=intake.pk).update(capacity=1)} lowered"
    except IntegrityError:
        return "refused"


def shrinking(monkeypatch: pytest.MonkeyPatch) -> bool:
    """One books the last place while another takes it away; whether the count still fits."""
    intake = make.activity(capacity=2).intakes.get()
    make.booking(intake)
    point = Meeting(2)
    monkeypatch.setattr(seats, "insert", point.before(seats.insert))
    together([book(make.resident(), intake), point.before(partial(lower, intake))])
    row = Intake.objects.get(pk=intake.pk)
    return row.seats_taken <= row.capacity


def test_capacity_is_not_lowered_below_a_place_that_is_being_booked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shrinking(monkeypatch)


def test_without_the_check_it_is(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    with without(owner, "activities_intake", "intake_seats_within_capacity"):
        assert not shrinking(monkeypatch)
