"""A booking as its family sees it: booked and cancelled on pages, in the calendar, as a QR code."""

from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import qr
from accounts.models import User
from activities import checkin, seats
from activities.models import Booking, Intake
from records.models import Message
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
CHILD = "欧阳小满"


@pytest.fixture
def intake(db: None) -> Intake:
    row = make.activity(make.center(address="光南路 1 号"), capacity=2).intakes.get()
    make.meeting(row, timezone.now() + timedelta(days=15), place="二楼")
    return row


@pytest.fixture
def booking(resident: User, intake: Intake) -> Booking:
    return seats.book(resident, intake.pk, make.child(resident, name=CHILD).pk, channel="page")


def calendar(client: Client, booking: Booking) -> tuple[Any, str]:
    response = client.get(f"/b/{booking.code}/calendar.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{booking.code}.ics"'
    text = response.content.decode()
    return icalendar.Calendar.from_ical(text), text


def test_a_calendar_program_opens_it(resident: User, booking: Booking) -> None:
    opened, text = calendar(enter(resident), booking)
    events = list(opened.walk("VEVENT"))
    meetings = list(booking.intake.meetings.order_by("starts_at"))
    assert [event.decoded("dtstart") for event in events] == [m.starts_at.replace(microsecond=0) for m in meetings]
    assert [event.decoded("dtend") for event in events] == [m.ends_at.replace(microsecond=0) for m in meetings]
    assert [str(zone["tzid"]) for zone in opened.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert "DTSTART;TZID=Asia/Shanghai:" in text
    assert len({str(event["uid"]) for event in events}) == 2
    assert {str(event["status"]) for event in events} == {"CONFIRMED"}
    assert "光南路 1 号" in str(events[0]["location"]) and "二楼" in str(events[1]["location"])
    assert events[0].walk("VALARM")[0].decoded("trigger") == timedelta(hours=-2)


def test_no_name_of_a_child_leaves_for_a_calendar(resident: User, booking: Booking) -> None:
    unfolded = calendar(enter(resident), booking)[1].replace("\r\n ", "")
    assert CHILD not in unfolded and "欧阳" not in unfolded
    assert not [m for m in Message.objects.all() if CHILD in m.subject + m.body]


def test_a_cancelled_booking_takes_itself_out_of_the_calendar(resident: User, booking: Booking) -> None:
    before = {str(e["uid"]): int(e["sequence"]) for e in calendar(enter(resident), booking)[0].walk("VEVENT")}
    seats.cancel(resident, booking)
    events = calendar(enter(resident), booking)[0].walk("VEVENT")
    assert {str(e["status"]) for e in events} == {"CANCELLED"}
    assert {str(e["uid"]) for e in events} == set(before)
    assert all(int(e["sequence"]) > before[str(e["uid"])] for e in events)


def test_the_qr_code_is_the_address_at_the_door(resident: User, booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    draw = qr.svg
    monkeypatch.setattr(qr, "svg", lambda text, *rest: seen.append(text) or draw(text, *rest))
    page = enter(resident).get(f"/b/{booking.code}/").content.decode()
    assert seen == [f"{settings.SITE_URL}/in/{checkin.token(booking)}/"] and seen[0].isascii()
    assert str(booking.code) not in seen[0]
    assert "<svg" in page and booking.code in page and CHILD in page


def test_who_may_not_see_it_sees_nothing(neighbour: User, other_township: User, village: User, booking: Booking) -> None:
    address = f"/b/{booking.code}/"
    assert Client().get(address)["Location"] == f"/login/?next={address}"
    for stranger in (neighbour, other_township):
        assert [enter(stranger).get(address + rest).status_code for rest in ("", "calendar.ics")] == [404, 404]
        assert enter(stranger).post(f"{address}cancel/").status_code == 404
    page = enter(village).get(address).content.decode()
    assert CHILD not in page and "欧*" in page
    booking.refresh_from_db()
    assert booking.state == "booked"


def test_a_resident_books_and_cancels_and_hears_of_both(resident: User, intake: Intake) -> None:
    client, page = enter(resident), f"/activities/{intake.activity_id}/book/{intake.pk}/"
    done = client.post(page, {"participant": resident.participant.pk}, follow=True)
    assert "预约成功" in done.content.decode()
    code = Booking.objects.get().code
    assert client.get("/me/bookings/").content.decode().count(f"/b/{code}/") == 1
    assert "已取消" in client.post(f"/b/{code}/cancel/", follow=True).content.decode()
    assert list(Message.objects.inbox(resident).order_by("id").values_list("kind", flat=True)) == ["booked", "cancelled"]
    intake.refresh_from_db()
    assert intake.seats_taken == 0


def test_too_late_to_cancel_is_said_and_nothing_changes(resident: User, booking: Booking) -> None:
    Intake.objects.update(cancel_until=timezone.now() - timedelta(minutes=1))
    page = enter(resident).post(f"/b/{booking.code}/cancel/", follow=True).content.decode()
    assert "已经过了可以取消的时间" in page
    booking.refresh_from_db()
    assert booking.state == "booked"


def test_a_page_sent_twice_books_once(resident: User, intake: Intake) -> None:
    client, page = enter(resident), f"/activities/{intake.activity_id}/book/{intake.pk}/"
    sent = {"participant": resident.participant.pk, "key": "page-1"}
    first, second = client.post(page, sent), client.post(page, sent)
    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("wanted", ["²", "9" * 30, "9" * 5000, "", "-1", "abc", "\x00"])
def test_a_senseless_participant_is_refused_and_never_an_error(resident: User, wanted: str) -> None:
    full = make.activity(capacity=1, full=True).intakes.get()
    client = enter(resident)
    for intake in (make.activity(capacity=1).intakes.get(), full):
        page = f"/activities/{intake.activity_id}/book/{intake.pk}/"
        for _n in range(2):  # the second meets the turnstile's mark
            assert client.post(page, {"participant": wanted}).status_code in (200, 409)
    assert Booking.objects.filter(booked_by=resident).count() == 0


def test_what_a_resident_writes_on_cancelling_is_kept_nowhere(resident: User, booking: Booking) -> None:
    co = make.resident()
    make.guardianship(co, booking.participant)
    enter(resident).post(f"/b/{booking.code}/cancel/", {"reason": f"{CHILD}发烧了"})
    assert Message.objects.inbox(co).filter(kind="cancelled").count() == 1
    assert not [m for m in Message.objects.all() if CHILD in m.body]


def test_an_officers_reason_reaches_the_family(village: User, resident: User, booking: Booking) -> None:
    enter(village).post(f"/b/{booking.code}/cancel/", {"reason": "老师临时有事"})
    assert Message.objects.inbox(resident).get(kind="cancelled").body == "老师临时有事"


def test_the_unmasked_list_shows_a_childs_guardian_by_phone(village: User) -> None:
    guardian = make.resident("+8613900000077")
    place = make.activity(capacity=3).intakes.get()
    make.booking(place, make.child(guardian, consented=True))
    page = f"/desk/intakes/{place.pk}/bookings/"
    client = enter(village)
    assert "+8613900000077" not in client.get(page).content.decode()
    assert "+8613900000077" in client.post(page, {"reason": "打电话通知改时间"}).content.decode()
