"""Funding in the small world: rounds at every stage, an application, sheets, an objection, projects, money that is in place."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from centers.models import Center
from funding import ledger
from funding.models import Award, DecisionLine, Project, ProjectPaper, RatingRound, Sheet
from funding.workflows.round import ROUND
from tests import make


def funding(center: Center, resident: User) -> dict[str, Any]:
    """Rows by name. The resident, who lives in the next village, was drawn to review this one."""
    return rules() | rounds(center, resident) | result(center) | projects(center)


def rules() -> dict[str, Any]:
    draft = make.rating_scheme()
    return {
        "draft_scheme": draft,
        "draft_tier": draft.tiers.first(),
        "draft_criterion": draft.criteria.first(),
        "draft_round": make.rating_round(draft, opened=False),
    }


def rounds(center: Center, resident: User) -> dict[str, Any]:
    """One in which villages apply, one in which representatives review."""
    applying, reviewing = make.rating_round(), make.rating_round()
    reviewed = make.application(reviewing, center, strengths="晚上也开门。")
    representative = make.representative_of(make.NEXT_VILLAGE, resident)
    own = make.sheet(reviewed, who=resident)
    other = make.sheet(reviewed)
    make.reviewing(reviewing)
    RatingRound.objects.filter(pk=reviewing.pk).update(drawn_at=timezone.now())
    return {
        "scheme": applying.scheme,
        "tier": applying.scheme.tiers.first(),
        "criterion": applying.scheme.criteria.first(),
        "applying_round": applying,
        "reviewing_round": reviewing,
        "application": make.application(applying, center, state="draft"),
        "reviewed": reviewed,
        "representative_row": representative,
        "own_sheet": own,
        "sealed_sheet": other,
    }


def result(center: Center) -> dict[str, Any]:
    """A round that was scored, one whose result is noticed, one whose money is in place."""
    noticed, awarded = decided(center), decided(center)
    RatingRound.objects.filter(pk=awarded.pk).update(state="final", final_at=timezone.now())
    make.budget(100_000_000, "stars", awarded.year)
    awarded.refresh_from_db()
    ROUND.take(awarded, "award", by=make.officer("district"))
    line = DecisionLine.objects.get(decision__round=noticed)
    sealed = make.objection(noticed, kind="unit", name="金东区演示单位", content_type="application/pdf", seal=ContentFile(make.PDF, "x"))
    award = Award.objects.get(round=awarded)
    return {
        "scored_round": scored(center),
        "noticed_round": noticed,
        "awarded_round": awarded,
        "decision": line.decision,
        "line": line,
        "result": line.application,
        "open_sheet": Sheet.objects.filter(application=line.application, source="township").first(),
        "objection": make.objection(noticed),
        "sealed_objection": sealed,
        "award": award,
        "posting_of_award": award.entries.get(),
    }


def scored(center: Center) -> RatingRound:
    """All sheets of one village are in."""
    row, district = make.rating_round(), make.officer("district")
    of = make.application(row, center)
    make.reviewing(row)
    for source, count, value in (("representatives", 3, 95), ("township", 2, 92), ("district", 1, 90)):
        for _n in range(count):
            make.marked(of, source, value)
    return ROUND.take(row, "score", by=district)  # type: ignore[no-any-return]


def decided(center: Center) -> RatingRound:
    return ROUND.take(scored(center), "decide", by=make.officer("district"))  # type: ignore[no-any-return]


def projects(center: Center) -> dict[str, Any]:
    """A draft, one that waits for the township, one for the district, one in notice, one that was accepted and can be paid."""
    draft = make.project(center)
    accepted = make.allocated(make.project(center, "accepted"))
    noticed = make.project(center, "approved", approved_on=timezone.localdate(), notice_until=make.day_after(7))
    ledger.allocate(noticed, noticed.granted or 0, by=make.user())
    return {
        "project": draft,
        "project_paper": paper(draft),
        "submitted_project": make.project(center, "submitted", submitted_by=make.user()),
        "endorsed_project": make.project(center, "endorsed", endorsed_by=make.user()),
        "noticed_project": noticed,
        "unfunded_project": make.project(center, "accepted"),
        "accepted_project": accepted,
        "ledger_entry": accepted.entries.get(kind="allocation"),
        "book": accepted.entries.get(kind="allocation").book,
    }


def paper(of: Project) -> ProjectPaper:
    """The council's minutes, with a file."""
    return make.project_paper(of, file=ContentFile(make.PDF, "x"))
