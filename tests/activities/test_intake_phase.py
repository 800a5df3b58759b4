"""The phase of an intake is computed; the property and the named queryset never disagree."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from activities.models import Activity, Intake, Meeting
from tests import make

pytestmark = pytest.mark.django_db
T = datetime(2026, 11, 23, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def states() -> list[Activity]:
    """One activity in each state."""
    draft, shown, cancelled = make.activity(published=False), make.activity(), make.activity()
    Activity.objects.filter(pk=cancelled.pk).update(state="cancelled", cancelled_at=T, cancel_reason="停电")
    return [draft, shown, Activity.objects.get(pk=cancelled.pk)]


@pytest.mark.parametrize(
    ("now", "full", "expected"),
    [
        (T - HOUR, False, "not_open_yet"),
        (T, False, "open"),
        (T + HOUR, False, "open"),
        (T + 2 * HOUR, False, "closed"),
        (T - HOUR, True, "not_open_yet"),
        (T + HOUR, True, "full"),
        (T + 3 * HOUR, True, "closed"),
    ],
)
def test_phase_and_queryset_agree_at_every_moment(now: datetime, full: bool, expected: str) -> None:
    wanted = {"draft": "closed", "published": expected, "cancelled": "cancelled"}
    for activity in states():
        row = make.intake(activity, capacity=1, opens_at=T, closes_at=T + 2 * HOUR)
        if full:
            make.booking(row)
            row.refresh_from_db()
        assert row.phase_at(now) == wanted[activity.state]
        assert Intake.objects.open(now).filter(pk=row.pk).exists() is (row.phase_at(now) == "open")


def test_the_next_meeting_is_the_first_that_has_not_ended() -> None:
    intake, now = make.intake(), timezone.now()
    assert (intake.first_meeting, intake.next_meeting) == (None, None)
    past, running, later = (make.meeting(intake, now + timedelta(hours=h)) for h in (-48, -1, 24))
    assert intake.first_meeting == past
    assert intake.next_meeting == running
    Meeting.objects.exclude(pk=past.pk).delete()
    assert Intake.objects.get(pk=intake.pk).next_meeting == past
    assert later not in Meeting.objects.all()


def test_only_activities_with_a_meeting_ahead_are_coming() -> None:
    over, coming, draft = make.activity(), make.activity(), make.activity(published=False)
    make.meeting(make.intake(over), timezone.now() - timedelta(days=1))
    for row in (coming, draft):
        make.meeting(make.intake(row))
    assert list(Activity.objects.coming()) == [coming]


def test_a_meeting_of_more_than_fourteen_hours_is_split() -> None:
    from django.core.exceptions import ValidationError

    row = Meeting(intake=make.intake(), starts_at=T, ends_at=T + timedelta(hours=14, minutes=1))
    with pytest.raises(ValidationError, match="14 小时"):
        row.full_clean()


def test_seats_left_never_falls_below_zero() -> None:
    assert Intake(capacity=3, seats_taken=1).seats_left == 2
    assert Intake(capacity=3, seats_taken=5).seats_left == 0
