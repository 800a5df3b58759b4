"""Campaigns, upgrade tasks, premises, placements and their papers. Reached as ``make.task()`` and so on."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from centers.models import (
    Campaign,
    CandidateSite,
    Center,
    ClosurePhoto,
    CycleRun,
    GuidanceVisit,
    Lease,
    MonthSnapshot,
    Paper,
    PlacementApplication,
    PlannedStep,
    ProgressReport,
    Sign,
    SnapshotLine,
    UpgradeTask,
)
from centers.models.progress import next_month
from tests import make

__all__ = [
    "PDF",
    "campaign",
    "campaign_of",
    "closure_photo",
    "cycle_run",
    "lease",
    "paper",
    "placement",
    "planned_step",
    "report",
    "sign",
    "site",
    "snapshot",
    "task",
    "this_month",
    "visit",
]


def this_month() -> date:
    return timezone.localdate().replace(day=1)


# -- upgrade tasks ------------------------------------------------------------------------------------------
def campaign(code: str = "330703", **fields: Any) -> Campaign:
    """From last year's January to next year's December."""
    year = timezone.localdate().year
    values = {"name": f"行动{make.number()}", "first_month": date(year - 1, 1, 1), "last_month": date(year + 1, 12, 1)}
    return Campaign.objects.create(region=make.region(code), **(values | fields))


def campaign_of(code: str = "330703") -> Campaign:
    """The campaign that the district has, or a new one."""
    return Campaign.objects.filter(region__code=code).first() or campaign(code)


def task(at: Center | None = None, *, state: str = "in_progress", ready: bool = False, **fields: Any) -> UpgradeTask:
    """A task in any state, due this month; ``ready`` for every step: plan, acceptance form, a photo before and after."""
    today, now = timezone.localdate(), timezone.now()
    values: dict[str, Any] = {"number": make.number(), "batch": "improvement", "build_method": "conversion", "content": "改造大厅"}
    values |= {"budget_fen": 1_000_000, "target_month": this_month(), "campaign": fields.get("campaign") or campaign_of()}
    if state in ("closure_requested", "town_verified", "closed"):
        values |= {"closure_note": "已完工", "requested_at": now}
    if state in ("town_verified", "closed"):
        values["verified_at"] = now
    if state == "closed":
        values["closed_on"] = today
    if state == "void":
        values["voided_on"] = today
    made = UpgradeTask.objects.create(center=at or make.center_of(), state=state, **(values | fields))
    if ready:
        planned_step(made)
        paper(made, "acceptance")
        for moment in ClosurePhoto.Moment:
            closure_photo(made, moment)
    return made


def planned_step(of: UpgradeTask | None = None, number: int = 1, **fields: Any) -> PlannedStep:
    return PlannedStep.objects.create(task=of or task(), number=number, **({"title": "出图纸", "due_month": this_month()} | fields))


def visit(of: UpgradeTask | None = None, **fields: Any) -> GuidanceVisit:
    values = {"visitors": f"组织部{make.number()}", "note": "看了图纸，约定月底开工"}
    return GuidanceVisit.objects.create(task=of or task(), **(values | fields))


def closure_photo(of: UpgradeTask | None = None, moment: str = "before", number: int = 1, *, files: bool = False) -> ClosurePhoto:
    of = of or task()
    shown = make.picture(of.center, source="closure", files=files)
    return ClosurePhoto.objects.create(task=of, moment=moment, number=number, picture=shown)


def report(of: UpgradeTask | None = None, *, state: str = "open", month: date | None = None, **fields: Any) -> ProgressReport:
    """A month's line in any state; who filed and who verified it are different people unless said."""
    values: dict[str, Any] = {"percent": 40, "text": "墙面完工", "spent_fen": 300_000}
    if state != "open":
        values |= {"filed_by": fields.get("filed_by") or make.user(), "filed_at": timezone.now()}
    if state in ("verified", "submitted"):
        values["verified_by"] = fields.get("verified_by") or make.user()
    if state == "submitted":
        values["submitted_at"] = timezone.now()
    if state == "returned":
        values["reviewer_note"] = "数字不对"
    return ProgressReport.objects.create(task=of or task(), month=month or this_month(), state=state, **(values | fields))


def snapshot(of: Campaign | None = None, month: date | None = None, tasks: Sequence[UpgradeTask] = ()) -> MonthSnapshot:
    """A frozen month with a line for each of the tasks, as they are now."""
    when = month or (this_month() - timedelta(days=1)).replace(day=1)
    made = MonthSnapshot.objects.create(campaign=of or campaign_of(), month=when)
    for one in tasks:
        SnapshotLine.objects.create(
            snapshot=made, task=one, batch=one.batch, state=one.state, report_state="filed", percent=40, spent_fen=5
        )
    return made


