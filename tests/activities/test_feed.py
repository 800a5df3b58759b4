"""The family's calendar at a secret address: what is in it, who can read it, and how the address ends."""

import re
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Guardianship, User
from activities.models import Booking, CalendarFeed
from portal import personal
from records.models import AuditEntry
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
CHILD = "欧阳小满"


def address(user: User) -> str:
    """The path of a new feed, as the page shows it this once."""
    page = enter(user).post("/me/calendar/").content.decode()
    found = re.search(r"/feed/[\w-]+\.ics", page)
    assert found
    return found[0]


def read(path: str) -> tuple[int, list[Any]]:
    response = Client().get(path)
    if response.status_code != 200:
        return response.status_code, []
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return 200, list(icalendar.Calendar.from_ical(response.content).walk("VEVENT"))


def test_the_family_is_in_it_and_nobody_by_name(resident: User, neighbour: User) -> None:
    intake = make.activity(capacity=5).intakes.get()
    child = make.child(resident, name=CHILD)
    for who in (resident.participant, child, neighbour.participant):
        make.booking(intake, who, by=resident)
    path = address(resident)
    status, events = read(path)
    assert (status, len(events)) == (200, 2)
    assert len({str(event["uid"]) for event in events}) == 2
    text = Client().get(path).content.decode().replace("\r\n ", "")
    for name in (CHILD, "欧阳", child.masked_name, resident.participant.name, resident.phone or "?"):
        assert name not in text


def test_what_was_cancelled_says_so_and_what_is_long_past_is_not_there(resident: User) -> None:
    for days, state in ((8, "booked"), (9, "cancelled"), (-20, "booked")):
        places = make.intake(make.activity())
        make.meeting(places, timezone.now() + timedelta(days=days))
        make.booking(places, resident.participant, state=state, cancelled_at=timezone.now() if state == "cancelled" else None)
    assert sorted(str(event["status"]) for event in read(address(resident))[1]) == ["CANCELLED", "CONFIRMED"]


def test_renewing_and_stopping_end_the_old_address(resident: User) -> None:
    old = address(resident)
    new = address(resident)
    assert [read(old)[0], read(new)[0]] == [404, 200]
    enter(resident).post("/me/calendar/", {"stop": "1"})
    assert read(new)[0] == 404
    assert AuditEntry.objects.filter(action__contains="calendarfeed", actor=resident).count() == 3


def test_the_address_is_shown_once_and_only_its_hash_is_kept(resident: User) -> None:
    token = address(resident).removeprefix("/feed/").removesuffix(".ics")
    assert len(token) >= 22  # 128 bits
    assert token not in enter(resident).get("/me/calendar/").content.decode()
    assert token not in str(CalendarFeed.objects.values().get())
    assert token not in str(list(AuditEntry.objects.values()))


def test_an_account_that_is_inactive_or_erased_has_no_feed(resident: User, neighbour: User) -> None:
    inactive, erased = address(resident), address(neighbour)
    User.objects.filter(pk=resident.pk).update(is_active=False)
    personal.erase(neighbour)
    assert [read(inactive)[0], read(erased)[0]] == [404, 404]
    assert not CalendarFeed.objects.filter(user=neighbour).exists()


def test_a_child_leaves_the_feed_with_the_guardianship(resident: User) -> None:
    make.booking(make.activity(capacity=5).intakes.get(), make.child(resident), by=resident)
    path = address(resident)
    assert len(read(path)[1]) == 1
    Guardianship.objects.update(valid_from=timezone.localdate() - timedelta(days=9), valid_until=timezone.localdate() - timedelta(days=1))
    assert read(path) == (200, [])


def test_no_guess_and_no_other_method_reads_or_changes_anything(resident: User) -> None:
    path = address(resident)
    assert {read(f"/feed/{guess}.ics")[0] for guess in ("x", "%00", "签", "a" * 300, path[6:-5])} == {404}
    assert Client().head(path).status_code == 200
    assert Client().head(path).content == b""
    assert [getattr(Client(), method)(path).status_code for method in ("post", "put", "delete", "patch")] == [405] * 4
    assert Client().get(path)["Referrer-Policy"] == "no-referrer"
    assert "private" in Client().get(path)["Cache-Control"]
    assert Client().get("/me/calendar/")["Location"].startswith("/login/")


def test_a_full_calendar_asks_as_often_as_an_empty_one(resident: User) -> None:
    path, numbers = address(resident), []
    for more in (1, 12):
        for _n in range(more):
            make.booking(make.activity(capacity=2).intakes.get(), make.child(resident), by=resident)
        with CaptureQueriesContext(connection) as queries:
            read(path)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
    assert Booking.objects.count() == 13
