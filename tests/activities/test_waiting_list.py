"""Who waits, in which place, and how a place that came free finds the next one."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from activities import seats, tasks, waiting
from activities.models import Booking, Intake
from activities.refusal import Refused
from records.models import Message
from tests import make
from tests.portal.surfaces import local, no_rows, split
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db
State = Booking.State


def book(user: User, intake: Intake, **options: Any) -> Booking:
    return seats.book(user, intake.pk, user.participant.pk, **options)


def refused(user: User, intake: Intake, **options: Any) -> str:
    with pytest.raises(Refused) as caught:
        book(user, intake, **options)
    return caught.value.code


def state(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).state


def states(booking: Booking) -> list[str]:
    """The states of all of the booking's unit."""
    return sorted(Booking.objects.filter(party=booking.party).values_list("state", flat=True))


def free_one(intake: Intake, officer: User | None = None) -> None:
    """Somebody who has a place gives it back."""
    booked = intake.bookings.filter(state=State.BOOKED).first()
    assert booked is not None
    seats.cancel(officer or make.officer("village"), booked)


def counts(intake: Intake) -> tuple[int, int]:
    row = Intake.objects.get(pk=intake.pk)
    return row.seats_taken, row.waiting


# -- joining and leaving ------------------------------------------------------------------------------------
def test_only_who_asks_to_wait_waits(resident: User) -> None:
    intake = make.full_intake()
    assert refused(resident, intake) == "full"
    booking = book(resident, intake, wait=True)
    assert (booking.state, booking.place, counts(intake)) == ("waitlisted", 1, (1, 1))
    assert booking.queued_at is not None
    assert Message.objects.inbox(resident).get().kind == "waitlisted"
    assert refused(resident, intake, wait=True) == "duplicate"


def test_who_asks_to_wait_where_places_are_free_simply_gets_one(resident: User) -> None:
    intake = make.activity(capacity=1).intakes.get()
    Intake.objects.update(wait_limit=5)
    booking = book(resident, intake, wait=True)
    assert (booking.state, booking.queued_at) == ("booked", None)


def test_without_a_waiting_list_or_with_a_full_one_it_is_full(resident: User, neighbour: User) -> None:
    assert refused(resident, make.full_intake(wait_limit=0), wait=True) == "full"
    intake = make.full_intake(wait_limit=1)
    book(neighbour, intake, wait=True)
    assert refused(resident, intake, wait=True) == "full"


def test_a_family_too_large_for_the_rest_of_the_list_does_not_wait_in_part() -> None:
    intake = make.full_intake(wait_limit=2)
    make.queue(intake)
    parent, children = make.family(2)
    with pytest.raises(Refused) as caught:
        seats.book_party(parent, intake.pk, children, wait=True)
    assert (caught.value.code, counts(intake)) == ("full", (1, 1))


def test_the_place_counts_families_and_moves_up_when_somebody_leaves(resident: User) -> None:
    intake = make.full_intake(wait_limit=9)
    first, family = make.queue(intake), make.queue(intake, 3)
    mine = book(resident, intake, wait=True)
    assert [row.place for row in (first, family, mine)] == [1, 2, 3]
    assert "您排在第 3 位" in enter(resident).get(f"/b/{mine.code}/").content.decode()
    assert "排在第 3 位" in enter(resident).get("/me/bookings/").content.decode()
    seats.cancel(first.booked_by, first)
    assert [row.place for row in Booking.objects.filter(pk__in=[family.pk, mine.pk]).order_by("id")] == [1, 2]


def test_who_leaves_and_comes_again_stands_at_the_end(resident: User) -> None:
    intake = make.full_intake()
    mine = book(resident, intake, wait=True)
    other = make.queue(intake)
    seats.cancel(resident, mine)
    assert counts(intake) == (1, 1)
    again = book(resident, intake, wait=True)
    assert [other.place, again.place] == [1, 2]


def test_who_waits_may_leave_after_the_time_for_cancelling(resident: User) -> None:
    intake = make.full_intake(cancel_until=timezone.now() - timedelta(hours=1))
    mine = book(resident, intake, wait=True)
    assert seats.cancel(resident, mine).state == "cancelled"


