"""The centers' work in the small world: one row of each noun, in 光南社区; the unit officer's own application besides."""

from typing import Any

from accounts.models import User
from centers.models import Center
from centers.models.repair import hashed
from tests import make

#: The secret addresses of the two rows that strangers follow.
REPAIR_SECRET, FEEDBACK_SECRET = "a-repair-that-nobody-guesses", "a-feedback-that-nobody-guesses"


def work(center: Center, draft: Center, unit: User | None) -> dict[str, Any]:
    """Rows by name; ``own_`` are the unit's."""
    return standards(center) | campaign(center) | premises(center, unit) | daily(center, draft)


def standards(center: Center) -> dict[str, Any]:
    found = make.standard_set()
    inspection = make.inspection(center, ("not_met",), remark="台阶要修")
    finding = make.finding(center, inspection=inspection, text="没有扶手")
    picture = make.picture(center, files=True)
    draft = make.standard_set(published=False)
    return {
        "standards": found,
        "standard": found.standards.first(),
        "draft_standards": draft,
        "draft_standard": draft.standards.first(),
        "inspection": inspection,
        "finding": finding,
        "mended": make.finding(center, state="accepted"),
        "escalation": make.escalation(finding),
        "picture": picture,
        "hidden_picture": make.picture(center, files=True, hidden=True, source="repair"),
    }


def campaign(center: Center) -> dict[str, Any]:
    """A task with a plan that has not begun: its facts may still be changed."""
    task = make.task(center, state="plan_set")
    return {
        "campaign": task.campaign,
        "task": task,
        "planned": make.planned_step(task),
        "visit": make.visit(task),
        "closure_photo": make.closure_photo(task, files=True),
        "task_paper": make.paper(task, "acceptance", content=make.PDF),
        "report": make.report(task),
        "snapshot": make.snapshot(task.campaign, tasks=(task,)),
        "run": make.cycle_run(task.campaign),
    }


def premises(center: Center, unit: User | None) -> dict[str, Any]:
    site = make.site()
    lease = make.lease(site)
    placement = make.placement(center)
    own = make.placement(center, organisation=(unit and unit.organisation) or make.organisation(), applied_by=unit)
    return {
        "site": site,
        "lease": lease,
        "lease_paper": make.paper(lease, "agreement", content=make.PDF),
        "placement": placement,
        "placement_paper": make.paper(placement, "basis", content=make.PDF),
        "own_placement": own,
        "own_paper": make.paper(own, "basis", content=make.PDF),
        "sign": make.sign(center),
    }


def daily(center: Center, draft: Center) -> dict[str, Any]:
    return {
        "repair": make.repair(center, token_hash=hashed(REPAIR_SECRET), phone="+8613700000009"),
        "feedback": make.feedback(center, token_hash=hashed(FEEDBACK_SECRET), phone="+8613700000009"),
        "appointment": make.appointment(center),
        "matter": make.matter(center, "老年优待证"),
        "draft_matter": make.matter(draft, "社保卡申领"),
    }
