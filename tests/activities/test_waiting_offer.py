"""An offer: until when it is held, who takes it, and what becomes of it otherwise."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from activities import seats, tasks, waiting
from activities.models import Booking, Intake
from activities.refusal import Refused
from records.models import Message
from tests import make
from tests.activities.test_waiting_list import book, counts, free_one, state, states
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


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
