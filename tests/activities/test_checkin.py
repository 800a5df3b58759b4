"""Who came: written down at the door by list, by code or telephone, or by the QR code of a booking; never twice, never by strangers."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from activities import checkin
from activities.models import Attendance, Booking, Meeting
from records.models import AuditEntry
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db
CHILD = "欧阳小满"


@pytest.fixture
def meeting(db: None) -> Meeting:
    """One that began ten minutes ago."""
    places = make.intake(make.activity(), capacity=30)
    return make.meeting(places, timezone.now() - timedelta(minutes=10), place="二楼")


@pytest.fixture
def booking(meeting: Meeting, resident: User) -> Booking:
    return make.booking(meeting.intake, make.child(resident, name=CHILD), by=resident)


def seen(meeting: Meeting) -> dict[int, str]:
    return dict(Attendance.objects.filter(meeting=meeting).values_list("booking_id", "seen"))


def door(booking: Booking) -> str:
    return f"/in/{checkin.token(booking)}/"


def send(client: Client, meeting: Meeting, **fields: Any) -> Any:
    return client.post(f"/desk/meetings/{meeting.pk}/", fields)


# -- the list -----------------------------------------------------------------------------------------------
def test_the_list_writes_down_who_came_and_who_stayed_away(cadre: User, meeting: Meeting) -> None:
    came, missed, _unknown = (make.booking(meeting.intake) for _n in range(3))
    response = enter(cadre).post(
        f"/desk/meetings/{meeting.pk}/", {f"seen-{came.pk}": "came", f"seen-{missed.pk}": "missed", "walk_ins": "7"}
    )
    assert response.status_code == 302
    assert seen(meeting) == {came.pk: "came", missed.pk: "missed"}
    meeting.refresh_from_db()
    assert meeting.walk_ins == 7
    entry = AuditEntry.objects.get(action="activities.checkin_meeting")
    assert (entry.actor_id, entry.target_id, entry.region_code) == (cadre.pk, meeting.pk, make.VILLAGE)


def test_the_same_list_sent_again_after_a_lost_answer_changes_nothing(cadre: User, meeting: Meeting, booking: Booking) -> None:
    client = enter(cadre)
    for _n in range(2):
        assert send(client, meeting, **{f"seen-{booking.pk}": "came", "walk_ins": "3"}).status_code == 302
    row = Attendance.objects.get()
    assert (row.seen, row.channel, row.marked_by_id) == ("came", "list", cadre.pk)


def test_an_old_page_does_not_undo_what_others_have_written_since(cadre: User, village: User, meeting: Meeting) -> None:
    """It sends every box as it showed it; only what its reader changed counts."""
    mine, theirs = make.booking(meeting.intake), make.booking(meeting.intake)
    checkin.mark(village, meeting, {theirs.pk: "missed"}, "list")
    page = enter(cadre).get(f"/desk/meetings/{meeting.pk}/").content.decode()
    checkin.mark(village, meeting, {theirs.pk: "came"}, "qr", walk_ins=12)
    shown = {f"seen-{theirs.pk}": "missed", "walk_ins": "0"} | hidden(page)
    assert send(enter(cadre), meeting, **(shown | {f"seen-{mine.pk}": "came"})).status_code == 302
    meeting.refresh_from_db()
    assert (seen(meeting), meeting.walk_ins) == ({mine.pk: "came", theirs.pk: "came"}, 12)


def hidden(page: str) -> dict[str, str]:
    """The hidden boxes of a page, beside the form token."""
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def test_a_mistake_is_corrected(cadre: User, meeting: Meeting, booking: Booking) -> None:
    for value in ("missed", "came"):
        assert send(enter(cadre), meeting, **{f"seen-{booking.pk}": value}).status_code == 302
    assert seen(meeting) == {booking.pk: "came"}


def test_a_booking_of_another_intake_or_without_a_place_is_not_written_down(cadre: User, meeting: Meeting) -> None:
    elsewhere = make.booking(make.activity(capacity=2).intakes.get())
    gone = make.booking(meeting.intake, state="cancelled", cancelled_at=timezone.now())
    waits = make.booking(make_waitable(meeting), state="waitlisted", queued_at=timezone.now())
    fields = {f"seen-{row.pk}": "came" for row in (elsewhere, gone, waits)} | {"seen-999999999": "came", "seen-x": "came"}
    assert send(enter(cadre), meeting, **fields).status_code == 302
    assert not Attendance.objects.exists()


def make_waitable(meeting: Meeting) -> Any:
    meeting.intake.wait_limit = 5
    meeting.intake.save()
    return meeting.intake


@pytest.mark.parametrize("typed", ["-1", "10001", "七", "1e3", "1" * 30])
def test_a_number_of_walk_ins_that_is_none_is_said_and_nothing_is_written(
    typed: str, cadre: User, meeting: Meeting, booking: Booking
) -> None:
    response = send(enter(cadre), meeting, **{f"seen-{booking.pk}": "came", "walk_ins": typed})
    assert response.status_code == 400
    assert "0 到 10000" in response.content.decode()
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(
    ("shift", "value", "status"),
    [
        (timedelta(hours=2, minutes=1), "came", 400),
        (timedelta(hours=1, minutes=59), "came", 302),
        (timedelta(minutes=1), "missed", 400),
        (-timedelta(minutes=1), "missed", 302),
        (-timedelta(days=7, hours=1, minutes=59), "came", 302),
        (-timedelta(days=7, hours=2, minutes=1), "came", 400),
    ],
)
def test_the_door_opens_two_hours_before_and_the_list_closes_seven_days_after(
    shift: timedelta, value: str, status: int, cadre: User, meeting: Meeting
) -> None:
    begins = timezone.now() + shift
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=begins, ends_at=begins + timedelta(hours=2))
    one = make.booking(meeting.intake)
    assert send(enter(cadre), meeting, **{f"seen-{one.pk}": value}).status_code == status
    assert Attendance.objects.exists() is (status == 302)


def test_a_village_finds_by_telephone_or_code_and_sees_no_full_name_or_number(cadre: User, meeting: Meeting, booking: Booking) -> None:
    elder = make.booking(meeting.intake, make.person(name="诸葛长寿", phone="+8613788881234"))
    client, path = enter(cadre), f"/desk/meetings/{meeting.pk}/"
    for text in ("1234", elder.code, elder.code.lower()):
        page = client.get(path, {"q": text}).content.decode()
        assert f"seen-{elder.pk}" in page and f"seen-{booking.pk}" not in page
    page = client.get(path).content.decode()
    for secret in ("诸葛长寿", CHILD, "13788881234"):
        assert secret not in page
    assert "没有找到" in client.get(path, {"q": "%_\x00"}).content.decode()
    send(client, meeting, q="1234", **{f"seen-{elder.pk}": "came"})
    assert Attendance.objects.get().channel == "phone"


def test_a_long_list_asks_as_often_as_a_short_one(cadre: User, meeting: Meeting) -> None:
    client, numbers = enter(cadre), []
    for more in (2, 18):
        for _n in range(more):
            make.booking(meeting.intake)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/desk/meetings/{meeting.pk}/")
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_other_townships_and_departments_have_no_list(other_township: User, unit: User, resident: User, meeting: Meeting) -> None:
    path, one = f"/desk/meetings/{meeting.pk}/", make.booking(meeting.intake)
    for user, status in ((other_township, 404), (unit, 403), (resident, 403)):
        client = enter(user)
        assert [client.get(path).status_code, client.post(path, {f"seen-{one.pk}": "came"}).status_code] == [status, status]
    with pytest.raises(PermissionDenied):
        checkin.mark(other_township, meeting, {one.pk: "came"}, "list")
    assert not Attendance.objects.exists()


# -- by program ---------------------------------------------------------------------------------------------
def mark(client: Client, **body: Any) -> Any:
    return client.post("/api/v1/attendance/mark/", json.dumps(body), content_type=JSON)


def test_a_program_writes_it_down_and_may_repeat_itself(cadre: User, meeting: Meeting, booking: Booking) -> None:
    for _n in range(2):
        response = mark(enter(cadre), meeting=meeting.pk, seen={str(booking.pk): "came"}, walk_ins=0)
        assert response.status_code == 200
        assert [(row["booking"], row["seen"]) for row in response.json()] == [(booking.pk, "came")]
    assert Attendance.objects.count() == 1


@pytest.mark.parametrize(
    "body", [{}, {"seen": {"1": "late"}}, {"seen": {"x": "came"}}, {"seen": {"9" * 30: "came"}}, {"walk_ins": -1}, {"seen": "came"}]
)
def test_a_programs_mistakes_are_answered_400(body: dict[str, Any], cadre: User, meeting: Meeting) -> None:
    assert mark(enter(cadre), **(body and {"meeting": meeting.pk} | body)).status_code == 400


def test_a_program_of_the_next_township_writes_nothing_and_reads_nothing(other_township: User, meeting: Meeting, booking: Booking) -> None:
    make.attendance(booking, meeting)
    client = enter(other_township)
    assert mark(client, meeting=meeting.pk, seen={str(booking.pk): "missed"}).status_code == 400
    assert client.get("/api/v1/attendance/").json()["count"] == 0
    assert seen(meeting) == {booking.pk: "came"}


def test_a_meeting_that_people_came_to_is_not_deleted(village: User, meeting: Meeting, booking: Booking) -> None:
    make.attendance(booking, meeting)
    response = enter(village).delete(f"/api/v1/meetings/{meeting.pk}/")
    assert response.status_code in (400, 409)
    assert seen(meeting) == {booking.pk: "came"}


# -- the QR code --------------------------------------------------------------------------------------------
def test_the_camera_and_one_tap_check_in(cadre: User, meeting: Meeting, booking: Booking) -> None:
    client = enter(cadre)
    page = client.get(door(booking)).content.decode()
    assert booking.code in page and CHILD not in page
    for _n in range(2):
        assert "签到好了" in client.post(door(booking), follow=True).content.decode()
    assert Attendance.objects.get().channel == "qr"
    assert "已签到" in client.get(door(booking)).content.decode()


def test_a_family_comes_with_one_code(cadre: User, meeting: Meeting, booking: Booking) -> None:
    sibling = make.booking(meeting.intake, party=booking.party)
    gone = make.booking(meeting.intake, party=booking.party, state="cancelled", cancelled_at=timezone.now())
    enter(cadre).post(door(booking), {"all": "1"})
    assert seen(meeting) == {booking.pk: "came", sibling.pk: "came"}
    assert gone.pk not in seen(meeting)


def test_a_cancelled_booking_is_refused_at_the_door(cadre: User, meeting: Meeting, booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(state="cancelled", cancelled_at=timezone.now())
    client = enter(cadre)
    assert "现在没有名额" in client.get(door(booking)).content.decode()
    answered = client.post(door(booking), follow=True).content.decode()
    assert "签到好了" not in answered
    assert not Attendance.objects.exists()


def test_the_family_that_scans_its_own_code_sees_its_booking_and_checks_nobody_in(resident: User, booking: Booking) -> None:
    client = enter(resident)
    assert client.get(door(booking))["Location"] == f"/b/{booking.code}/"
    assert client.post(door(booking)).status_code == 403
    assert not Attendance.objects.exists()


def test_nobody_else_learns_anything_from_a_code(neighbour: User, other_township: User, booking: Booking) -> None:
    assert Client().get(door(booking))["Location"].startswith("/login/")
    for user in (neighbour, other_township):
        assert [enter(user).get(door(booking)).status_code, enter(user).post(door(booking)).status_code] == [404, 404]
    assert not Attendance.objects.exists()


def test_a_forged_code_is_no_code(cadre: User, booking: Booking) -> None:
    real = checkin.token(booking)
    other = Signer(salt="another purpose").sign(str(booking.pk)).replace(":", ".")
    forged = [f"{booking.pk + 1}.{real.split('.')[1]}", f"{booking.pk}", f"{booking.pk}.", real[:-1], real + "x", other, "签", "x." * 900]
    client = enter(cadre)
    assert {client.get(f"/in/{text}/").status_code for text in forged} == {404}
    assert client.get(f"/in/{real}/").status_code == 200


def test_before_the_door_opens_a_code_leads_to_the_booking(cadre: User, resident: User) -> None:
    places = make.intake()
    meeting = make.meeting(places, timezone.now() + timedelta(days=2))
    booking = make.booking(places, resident.participant)
    client = enter(cadre)
    assert client.get(door(booking))["Location"] == f"/b/{booking.code}/"
    assert client.post(door(booking)).status_code == 404
    with time_machine.travel(meeting.starts_at - timedelta(minutes=119), tick=False):
        assert enter(cadre).get(door(booking)).status_code == 200


def test_of_several_meetings_the_one_that_runs_or_is_next_counts(cadre: User) -> None:
    places, now = make.intake(), timezone.now()
    past, runs, later = (make.meeting(places, now + timedelta(hours=hours), hours=1) for hours in (-26, -0.5, 1))
    booking = make.booking(places)
    enter(cadre).post(door(booking))
    assert list(Attendance.objects.values_list("meeting", flat=True)) == [runs.pk]
    for at, expected in ((runs.ends_at + timedelta(minutes=1), later), (later.ends_at + timedelta(days=1), later)):
        with time_machine.travel(at, tick=False):
            assert checkin.meeting_now(places) == expected
    assert past.ends_at < now


def test_nothing_else_than_the_bookings_number_decides_who_came(cadre: User, meeting: Meeting, booking: Booking) -> None:
    with pytest.raises(ValidationError):
        Attendance(meeting=make.meeting(make.intake()), booking=booking, seen="came", marked_by=cadre).full_clean()
    assert enter(cadre).head(door(booking)).status_code == 200
    assert enter(cadre).put(door(booking)).status_code == 405
    assert not Attendance.objects.exists()
