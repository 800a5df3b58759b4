"""One list in two hands, one code scanned twice, one participant missed on two lists: at the same moment."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from accounts.models import User
from activities import absence, checkin
from activities.models import Attendance, Booking, Meeting, Pause
from records.models import Message
from tests import make
from tests.portal.world import enter
from tests.races.together import Meeting as Place
from tests.races.together import together, without

pytestmark = pytest.mark.django_db(transaction=True)
Owner = psycopg.Connection[Any]


def evening() -> Meeting:
    """One that is over: several do not clash."""
    return make.meeting(make.intake(make.activity()), timezone.now() - timedelta(hours=3))


def said(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ if isinstance(result, Exception) else str(result) for result in results)


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Meetings and participants are read, not locked."""
    monkeypatch.setattr(type(Meeting.objects.all()), "select_for_update", lambda self, **options: self)


# -- one list -----------------------------------------------------------------------------------------------
def same_list(monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], Counter[str]]:
    """Two officers send a list of three at once; (rows that each changed, rows that there are)."""
    meeting, officers = evening(), [make.officer("cadre") for _n in range(2)]
    bookings = [make.booking(meeting.intake) for _n in range(3)]
    monkeypatch.setattr(checkin, "keep", Place(2, seconds=2).before(checkin.keep))
    orders = [bookings, bookings[::-1]]
    calls = [partial(checkin.mark, who, meeting, {b.pk: "came" for b in rows}, "list") for who, rows in zip(officers, orders, strict=True)]
    results = together(calls)
    return said(results), Counter(str(pk) for pk in Attendance.objects.values_list("booking__code", flat=True))


def test_two_officers_who_send_the_same_list_at_once_make_one_row_each(monkeypatch: pytest.MonkeyPatch) -> None:
    results, rows = same_list(monkeypatch)
    assert results == {"3": 1, "0": 1}
    assert list(rows.values()) == [1, 1, 1]


def test_without_the_meetings_lock_one_of_them_is_thrown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked(monkeypatch)
    assert set(same_list(monkeypatch)[0]) & {"IntegrityError", "ValidationError", "OperationalError"}


def test_without_lock_and_constraint_everybody_came_twice(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    unlocked(monkeypatch)
    monkeypatch.setattr(Attendance, "full_clean", lambda self: None)
    with without(owner, "activities_attendance", "attendance_once"):
        assert set(same_list(monkeypatch)[1].values()) == {2}


# -- one code -----------------------------------------------------------------------------------------------
def test_a_code_scanned_on_two_telephones_at_once_checks_in_once() -> None:
    meeting = evening()
    booking = make.booking(meeting.intake)
    clients = [enter(make.officer("cadre")) for _n in range(4)]
    path = f"/in/{checkin.token(booking)}/"
    assert [response.status_code for response in together([partial(client.post, path) for client in clients])] == [302] * 4
    assert Attendance.objects.get().seen == "came"


# -- one participant, two lists -----------------------------------------------------------------------------
def third_and_fourth(monkeypatch: pytest.MonkeyPatch, missed: int) -> tuple[Counter[str], User]:
    """Somebody missed so often before is marked as missed on two lists at once."""
    person = make.resident()
    for _n in range(missed):
        past = evening()
        make.attendance(make.booking(past.intake, person.participant), past, "missed")
    monkeypatch.setattr(checkin, "keep", Place(2, seconds=2).after(checkin.keep))
    calls: list[Callable[[], Any]] = []
    for _n in range(2):
        meeting = evening()
        booking = make.booking(meeting.intake, person.participant)
        calls.append(partial(checkin.mark, make.officer("cadre"), meeting, {booking.pk: "missed"}, "list"))
    return said(together(calls)), person


def test_missed_on_two_lists_at_once_the_second_and_third_time_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    results, person = third_and_fourth(monkeypatch, 1)
    assert results == {"1": 2}
    assert Pause.objects.count() == 1
    assert Message.objects.inbox(person).filter(kind="paused").count() == 1


def test_missed_on_two_lists_at_once_the_third_and_fourth_time_pauses_once(monkeypatch: pytest.MonkeyPatch) -> None:
    results, _person = third_and_fourth(monkeypatch, 2)
    assert results == {"1": 2}
    assert Pause.objects.count() == 1


def test_without_the_participants_lock_one_of_the_two_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absence, "hold", lambda people: None)
    third_and_fourth(monkeypatch, 1)
    assert not Pause.objects.exists()
    assert Booking.objects.count() == 3
