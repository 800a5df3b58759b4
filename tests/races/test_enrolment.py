"""Waiting lists, clashes and lotteries, wanted by many at once; each guard is taken out once to see that it is one."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from accounts.models import User
from activities import lottery, seats, waiting
from activities.models import Booking, Draw, Intake
from activities.refusal import Refused
from tests import make
from tests.races.together import Meeting, together, without

pytestmark = pytest.mark.django_db(transaction=True)
Owner = psycopg.Connection[Any]


def said(results: list[Any]) -> Counter[str]:
    """The states of bookings, the codes of refusals, and the names of anything else."""

    def word(result: Any) -> str:
        if isinstance(result, list):
            return word(result[0])
        return result.state if isinstance(result, Booking) else result.code if isinstance(result, Refused) else type(result).__name__

    return Counter(word(result) for result in results)


def counts(intake: Intake) -> tuple[int, int]:
    """(places taken, waiting), as the database counts them; they agree with the rows."""
    row = Intake.objects.get(pk=intake.pk)
    states = Counter(Booking.objects.filter(intake=intake).values_list("state", flat=True))
    assert (row.seats_taken, row.waiting) == (states["booked"] + states["offered"], states["waitlisted"])
    return row.seats_taken, row.waiting


@contextmanager
def altered(owner: Owner, old: str, new: str) -> Iterator[None]:
    """The bookings' trigger with one of its lines changed."""
    row = owner.execute("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE starts_with(proname, 'pgtrigger_move_seats')").fetchone()
    assert row and row[0].count(old) == 1
    owner.execute(row[0].replace(old, new))
    try:
        yield
    finally:
        owner.execute(row[0])


def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are read without their locks."""
    monkeypatch.setattr(seats, "hold", lambda intakes: None)
    monkeypatch.setattr(type(Booking.objects.all()), "select_for_update", lambda self, **_options: self)
    monkeypatch.setattr(type(Draw.objects.all()), "select_for_update", lambda self, **_options: self)
    monkeypatch.setattr(type(Intake.objects.all()), "select_for_update", lambda self, **_options: self)


# -- the last place in the queue ----------------------------------------------------------------------------
def last_place_in_the_queue(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    intake = make.full_intake(wait_limit=1)
    people = [make.resident() for _n in range(3)]
    monkeypatch.setattr(seats, "insert", Meeting(3).before(seats.insert))
    return said(together([partial(seats.book, person, intake.pk, person.participant.pk, wait=True) for person in people]))


def test_the_last_place_in_the_queue_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert last_place_in_the_queue(monkeypatch) == {"waitlisted": 1, "full": 2}


def test_without_the_check_all_of_them_wait(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    with without(owner, "activities_intake", "intake_waiting_within_limit"):
        assert last_place_in_the_queue(monkeypatch) == {"waitlisted": 3}


# -- accepting while the offer runs out ---------------------------------------------------------------------
def taken_and_ended(monkeypatch: pytest.MonkeyPatch) -> bool:
    """Somebody takes the offer in the moment in which the worker ends it; whether the two tell one story."""
    intake = make.full_intake()
    row = make.queue(intake)
    seats.cancel(make.officer("village"), intake.bookings.get(state="booked"))
    until = Booking.objects.get(pk=row.pk).offered_until
    assert until is not None
    monkeypatch.setattr(seats, "move", Meeting(2, seconds=1).before(seats.move))
    taken, ended = together([partial(waiting.accept, row.booked_by, row), partial(waiting.end_offers, intake.pk, until)])
    state = Booking.objects.get(pk=row.pk).state
    if isinstance(taken, Booking):
        return (state, ended) == ("booked", 0)
    return isinstance(taken, Refused) and (state, ended) == ("cancelled", 1)


def test_an_offer_is_either_taken_or_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken_and_ended(monkeypatch)


def test_without_the_intakes_lock_it_is_both(monkeypatch: pytest.MonkeyPatch) -> None:
    no_locks(monkeypatch)
    assert not taken_and_ended(monkeypatch)


def test_an_offer_taken_by_both_parents_at_once_is_one_booking() -> None:
    intake = make.full_intake()
    row = make.queue(intake)
    other = make.resident()
    make.guardianship(other, row.participant)
    seats.cancel(make.officer("village"), intake.bookings.get(state="booked"))
    results = together([partial(waiting.accept, parent, row) for parent in (row.booked_by, other) * 2])
    assert (said(results), counts(intake)) == ({"booked": 4}, (1, 0))


# -- a place given back while somebody books ----------------------------------------------------------------
def given_back(monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """One gives a place back, four newcomers who saw a free place keep asking: (newcomers with a place, the waiting one's state)."""
    intake = make.full_intake()
    row = make.queue(intake)
    people, officer, booked = [make.resident() for _n in range(4)], make.officer("village"), intake.bookings.get(state="booked")
    monkeypatch.setattr(seats, "state_for", lambda *_any: "booked")

    def persistent(person: User) -> Any:
        for _n in range(60):
            try:
                return seats.book(person, intake.pk, person.participant.pk)
            except Refused:
                continue
        return "gave up"

    results = together([partial(seats.cancel, officer, booked), *(partial(persistent, person) for person in people)])
    assert results[0].state == "cancelled"
    counts(intake)
    return sum(isinstance(result, Booking) for result in results[1:]), Booking.objects.get(pk=row.pk).state


def test_a_place_given_back_goes_to_who_waits_and_not_to_a_newcomer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given_back(monkeypatch) == (0, "offered")


def test_the_database_keeps_newcomers_off_even_where_nothing_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "offer_next", lambda _pk: 0)
    assert given_back(monkeypatch) == (0, "waitlisted")


