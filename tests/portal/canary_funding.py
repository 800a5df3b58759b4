"""For ``test_canary``: the other township's applications, projects, objections, and where else to listen for the canary.

Results, projects from their notice on and the ledger are everybody's to read: what is planted has not come so far.
"""

from typing import Any

from django.core.files.base import ContentFile

from centers.models import Center
from funding.models import RatingRound
from tests import make

API = ("schemes", "rounds", "applications", "scores", "objections", "awards", "projects", "ledger")
OWN_API = ("scores", "objections")
DESK = ("rating-schemes", "rating-rounds", "applications", "representatives", "projects", "awards", "ledger")
#: A village has no register of representatives.
VILLAGE_DESK = tuple(noun for noun in DESK if noun != "representatives")
ADMIN = ("application", "project", "representative", "award", "ledgerentry", "ratinground")
REGISTERS = ("rating_schemes", "rating_rounds", "applications", "rating_results", "projects", "awards", "ledger")


def questions(persona: str, name: str) -> list[str]:
    """Searches, filters and exports beyond the table's own addresses."""
    found = ["/funding/ledger/?town=330703101", "/funding/ledger/?year=2026&page=1", f"/funding/ledger/?town={name}"]
    nouns = () if persona == "anonymous" else API if persona in ("village", "township", "other_township") else OWN_API
    found += [
        f"/api/v1/{noun}/?{query}" for noun in nouns for query in ("page_size=200", "ordering=-id", "region=330703101", f"search={name}")
    ]
    if persona in ("village", "township", "other_township"):
        desk = VILLAGE_DESK if persona == "village" else DESK
        found += [f"/desk/{noun}/?{query}" for noun in desk for query in (f"q={name}", "town=330703101")]
        found += [f"/desk/export/{register}/" for register in REGISTERS]
    if persona in ("township", "other_township"):
        found += [f"/admin/funding/{model}/?q={name}" for model in ADMIN]
        found += ["/desk/scoring/", "/desk/export/representatives/"]
    return found


def plant(draft: Center, name: str, text: str) -> dict[str, Any]:
    """At a center of the other township: an application in the making, one that is scored, a project, an objection."""
    applying = RatingRound.objects.applying().order_by("pk").first()  # type: ignore[attr-defined]
    reviewing = RatingRound.objects.reviewing().order_by("pk").first()  # type: ignore[attr-defined]
    awarded = RatingRound.objects.filter(state="awarded").first()
    reviewed = make.application(reviewing, draft, strengths=text, plans=text)
    project = make.project(draft, "returned", title=name, purpose=text, remark=text)
    seal = ContentFile(make.PDF, "x")
    said = {"name": name, "phone": "+8613977654321", "text": text, "kind": "unit", "seal": seal, "content_type": "application/pdf"}
    return {
        "application": make.application(applying, draft, "returned", strengths=text, plans=text, remark=text),
        "reviewed": reviewed,
        "own_sheet": make.sheet(reviewed, state="recused", reason=text),
        "sealed_sheet": make.marked(reviewed, "township", 37),
        "representative_row": make.representative_of(draft.region.code, make.user(f"rep_{make.number()}", name=name)),
        "project": project,
        "project_paper": make.project_paper(project, name=f"{name}.pdf", file=ContentFile(make.PDF, "x")),
        "submitted_project": make.project(draft, "submitted", title=f"{name}二", purpose=text, submitted_by=make.user()),
        "objection": make.objection(awarded, **said),
        "sealed_objection": make.objection(awarded, **(said | {"seal": ContentFile(make.PDF, "x")})),
    }


def heard_at(rows: dict[str, Any]) -> list[str]:
    """Where the other township's own officer reads it."""
    return [
        *("/desk/applications/", "/desk/projects/", "/desk/export/applications/", "/desk/export/projects/"),
        *("/api/v1/applications/", "/api/v1/projects/", "/admin/funding/project/"),
        *(f"/desk/applications/{rows['application'].pk}/", f"/desk/projects/{rows['project'].pk}/"),
        *(f"/desk/scoring/{rows['reviewed'].pk}/", f"/admin/funding/application/{rows['application'].pk}/change/"),
    ]