# -- offers -------------------------------------------------------------------------------------------------
def test_a_cancellation_offers_the_place_at_once_to_the_first_and_holds_it(resident: User, neighbour: User) -> None:
    intake = make.full_intake()
    mine, later = book(resident, intake, wait=True), make.queue(intake)
    free_one(intake)
    assert (state(mine), state(later), counts(intake)) == ("offered", "waitlisted", (1, 1))
    assert refused(neighbour, intake) == "full"
    assert Message.objects.filter(recipient=resident, kind="offered").count() == 2  # inbox and text message


@pytest.mark.parametrize("unit", [1, 3])
def test_an_offer_is_told_once_to_each_person_however_large_the_family(unit: int, township: User) -> None:
    intake = make.full_intake(capacity=3)
    family = make.queue(intake, unit)
    for booked in intake.bookings.filter(state="booked"):
        seats.cancel(township, booked)
    for _n in range(2):
        tasks.pass_on()
    assert states(family) == ["offered"] * unit
    assert Message.objects.inbox(family.booked_by).filter(kind="offered").count() == 1


def test_a_family_is_passed_over_where_too_few_places_are_free_and_keeps_its_place() -> None:
    intake = make.full_intake(capacity=2)
    family, single = make.queue(intake, 2), make.queue(intake)
    free_one(intake)
    assert (states(family), state(single), family.place) == (["waitlisted"] * 2, "offered", 1)
    free_one(intake)
    assert states(family) == ["waitlisted"] * 2  # one place again: the other is held
    seats.cancel(single.booked_by, single)
    assert states(family) == ["offered"] * 2


def test_a_smaller_family_is_a_smaller_unit(resident: User) -> None:
    intake = make.full_intake(capacity=2)
    family = make.queue(intake, 2)
    free_one(intake)
    seats.cancel(family.booked_by, family)
    assert states(family) == ["cancelled", "offered"]


# -- a raised capacity --------------------------------------------------------------------------------------
def by_form(intake: Intake, officer: User) -> None:
    times = {name: local(getattr(intake, name)) for name in ("opens_at", "closes_at", "cancel_until")}
    typed = {"capacity": 2, "mode": "first_come", "wait_limit": 5, "offer_hours": 24, "family_limit": 3, **times}
    assert enter(officer).post(f"/desk/intakes/{intake.pk}/", typed).status_code == 302


def by_program(intake: Intake, officer: User) -> None:
    assert enter(officer).patch(f"/api/v1/intakes/{intake.pk}/", {"capacity": 2}, JSON).status_code == 200


def by_admin(intake: Intake, officer: User) -> None:
    typed = {"activity": intake.activity_id, "capacity": 2, "mode": "first_come", "wait_limit": 5, "offer_hours": 24, "family_limit": 3}
    for name in ("opens_at", "closes_at", "cancel_until"):
        typed |= split(name, getattr(intake, name))
    assert enter(officer).post(f"/admin/activities/intake/{intake.pk}/change/", typed | no_rows("meetings")).status_code == 302


