"""The in-tray holds what is this person's own turn, the most urgent first; a way out that nobody waits for fills no tray."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import make
from tests.portal.world import enter
from workflow.nouns import NOUNS
from workflow.tray import tray

pytestmark = pytest.mark.django_db
#: Noun → (a row of it, whose turn it is).
TURNS: dict[str, tuple[Callable[[], Any], str]] = {
    "tasks": (lambda: make.task(state="in_progress"), "village"),
    "tasks requested": (lambda: make.task(state="closure_requested"), "township"),
    "tasks verified": (lambda: make.task(state="town_verified"), "district"),
    "findings": (make.finding, "village"),
    "findings submitted": (lambda: make.finding(state="submitted"), "township"),
    "repairs": (make.repair, "village"),
    "feedback": (make.feedback, "village"),
    "appointments": (make.appointment, "village"),
    "placements submitted": (lambda: make.placement(state="submitted"), "township"),
    "placements before the district": (lambda: make.placement(state="district_review"), "district"),
    "leases in review": (lambda: make.lease(state="legal_review"), "district"),
}
LEVELS = ("village", "township", "district")


@pytest.mark.parametrize("name", TURNS)
def test_a_row_waits_with_those_whose_turn_it_is_and_nobody_else(name: str) -> None:
    row = TURNS[name][0]()
    link = f"/desk/{name.split()[0]}/{row.pk}/"
    waits = {persona for persona in LEVELS if link in {one.link for one in tray(make.officer(persona))}}
    assert waits == {TURNS[name][1]}


@pytest.mark.parametrize("state", ["closed", "void", "suspended"])
def test_a_task_at_rest_waits_with_nobody(state: str) -> None:
    make.task(state=state)
    assert [persona for persona in LEVELS if tray(make.officer(persona))] == []


@pytest.mark.parametrize("state", ["checked", "removed", "rejected"])
def test_a_placement_at_rest_waits_with_nobody(state: str) -> None:
    make.placement(state=state)
    assert [persona for persona in LEVELS if tray(make.officer(persona))] == []


@pytest.mark.parametrize("state", ["signed", "renewed", "ended"])
def test_a_lease_at_rest_waits_with_nobody(state: str) -> None:
    row = make.lease(state=state)
    links = {one.link for persona in LEVELS for one in tray(make.officer(persona))}
    assert f"/desk/leases/{row.pk}/" not in links


def test_the_most_urgent_comes_first_and_what_has_no_date_last() -> None:
    today = timezone.localdate()
    late = make.finding(issued_on=today - timedelta(days=30), due_on=today - timedelta(days=2))
    soon, later = make.feedback(due_on=today + timedelta(days=1)), make.finding(due_on=today + timedelta(days=40))
    found = [one.link for one in tray(make.officer("village"))]
    assert found == [f"/desk/findings/{late.pk}/", f"/desk/feedback/{soon.pk}/", f"/desk/findings/{later.pk}/"]
    assert [one.late for one in tray(make.officer("village"))] == [True, False, False]


def test_another_townships_rows_fill_no_tray() -> None:
    for made, _whose in TURNS.values():
        made()
    assert tray(make.officer("other_township")) == []


@pytest.mark.parametrize("name", TURNS)
def test_another_township_finds_neither_the_page_nor_the_step(name: str) -> None:
    row, slug = TURNS[name][0](), name.split()[0]
    client = enter(make.officer("other_township"))
    workflow = NOUNS[slug].workflow
    assert workflow is not None
    assert client.get(f"/desk/{slug}/{row.pk}/").status_code == 404
    for step in workflow.steps:
        assert client.post(f"/desk/{slug}/{row.pk}/steps/{step}/", {"reason": "x"}).status_code == 404
    state = row.state
    row.refresh_from_db()
    assert row.state == state