def cycle_run(of: Campaign | None = None, event: str = "open", month: date | None = None) -> CycleRun:
    when = month or this_month()
    day = next_month(when) if event == "freeze" else when
    return CycleRun.objects.create(campaign=of or campaign_of(), month=when, event=event, due_on=day)


# -- premises -----------------------------------------------------------------------------------------------
def site(code: str = "330703001021", *, state: str = "found", **fields: Any) -> CandidateSite:
    """A site in any state; one in use or agreed on belongs to a center."""
    values: dict[str, Any] = {"name": f"闲置房{make.number()}", "address": "光南路 2 号", "mode": "lease", "area": 120}
    if state == "dropped":
        values["dropped_on"] = timezone.localdate()
    if state in ("agreed", "in_use"):
        values["center"] = make.center_of(code)
    return CandidateSite.objects.create(region=make.region(code), state=state, **(values | fields))


def lease(at: CandidateSite | None = None, *, state: str = "draft", **fields: Any) -> Lease:
    """A lease in any state, from this month for three years; with the agreement's scan from legal review on."""
    today = timezone.localdate()
    values: dict[str, Any] = {"area": 120, "starts_on": today.replace(day=1), "ends_on": today.replace(day=1) + timedelta(days=1095)}
    values["organisation"] = fields.get("organisation") or make.organisation()
    if state in ("signed", "renewed", "ended"):
        values["signed_on"] = today
    if state in ("renewed", "ended"):
        values["ended_on"] = today
    made = Lease.objects.create(site=at or site(), state=state, **(values | fields))
    if state != "draft":
        paper(made, "agreement")
    return made


# -- placements ---------------------------------------------------------------------------------------------
APPROVED = ("approved", "filed", "installed", "checked", "removed")


def placement(at: Center | None = None, *, state: str = "draft", kind: str = "", ready: bool = True, **fields: Any) -> PlacementApplication:
    """An application in any state, with all that a submission wants; ``ready=False`` leaves its papers out."""
    today = timezone.localdate()
    kind = kind or ("renovation" if state == "filed" else "signage")
    values: dict[str, Any] = {"title": f"统计工作站{make.number()}", "place": "大门左侧", "basis_title": "关于设立工作站的通知"}
    values |= {"basis_number": "金东统〔2026〕3 号", "expires_on": today + timedelta(days=365), "budget_fen": 50_000}
    values["organisation"] = fields.get("organisation") or make.organisation()
    if state != "draft":
        values["submitted_at"] = timezone.now()
    if state in APPROVED:
        values["approved_at"] = timezone.now()
    if state == "filed":
        values["filing_no"] = f"备{make.number()}"
    if state == "removed":
        values["removed_on"] = today
    made = PlacementApplication.objects.create(center=at or make.center_of(), state=state, kind=kind, **(values | fields))
    for paper_kind in ("application", "drawing", "plan") if ready else ():
        paper(made, paper_kind)
    return made


def sign(at: Center | None = None, of: PlacementApplication | None = None, **fields: Any) -> Sign:
    """A sign found without approval, or the one of an application."""
    center = of.center if of else at or make.center_of()
    values: dict[str, Any] = {"title": f"统计站{make.number()}", "place": "outside"}
    if of:
        values |= {"title": of.title, "origin": "approved", "placement": of, "action": "keep"}
    return Sign.objects.create(center=center, **(values | fields))


# -- papers -------------------------------------------------------------------------------------------------
PDF = b"%PDF-1.4\n%%EOF\n"


def paper(of: Any = None, kind: str = "other", *, by: User | None = None, content: bytes = b"", **fields: Any) -> Paper:
    """A paper of a task, a lease, a site or a placement; with a file where its content is given."""
    of = of or placement(ready=False)
    owners = {UpgradeTask: "task", Lease: "lease", CandidateSite: "site", PlacementApplication: "placement"}
    where = {"task": lambda: of.center.region, "placement": lambda: of.center.region, "lease": lambda: of.site.region}
    owner = owners[type(of)]
    values = {"kind": kind, "name": "材料.pdf", "content_type": "application/pdf", "size": len(content or PDF), "file": "papers/none"}
    values |= {"region": where.get(owner, lambda: of.region)(), "uploaded_by": by or make.user(), owner: of}
    made = Paper(**(values | fields))
    if content:
        made.file.save("x", ContentFile(content), save=False)
    made.save()
    return made
