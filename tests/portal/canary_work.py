"""For ``test_canary``: the centers' work of the other township with the canary in every text, and where else to listen for it."""

from typing import Any

from django.utils import timezone

from accounts.models import Organisation
from centers.models import Center, InspectionAnswer
from tests import make

#: Resource of the API → filters to try beside the search and the largest page.
API = {
    "inspections": ("region=330703101", "kind=town"),
    "findings": ("region=330703101", "state=issued", "urgency=ordinary"),
    "repairs": ("region=330703101", "state=reported", "hazard=false"),
    "matters": ("region=330703101",),
    "appointments": ("region=330703101", "state=declined"),
    "feedback": ("region=330703101", "state=answered"),
    "upgrade-tasks": ("region=330703101", "state=in_progress", "batch=improvement"),
    "planned-steps": (),
    "guidance-visits": (),
    "progress-reports": ("region=330703101", "state=filed"),
    "candidate-sites": ("region=330703101", "mode=lease"),
    "leases": ("region=330703101", "state=draft"),
    "placements": ("region=330703101", "kind=signage"),
    "signs": ("region=330703101", "origin=found"),
    "papers": ("kind=acceptance",),
}
DESK = (
    *("inspections", "findings", "tasks", "progress", "sites", "leases"),
    *("placements", "signs", "repairs", "feedback", "matters", "appointments"),
)
EXPORTS = (
    *("inspections", "findings", "upgrade-tasks", "progress-reports", "candidate-sites", "leases"),
    *("placements", "signs", "repairs", "feedback", "matters", "appointments"),
)
ADMIN = tuple(
    f"centers/{model}"
    for model in (
        *("inspection", "finding", "upgradetask", "progressreport", "candidatesite", "lease"),
        *("placementapplication", "sign", "repairticket", "feedback", "matter", "appointment", "paper", "picture"),
    )
)
PAGES = (
    *("/desk/month/?town=330703101", "/desk/month.xlsx?town=330703101", "/desk/compliance/?town=330703101", "/desk/upgrade/?month=2026-10"),
    *("/desk/upgrade.xlsx?month=2026-10", "/desk/upgrade.pdf", "/desk/signs/clean-up/?town=330703101", "/desk/map/"),
)


def questions(persona: str, name: str) -> list[str]:
    """Searches, filters, exports and printed sheets beyond the table's own addresses."""
    found = [f"/matters/?q={name}", "/matters/?town=330703101"]
    if persona == "anonymous":
        return found
    found += [f"/api/v1/{noun}/?{query}" for noun, filters in API.items() for query in (*filters, f"search={name}", "page_size=200")]
    if persona in ("village", "township", "other_township"):
        found += [f"/desk/{noun}/?{query}" for noun in DESK for query in (f"q={name}", "town=330703101")]
        found += [f"/desk/export/{register}/" for register in EXPORTS] + list(PAGES)
    if persona in ("township", "other_township"):
        found += [f"/admin/{model}/?q={name}" for model in ADMIN]
    if persona == "unit":
        found += [f"/desk/placements/?q={name}", "/desk/placements/?town=330703101", "/desk/export/placements/"]
    return found


def plant(draft: Center, unit: Organisation, name: str, text: str) -> dict[str, Any]:
    """Rows by the names that the access table uses."""
    return inspected(draft, name, text) | built(draft, name, text) | placed(draft, unit, name, text) | said(draft, name, text)


def inspected(draft: Center, name: str, text: str) -> dict[str, Any]:
    inspection = make.inspection(draft, ("not_met",), remark=text)
    InspectionAnswer.objects.filter(inspection=inspection).update(remark=text)
    finding = make.finding(draft, inspection=inspection, text=name, note=text, reviewer_note=text)
    picture = make.picture(draft, files=True)
    hidden = make.picture(draft, files=True, hidden=True)
    mended = make.finding(draft, state="accepted", text=name, before=picture)
    return {"inspection": inspection, "finding": finding, "mended": mended, "picture": picture, "hidden_picture": hidden}


def built(draft: Center, name: str, text: str) -> dict[str, Any]:
    task = make.task(draft, content=name, town_person=text, village_person=text, closure_note=text, reviewer_note=text)
    return {
        "task": task,
        "planned": make.planned_step(task, title=text),
        "visit": make.visit(task, visitors=text, note=text),
        "closure_photo": make.closure_photo(task, files=True),
        "task_paper": make.paper(task, "acceptance", content=make.PDF, name=f"{name}.pdf"),
        "report": make.report(task, state="filed", text=name, reviewer_note=text),
    }


def placed(draft: Center, unit: Organisation, name: str, text: str) -> dict[str, Any]:
    site = make.site(make.OTHER_VILLAGE, name=name, address=text, note=text, latitude="29.14", longitude="119.84")
    lease = make.lease(site, organisation=unit, note=text)
    placement = make.placement(draft, organisation=unit, title=name, place=text, basis_title=text, basis_number=text, note=text)
    return {
        "site": site,
        "lease": lease,
        "lease_paper": make.paper(lease, "agreement", content=make.PDF, name=f"{name}.pdf"),
        "placement": placement,
        "placement_paper": make.paper(placement, "basis", content=make.PDF, name=f"{name}.pdf"),
        "sign": make.sign(draft, title=name, unit=text),
    }


def said(draft: Center, name: str, text: str) -> dict[str, Any]:
    """A repair, a complaint with its answer, a matter of a center that nobody but its officers sees."""
    answer = {"office": text, "answer": text, "answered_at": timezone.now()}
    return {
        "repair": make.repair(draft, state="assigned", text=name, place=text, office=text, note=text, phone="+8613977654321"),
        "feedback": make.feedback(draft, state="answered", text=name, phone="+8613977654321", **answer),
        "appointment": make.appointment(draft, state="declined", purpose=name, note=text),
        "draft_matter": make.matter(draft, name, papers=text, window=text, note=text),
    }


def heard_at(rows: dict[str, Any]) -> list[str]:
    """Where the other township's own officer reads it."""
    pages = [f"/desk/{noun}/" for noun in DESK] + [f"/desk/export/{register}/" for register in EXPORTS]
    pages += [f"/api/v1/{noun}/" for noun in API]
    pages += [
        f"/admin/{model}/"
        for model in ADMIN
        if model not in ("centers/lease", "centers/picture", "centers/inspection", "centers/paper", "centers/appointment")
    ]
    pages += ["/desk/month/", "/desk/month.xlsx", "/desk/map/", f"/desk/centers/{rows['draft'].pk}/"]
    pages += [f"/desk/findings/{rows['finding'].pk}/notice.pdf", f"/centers/{rows['draft'].pk}/print/wayfinding.pdf"]
    return pages
