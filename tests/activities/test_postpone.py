"""An activity moved to another day: every meeting still to come, the times that go with it, and everybody who is booked."""

from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from activities import ics, seats
from activities.models import Activity, Booking, Draw, Intake, Meeting
from activities.workflows.activity import ACTIVITY
from records.models import Message
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def start(days: int = 8) -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=days)


def weekly(*days: int, **fields: Any) -> Activity:
    """One intake with a meeting after so many days each."""
    made = make.activity()
    places = make.intake(made, **fields)
    for day in days or (8,):
        make.meeting(places, start(day))
    return made


def times(row: Activity) -> list[datetime]:
    return list(Meeting.objects.filter(intake__activity=row).order_by("starts_at").values_list("starts_at", flat=True))


def postpone(row: Activity, by: User, to: datetime) -> None:
    ACTIVITY.take(row, "postpone", by=by, starts_at=to, reason="台风")


@pytest.mark.parametrize("by", [WEEK, -timedelta(days=1), timedelta(hours=3)])
def test_every_meeting_to_come_moves_as_far_even_across_the_next_ones_time(by: timedelta, village: User) -> None:
    row = weekly(8, 15, 22)
    before = times(row)
    postpone(row, village, before[0] + by)
    assert times(row) == [moment + by for moment in before]


def test_what_is_over_stays(village: User) -> None:
    row = weekly(-7, 8)
    before = times(row)
    postpone(row, village, start(9))
    assert times(row) == [before[0], start(9)]


def test_a_meeting_that_people_have_come_to_stays(village: User) -> None:
    row = weekly(0, 7)
    first = Meeting.objects.order_by("starts_at")[0]
    make.attendance(make.booking(first.intake), first)
    before = times(row)
    postpone(row, village, start(9))
    assert times(row) == [before[0], start(9)]


@pytest.mark.parametrize("to", [timedelta(days=-1), timedelta(0), timedelta(days=408, hours=1)])
def test_it_moves_to_another_time_ahead_within_a_year(to: timedelta, village: User) -> None:
    row = weekly(8)
    moment = timezone.now() - timedelta(days=1) if to < timedelta(0) else start(8) + to
    with pytest.raises(ValidationError) as caught:
        postpone(row, village, moment)
    assert "starts_at" in caught.value.message_dict
    assert times(row) == [start(8)]


def test_who_is_booked_hears_the_new_time_in_shanghai_and_why(village: User, resident: User, neighbour: User) -> None:
    row = weekly(8)
    intake = row.intakes.get()
    make.booking(intake, make.child(resident, name="欧阳小满"), by=resident)
    make.booking(intake, neighbour.participant)
    new = timezone.localtime(start(20)).replace(hour=0, minute=30)
    postpone(row, village, new)
    for person in (resident, neighbour):
        told = Message.objects.inbox(person).get(kind="postponed")
        assert f"{new.month}月{new.day}日 00:30" in told.body and "台风" in told.body
        assert "欧阳" not in told.subject + told.body
        assert Message.objects.filter(recipient=person, channel="sms", kind="postponed").count() == 1


def test_there_and_back_and_there_again_is_told_each_time(village: User, resident: User) -> None:
    row = weekly(8)
    make.booking(row.intakes.get(), resident.participant)
    for day in (9, 8, 9):
        postpone(row, village, start(day))
    assert Message.objects.inbox(resident).filter(kind="postponed").count() == 3


def test_who_cannot_come_then_may_cancel_even_after_the_old_time_to_do_so(village: User, resident: User) -> None:
    row = weekly(1, cancel_until=timezone.now() - timedelta(days=3))
    booking = make.booking(row.intakes.get(), resident.participant)
    postpone(row, village, start(2))
    assert seats.cancel(resident, booking).state == Booking.State.CANCELLED


