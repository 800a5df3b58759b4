"""For ``test_budgets``: the pages of star rating, special projects and the ledger."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from centers.models import Center
from funding import ledger
from funding.models import Award, DecisionLine, RatingRound
from tests import make

NOUNS = {
    "rating-schemes": "scheme",
    "rating-rounds": "applying_round",
    "applications": "application",
    "projects": "project",
    "awards": "award",
    "ledger": "ledger_entry",
}
EXPORTS = ("rating_schemes", "rating_rounds", "applications", "rating_results", "projects", "awards", "ledger")
API = ("schemes", "rounds", "applications", "scores", "awards", "projects", "ledger")
DESK = tuple(f"/desk/{noun}/" for noun in NOUNS) + tuple(f"/desk/{noun}/{{{row}}}/" for noun, row in NOUNS.items())
DESK += ("/desk/applications/add/", "/desk/projects/add/", "/desk/applications/{result}/", "/desk/projects/{accepted_project}/")
DESK += ("/desk/rating-rounds/{noticed_round}/", *(f"/desk/export/{name}/" for name in EXPORTS))
TOWN = (
    *DESK,
    "/desk/scoring/",
    "/desk/scoring/{reviewed}/",
    "/desk/representatives/",
    "/desk/representatives/{representative_row}/",
    "/desk/representatives/add/",
    "/desk/export/representatives/",
    *(f"/api/v1/{name}/" for name in API),
)
MODELS = ("ratingscheme", "ratinground", "application", "decision", "representative", "objection", "project", "award", "ledgerentry")
DISTRICT = (
    *(f"/admin/funding/{model}/" for model in MODELS),
    "/admin/funding/ratingscheme/{draft_scheme}/change/",
    "/desk/objections/",
    "/desk/objections/{objection}/",
    "/desk/export/objections/",
    "/api/v1/objections/",
    "/desk/rating-rounds/{scored_round}/what-if/",
    "/desk/rating-rounds/{reviewing_round}/",
    "/desk/applications/{reviewed}/",
    "/desk/ledger/budget/",
    "/desk/ledger/{ledger_entry}/reverse/",
)
WALK: dict[str, tuple[str, ...]] = {
    "anonymous": (
        *("/funding/", "/funding/ledger/", "/funding/projects/{noticed_project}/", "/funding/rounds/{noticed_round}/"),
        *("/funding/rounds/{noticed_round}/{result}/", "/funding/rounds/{noticed_round}/object/"),
    ),
    "resident": ("/me/reviews/", "/me/reviews/{own_sheet}/", "/me/reviews/{own_sheet}/recuse/", "/api/v1/scores/", "/api/v1/objections/"),
    "village": DESK,
    "township": TOWN,
    "district": DISTRICT,
}


def grow(resident: User, rows: dict[str, Any], n: int) -> None:
    """One more of each."""
    more = Center.objects.filter(name__startswith="分中心").exclude(applications__round=rows["applying_round"]).latest("pk")
    make.application(rows["applying_round"], more, "draft")
    reviewed = make.application(rows["reviewing_round"], more)
    make.sheet(reviewed, who=resident)
    make.marked(reviewed, "district", 80)
    make.sheet(rows["reviewed"])
    make.representative_of()
    scheme = make.rating_scheme()
    RatingRound.objects.filter(pk=make.rating_round(scheme, opened=False).pk).update(state="open", opened_at=timezone.now())
    decided(rows, more)
    make.objection(rows["noticed_round"], state="dismissed", answer="查过了。", answered_at=timezone.now(), answered_by=make.user())
    make.objection(rows["noticed_round"])
    spent(more)


def added(row: RatingRound, center: Center) -> Any:
    """One more village in a round whose scores are all in."""
    row.refresh_from_db()
    was = {"state": row.state, "final_at": row.final_at}
    RatingRound.objects.filter(pk=row.pk).update(state="open", final_at=None)
    made = make.application(row, center)
    for source, count in (("representatives", 3), ("township", 2), ("district", 1)):
        for _n in range(count):
            make.marked(made, source, 75)
    RatingRound.objects.filter(pk=row.pk).update(**was)
    return made


def decided(rows: dict[str, Any], center: Center) -> None:
    """One more village in the round that is scored, and in those whose result is noticed and paid."""
    added(rows["scored_round"], center)
    for name, decision in (("noticed_round", rows["decision"]), ("awarded_round", rows["award"].line.decision)):
        row = rows[name]
        of = added(row, center)
        line = DecisionLine.objects.create(decision=decision, application=of, total=75, star=3, award=1_000_000)
        if name == "awarded_round":
            award = Award.objects.create(round=row, line=line, center=center, star=3, amount=1_000_000)
            ledger.allocate(award, 1_000_000, by=make.user())


def spent(center: Center) -> None:
    """A draft, one in notice, one that was paid in part."""
    make.project_paper(make.project(center))
    make.project(center, "approved", notice_until=make.day_after(5))
    paid = make.allocated(make.project(center, "accepted"))
    ledger.pay(paid, 1_000_000, by=make.user())
