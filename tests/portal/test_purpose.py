"""Personal data go when their purpose ends: what goes, what stays, and that a dry run changes nothing."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from activities import care
from activities.models import Attendance, Booking, CareNote, Handover, PickupPerson
from portal import purpose
from records import outbox
from records.models import Message
from tests import make

pytestmark = pytest.mark.django_db
LONG = timedelta(days=366)


def then() -> Any:
    return timezone.now() - LONG


def long_known() -> Any:
    """A child registered, and agreed for, more than a year ago."""
    child = make.child(make.resident(), created_at=then() - timedelta(days=9))
    child.consents.update(given_at=then() - timedelta(days=9))
    return child


def old_booking(child: Any = None) -> Booking:
    """A service that was over a year and a day ago."""
    known = child or long_known()
    intake = make.intake(make.activity())
    make.meeting(intake, then())
    return make.booking(intake, known, by=known.created_by, created_at=then() - timedelta(days=3), answer="吃素")


def old_care() -> tuple[Booking, Any]:
    """A place in childcare of a year ago, with its day, who may collect and a note."""
    meeting = make.care_class(starts_at=then())
    child = long_known()
    booking = make.booking(meeting.intake, child, by=child.created_by, created_at=then() - timedelta(days=3))
    person = make.picker(child, added_at=then())
    make.handover(booking, meeting, out_at=meeting.ends_at, guardian=None, person=person)
    care.keep_note(child.created_by, child, "花生过敏", "")
    CareNote.objects.update(updated_at=then())
    child.consents.update(given_at=then())
    return booking, child


def counts() -> dict[str, int]:
    return {one.what: len(one.numbers) for one in purpose.due()}


def test_a_dry_run_lists_without_names_and_changes_nothing() -> None:
    booking, child = old_care()
    said = io.StringIO()
    call_command("end_purposes", "--dry-run", stdout=said)
    text = said.getvalue()
    assert "child: 1" in text
    assert str(child.pk) in text
    assert child.name not in text
    booking.refresh_from_db()
    assert booking.participant_id == child.pk
    assert CareNote.objects.exists()


def test_a_year_after_the_service_a_booking_no_longer_knows_whose_it_was() -> None:
    booking = old_booking()
    child, by = booking.participant, booking.booked_by
    meeting = booking.intake.meetings.get()
    make.attendance(booking, meeting)
    assert purpose.end()["booking"] == 1
    booking.refresh_from_db()
    assert booking.participant_id != child.pk
    assert (booking.participant.name, booking.participant.kind, booking.participant.region) == ("", "child", child.region)
    assert booking.booked_by_id != by.pk
    assert booking.answer == ""
    history = Booking.pgh_event_model.objects.filter(pgh_obj=booking)  # type: ignore[attr-defined]
    assert set(history.values_list("participant", "booked_by")) == {(booking.participant_id, booking.booked_by_id)}
    assert Attendance.objects.filter(booking=booking).count() == 1  # the number stays
    assert booking.intake.seats_taken == booking.intake.__class__.objects.get(pk=booking.intake_id).seats_taken


def test_a_child_without_any_service_for_a_year_is_erased_and_the_guardian_hears() -> None:
    child = old_booking().participant
    assert purpose.end()["child"] == 1
    child.refresh_from_db()
    assert child.erased_at
    assert child.name == ""
    assert not child.guardianships.in_force().exists()
    assert Message.objects.filter(recipient=child.created_by, kind="purpose").exists()


def test_what_still_serves_stays() -> None:
    parent = make.resident()
    child = make.child(parent, created_at=then() - timedelta(days=9))
    old_booking(child)
    current = make.intake(make.activity())
    make.meeting(current, timezone.now() - timedelta(days=300))
    kept = make.booking(current, child, by=parent, created_at=timezone.now() - timedelta(days=310))
    assert counts() == {"handover": 0, "care file": 0, "booking": 1, "child": 0, "message": 0, "objection": 0}
    purpose.end()
    child.refresh_from_db()
    kept.refresh_from_db()
    assert child.erased_at is None
    assert kept.participant == child


def test_the_care_file_goes_a_year_after_the_last_childcare_though_the_child_comes_to_other_things() -> None:
    booking, child = old_care()
    intake = make.intake(make.activity())
    make.meeting(intake)
    make.booking(intake, child, by=child.created_by)
    gone = purpose.end()
    assert (gone["handover"], gone["care file"], gone["child"]) == (1, 1, 0)
    assert not CareNote.objects.exists()
    assert not PickupPerson.objects.exists()
    assert not Handover.objects.exists()
    assert not Handover.pgh_event_model.objects.exists()  # type: ignore[attr-defined]
    assert Attendance.objects.filter(booking=booking).exists()


def test_a_list_of_this_year_stays_without_childcare() -> None:
    make.picker()
    assert counts()["care file"] == 0


def test_what_was_told_about_a_childs_day_goes_a_year_after_and_nothing_else(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    told = Message.objects.filter(recipient=booking.booked_by)
    outbox.tell(booking.booked_by, "booked", "预约成功", "", link="/", once="x")
    assert counts()["message"] == 0
    told.update(created_at=then())
    assert counts()["message"] == 1
    assert purpose.end()["message"] == 1
    assert set(told.values_list("kind", flat=True)) == {"booked"}


def test_a_second_run_finds_nothing() -> None:
    old_care()
    old_booking()
    purpose.end()
    assert set(purpose.end().values()) == {0}
    assert set(counts().values()) == {0}


def test_a_child_whose_guardian_agreed_anew_this_year_stays() -> None:
    child = old_booking().participant
    make.consent(child, child.created_by)
    child.consents.update(given_at=timezone.now() - timedelta(days=400))
    assert counts()["child"] == 1
    child.consents.update(given_at=timezone.now() - timedelta(days=40))
    assert counts()["child"] == 0


def test_one_who_said_anything_about_childcare_this_year_keeps_the_file() -> None:
    _booking, child = old_care()
    assert counts()["care file"] == 1
    make.picker(child)
    assert counts()["care file"] == 0


def test_a_fault_with_one_child_keeps_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = old_booking().participant, old_booking().participant
    real = purpose.let_go

    def faulty(child: Any) -> None:
        if child.pk == first.pk:
            raise RuntimeError("x")
        real(child)

    monkeypatch.setattr(purpose, "let_go", faulty)
    assert purpose.end()["child"] == 1
    second.refresh_from_db()
    assert second.erased_at
