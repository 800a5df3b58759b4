"""Giving a place back: in time by oneself, later by an officer, once however often it is asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from activities import seats
from activities.models import Booking, Intake
from activities.refusal import Refused
from records.models import AuditEntry, Message
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake() -> Intake:
    return make.activity(capacity=2).intakes.get()


@pytest.fixture
def booking(resident: User, intake: Intake) -> Booking:
    return seats.book(resident, intake.pk, resident.participant.pk, channel="page")


def too_late(intake: Intake) -> None:
    Intake.objects.filter(pk=intake.pk).update(cancel_until=timezone.now())


def test_the_place_comes_back(resident: User, booking: Booking, intake: Intake) -> None:
    row = seats.cancel(resident, booking)
    intake.refresh_from_db()
    assert (row.state, row.cancelled_at is not None, intake.seats_taken) == ("cancelled", True, 0)
    assert Message.objects.inbox(resident).filter(kind="cancelled").count() == 1


def test_cancelling_again_changes_nothing(resident: User, booking: Booking, intake: Intake) -> None:
    first = seats.cancel(resident, booking)
    second = seats.cancel(resident, booking)
    intake.refresh_from_db()
    assert (second.cancelled_at, intake.seats_taken) == (first.cancelled_at, 0)
    assert Message.objects.inbox(resident).filter(kind="cancelled").count() == 1


def test_after_the_time_a_resident_is_told_to_call(resident: User, booking: Booking, intake: Intake) -> None:
    too_late(intake)
    with pytest.raises(Refused) as caught:
        seats.cancel(resident, booking)
    assert (caught.value.code, "打电话" in caught.value.detail) == ("closed", True)
    booking.refresh_from_db()
    assert booking.state == "booked"


@pytest.mark.parametrize("persona", ["village", "head", "township", "district"])
def test_an_officer_cancels_later_too_with_an_audit_entry(
    persona: str, resident: User, booking: Booking, intake: Intake, request: pytest.FixtureRequest
) -> None:
    too_late(intake)
    officer = request.getfixturevalue(persona)
    assert seats.cancel(officer, booking, reason="老师生病").state == "cancelled"
    entry = AuditEntry.objects.get(action="activities.cancel_booking")
    assert (entry.actor_id, entry.reason, entry.region_code) == (officer.pk, "老师生病", make.VILLAGE)
    told = Message.objects.filter(recipient=resident, kind="cancelled")
    assert set(told.values_list("channel", flat=True)) == {"inbox", "sms"}


@pytest.mark.parametrize("persona", ["neighbour", "other_township", "reviewer", "cadre", "auditor", "partner"])
def test_nobody_else_cancels_it(persona: str, booking: Booking, request: pytest.FixtureRequest) -> None:
    with pytest.raises(PermissionDenied):
        seats.cancel(request.getfixturevalue(persona), booking)
    booking.refresh_from_db()
    assert booking.state == "booked"


def test_the_other_parent_may_cancel(resident: User, neighbour: User, intake: Intake) -> None:
    child = make.child(resident)
    make.guardianship(neighbour, child)
    row = seats.book(resident, intake.pk, child.pk, channel="page")
    assert seats.cancel(neighbour, row).state == "cancelled"


def test_one_who_cancels_for_oneself_gets_no_text_message(resident: User, booking: Booking) -> None:
    seats.cancel(resident, booking)
    assert not Message.objects.exclude(channel="inbox").exists()


def test_calling_off_an_intake_frees_it_whole(resident: User, booking: Booking, intake: Intake, village: User) -> None:
    make.booking(intake)
    assert seats.cancel_all(intake, village, "停电") == 2
    intake.refresh_from_db()
    assert (intake.seats_taken, Booking.objects.live().count()) == (0, 0)
    assert seats.cancel_all(intake, village, "停电") == 0


@pytest.mark.parametrize(("minutes", "possible"), [(1, True), (0, False), (-1, False)])
def test_the_limit_itself_is_too_late(resident: User, booking: Booking, intake: Intake, minutes: int, possible: bool) -> None:
    now = timezone.now()
    Intake.objects.filter(pk=intake.pk).update(cancel_until=now + timedelta(minutes=minutes))
    if possible:
        seats.cancel(resident, booking, now=now)
    else:
        with pytest.raises(Refused):
            seats.cancel(resident, booking, now=now)


def test_history_keeps_the_states_and_no_code(resident: User, booking: Booking) -> None:
    seats.cancel(resident, booking)
    events: Any = booking.events.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [e.state for e in events] == ["booked", "cancelled"]
    assert not hasattr(events[0], "code")
