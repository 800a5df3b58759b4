"""Rounds, applications, sheets, objections, special projects: every step × persona × state from their own tables."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from funding import ledger
from funding.models import Application, Criterion, Objection, Project, RatingRound, Sheet
from funding.workflows.application import APPLICATION
from funding.workflows.objection import OBJECTION
from funding.workflows.project import PROJECT
from funding.workflows.round import ROUND
from funding.workflows.sheet import SHEET
from tests import make
from tests.workflow.grid import DISTRICT, EVERYBODY, REVIEWER, TOWN, VILLAGE, EveryStep, Grid

pytestmark = pytest.mark.django_db
R, A, S, J, P = RatingRound.State, Application.State, Sheet.State, Objection.State, Project.State
ROUNDS = {
    "open": ((R.DRAFT,), R.OPEN, ()),
    "draw": ((R.OPEN,), R.OPEN, ()),
    "remind": ((R.OPEN,), R.OPEN, ()),
    "extend": ((R.OPEN,), R.OPEN, ("until", "reason")),
    "score": ((R.OPEN,), R.SCORED, ()),
    "decide": ((R.SCORED,), R.DECIDED, ()),
    "revise": ((R.DECIDED, R.FINAL), R.DECIDED, ("reason",)),
    "finalise": ((R.DECIDED,), R.FINAL, ()),
    "award": ((R.FINAL,), R.AWARDED, ()),
    "pay": ((R.AWARDED,), R.DISBURSED, ()),
}
APPLICATIONS = {
    "submit": ((A.DRAFT, A.RETURNED), A.SUBMITTED, ()),
    "send_back": ((A.SUBMITTED,), A.RETURNED, ("reason",)),
    "withdraw": ((A.DRAFT, A.SUBMITTED, A.RETURNED), A.WITHDRAWN, ()),
    "again": ((A.WITHDRAWN,), A.DRAFT, ()),
    "veto": ((A.SUBMITTED,), A.VETOED, ("criterion", "reason")),
    "lift_veto": ((A.VETOED,), A.SUBMITTED, ("reason",)),
    "rule": ((A.SUBMITTED,), A.RULED, ("reason",)),
    "lift_ruling": ((A.RULED,), A.SUBMITTED, ("reason",)),
    "reopen": ((A.SUBMITTED, A.VETOED, A.RULED), A.SUBMITTED, ("reason",)),
}
SHEETS = {
    "score": ((S.PENDING, S.DONE), S.DONE, ("marks",)),
    "recuse": ((S.PENDING, S.DONE), S.RECUSED, ("why",)),
    "replace": ((S.PENDING,), S.RECUSED, ("reason",)),
}
OBJECTIONS = {"uphold": ((J.RECEIVED,), J.UPHELD, ("answer",)), "dismiss": ((J.RECEIVED,), J.DISMISSED, ("answer",))}
PROJECTS = {
    "submit": ((P.DRAFT, P.RETURNED), P.SUBMITTED, ()),
    "endorse": ((P.SUBMITTED,), P.ENDORSED, ()),
    "send_back": ((P.SUBMITTED, P.ENDORSED), P.RETURNED, ("reason",)),
    "refuse": ((P.ENDORSED,), P.REFUSED, ("reason",)),
    "approve": ((P.ENDORSED,), P.APPROVED, ("granted",)),
    "accept": ((P.APPROVED,), P.ACCEPTED, ("day", "note")),
    "revoke": ((P.APPROVED,), P.REFUSED, ("reason",)),
    "pay": ((P.ACCEPTED,), P.ACCEPTED, ()),
}


class OfTheRow(dict[str, Any]):
    """What a step is given of the row that was made last: its veto item, marks for its items."""

    def get(self, name: str, default: Any = None) -> Any:
        last = Criterion.objects.order_by("pk").filter(source="veto" if name == "veto" else "representatives")
        if name == "veto":
            return {"criterion": last.last()}
        if name == "score":
            return {"marks": {str(pk): 80 for pk in last.filter(scheme=last.last().scheme_id).values_list("pk", flat=True)}}  # type: ignore[union-attr]
        return {"why": "亲戚在这里上班"} if name == "recuse" else default


def begun(code: str = make.DISTRICT, state: str = "open", **fields: Any) -> RatingRound:
    """A round in any state, without the messages that opening sends."""
    now, today = timezone.now(), timezone.localdate()
    values: dict[str, Any] = {"state": state, "opened_at": None if state == "draft" else now}
    if state in ("decided", "final", "awarded", "disbursed"):
        values |= {"notice_from": today - timedelta(9), "notice_until": today - timedelta(1)}
    if state in ("final", "awarded", "disbursed"):
        values["final_at"] = now
    return make.rating_round(make.rating_scheme(region=make.region(code[:6])), opened=False, **(values | fields))


def rating_round(state: str, step: str, user: User, code: str) -> RatingRound:
    """One village that was ruled on: it waits for nobody's scores and gets no money."""
    today = timezone.localdate()
    dates = {} if state == "draft" else {"apply_from": today - timedelta(9), "apply_until": today - timedelta(1)}
    row = begun(code, "open", **dates) if state != "draft" else begun(code, "draft")
    if state != "draft":
        make.application(row, make.center_of(make.VILLAGE), "ruled", remark="代表全部回避")
        found = begun(code, state, **dates)
        later = {name: getattr(found, name) for name in ("state", "notice_from", "notice_until", "final_at")}
        RatingRound.objects.filter(pk=row.pk).update(**later)
        RatingRound.objects.filter(pk=found.pk).delete()
    if step == "remind":
        RatingRound.objects.filter(pk=row.pk).update(drawn_at=timezone.now())
    row.refresh_from_db()
    return row


