"""An activity's workflow from its own table: every step × persona × state."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.api import problems
from accounts.models import User
from activities.models import Activity, Booking
from activities.workflows.activity import ACTIVITY
from records.models import AuditEntry, Message
from tests import make
from workflow.engine import REGISTRY, NotOpen

pytestmark = pytest.mark.django_db
S = Activity.State
EDITORS = {"village", "head", "township", "district"}
EVERYBODY = ("resident", *make.PERSONAS)
REASON = "停电"


def activity(state: str = S.PUBLISHED) -> Activity:
    """One that is ready for whatever its state allows."""
    dates = {
        S.DRAFT: {},
        S.PUBLISHED: {"published_at": timezone.now()},
        S.CANCELLED: {"cancelled_at": timezone.now(), "cancel_reason": REASON},
    }
    return make.activity(state=state, published=False, capacity=3, **dates[S(state)])


def test_the_table_is_the_one_that_these_tests_know() -> None:
    assert {name: (step.sources, step.target, step.needs) for name, step in ACTIVITY.steps.items()} == {
        "publish": ((S.DRAFT,), S.PUBLISHED, ()),
        "withdraw": ((S.PUBLISHED,), S.DRAFT, ()),
        "cancel": ((S.PUBLISHED,), S.CANCELLED, ("reason",)),
    }
    assert REGISTRY["activities.activity"] is ACTIVITY


@pytest.mark.parametrize("state", S.values)
@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("name", ACTIVITY.steps)
def test_step_by_persona_by_state(name: str, persona: str, state: str, request: pytest.FixtureRequest) -> None:
    row, user, step = activity(state), request.getfixturevalue(persona), ACTIVITY.steps[name]
    offered = name in [s.name for s in ACTIVITY.open_to(row, user)]
    expected = None if persona in EDITORS and state in step.sources else NotOpen if persona in EDITORS else PermissionDenied
    assert offered is (expected is None)
    if expected is None:
        assert ACTIVITY.take(row, name, by=user, reason=REASON).state == step.target
    else:
        with pytest.raises(expected):
            ACTIVITY.take(row, name, by=user, reason=REASON)
    row.refresh_from_db()
    assert row.state == (step.target if expected is None else state)
    assert AuditEntry.objects.filter(action=f"activities.{name}_activity").exists() is (expected is None)


@pytest.mark.parametrize("persona", EVERYBODY)
def test_the_in_tray_holds_what_has_an_open_step(persona: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(persona)
    rows = [make.activity(code=code, published=p) for code in (make.VILLAGE, make.OTHER_VILLAGE) for p in (True, False)]
    rows.append(activity(S.CANCELLED))
    with_buttons = {row.pk for row in rows if ACTIVITY.open_to(row, user)}
    assert set(ACTIVITY.waiting_for(user).values_list("pk", flat=True)) == with_buttons
    if persona == "district":
        assert len(with_buttons) == 4


def test_other_township_cannot_publish(other_township: User) -> None:
    with pytest.raises(PermissionDenied):
        ACTIVITY.take(activity(S.DRAFT), "publish", by=other_township)


def test_a_step_writes_who_what_where_and_why(township: User) -> None:
    row = activity()
    ACTIVITY.take(row, "cancel", by=township, reason=REASON)
    entry = AuditEntry.objects.get(action="activities.cancel_activity")
    assert (entry.actor_id, entry.target_type, entry.target_id) == (township.pk, "activities.activity", row.pk)
    assert (entry.fields, entry.reason, entry.region_code) == (["state"], REASON, make.VILLAGE)


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


@pytest.mark.parametrize("reason", ["", None])
def test_what_a_step_needs_must_be_given(township: User, reason: Any) -> None:
    row = activity()
    with pytest.raises(ValidationError) as caught:
        ACTIVITY.take(row, "cancel", by=township, reason=reason)
    assert caught.value.message_dict == {"reason": ["请填写这一项。"]}
    row.refresh_from_db()
    assert row.state == S.PUBLISHED


def test_a_step_that_breaks_the_models_rules_changes_nothing(township: User) -> None:
    row = activity()
    booking = make.booking(row.intakes.get())
    with pytest.raises(ValidationError):
        ACTIVITY.take(row, "cancel", by=township, reason="长" * 121)
    row.refresh_from_db()
    booking.refresh_from_db()
    assert (row.state, booking.state) == (S.PUBLISHED, "booked")
    assert not AuditEntry.objects.filter(action="activities.cancel_activity").exists()


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
