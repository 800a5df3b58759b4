"""Papers lie where their owner lies, and change only while nobody reviews it."""

from typing import Any

import pytest

from centers.models import CandidateSite, Finding, Lease, Paper, PlacementApplication, UpgradeTask
from centers.papers import takes_parts
from tests import make

pytestmark = pytest.mark.django_db
OPEN = {
    UpgradeTask: {"draft", "plan_set", "in_progress", "returned", "reopened"},
    Finding: {"issued", "accepted", "extended", "returned"},
    PlacementApplication: {"draft", "returned"},
    Lease: {"draft", "legal_review"},
    CandidateSite: {"found", "assessed", "negotiating", "agreed", "in_use"},
}


@pytest.mark.parametrize("model", OPEN, ids=lambda model: model.__name__)
def test_parts_change_while_the_owner_is_with_its_village(model: Any) -> None:
    assert {state for state in model.State.values if takes_parts(model(state=state))} == OPEN[model]


def moved(paper: Paper) -> str:
    paper.refresh_from_db()
    return paper.region.code


@pytest.mark.parametrize("make_owner", [make.task, make.placement])
def test_papers_move_with_their_owners_center(make_owner: Any) -> None:
    owner = make_owner(make.center())
    paper = make.paper(owner)
    assert paper.region.code == make.VILLAGE
    owner.center = make.center(make.OTHER_VILLAGE)
    owner.save()
    assert moved(paper) == make.OTHER_VILLAGE


def test_papers_move_with_a_site_and_with_a_lease_that_changes_its_site() -> None:
    here, there = make.site(), make.site(make.OTHER_VILLAGE)
    lease = make.lease(here)
    of_site, of_lease = make.paper(here), make.paper(lease)
    lease.site = there
    lease.save()
    assert (moved(of_lease), moved(of_site)) == (make.OTHER_VILLAGE, make.VILLAGE)
    here.region = make.region(make.NEXT_VILLAGE)
    here.save()
    assert moved(of_site) == make.NEXT_VILLAGE


def test_the_papers_of_a_lease_move_when_its_site_moves() -> None:
    site = make.site()
    paper = make.paper(make.lease(site))
    site.region = make.region(make.OTHER_VILLAGE)
    site.save()
    assert moved(paper) == make.OTHER_VILLAGE


def test_where_the_owner_went_away_from_nobody_sees_its_papers_any_more() -> None:
    owner = make.task(make.center())
    paper = make.paper(owner)
    before, after = make.officer("township"), make.officer("other_township")
    owner.center = make.center(make.OTHER_VILLAGE)
    owner.save()
    rows = Paper.objects.all()
    assert (list(rows.allowed(before, "view")), list(rows.allowed(after, "view"))) == ([], [paper])
