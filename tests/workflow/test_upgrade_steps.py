"""An upgrade task's life, to its closure: the whole table, and what its steps ask for."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from centers.models import ClosurePhoto, Paper, UpgradeTask
from centers.workflows.upgrade import UPGRADE
from records.models import Message
from tests import make
from tests.workflow.grid import DISTRICT, REASON, REVIEWER, TOWN, VILLAGE, EveryStep, Grid
from workflow.engine import NotYours

pytestmark = pytest.mark.django_db
S = UpgradeTask.State
DONE = {"closure_note": "大厅改造完工"}
TABLE = {
    "set_plan": ((S.DRAFT,), S.PLAN_SET, ()),
    "start": ((S.PLAN_SET,), S.IN_PROGRESS, ()),
    "request_closure": ((S.IN_PROGRESS, S.RETURNED, S.REOPENED), S.CLOSURE_REQUESTED, ("closure_note",)),
    "verify": ((S.CLOSURE_REQUESTED,), S.TOWN_VERIFIED, ()),
    "close": ((S.TOWN_VERIFIED,), S.CLOSED, ()),
    "send_back": ((S.CLOSURE_REQUESTED, S.TOWN_VERIFIED), S.RETURNED, ("reason",)),
    "suspend": ((S.PLAN_SET, S.IN_PROGRESS, S.RETURNED, S.REOPENED), S.SUSPENDED, ("reason",)),
    "resume": ((S.SUSPENDED,), S.IN_PROGRESS, ()),
    "reopen": ((S.CLOSED,), S.REOPENED, ("reason",)),
    "void": ((S.DRAFT, S.PLAN_SET, S.IN_PROGRESS, S.RETURNED, S.SUSPENDED, S.REOPENED), S.VOID, ("reason",)),
}
MAY = {
    "set_plan": TOWN | DISTRICT,
    "start": TOWN | DISTRICT,
    "request_closure": VILLAGE | TOWN | DISTRICT,
    "verify": TOWN | DISTRICT,
    "close": DISTRICT | REVIEWER,
    "send_back": TOWN | DISTRICT | REVIEWER,
    "suspend": TOWN | DISTRICT,
    "resume": TOWN | DISTRICT,
    "reopen": DISTRICT,
    "void": DISTRICT,
}


def row(state: str, step: str, user: User, code: str) -> UpgradeTask:
    return make.task(make.center_of(code), state=state, ready=True)


def with_the_district(step: str, persona: str, state: str) -> bool:
    """What a township has verified, it does not send back itself."""
    return step == "send_back" and persona == "township" and state == S.TOWN_VERIFIED


class TestEveryStep(EveryStep):
    grid = Grid(UPGRADE, TABLE, MAY, row, {"request_closure": DONE}, with_the_district)


# -- the plan -----------------------------------------------------------------------------------------------
def test_a_plan_without_steps_is_not_set(township: User) -> None:
    task = make.task(state="draft")
    with pytest.raises(ValidationError, match="还没有计划步骤"):
        UPGRADE.take(task, "set_plan", by=township)


def test_a_plan_without_a_budget_is_not_set(township: User) -> None:
    task = make.planned_step(make.task(state="draft", budget_fen=0)).task
    with pytest.raises(ValidationError, match="还没有填预算"):
        UPGRADE.take(task, "set_plan", by=township)


# -- the closure --------------------------------------------------------------------------------------------
LACKING = {
    "验收表": lambda task: Paper.objects.filter(task=task).update(kind="other"),
    "提升前的照片": lambda task: ClosurePhoto.objects.filter(task=task, moment="before").delete(),
    "提升后的照片": lambda task: ClosurePhoto.objects.filter(task=task, moment="after").delete(),
}


@pytest.mark.parametrize("what", LACKING)
def test_a_closure_without_one_of_its_papers_is_not_requested_and_the_paper_is_named(what: str, village: User) -> None:
    task = make.task(ready=True)
    LACKING[what](task)
    with pytest.raises(ValidationError) as caught:
        UPGRADE.take(task, "request_closure", by=village, **DONE)
    assert caught.value.messages == [f"还缺：{what}。请在任务页面上传，再申请销号。"]


def test_everything_that_is_missing_is_named_at_once(village: User) -> None:
    with pytest.raises(ValidationError, match="还缺：验收表、提升前的照片、提升后的照片。"):
        UPGRADE.take(make.task(), "request_closure", by=village, **DONE)


def test_a_request_keeps_who_asked_and_when_and_forgets_why_it_was_returned(village: User) -> None:
    task = make.task(state="returned", ready=True, reviewer_note="缺验收日期")
    asked = UPGRADE.take(task, "request_closure", by=village, **DONE)
    assert (asked.requested_by, asked.closure_note, asked.reviewer_note) == (village, DONE["closure_note"], "")
    assert abs((timezone.now() - asked.requested_at).total_seconds()) < 60


@pytest.mark.parametrize("persona", ["township", "district"])
def test_who_requested_a_closure_does_not_verify_it(persona: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(persona)
    task = UPGRADE.take(make.task(ready=True), "request_closure", by=user, **DONE)
    assert "verify" not in [step.name for step in UPGRADE.open_to(task, user)]
    with pytest.raises(NotYours, match="请同事来验收"):
        UPGRADE.take(task, "verify", by=user)
    colleague = make.officer(persona)
    assert UPGRADE.take(task, "verify", by=colleague).state == S.TOWN_VERIFIED


@pytest.mark.parametrize("did", ["requested_by", "verified_by"])
def test_who_requested_or_verified_a_closure_does_not_close_it(did: str, district: User) -> None:
    task = make.task(state="town_verified", **{did: district})
    assert "close" not in [step.name for step in UPGRADE.open_to(task, district)]
    with pytest.raises(NotYours, match="请同事来销号"):
        UPGRADE.take(task, "close", by=district)
    assert UPGRADE.take(task, "close", by=make.officer("reviewer")).state == S.CLOSED


def test_a_verification_keeps_who_did_it_until_the_task_comes_back(township: User, district: User) -> None:
    task = UPGRADE.take(make.task(state="closure_requested"), "verify", by=township)
    assert task.verified_by == township
    assert UPGRADE.take(task, "send_back", by=district, reason=REASON).verified_by is None


def test_an_officer_of_another_district_too_is_here_a_township_officer_alone(township: User) -> None:
    make.grant(township, "district_reviewer", "330702")
    with pytest.raises(NotYours, match="由区里退回"):
        UPGRADE.take(make.task(state="town_verified"), "send_back", by=township, reason=REASON)


# -- the month's line ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("step", "state"), [("set_plan", "draft"), ("resume", "suspended"), ("reopen", "closed")])
def test_who_comes_under_way_after_the_first_owes_this_months_line_too(step: str, state: str, district: User) -> None:
    task = make.task(state=state, ready=True)
    UPGRADE.take(task, step, by=district, reason=REASON)
    assert task.reports.get().month == make.this_month()


def test_a_line_that_is_there_is_not_opened_again(district: User) -> None:
    line = make.report(make.task(state="suspended"), state="filed")
    UPGRADE.take(line.task, "resume", by=district)
    assert line.task.reports.get().state == "filed"


@pytest.mark.parametrize("persona", ["district", "reviewer"])
def test_the_district_returns_what_a_township_has_verified_and_says_what_to_mend(persona: str, request: pytest.FixtureRequest) -> None:
    task = UPGRADE.take(make.task(state="town_verified"), "send_back", by=request.getfixturevalue(persona), reason=REASON)
    assert (task.reviewer_note, task.verified_at) == (REASON, None)


def test_a_closure_is_dated_and_reopening_takes_the_date_away(district: User) -> None:
    task = UPGRADE.take(make.task(state="town_verified"), "close", by=district)
    assert task.closed_on == timezone.localdate()
    reopened = UPGRADE.take(task, "reopen", by=district, reason=REASON)
    assert (reopened.closed_on, reopened.verified_at, reopened.reviewer_note) == (None, None, REASON)


def test_a_void_task_is_dated(district: User) -> None:
    assert UPGRADE.take(make.task(), "void", by=district, reason=REASON).voided_on == timezone.localdate()


# -- who hears of it ----------------------------------------------------------------------------------------
HEARS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "request_closure": ("in_progress", "village", "township", DONE),
    "verify": ("closure_requested", "township", "district", {}),
    "close": ("town_verified", "district", "village", {}),
    "send_back": ("town_verified", "district", "village", {"reason": REASON}),
    "reopen": ("closed", "district", "village", {"reason": REASON}),
}


@pytest.mark.parametrize("step", HEARS)
def test_whose_turn_it_is_hears_of_it_and_nobody_else(step: str) -> None:
    state, who, whose_turn, data = HEARS[step]
    people = {name: make.officer(name) for name in ("village", "township", "other_township", "district")}
    actor = people["township"] if who == "township" else people[who]
    task = make.task(state=state, ready=True)
    UPGRADE.take(task, step, by=actor, **data)
    told = {name for name, user in people.items() if Message.objects.inbox(user).filter(link=f"/desk/tasks/{task.pk}/").exists()}
    assert told == {whose_turn}


def test_a_plan_may_be_changed_until_work_starts(township: User) -> None:
    task = make.task(state="plan_set", ready=True)
    assert UpgradeTask.objects.all().allowed(township, "change").filter(pk=task.pk).exists()
    UPGRADE.take(task, "start", by=township)
    assert not UpgradeTask.objects.all().allowed(township, "change").filter(pk=task.pk).exists()
