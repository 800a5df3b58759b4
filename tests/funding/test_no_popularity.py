"""Popularity votes, rankings of persons, numbers of photographs never enter a score (DOMAIN.md §0.1)."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import PollTally
from funding import evidence, rating, scoring, sources
from funding.models import RatingRound
from tests import make
from tests.house.test_size import ROOT

FILES = sorted(p for p in (ROOT / "funding").rglob("*.py") if "migrations" not in p.parts)
#: All that funding takes from the apps whose records could be counted: module → names. A new name here is a decision.
TAKEN = {
    "activities": {"draw"},
    "activities.draw": {"sha256"},
    "activities.models": {"Outcome", "SurveyAnswer"},
    "activities.models.survey": {"AT_LEAST"},
    "staffing": {"coverage"},
    "staffing.forms.people": {"centers_for"},
    "staffing.models.cadre": {"ORDER", "DatedQuerySet"},
}
#: Of the registry: the center, complaints, which windows count as open, and where a paper lies (a path, no picture).
CENTERS = {"Center", "Feedback", "OpeningHours", "paper_path"}
#: Tables that a score may not even look at.
UNHEARD = (
    *("activities_poll", "activities_brand", "activities_roadshow", "activities_attendance", "activities_booking"),
    *("centers_photo", "centers_picture", "centers_closurephoto", "staffing_dutybalance", "accounts_user"),
)


def imported(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def test_funding_takes_neither_polls_nor_photographs_nor_persons_from_other_apps() -> None:
    found: dict[str, set[str]] = {}
    for path in FILES:
        for module, name in imported(path):
            if module.split(".")[0] in ("activities", "staffing"):
                found.setdefault(module, set()).add(name)
    assert found == TAKEN
    models = {name for path in FILES for module, name in imported(path) if module.startswith("centers.models")}
    assert models == CENTERS


def test_what_parts_equals_is_no_popularity_either() -> None:
    """All that the arithmetic can see of a village."""
    seen = {field.name for field in fields(sources.Entry)}
    assert seen == {"key", "town", "ballots", "township", "district", "vetoed", "inspection", "coverage", "complaints", "lot"}
    assert {entry.key for entry in evidence.EVIDENCE} == {
        *("open_hours", "activities", "headcount", "compliance", "coverage", "satisfaction", "complaints"),
    }


def known() -> dict[int, list[dict[str, Any]]]:
    today = timezone.localdate()
    centers = [make.center_of(make.VILLAGE), make.center_of(make.NEXT_VILLAGE)]
    return evidence.facts(centers, today - timedelta(60), today)


def result(row: RatingRound) -> tuple[Any, str]:
    """Stars, totals and awards, and the fingerprint of everything that went into them."""
    rules = rating.rules_of(row.scheme)
    return scoring.outcome(rules, rating.entries_of(row)), scoring.inputs_hash(rules, rating.entries_of(row))


@pytest.mark.django_db
def test_a_popular_village_with_many_pictures_scores_as_before() -> None:
    row = make.scored_round({make.VILLAGE: (95, 92, 90), make.NEXT_VILLAGE: (95, 92, 90)})
    center = make.center_of(make.VILLAGE)
    before = known(), result(row)
    poll = make.poll()
    PollTally.objects.filter(option__poll=poll).update(votes=9000)
    brand = make.brand(center, "recognised")
    for _n in range(5):
        make.photo(center)
        make.picture(center)
    make.closure_photo(make.task(center), "after")
    make.duty_balance()
    assert poll.pk and brand.pk
    assert (known(), result(row)) == before


@pytest.mark.django_db
def test_what_was_really_done_does_change_the_facts() -> None:
    """The control: the same look sees an activity."""
    before = known()
    make.outcome(make.activity(make.center_of(make.VILLAGE), state="reported"), headcount=40)
    after = known()
    changed = {(fact["key"], fact["value"]) for pk in after for fact in after[pk]} - {
        (fact["key"], fact["value"]) for pk in before for fact in before[pk]
    }
    assert changed == {("activities", 1), ("headcount", 40)}


@pytest.mark.django_db
def test_facts_and_totals_read_no_table_of_votes_photographs_or_persons() -> None:
    row = make.scored_round()
    with CaptureQueriesContext(connection) as captured:
        known()
        list(rating.entries_of(row))
        rating.rules_of(row.scheme)
    read = " ".join(query["sql"] for query in captured.captured_queries)
    assert "funding_sheet" in read and "activities_outcome" in read
    assert [table for table in UNHEARD if table in read] == []