def application(state: str, step: str, user: User, code: str) -> Application:
    row = begun()
    veto = {"veto": row.scheme.criteria.get(source="veto")} if state == "vetoed" else {}
    remark = "请补充" if state in ("vetoed", "ruled", "returned") else ""
    made = make.application(row, make.center_of(code), state, remark=remark, **veto)
    if step == "reopen":
        today = timezone.localdate()
        RatingRound.objects.filter(pk=row.pk).update(state="decided", notice_from=today, notice_until=today)
    return made


def sheet(state: str, step: str, user: User, code: str) -> Sheet:
    """The user's own, but where somebody else is put in the place of its scorer."""
    of = make.application(begun(), make.center_of(code))
    marks = make.marks_of(of, "representatives", 70) if state == "done" else {}
    if step == "replace":
        make.representative_of(make.VILLAGE if code != make.VILLAGE else make.NEXT_VILLAGE)
    who = make.user(f"drawn{make.number()}") if step == "replace" else user
    return make.sheet(of, who=who, state=state, marks=marks, reason="亲戚" if state == "recused" else "")


def objection(state: str, step: str, user: User, code: str) -> Objection:
    answered = {} if state == "received" else {"answer": "查过了。", "answered_at": timezone.now(), "answered_by": make.user()}
    return make.objection(begun(code, "decided"), state=state, **answered)


def project(state: str, step: str, user: User, code: str) -> Project:
    """Ready for the step; whoever took the one before is somebody else."""
    row = make.project(make.center_of(code), state, submitted_by=None if state == "draft" else make.user())
    if step == "submit":
        make.project_paper(row)
    if step in ("approve", "pay"):
        make.budget()
    if step == "pay" and state == "accepted":
        ledger.allocate(row, row.granted or 0, by=make.user())
        row.refresh_from_db()
    return row


class TestRounds(EveryStep):
    may = dict.fromkeys(ROUNDS, DISTRICT) | {"pay": DISTRICT | REVIEWER}
    data = {"extend": {"until": timezone.localdate() + timedelta(50)}}
    grid = Grid(ROUND, ROUNDS, may, rating_round, code=make.DISTRICT, outside="330702", data=data)


class TestApplications(EveryStep):
    own = VILLAGE | TOWN | DISTRICT
    may = dict.fromkeys(APPLICATIONS, DISTRICT) | {"submit": own, "withdraw": own, "again": own, "send_back": TOWN | DISTRICT}
    grid = Grid(APPLICATION, APPLICATIONS, may, application, data=OfTheRow())


class Sealed(Grid):
    """A sheet that was handed in, or put aside, is not there for whoever looks for those who did not answer."""

    def expected(self, name: str, persona: str, state: str) -> str:
        hidden = name == "replace" and state != "pending"
        return PermissionDenied.__name__ if hidden else super().expected(name, persona, state)


class TestSheets(EveryStep):
    """Whoever was drawn, with or without a grant; the village in question is nobody's own."""

    may = {"score": EVERYBODY, "recuse": EVERYBODY, "replace": DISTRICT}
    grid = Sealed(
        SHEET, SHEETS, may, sheet, data=OfTheRow(), whose=lambda step, user: None if step == "replace" else user.pk, code=make.NEXT_VILLAGE
    )


class TestObjections(EveryStep):
    data = {step: {"answer": "查了值班表，每晚都有人。"} for step in OBJECTIONS}
    grid = Grid(OBJECTION, OBJECTIONS, dict.fromkeys(OBJECTIONS, DISTRICT), objection, data=data, code=make.DISTRICT, outside="330702")


class TestProjects(EveryStep):
    may = {
        "submit": VILLAGE | TOWN | DISTRICT,
        **dict.fromkeys(("endorse", "send_back", "accept"), TOWN | DISTRICT),
        **dict.fromkeys(("refuse", "approve", "revoke"), DISTRICT),
        "pay": DISTRICT | REVIEWER,
    }
    data = {"approve": {"granted": 1_000_000}, "accept": {"day": timezone.localdate(), "note": "屋顶修好了。"}}
    grid = Grid(PROJECT, PROJECTS, may, project, data=data)
