"""Childcare by the day: who comes, who collects, what to mind and who read it, late pick-ups, what may be published."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import ConsentRecord, User
from activities import care, seats
from activities.care import Collected
from activities.models import Attendance, CareNote, Handover
from records import secret
from records.models import AuditEntry, Message
from tests import make

pytestmark = pytest.mark.django_db
ALLERGY = "花生过敏，会起疹子"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """At noon, or what began two hours ago would be yesterday's for a run shortly after midnight."""
    with time_machine.travel(timezone.localtime().replace(hour=12)):
        yield


# -- coming and going ---------------------------------------------------------------------------------------
def test_arriving_writes_the_attendance_and_the_time_once(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    first, again = care.arrive(village, meeting, booking), care.arrive(village, meeting, booking)
    assert first == again
    assert Attendance.objects.get(booking=booking).seen == "came"
    assert Message.objects.filter(recipient=booking.booked_by, kind="arrived").count() == 1


def test_a_guardian_collects_and_the_family_hears(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    day = care.leave(village, meeting, booking, Collected("guardian", booking.booked_by_id))
    assert (day.guardian, day.out_by, day.late) == (booking.booked_by, village, False)
    assert Message.objects.filter(recipient=booking.booked_by, kind="collected").exists()


def test_somebody_on_the_list_collects(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    person = make.picker(booking.participant)
    assert care.leave(village, meeting, booking, Collected("person", person.pk)).person == person


def test_who_is_not_on_the_list_takes_no_child(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    strangers = make.picker()
    gone = make.picker(booking.participant, ended_at=timezone.now())
    for kind, pk in (("person", strangers.pk), ("person", gone.pk), ("guardian", make.resident().pk)):
        with pytest.raises(ValidationError, match="不在接送名单上"):
            care.leave(village, meeting, booking, Collected(kind, pk))
    assert Handover.objects.get().out_at is None


def test_a_guardian_who_was_called_may_send_somebody_else_who_is_written_down(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    for who, words in (
        (Collected("called", booking.booked_by_id), "来接的是谁"),
        (Collected("called", make.resident().pk, "邻居 王"), "哪一位监护人"),
        (Collected("called", 0, "邻居 王"), "哪一位监护人"),
    ):
        with pytest.raises(ValidationError, match=words):
            care.leave(village, meeting, booking, who)
    day = care.leave(village, meeting, booking, Collected("called", booking.booked_by_id, "邻居 王"))
    assert (day.agreed_by, day.taken_by, day.collected) == (booking.booked_by, "邻居 王", "called")
    assert "taken_by" not in {f.name for f in Handover.pgh_event_model._meta.fields}  # type: ignore[attr-defined]


def test_a_child_whose_guardians_have_no_account_goes_home_by_telephone(village: User) -> None:
    meeting = make.care_class()
    booking = make.booking(meeting.intake, make.person(kind="child", phone="+8613700000077"))
    care.arrive(village, meeting, booking)
    day = care.leave(village, meeting, booking, Collected("called", 0, "外婆 陈"))
    assert (day.agreed_by, day.collected) == (None, "called")


def test_a_tap_for_the_wrong_child_is_taken_back_with_a_reason_and_the_family_hears(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    care.leave(village, meeting, booking, Collected("guardian", booking.booked_by_id))
    with pytest.raises(ValidationError, match="为什么撤回"):
        care.undo(village, meeting, booking, " ")
    care.undo(village, meeting, booking, "点错了孩子")
    day = Handover.objects.get()
    assert (day.out_at, day.guardian) == (None, None)
    care.undo(village, meeting, booking, "点错了孩子")
    assert not Handover.objects.exists()
    assert not Attendance.objects.exists()
    assert AuditEntry.objects.filter(action="activities.undo_hand_over_booking").count() == 2
    assert Message.objects.filter(recipient=booking.booked_by, kind="undone").count() == 2


def test_a_forgotten_tap_is_made_up_with_the_time_within_a_week(village: User) -> None:
    meeting = make.care_class(starts_at=timezone.now() - timedelta(days=1))
    booking = make.enrolled(meeting)
    make.handover(booking, meeting)
    who = Collected("guardian", booking.booked_by_id)
    with pytest.raises(ValidationError, match="几点走"):
        care.leave(village, meeting, booking, who)
    with pytest.raises(ValidationError, match="走的时间"):
        care.leave(village, meeting, booking, who, meeting.starts_at - timedelta(hours=1))
    assert not care.leave(village, meeting, booking, who, meeting.ends_at).late


def test_a_child_that_is_here_is_handed_over_though_its_place_was_given_up(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    seats.cancel(village, booking, reason="家长同意让出")
    assert care.leave(village, meeting, booking, Collected("guardian", booking.booked_by_id)).out_at


def test_a_child_that_did_not_come_is_not_handed_over(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    with pytest.raises(ValidationError, match="还没有记"):
        care.leave(village, meeting, booking, Collected("guardian", booking.booked_by_id))


def test_another_townships_officer_touches_no_child(other_township: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    with pytest.raises(PermissionDenied):
        care.arrive(other_township, meeting, booking)
    assert not Attendance.objects.exists()


def test_only_todays_days_are_written(village: User) -> None:
    meeting = make.care_class(starts_at=timezone.now() - timedelta(days=1))
    with pytest.raises(ValidationError, match="当天"):
        care.arrive(village, meeting, make.enrolled(meeting))


def test_a_child_with_a_day_is_not_marked_as_missed(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    row = Attendance.objects.get(booking=booking)
    row.seen = "missed"
    with pytest.raises(ValidationError, match="接送记录"):
        row.full_clean()


# -- late ---------------------------------------------------------------------------------------------------
def late_days(booking: Any, number: int) -> None:
    for n in range(1, number + 1):
        meeting = make.meeting(booking.intake, timezone.now() - timedelta(days=n, hours=3))
        make.handover(booking, meeting, out_at=meeting.ends_at + timedelta(minutes=30))


def test_late_is_past_the_minutes_of_grace_and_the_queryset_agrees(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    day = make.handover(booking, meeting, out_at=meeting.ends_at + timedelta(minutes=15))
    assert not day.late
    assert not Handover.objects.late().exists()
    Handover.objects.filter(pk=day.pk).update(out_at=meeting.ends_at + timedelta(minutes=16))
    day.refresh_from_db()
    assert day.late
    assert list(Handover.objects.late()) == [day]


@pytest.mark.parametrize(("before", "told"), [(0, False), (1, False), (2, True)])
def test_the_third_late_pick_up_goes_to_the_center_the_first_two_to_the_family_alone(village: User, before: int, told: bool) -> None:
    meeting = make.care_class(starts_at=timezone.now() - timedelta(hours=2, minutes=20))
    booking = make.enrolled(meeting)
    late_days(booking, before)
    care.arrive(village, meeting, booking)
    care.leave(village, meeting, booking, Collected("guardian", booking.booked_by_id))
    assert care.late_times(booking) == before + 1
    assert Message.objects.filter(recipient=booking.booked_by, kind="late").count() == 1
    assert Message.objects.filter(recipient=village, kind="late").exists() is told
    booking.refresh_from_db()
    assert booking.state == "booked"  # a person decides


# -- what to mind -------------------------------------------------------------------------------------------
def test_a_note_is_encrypted_and_read_by_who_minds_the_child_with_a_trace(village: User) -> None:
    booking = make.enrolled(make.care_class())
    child, parent = booking.participant, booking.booked_by
    care.keep_note(parent, child, ALLERGY, "")
    stored = CareNote.objects.get(participant=child).sealed
    assert "花生" not in stored
    assert secret.open_sealed(stored)
    assert care.read_note(village, booking.intake.meetings.get(), booking)["allergies"] == ALLERGY
    entry = AuditEntry.objects.get(action="activities.read_carenote")
    assert (entry.actor, entry.target_id) == (village, child.pk)
    assert ALLERGY not in str(AuditEntry.objects.values_list("reason", "fields"))


def test_nobody_else_reads_it(other_township: User) -> None:
    booking = make.enrolled(make.care_class())
    care.keep_note(booking.booked_by, booking.participant, ALLERGY, "")
    with pytest.raises(PermissionDenied):
        care.read_note(other_township, booking.intake.meetings.get(), booking)
    assert not AuditEntry.objects.filter(action="activities.read_carenote").exists()


def test_an_officer_reads_nothing_of_a_child_who_is_not_in_childcare(village: User) -> None:
    parent = make.resident()
    child = make.child(parent)
    care.keep_note(parent, child, ALLERGY, "")
    booking = make.booking(make.intake(make.activity()), child, by=parent)
    with pytest.raises(PermissionDenied):
        care.read_note(village, make.meeting(booking.intake, timezone.now()), booking)


def test_a_week_after_its_day_nobody_reads_it_there(village: User) -> None:
    meeting = make.care_class(starts_at=timezone.now() - timedelta(days=9))
    booking = make.enrolled(meeting)
    care.keep_note(booking.booked_by, booking.participant, ALLERGY, "")
    with pytest.raises(PermissionDenied):
        care.read_note(village, meeting, booking)


def test_emptying_it_deletes_it_with_its_consent() -> None:
    parent = make.resident()
    child = make.child(parent)
    care.keep_note(parent, child, ALLERGY, "")
    assert ConsentRecord.objects.in_force().filter(participant=child, purpose="health").exists()
    care.keep_note(parent, child, "", "")
    assert not CareNote.objects.exists()
    assert not ConsentRecord.objects.in_force().filter(participant=child, purpose="health").exists()


def test_an_older_key_still_opens_and_a_foreign_one_does_not(settings: Any) -> None:
    from cryptography.fernet import Fernet

    old, new, foreign = (Fernet.generate_key().decode() for _n in range(3))
    settings.DATA_KEYS = [old]
    sealed = secret.seal("x")
    settings.DATA_KEYS = [new, old]
    assert secret.open_sealed(sealed) == "x"
    settings.DATA_KEYS = [new]
    with pytest.raises(secret.Unreadable):
        secret.open_sealed(sealed)
    settings.DATA_KEYS = [foreign, old]
    renewed = secret.renewed(sealed)
    settings.DATA_KEYS = [foreign]
    assert secret.open_sealed(renewed) == "x"
    settings.DATA_KEYS = []
    with pytest.raises(secret.Unreadable):
        secret.seal("x")
