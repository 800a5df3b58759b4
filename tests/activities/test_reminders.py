"""The evening before: who is booked hears when and where, once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from activities import remind
from activities.models import Activity, Booking, Meeting
from activities.workflows.activity import ACTIVITY
from records.models import Message
from tests import make

pytestmark = pytest.mark.django_db


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """A time of day in Shanghai, so many days from today."""
    return timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)


def booked(person: User, starts_at: datetime, **fields: Any) -> Booking:
    places = make.intake(make.activity(**fields))
    make.meeting(places, starts_at, hours=0.5, place="二楼")
    return make.booking(places, person.participant)


def heard(person: User) -> list[Message]:
    return list(Message.objects.inbox(person).filter(kind="remind").order_by("id"))


def run(hour: int = 16, days: int = 0) -> None:
    with time_machine.travel(at(days, hour), tick=False):
        remind.tomorrow()


def test_who_is_booked_for_tomorrow_hears_time_and_place_once(resident: User) -> None:
    booking = booked(resident, at(1, 0, 15))
    for hour in (15, 16, 23):
        run(hour)
    message = heard(resident)[0]
    day = timezone.localtime(at(1, 0))
    assert len(heard(resident)) == 1
    assert f"{day.month}月{day.day}日 00:15" in message.body and "二楼" in message.body
    assert message.link == f"/b/{booking.code}/"
    assert Message.objects.filter(recipient=resident, kind="remind", channel="sms").count() == 1


@pytest.mark.parametrize("starts", [(0, 23, 59), (2, 0, 0)])
def test_only_tomorrow_by_the_clock_of_shanghai(starts: tuple[int, int, int], resident: User) -> None:
    booked(resident, at(*starts))
    run()
    assert heard(resident) == []


def test_nobody_is_reminded_in_the_morning_or_of_what_does_not_take_place(resident: User) -> None:
    booking = booked(resident, at(1, 9))
    run(14)
    Booking.objects.filter(pk=booking.pk).update(state="cancelled", cancelled_at=timezone.now())
    called_off = booked(resident, at(1, 9))
    values = {"state": "cancelled", "cancelled_at": timezone.now(), "cancel_reason": "停电"}
    Activity.objects.filter(intakes=called_off.intake).update(**values)
    run()
    assert heard(resident) == []


def test_a_family_hears_once_of_one_class_and_without_names(resident: User) -> None:
    booking = booked(resident, at(1, 9))
    for name in ("欧阳小满", "欧阳小雪"):
        make.booking(booking.intake, make.child(resident, name=name), party=booking.party)
    for hour in (15, 16):
        run(hour)
    assert len(heard(resident)) == 1
    assert "欧阳" not in heard(resident)[0].subject + heard(resident)[0].body


def test_after_a_postponement_the_new_day_has_its_reminder_too(resident: User, village: User) -> None:
    booking = booked(resident, at(1, 9))
    run()
    ACTIVITY.take(booking.intake.activity, "postpone", by=village, starts_at=at(8, 9), reason="台风")
    run(days=7)
    assert len(heard(resident)) == 2


def test_each_meeting_of_a_class_has_its_reminder(resident: User) -> None:
    booking = booked(resident, at(1, 9))
    make.meeting(booking.intake, at(8, 9))
    run()
    run(days=7)
    assert [str(timezone.localtime(m.starts_at).day) + "日" in heard(resident)[n].body for n, m in enumerate(meetings())] == [True, True]


def meetings() -> list[Meeting]:
    return list(Meeting.objects.order_by("starts_at"))


def test_of_a_term_of_childcare_the_first_day_alone_is_reminded_of() -> None:
    parent = make.resident()
    child = make.child(parent)
    meeting = make.care_class(starts_at=at(1, 16))
    make.meeting(meeting.intake, at(2, 16))
    make.booking(meeting.intake, child, by=parent)
    run()
    run(days=1)
    message = heard(parent)
    assert len(message) == 1
    assert "登记谁能接" in message[0].body
