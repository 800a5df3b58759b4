"""What follows from staying away: a friendly line, a warning, a pause; and a telephone call to an elder."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Participant, User
from activities import absence, checkin, seats
from activities.models import Activity, Booking, Meeting, Pause
from activities.refusal import Refused
from activities.workflows.pause import PAUSE
from records.models import AuditEntry, Message
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


def held(days_ago: float = 0, kind: str = Activity.Kind.CULTURE) -> Meeting:
    """A meeting that ended so many days and an hour ago."""
    return make.meeting(make.intake(make.activity(kind=kind)), timezone.now() - timedelta(days=days_ago, hours=3))


def miss(by: User, person: Participant, at: Meeting | None = None) -> Booking:
    """Booked, and marked as missed by the list."""
    meeting = at or held()
    booking = Booking.objects.filter(intake=meeting.intake, participant=person).first() or make.booking(meeting.intake, person)
    checkin.mark(by, meeting, {booking.pk: "missed"}, "list")
    return booking


def told(person: User) -> list[str]:
    """The kinds of what they heard, oldest first."""
    return list(Message.objects.inbox(person).order_by("id").values_list("kind", flat=True))


def test_the_first_is_a_friendly_line_the_second_a_warning_the_third_a_pause_of_ninety_days(cadre: User, resident: User) -> None:
    person, bodies = resident.participant, []
    for _n in range(3):
        assert not Pause.objects.exists()
        miss(cadre, person)
        bodies.append(Message.objects.inbox(resident).order_by("-id")[0].body)
    assert told(resident) == ["missed", "missed", "paused"]
    assert ["第二次" in body for body in bodies] == [False, True, False]
    pause = Pause.objects.get()
    today = timezone.localdate()
    assert (pause.participant, pause.starts_on, pause.ends_on) == (person, today, today + timedelta(days=90))
    assert AuditEntry.objects.get(action="activities.add_pause").region_code == make.VILLAGE


def test_in_one_class_each_missed_evening_is_said(cadre: User, resident: User) -> None:
    """One booking, many meetings: the warning must not be taken for the first line said again."""
    places = make.intake(make.activity())
    meetings = [make.meeting(places, timezone.now() - timedelta(days=days, hours=1)) for days in (3, 2, 1)]
    for meeting in meetings:
        miss(cadre, resident.participant, meeting)
    assert told(resident) == ["missed", "missed", "paused"]


def test_marking_the_same_evening_again_counts_once(cadre: User, resident: User) -> None:
    meeting = held()
    booking = miss(cadre, resident.participant, meeting)
    for value in ("missed", "came", "missed"):
        checkin.mark(cadre, meeting, {booking.pk: value}, "list")
    assert absence.missed(resident.participant.pk) == 1
    assert told(resident) == ["missed"]


def test_what_is_older_than_180_days_does_not_count(cadre: User, resident: User) -> None:
    for days in (181, 179):
        meeting = held(days)
        make.attendance(make.booking(meeting.intake, resident.participant), meeting, "missed")
    miss(cadre, resident.participant)
    assert told(resident) == ["missed"]
    assert not Pause.objects.exists()


def test_what_nobody_wrote_down_is_no_absence(cadre: User, resident: User) -> None:
    for _n in range(3):
        meeting = held()
        make.booking(meeting.intake, resident.participant)
        checkin.mark(cadre, meeting, {}, "list", walk_ins=2)
    assert (absence.missed(resident.participant.pk), told(resident)) == (0, [])


def test_a_paused_participant_books_nothing_and_the_sibling_may(cadre: User, resident: User) -> None:
    child, sibling = make.child(resident), make.child(resident)
    make.pause(child)
    intake = make.activity(capacity=5).intakes.get()
    with pytest.raises(Refused) as refused:
        seats.book(resident, intake.pk, child.pk)
    assert refused.value.code == "paused"
    assert seats.book(resident, intake.pk, sibling.pk).state == "booked"


def test_a_pause_ends_by_itself_or_by_a_person(village: User, resident: User) -> None:
    pause = make.pause(resident.participant)
    intake = make.activity(capacity=5).intakes.get()
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        assert not Pause.objects.in_force().exists()
    PAUSE.take(pause, "lift", by=village, reason="当时住院")
    assert seats.book(resident, intake.pk, resident.participant.pk).state == "booked"


def test_after_a_pause_that_was_lifted_the_count_begins_anew(cadre: User, resident: User) -> None:
    for days in (23, 22, 21):
        meeting = held(days)
        make.attendance(make.booking(meeting.intake, resident.participant), meeting, "missed")
    day = timezone.localdate() - timedelta(days=20)
    make.pause(resident.participant, starts_on=day, ends_on=day + timedelta(days=90), state="lifted", lifted_at=timezone.now())
    for expected in (0, 0, 1):
        miss(cadre, resident.participant)
        assert Pause.objects.filter(state="paused").count() == expected
    assert told(resident) == ["missed", "missed", "paused"]


def test_four_missed_evenings_on_one_list_day_make_one_pause(cadre: User, resident: User) -> None:
    for days in (4, 3, 2, 1):
        miss(cadre, resident.participant, held(days))
    assert Pause.objects.count() == 1


def test_the_family_hears_of_its_child_without_the_name(cadre: User, resident: User) -> None:
    child = make.child(resident, name="欧阳小满")
    for _n in range(3):
        miss(cadre, child)
    texts = [m.subject + m.body for m in Message.objects.inbox(resident)]
    assert len(texts) == 3
    assert not [text for text in texts if "欧阳" in text or "小满" in text]


def test_the_officer_who_writes_the_list_is_not_told_of_having_stayed_away(cadre: User) -> None:
    """Nobody acts for the elder: then nobody hears of it."""
    miss(cadre, make.person(consented=False))
    assert told(cadre) == []


# -- the call -----------------------------------------------------------------------------------------------
def lunch(days_ago: int) -> Meeting:
    return held(days_ago, Activity.Kind.ELDERLY)


def calls(user: User) -> Any:
    return Message.objects.inbox(user).filter(kind="call")


def test_an_elder_who_misses_two_meals_running_is_called_by_the_desk(cadre: User, village: User, other_township: User) -> None:
    elder = make.person(name="诸葛长寿", consented=False)
    for days in (2, 1):
        assert not calls(village).exists()
        miss(cadre, elder, lunch(days))
    message = calls(village).get()
    assert "诸葛长寿" not in message.subject + message.body
    assert message.link == f"/desk/meetings/{Meeting.objects.order_by('-starts_at')[0].pk}/"
    assert not calls(other_township).exists()


def test_the_call_goes_to_whoever_can_open_the_list_wherever_the_elder_lives(cadre: User, village: User, other_township: User) -> None:
    elder = make.person(code=make.OTHER_VILLAGE, consented=False)
    for days in (2, 1):
        miss(cadre, elder, lunch(days))
    assert enter(village).get(calls(village).get().link).status_code == 200
    assert not calls(other_township).exists()


def test_an_elder_who_came_in_between_is_not_called(cadre: User, village: User) -> None:
    elder = make.person(consented=False)
    miss(cadre, elder, lunch(3))
    meeting = lunch(2)
    checkin.mark(cadre, meeting, {make.booking(meeting.intake, elder).pk: "came"}, "list")
    miss(cadre, elder, lunch(1))
    assert not calls(village).exists()


def test_two_missed_evenings_of_dancing_call_nobody(cadre: User, village: User) -> None:
    elder = make.person(consented=False)
    for days in (2, 1):
        miss(cadre, elder, held(days))
    assert not calls(village).exists()


def test_nobodys_lunch_is_stopped_and_missed_lunches_count_for_nothing_else(cadre: User, resident: User) -> None:
    for days in (4, 3, 2, 1):
        miss(cadre, resident.participant, lunch(days))
    miss(cadre, resident.participant)
    assert not Pause.objects.exists()
    assert told(resident) == ["missed"]


def test_a_child_away_from_childcare_is_asked_after_and_never_paused(cadre: User) -> None:
    parent = make.resident()
    child = make.child(parent)
    program = make.care_program()
    booking = make.booking(program.activity.intakes.get(), child, by=parent)
    for days in (4, 3, 2, 1):
        meeting = make.care_class(program, timezone.now() - timedelta(days=days, hours=3))
        checkin.mark(cadre, meeting, {booking.pk: "missed"}, "list")
    assert not Pause.objects.exists()
    assert [message.subject for message in Message.objects.inbox(parent)] == [f"孩子没有到：{booking.intake}"] * 4