def test_without_the_triggers_look_at_the_queue_a_newcomer_gets_it(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    monkeypatch.setattr(waiting, "offer_next", lambda _pk: 0)
    with altered(owner, "NEW.state = 'booked' AND queue > 0", "false"):
        assert given_back(monkeypatch) == (1, "waitlisted")


def test_a_capacity_raised_and_places_given_back_at_once_offer_each_place_once() -> None:
    intake = make.full_intake(capacity=2, wait_limit=9)
    rows = [make.queue(intake) for _n in range(5)]
    officer = make.officer("village")

    def lift() -> None:
        row = Intake.objects.get(pk=intake.pk)
        row.capacity = 3
        row.save()

    booked = intake.bookings.filter(state="booked")
    results = together([*(partial(seats.cancel, officer, one) for one in booked), lift, partial(waiting.pass_on), partial(waiting.pass_on)])
    assert not [result for result in results if isinstance(result, Exception)]
    assert counts(intake) == (3, 2)
    assert [Booking.objects.get(pk=row.pk).state for row in rows] == ["offered"] * 3 + ["waitlisted"] * 2


# -- one child, two places at the same time -----------------------------------------------------------------
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The parents book their child into two intakes that meet at the same time; both rows are written before either commits."""
    mother, father = make.resident(), make.resident()
    child = make.child(mother)
    make.guardianship(father, child)
    intakes = [make.intake(), make.intake()]
    for row in intakes:
        make.meeting(row)
    monkeypatch.setattr(seats, "take_seat", Meeting(2, seconds=2).after(seats.take_seat))
    pairs = zip((mother, father), intakes, strict=True)
    return said(together([partial(seats.book, parent, row.pk, child.pk) for parent, row in pairs]))


def test_a_child_is_not_booked_into_two_places_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert two_at_once(monkeypatch) == {"booked": 1, "ineligible": 1}


def test_without_the_persons_lock_it_is(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    with altered(owner, "PERFORM pg_advisory_xact_lock(7330703, (NEW.participant_id % 2147483647)::int);", ""):
        assert two_at_once(monkeypatch) == {"booked": 2}


# -- families -----------------------------------------------------------------------------------------------
def test_two_parents_who_book_both_children_at_once_get_one_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    mother, children = make.family(2)
    father = make.resident()
    for tie in list(mother.guardianships.select_related("participant")):
        make.guardianship(father, tie.participant)
    intake = make.intake(capacity=3)
    monkeypatch.setattr(seats, "insert", Meeting(2).before(seats.insert))
    orders = [(mother, children), (father, children[::-1])]
    results = together([partial(seats.book_party, parent, intake.pk, order) for parent, order in orders])
    assert (said(results), counts(intake)) == ({"booked": 1, "duplicate": 1}, (2, 0))
    assert len(set(Booking.objects.values_list("party", flat=True))) == 1


def crossing_offers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """One family takes its offers of two intakes at once; its children stand in them in opposite order."""
    parent, children = make.family(2)
    rows = []
    for order in (children, children[::-1]):
        intake = make.full_intake(capacity=2)
        start = timezone.now() + timedelta(days=9 + len(rows))
        intake.meetings.update(starts_at=start, ends_at=start + timedelta(hours=1))
        rows.append(seats.book_party(parent, intake.pk, order, wait=True)[0])
        for booked in intake.bookings.filter(state="booked"):
            seats.cancel(make.officer("village"), booked)
    monkeypatch.setattr(seats, "move", Meeting(2, seconds=1).after(seats.move))
    return together([partial(waiting.accept, parent, row) for row in rows])


def test_a_family_that_takes_two_offers_at_once_does_not_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(crossing_offers(monkeypatch)) == {"booked": 2}


def test_without_the_order_of_locks_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "take_turns", lambda _people: None)
    results = crossing_offers(monkeypatch)
    assert sum(isinstance(result, OperationalError) and "deadlock" in str(result) for result in results) == 1


# -- the lottery --------------------------------------------------------------------------------------------
def drawn_twice(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], bool]:
    """Two officers enter different numbers at the same moment: (what they hear, whether the evidence tells who has a place)."""
    intake = make.lottery(2)
    for _n in range(12):
        make.queue(intake)
    with time_machine.travel(make.after_closing(intake)):
        assert lottery.close(intake.draw)
    officers = [make.officer("village"), make.officer("township")]
    with time_machine.travel(make.after_closing(intake, 2)):
        point = Meeting(2, seconds=1)
        monkeypatch.setattr(lottery, "result_of", point.before(lottery.result_of))
        monkeypatch.setattr(Draw, "full_clean", point.before(Draw.full_clean))
        pairs = zip(officers, ("11111", "22222"), strict=True)
        results = together([partial(lottery.run, intake.draw, number, officer) for officer, number in pairs])
    placed = lottery.result_of(Draw.objects.get()).placed
    given = Booking.objects.filter(intake=intake, state="booked").values_list("party", flat=True)
    return results, {str(party) for party in given} == set(placed)


def test_a_lottery_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    results, told = drawn_twice(monkeypatch)
    assert (said(results), told) == ({"Draw": 1, "ValidationError": 1}, True)


def test_without_the_rows_lock_the_database_still_keeps_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    no_locks(monkeypatch)
    results, told = drawn_twice(monkeypatch)
    assert (said(results), told) == ({"Draw": 1, "IntegrityError": 1}, True)


def test_without_the_trigger_too_the_number_is_changed_under_the_result(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    no_locks(monkeypatch)
    row = owner.execute("SELECT tgname FROM pg_trigger WHERE starts_with(tgname, 'pgtrigger_keep')").fetchone()
    assert row
    owner.execute(f"ALTER TABLE activities_draw DISABLE TRIGGER {row[0]}")
    try:
        results, told = drawn_twice(monkeypatch)
    finally:
        owner.execute(f"ALTER TABLE activities_draw ENABLE TRIGGER {row[0]}")
    assert (said(results), told) == ({"Draw": 2}, False)
