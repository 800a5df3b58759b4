"""For ``test_budgets``: the addresses of the centers' work, and so many more of its rows."""

from typing import Any

from tests import make
from tests.portal.world_work import FEEDBACK_SECRET, REPAIR_SECRET

PUBLIC = ("/centers/map/", "/matters/", "/matters/?q=优待", "/centers/{center}/repair/", "/feedback/")
PUBLIC += (f"/f/{FEEDBACK_SECRET}/", f"/r/{REPAIR_SECRET}/", "/centers/{center}/print/wayfinding.pdf")
ROWS = {
    "standards": "standards",
    "inspections": "inspection",
    "findings": "finding",
    "campaigns": "campaign",
    "tasks": "task",
    "progress": "report",
    "sites": "site",
    "leases": "lease",
    "placements": "placement",
    "signs": "sign",
    "repairs": "repair",
    "feedback": "feedback",
    "matters": "matter",
}
FORMS = ("matters", "signs", "placements", "repairs")
TOWN_FORMS = ("findings", "tasks", "sites", "leases")
EXPORTS = ("standards", "inspections", "findings", "campaigns", "upgrade-tasks", "progress-reports", "candidate-sites", "leases")
EXPORTS += ("placements", "signs", "repairs", "feedback", "matters")
API = ("standards", "inspections", "findings", "campaigns", "upgrade-tasks", "planned-steps", "guidance-visits", "progress-reports")
API += ("candidate-sites", "leases", "placements", "signs", "papers", "repairs", "matters", "feedback")
DESK = tuple(f"/desk/{noun}/" for noun in ROWS) + tuple(f"/desk/{noun}/{{{row}}}/" for noun, row in ROWS.items())
DESK += tuple(f"/desk/{noun}/add/" for noun in FORMS) + tuple(f"/desk/export/{name}/" for name in EXPORTS)
DESK += ("/desk/month/", "/desk/month.xlsx", "/desk/upgrade/", "/desk/upgrade.xlsx", "/desk/compliance/", "/desk/signs/clean-up/")
DESK += ("/desk/map/", "/desk/centers/{center}/inspect/", "/desk/findings/{finding}/notice.pdf", "/desk/tasks/{task}/planned/add/")
DESK += ("/pictures/{picture}/small/", "/papers/{task_paper}/", "/desk/import/signs/")
TOWN = (*DESK, *(f"/desk/{noun}/add/" for noun in TOWN_FORMS), *(f"/api/v1/{name}/" for name in API))
ADMIN = tuple(
    f"/admin/centers/{name}/"
    for name in (
        *("campaign", "upgradetask", "progressreport", "monthsnapshot", "cyclerun", "candidatesite", "lease"),
        *("placementapplication", "sign", "paper", "picture", "standardset", "standard", "inspection", "finding"),
        *("repairticket", "feedback", "escalation", "matter"),
    )
)
ADMIN += ("/admin/centers/upgradetask/{task}/change/", "/admin/centers/inspection/{inspection}/change/")
ADMIN += ("/admin/centers/finding/{finding}/change/", "/admin/centers/standardset/{draft_standards}/change/")
DISTRICT = ("/desk/month/", "/desk/upgrade/", "/desk/upgrade/?month=2020-01", "/desk/compliance/", "/desk/map/", *ADMIN)
WALK: dict[str, tuple[str, ...]] = {
    "anonymous": PUBLIC,
    "resident": ("/me/feedback/",),
    "village": DESK,
    "township": TOWN,
    "district": DISTRICT,
    "unit": ("/desk/", "/desk/placements/", "/desk/placements/{own_placement}/", "/desk/placements/add/", "/papers/{own_paper}/"),
}


def grow(resident: Any, rows: dict[str, Any], more: Any) -> None:
    """One more of everything at the center, and at another one."""
    center = rows["center"]
    for place in (center, more):
        inspection = make.inspection(place, ("not_met", "met"))
        make.escalation(make.finding(place, inspection=inspection, before=make.picture(place)))
        task = make.task(place, campaign=rows["campaign"])
        make.planned_step(task)
        make.report(task)
        make.matter(place)
        make.sign(place, make.placement(place, state="approved"))
        make.repair(place, photo=make.picture(place))
        make.feedback(place, user=resident)
    number = make.number()
    task = rows["task"]
    make.planned_step(task, number=number % 30_000 + 2)
    make.visit(task)
    make.paper(task)
    make.lease(make.site())
    make.lease(rows["site"])
    make.paper(rows["lease"])
    make.paper(rows["placement"])
    make.placement(center, organisation=rows["own_placement"].organisation)
    make.campaign()
    make.cycle_run(make.campaign())
    make.snapshot(make.campaign(), tasks=(task,))
