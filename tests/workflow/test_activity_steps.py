"""An activity's workflow from its own table: every step × persona × state."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.api import problems
from accounts.models import User
from activities.models import Activity, Booking, Outcome
from activities.workflows.activity import ACTIVITY
from records.models import AuditEntry, Message
from tests import make
from tests.workflow.grid import DISTRICT, REASON, TOWN, VILLAGE, EveryStep, Grid
from workflow.engine import NotOpen

pytestmark = pytest.mark.django_db
S = Activity.State
EDITORS, REVIEWERS = VILLAGE | TOWN | DISTRICT, TOWN | DISTRICT
TABLE = {
    "submit": ((S.DRAFT,), S.SUBMITTED, ()),
    "approve": ((S.SUBMITTED,), S.APPROVED, ()),
    "send_back": ((S.SUBMITTED,), S.DRAFT, ("reason",)),
    "publish": ((S.DRAFT, S.APPROVED), S.PUBLISHED, ()),
    "report": ((S.PUBLISHED,), S.REPORTED, ("lines",)),
    "postpone": ((S.PUBLISHED,), S.PUBLISHED, ("starts_at", "reason")),
    "withdraw": ((S.SUBMITTED, S.APPROVED, S.PUBLISHED), S.DRAFT, ()),
    "cancel": ((S.PUBLISHED,), S.CANCELLED, ("reason",)),
}
DATA: dict[str, dict[str, Any]] = {
    "report": {"headcount": 12, "lines": "教了八段锦。", "release": True},
    "postpone": {"starts_at": timezone.now() + timedelta(days=40)},
}


def activity(state: str = S.PUBLISHED, *, over: bool = False, code: str = make.VILLAGE, **fields: Any) -> Activity:
    """One that is ready for whatever its state allows; ``over``: its only meeting has ended."""
    now = timezone.now()
    dates: dict[str, dict[str, Any]] = {
        S.PUBLISHED: {"published_at": now},
        S.REPORTED: {"published_at": now},
        S.CANCELLED: {"cancelled_at": now, "cancel_reason": REASON},
    }
    made = make.activity(state=state, published=False, code=code, **(dates.get(state, {}) | fields))
    make.meeting(make.intake(made, capacity=3), now - timedelta(hours=3) if over else None)
    return made


def row(state: str, step: str, user: User, code: str) -> Activity:
    """What is submitted must need a review; what is reported must be over."""
    return activity(state, over=step == "report", code=code, special=step == "submit")


class TestEveryStep(EveryStep):
    may = dict.fromkeys(TABLE, EDITORS) | {"approve": REVIEWERS, "send_back": REVIEWERS}
    grid = Grid(ACTIVITY, TABLE, may, row, DATA)


def test_other_township_cannot_publish(other_township: User) -> None:
    with pytest.raises(PermissionDenied):
        ACTIVITY.take(activity(S.DRAFT), "publish", by=other_township)


def test_the_state_in_the_database_counts_not_the_one_in_hand(township: User) -> None:
    row = activity()
    ACTIVITY.take(row, "cancel", by=township, reason=REASON)
    assert row.state == S.PUBLISHED  # the caller's copy is old
    with pytest.raises(NotOpen):
        ACTIVITY.take(row, "withdraw", by=township)


def test_not_open_says_the_state_and_the_step_and_is_a_conflict_to_programs(township: User) -> None:
    with pytest.raises(NotOpen) as caught:
        ACTIVITY.take(activity(S.CANCELLED), "publish", by=township)
    assert caught.value.messages == ["现在是“已取消”，不能发布。请刷新页面看看最新情况。"]
    answer: Any = problems.handler(caught.value, {})
    assert (answer.status_code, answer.data["code"]) == (409, "not_open")


def test_a_step_that_breaks_the_models_rules_changes_nothing(township: User) -> None:
    row = activity(over=True)
    with pytest.raises(ValidationError):
        ACTIVITY.take(row, "report", by=township, headcount=100_001, lines="办得好。")
    row.refresh_from_db()
    assert row.state == S.PUBLISHED
    assert not Outcome.objects.exists()
    assert not AuditEntry.objects.filter(action="activities.report_activity").exists()


# -- what publishing asks for -------------------------------------------------------------------------------
def test_an_activity_of_a_center_that_is_not_public_is_not_published(township: User) -> None:
    row = make.activity(make.center(published=False), published=False, capacity=1)
    with pytest.raises(ValidationError, match="中心还没有公开"):
        ACTIVITY.take(row, "publish", by=township)


def test_an_activity_without_places_is_not_published(township: User) -> None:
    with pytest.raises(ValidationError, match="还没有设名额"):
        ACTIVITY.take(make.activity(published=False), "publish", by=township)


def test_an_intake_without_a_time_is_not_published(township: User) -> None:
    row = make.activity(published=False, capacity=1)
    make.intake(row, name="第二期")
    with pytest.raises(ValidationError, match="第二期”还没有时间"):
        ACTIVITY.take(row, "publish", by=township)


def test_an_activity_that_is_over_is_not_published(township: User) -> None:
    row = make.activity(published=False)
    make.meeting(make.intake(row), timezone.now() - make.timedelta(days=1))
    with pytest.raises(ValidationError, match="所有场次都已经过去"):
        ACTIVITY.take(row, "publish", by=township)


def test_publishing_dates_the_row_and_withdrawing_takes_the_date_away(village: User) -> None:
    row = ACTIVITY.take(activity(S.DRAFT), "publish", by=village)
    assert abs((timezone.now() - row.published_at).total_seconds()) < 60
    assert ACTIVITY.take(row, "withdraw", by=village).published_at is None


def test_what_somebody_has_booked_is_not_withdrawn_silently(village: User, resident: User) -> None:
    row = activity()
    booking = make.booking(row.intakes.get(), resident.participant)
    with pytest.raises(ValidationError, match="已经有人预约，不能撤回"):
        ACTIVITY.take(row, "withdraw", by=village)
    Booking.objects.filter(pk=booking.pk).update(state="cancelled", cancelled_at=timezone.now())
    assert ACTIVITY.take(row, "withdraw", by=village).state == S.DRAFT


def test_calling_off_frees_every_place_and_tells_everybody_why(village: User, resident: User, neighbour: User) -> None:
    row = activity()
    intake = row.intakes.get()
    for person in (resident, neighbour):
        make.booking(intake, person.participant)
    ACTIVITY.take(row, "cancel", by=village, reason=REASON)
    intake.refresh_from_db()
    assert intake.seats_taken == 0
    assert set(Booking.objects.values_list("state", flat=True)) == {"cancelled"}
    for person in (resident, neighbour):
        told = Message.objects.inbox(person).get(kind="cancelled")
        assert REASON in told.body
        assert Message.objects.filter(recipient=person, channel="sms").count() == 1


def test_every_step_is_a_permission_and_every_permission_a_step() -> None:
    from accounts.roles import MAY

    named = {name for names in MAY.values() for name in names if name.endswith("_activity") and name.startswith("activities.")}
    verbs = {name.removeprefix("activities.").removesuffix("_activity") for name in named}
    assert set(ACTIVITY.steps) <= verbs
    assert verbs - set(ACTIVITY.steps) == {"view", "add", "change"}
