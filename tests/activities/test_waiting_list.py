"""Who waits, in which place, and how a place that came free finds the next one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from activities import seats, tasks
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