def by_sql_and_the_worker(intake: Intake, _officer: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE activities_intake SET capacity = 2 WHERE id = %s", [intake.pk])
    tasks.pass_on()


@pytest.mark.parametrize("way", [by_form, by_program, by_admin, by_sql_and_the_worker], ids=lambda way: way.__name__)
def test_a_raised_capacity_is_offered_whoever_raised_it(way: Any, district: User) -> None:
    intake = make.full_intake()
    first, second = make.queue(intake), make.queue(intake)
    way(intake, district)
    assert (state(first), state(second), counts(intake)) == ("offered", "waitlisted", (2, 1))


# -- until when ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("clock", "until"), [("23:00", "11:00"), ("02:30", "11:00"), ("09:15", "12:15")])
def test_an_offer_at_night_counts_from_the_morning(resident: User, clock: str, until: str) -> None:
    intake = make.full_intake(offer_hours=3)
    hour, minute = map(int, clock.split(":"))
    night = timezone.localtime(timezone.now() + timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    with time_machine.travel(night, tick=False):
        mine = book(resident, intake, wait=True)
        free_one(intake)
    held = Booking.objects.get(pk=mine.pk).offered_until
    assert held is not None
    assert f"{timezone.localtime(held):%H:%M}" == until
    assert timedelta(hours=3) <= held - night <= timedelta(hours=12)


def test_an_offer_is_held_no_longer_than_to_the_beginning_and_none_is_made_after_it(resident: User) -> None:
    intake = make.full_intake(offer_hours=168)
    start = intake.meetings.get().starts_at
    mine = book(resident, intake, wait=True)
    officer = make.officer("village")
    with time_machine.travel(start + timedelta(minutes=1), tick=False):
        free_one(intake, officer)
        tasks.pass_on()
        assert state(mine) == "waitlisted"
    with time_machine.travel(start - timedelta(days=2), tick=False):
        tasks.pass_on()
    assert Booking.objects.get(pk=mine.pk).offered_until == start


def test_an_offer_that_ran_out_passes_on_once_and_both_hear_of_it(resident: User, neighbour: User) -> None:
    intake = make.full_intake()
    mine, next_one = book(resident, intake, wait=True), book(neighbour, intake, wait=True)
    free_one(intake)
    tasks.pass_on()
    assert state(mine) == "offered"
    until = Booking.objects.get(pk=mine.pk).offered_until
    assert until is not None
    with time_machine.travel(until, tick=False):
        for _n in range(2):
            tasks.pass_on()
    assert (state(mine), state(next_one), counts(intake)) == ("cancelled", "offered", (1, 0))
    assert Message.objects.inbox(resident).filter(kind="expired").count() == 1
    assert Message.objects.inbox(neighbour).filter(kind="offered").count() == 1


def test_one_broken_intake_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, whole = make.full_intake(), make.full_intake()
    rows = [make.queue(broken), make.queue(whole)]
    Intake.objects.update(capacity=2)
    offer = waiting.offer_next
    monkeypatch.setattr(waiting, "offer_next", lambda pk: 1 / 0 if pk == broken.pk else offer(pk))
    tasks.pass_on()
    assert [state(row) for row in rows] == ["waitlisted", "offered"]


# -- taking it ----------------------------------------------------------------------------------------------
def offered(intake: Intake, size: int = 1) -> Booking:
    row = make.queue(intake, size)
    for _n in range(size):
        free_one(intake)
    return Booking.objects.get(pk=row.pk)


def test_any_guardian_takes_the_offer_for_the_whole_family_and_twice_is_harmless(neighbour: User) -> None:
    intake = make.full_intake(capacity=2)
    row = offered(intake, 2)
    make.guardianship(neighbour, row.participant)
    page = enter(neighbour)
    assert "我们都要" not in page.get(f"/b/{row.code}/").content.decode()  # the other child is not theirs
    for _n in range(2):
        assert "名额是您的了" in page.post(f"/b/{row.code}/accept/", follow=True).content.decode()
    assert (states(row), counts(intake)) == (["booked"] * 2, (2, 0))
    assert Booking.objects.get(pk=row.pk).offered_until is None


def test_a_stranger_takes_no_offer(neighbour: User, other_township: User, cadre: User) -> None:
    row = offered(make.full_intake())
    for user in (neighbour, other_township):
        assert enter(user).post(f"/b/{row.code}/accept/").status_code == 404
        assert enter(user).post(f"/api/v1/bookings/{row.pk}/accept/").status_code == 404
    assert enter(cadre).post(f"/b/{row.code}/accept/").status_code in (403, 404)
    assert state(row) == "offered"


def test_an_offer_that_ran_out_is_not_taken_even_before_the_worker_has_seen_it() -> None:
    row = offered(make.full_intake())
    assert row.offered_until is not None
    with time_machine.travel(row.offered_until, tick=False), pytest.raises(Refused) as caught:
        waiting.accept(row.booked_by, row)
    assert (caught.value.code, state(row)) == ("closed", "offered")


@pytest.mark.parametrize("where", ["waitlisted", "cancelled"])
def test_what_was_not_offered_cannot_be_taken(where: str) -> None:
    row = make.queue(make.full_intake())
    if where == "cancelled":
        seats.cancel(row.booked_by, row)
    with pytest.raises(Refused):
        waiting.accept(row.booked_by, row)
    assert state(row) == where


def test_an_offer_turned_down_goes_to_the_next() -> None:
    intake = make.full_intake()
    row, next_one = offered(intake), make.queue(intake)
    assert "已退出" in enter(row.booked_by).post(f"/b/{row.code}/cancel/", follow=True).content.decode()
    assert (state(row), state(next_one)) == ("cancelled", "offered")


def test_an_offer_that_clashes_with_a_booking_made_since_is_refused_with_its_name(resident: User) -> None:
    intake = make.full_intake()
    mine = book(resident, intake, wait=True)
    other = make.intake(make.activity(title="合唱团"))
    make.meeting(other, intake.meetings.get().starts_at)
    book(resident, other)
    free_one(intake)
    page = enter(resident).post(f"/b/{mine.code}/accept/", follow=True).content.decode()
    assert "同一时间已经约了“合唱团”" in page
    assert state(mine) == "offered"


# -- nobody jumps the queue ---------------------------------------------------------------------------------
def half_free() -> Intake:
    """One place is free and a family of two waits."""
    intake = make.full_intake(capacity=2)
    make.queue(intake, 2)
    free_one(intake)
    assert counts(intake) == (1, 2)
    return intake


def test_nobody_jumps_the_queue_through_the_page_or_the_api(resident: User, neighbour: User, village: User) -> None:
    from tests.activities.test_api_bookings import program

    intake, body = half_free(), {"participant": resident.participant.pk}
    page = f"/activities/{intake.activity_id}/book/{intake.pk}/"
    for _n in range(2):  # the second meets the turnstile's mark
        assert enter(resident).post(page, body).status_code == 409
        answered = program(neighbour).post("/api/v1/bookings/", {"intake": intake.pk, "participant": neighbour.participant.pk}, JSON)
        assert (answered.status_code, answered.json()["code"]) == (409, "full")
    with pytest.raises(Refused):
        seats.book(village, intake.pk, make.person().pk, channel="desk")
    assert counts(intake) == (1, 2)


def test_raw_sql_cannot_jump_the_queue_either() -> None:
    intake, person = half_free(), make.person()
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make.booking(intake, person)
    assert caught.value.__cause__.diag.constraint_name == "booking_queue_first"  # type: ignore[union-attr]


def test_who_joins_behind_a_family_that_does_not_fit_gets_the_free_place_at_once(resident: User) -> None:
    intake = half_free()
    mine = book(resident, intake, wait=True)
    assert (mine.state, counts(intake)) == ("offered", (2, 2))


def test_a_family_may_wait_while_fewer_places_are_free_than_it_needs() -> None:
    intake = make.activity(capacity=2).intakes.get()
    Intake.objects.update(wait_limit=5)
    make.booking(intake)
    parent, children = make.family(2)
    with pytest.raises(Refused) as caught:
        seats.book_party(parent, intake.pk, children)
    assert "只剩 1 个名额" in str(caught.value.detail)
    assert {row.state for row in seats.book_party(parent, intake.pk, children, wait=True)} == {"waitlisted"}


# -- called off ---------------------------------------------------------------------------------------------
def test_an_activity_called_off_ends_the_queue_and_the_offers(resident: User, neighbour: User, village: User) -> None:
    intake = make.full_intake()
    rows = [book(resident, intake, wait=True), book(neighbour, intake, wait=True)]
    free_one(intake)
    page = f"/desk/activities/{intake.activity_id}/steps/cancel/"
    assert enter(village).post(page, {"reason": "停电"}).status_code == 302
    tasks.pass_on()
    assert [state(row) for row in rows] == ["cancelled", "cancelled"]
    assert counts(intake) == (0, 0)
    for user in (resident, neighbour):
        assert Message.objects.inbox(user).filter(kind="cancelled").count() == 1
