"""Childcare by the day: who comes, who collects, what to mind and who read it, late pick-ups, what may be published."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import ConsentRecord, User
from activities import care
from activities.models import Activity, Attendance, CareNote, CareProgram, Handover, Intake
from activities.workflows.activity import ACTIVITY
from records import secret
from records.models import AuditEntry, Message
from tests import make

pytestmark = pytest.mark.django_db
ALLERGY = "花生过敏，会起疹子"


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
    day = care.leave(village, meeting, booking, "guardian", booking.booked_by_id)
    assert (day.guardian, day.out_by, day.late) == (booking.booked_by, village, False)
    assert Message.objects.filter(recipient=booking.booked_by, kind="collected").exists()


def test_somebody_on_the_list_collects(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    person = make.picker(booking.participant)
    assert care.leave(village, meeting, booking, "person", person.pk).person == person


def test_who_is_not_on_the_list_takes_no_child(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    strangers = make.picker()
    gone = make.picker(booking.participant, ended_at=timezone.now())
    for kind, pk in (("person", strangers.pk), ("person", gone.pk), ("guardian", make.resident().pk), ("called", make.resident().pk)):
        with pytest.raises(ValidationError, match="不在接送名单上"):
            care.leave(village, meeting, booking, kind, pk)
    assert Handover.objects.get().out_at is None


def test_a_guardian_who_was_called_may_send_somebody_else(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    assert care.leave(village, meeting, booking, "called", booking.booked_by_id).agreed_by == booking.booked_by


def test_a_child_that_did_not_come_is_not_handed_over(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    with pytest.raises(ValidationError, match="还没有记"):
        care.leave(village, meeting, booking, "guardian", booking.booked_by_id)


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
    care.leave(village, meeting, booking, "guardian", booking.booked_by_id)
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
    assert care.read_note(village, booking)["allergies"] == ALLERGY
    entry = AuditEntry.objects.get(action="activities.read_carenote")
    assert (entry.actor, entry.target_id) == (village, child.pk)
    assert ALLERGY not in str(AuditEntry.objects.values_list("reason", "fields"))


def test_nobody_else_reads_it(other_township: User) -> None:
    booking = make.enrolled(make.care_class())
    care.keep_note(booking.booked_by, booking.participant, ALLERGY, "")
    with pytest.raises(PermissionDenied):
        care.read_note(other_township, booking)
    assert not AuditEntry.objects.filter(action="activities.read_carenote").exists()


def test_an_officer_reads_nothing_of_a_child_who_is_not_in_childcare(village: User) -> None:
    parent = make.resident()
    child = make.child(parent)
    care.keep_note(parent, child, ALLERGY, "")
    booking = make.booking(make.intake(make.activity()), child, by=parent)
    with pytest.raises(PermissionDenied):
        care.read_note(village, booking)


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


# -- the program --------------------------------------------------------------------------------------------
def early(**fields: Any) -> CareProgram:
    program = make.care_program(published=False)
    Intake.objects.filter(activity=program.activity).update(min_age=2, max_age=3)
    make.meeting(program.activity.intakes.get())
    CareProgram.objects.filter(pk=program.pk).update(kind="early", **fields)
    return CareProgram.objects.get(pk=program.pk)


FILED: dict[str, Any] = {"filing_no": "托备 1 号", "floor": 1, "checked_on": timezone.localdate()}


@pytest.mark.parametrize(("missing", "words"), [("filing_no", "备案号"), ("floor", "几楼"), ("checked_on", "犯罪记录")])
def test_under_three_without_its_papers_is_not_published(village: User, missing: str, words: str) -> None:
    row = early(**{name: value for name, value in FILED.items() if name != missing})
    with pytest.raises(ValidationError, match=words):
        ACTIVITY.take(row.activity, "publish", by=village)


def test_under_three_with_its_papers_is_published(village: User) -> None:
    row = early(**FILED)
    assert ACTIVITY.take(row.activity, "publish", by=village).state == "published"


def test_raw_sql_does_not_publish_under_three_without_filing() -> None:
    row = early(floor=1)
    with pytest.raises(IntegrityError, match="under-three"), transaction.atomic():
        Activity.objects.filter(pk=row.activity_id).update(state="published", published_at=timezone.now())


def test_under_three_under_another_name_is_not_published(village: User) -> None:
    activity = make.activity(published=False)
    make.meeting(make.intake(activity, min_age=1, max_age=2))
    with pytest.raises(ValidationError, match="3 岁以下托育"):
        ACTIVITY.take(activity, "publish", by=village)


@pytest.mark.parametrize(
    ("changes", "words"), [({"capacity": 41}, "最多 40"), ({"min_age": None}, "最小年龄"), ({"min_age": 2}, "最小年龄")]
)
def test_a_class_has_forty_at_most_and_an_age(changes: dict[str, Any], words: str) -> None:
    intake = make.care_program().activity.intakes.get()
    for name, value in changes.items():
        setattr(intake, name, value)
    with pytest.raises(ValidationError, match=words):
        intake.full_clean()


def test_the_ratio_counts_those_enrolled() -> None:
    program = make.care_program(staff=1)
    intake = program.activity.intakes.get()
    for _n in range(3):
        make.booking(intake)
    program = CareProgram.objects.get()
    assert (program.ratio, program.stretched) == (3, False)


def test_a_term_of_childcare_stays_childcare() -> None:
    activity = make.care_program().activity
    activity.kind = Activity.Kind.CULTURE
    with pytest.raises(ValidationError, match="托管照护"):
        activity.full_clean()
