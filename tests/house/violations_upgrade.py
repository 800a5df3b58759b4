"""One row for each named constraint of upgrade tasks, premises and placements that breaks this constraint alone."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from centers.models import (
    Campaign,
    CandidateSite,
    ClosurePhoto,
    Lease,
    PlacementApplication,
    PlannedStep,
    ProgressReport,
    Sign,
    UpgradeTask,
)
from tests import make
from tests.house.rows import changed, twin

DAY, MONTH = date(2026, 11, 23), date(2026, 11, 1)


def campaign(**fields: Any) -> Campaign:
    return Campaign(**({"region": make.region(make.DISTRICT), "name": "行动", "first_month": MONTH, "last_month": MONTH} | fields))


def task(**fields: Any) -> UpgradeTask:
    whole = make.campaign(first_month=MONTH, last_month=date(2026, 12, 1))
    values = {"campaign": whole, "number": 1, "center": make.center(), "batch": "new", "build_method": "new_build", "content": "新建"}
    return UpgradeTask(**(values | {"target_month": MONTH} | fields))


def report(**fields: Any) -> ProgressReport:
    return ProgressReport(**({"task": make.task(), "month": MONTH} | fields))


def own_report() -> ProgressReport:
    """Filed and verified by one person."""
    user = make.user()
    return report(state="verified", filed_by=user, verified_by=user, filed_at=timezone.now())


def fourth_photo() -> ClosurePhoto:
    row = make.task()
    return ClosurePhoto(task=row, moment="after", number=4, picture=make.picture(row.center))


def same_photo() -> models.Model:
    row = make.closure_photo()
    return twin(row, picture_id=make.picture(row.task.center).pk)


def site(**fields: Any) -> CandidateSite:
    return CandidateSite(**({"region": make.region(), "name": "旧校舍", "address": "路 1 号", "mode": "vacate", "area": 10} | fields))


def lease(**fields: Any) -> Lease:
    values = {"site": make.site(), "organisation": make.organisation(), "area": 10, "starts_on": DAY, "ends_on": DAY + timedelta(days=365)}
    return Lease(**(values | fields))


def placement(**fields: Any) -> PlacementApplication:
    values = {"center": make.center(), "organisation": make.organisation(), "kind": "signage", "title": "工作站"}
    return PlacementApplication(**(values | {"basis_title": "通知", "basis_number": "1 号", "place": "门口"} | fields))


def paper_of_two() -> models.Model:
    row = make.paper(make.task())
    return changed(row, site=make.site())


def sign(**fields: Any) -> Sign:
    return Sign(**({"center": make.center(), "title": "统计站", "place": "outside"} | fields))


NOW = timezone.now
UPGRADE: dict[str, Callable[[], models.Model]] = {
    "campaign_once": lambda: twin(make.campaign()),
    "campaign_months_in_order": lambda: campaign(last_month=date(2026, 10, 1)),
    "task_number_once": lambda: twin(make.task()),
    "task_target_is_a_month": lambda: task(target_month=date(2026, 11, 2)),
    "task_budget_not_negative": lambda: task(budget_fen=-1),
    "task_closed_is_dated": lambda: task(state="closed"),
    "task_void_is_dated": lambda: task(voided_on=DAY),
    "planned_step_once": lambda: twin(make.planned_step()),
    "planned_step_month": lambda: PlannedStep(task=make.task(), number=1, title="出图", due_month=DAY),
    "visit_once": lambda: twin(make.visit()),
    "closure_photo_once": same_photo,
    "closure_photo_at_most_three": fourth_photo,
    "report_once_a_month": lambda: twin(make.report()),
    "report_month_is_a_month": lambda: report(month=DAY),
    "report_percent_range": lambda: report(percent=101),
    "report_spent_not_negative": lambda: report(spent_fen=-1),
    "report_not_verified_by_filer": own_report,
    "report_filed_is_dated": lambda: report(state="filed", filed_by=make.user()),
    "report_verified_has_a_name": lambda: report(state="verified", filed_by=make.user(), filed_at=NOW()),
    "snapshot_once": lambda: twin(make.snapshot()),
    "snapshot_line_once": lambda: twin(make.snapshot(tasks=[make.task()]).lines.get()),
    "cycle_run_once": lambda: twin(make.cycle_run()),
    "site_name_once": lambda: twin(make.site()),
    "site_area_positive": lambda: site(area=0),
    "site_point_in_china": lambda: site(latitude=29),
    "site_dropped_is_dated": lambda: site(dropped_on=DAY),
    "lease_dates_in_order": lambda: lease(ends_on=DAY),
    "lease_area_positive": lambda: lease(area=0),
    "lease_rent_not_negative": lambda: lease(rent_fen=-1),
    "lease_signed_is_dated": lambda: lease(state="signed"),
    "lease_no_overlap": lambda: twin(make.lease(state="signed")),
    "placement_has_a_basis": lambda: placement(state="submitted", basis_number=""),
    "placement_approved_is_dated": lambda: placement(approved_at=NOW()),
    "placement_filed_has_a_number": lambda: placement(state="filed", kind="renovation", approved_at=NOW()),
    "placement_renovation_is_filed": lambda: placement(state="approved", kind="renovation", approved_at=NOW()),
    "placement_filing_no_once": lambda: twin(make.placement(state="filed")),
    "placement_removed_is_dated": lambda: placement(removed_on=DAY),
    "paper_of_one_thing": paper_of_two,
    "sign_once": lambda: twin(make.sign()),
    "sign_approved_by_an_application": lambda: sign(origin="approved"),
    "sign_removed_after_found": lambda: sign(found_on=DAY, removed_on=DAY - timedelta(days=1)),
}