def test_another_booking_at_the_new_time_keeps_its_place(village: User, resident: User) -> None:
    other, row = weekly(9), weekly(8)
    bookings = [make.booking(each.intakes.get(), resident.participant) for each in (other, row)]
    postpone(row, village, start(9))
    assert set(Booking.objects.filter(pk__in=[b.pk for b in bookings]).values_list("state", flat=True)) == {"booked"}


def test_the_time_to_book_moves_too(village: User) -> None:
    row = weekly(8)
    before = row.intakes.get()
    postpone(row, village, start(15))
    after = row.intakes.get()
    assert (after.closes_at - before.closes_at, after.cancel_until - before.cancel_until) == (WEEK, WEEK)
    assert after.opens_at == before.opens_at


def announced(row: Activity, draws_on: date, **fields: Any) -> Draw:
    values = {"source": "排列5 第2026325期", "secret": "s" * 64, "commitment": "a" * 64}
    return Draw.objects.create(intake=row.intakes.get(), draws_on=draws_on, **(values | fields))


def test_a_lotterys_list_that_is_sealed_is_not_opened_again(village: User) -> None:
    row = weekly(8, mode=Intake.Mode.LOTTERY, closes_at=timezone.now() - timedelta(hours=2), opens_at=timezone.now() - WEEK)
    announced(row, timezone.localdate(), closed_at=timezone.now(), list_hash="b" * 64, capacity=10)
    postpone(row, village, start(15))
    assert (times(row), row.intakes.get().phase) == ([start(15)], "closed")


def test_a_lottery_never_takes_entries_after_the_day_whose_number_draws_it(village: User) -> None:
    row = weekly(8, mode=Intake.Mode.LOTTERY, closes_at=start(4))
    announced(row, timezone.localdate(start(5)))
    postpone(row, village, start(30))
    assert row.intakes.get().closes_at == start(4)


def test_a_lottery_is_not_moved_before_its_draw(village: User) -> None:
    row = weekly(8, mode=Intake.Mode.LOTTERY, closes_at=start(4))
    announced(row, timezone.localdate(start(5)))
    with pytest.raises(ValidationError, match="抽签"):
        postpone(row, village, start(3))
    assert times(row) == [start(8)]


def test_an_intake_whose_places_were_given_by_priority_is_not_opened_again(village: User) -> None:
    row = weekly(8, mode=Intake.Mode.PRIORITY, closes_at=timezone.now() - timedelta(hours=2), opens_at=timezone.now() - WEEK)
    postpone(row, village, start(15))
    assert row.intakes.get().phase == "closed"


def test_an_earlier_day_before_booking_has_begun_is_refused_in_words(village: User) -> None:
    row = weekly(30, opens_at=start(10), closes_at=start(25))
    with pytest.raises(ValidationError, match="截止预约要晚于开始预约"):
        postpone(row, village, start(5))
    assert times(row) == [start(30)]


def test_a_calendar_takes_the_new_time_over(village: User, resident: User) -> None:
    row = weekly(8)
    booking = make.booking(row.intakes.get(), resident.participant)
    first = icalendar.Calendar.from_ical(ics.calendar(booking)).walk("VEVENT")[0]
    postpone(row, village, start(15))
    second = icalendar.Calendar.from_ical(ics.calendar(Booking.objects.get(pk=booking.pk))).walk("VEVENT")[0]
    assert str(first["uid"]) == str(second["uid"])
    assert second.decoded("dtstart") == start(15)


def test_the_page_asks_for_time_and_reason(village: User) -> None:
    row = weekly(8)
    client, path = enter(village), f"/desk/activities/{row.pk}/steps/postpone/"
    assert client.post(path, {"reason": "台风"}).status_code == 200
    assert client.post(path, {"reason": "台风", "starts_at": "昨天"}).status_code == 200
    assert times(row) == [start(8)]
    assert client.post(path, {"reason": "台风", "starts_at": f"{timezone.localtime(start(9)):%Y-%m-%dT%H:%M}"}).status_code == 302
    assert times(row) == [start(9)]
