"""A round is read side by side with its sheets, a few rows at a time: the same entries as if all were in memory at once."""

import weakref
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from funding import deciding, rating, scoring
from funding.models import Decision, DecisionLine, RatingRound
from tests import make
from tests.funding.small_rounds import RULES, village


class Paper(dict[str, Decimal]):
    """A sheet whose end can be noticed."""


def test_result_and_fingerprint_come_from_one_pass_and_no_sheet_is_kept() -> None:
    papers: list[Any] = []
    alive: list[int] = []

    def stream() -> Any:
        for key in range(1, 6):
            paper = Paper(built=Decimal(80))
            papers.append(weakref.ref(paper))
            yield replace(village(key), district=(paper,))
            del paper
            alive.append(sum(one() is not None for one in papers))

    whole = [replace(village(key), district=({"built": Decimal(80)},)) for key in range(1, 6)]
    assert scoring.decided(RULES, stream()) == (scoring.outcome(RULES, whole), scoring.inputs_hash(RULES, whole))
    assert max(alive) == 1


@pytest.fixture
def mixed(district: User, monkeypatch: pytest.MonkeyPatch) -> tuple[RatingRound, dict[str, int]]:
    """Before, between and after those that count stand some that don't, with sheets and without; two rows are read at a time."""
    monkeypatch.setattr(rating, "CHUNK", 2)
    row = make.rating_round(by=district)
    made = {}
    for name in ("withdrawn", "first", "empty", "ruled", "returned", "last", "draft"):
        fields: dict[str, Any] = {"remark": "理由"} if name == "ruled" else {}
        state = name if name in ("withdrawn", "ruled", "returned", "draft") else "submitted"
        made[name] = make.application(row, make.center(name=name), state, **fields)
    for name in ("last", "withdrawn", "first", "ruled", "returned"):  # not in the order of the applications
        for source, number, mark in (("representatives", 2, 70), ("district", 1, 90), ("representatives", 1, 80)):
            make.marked(made[name], source, mark, number=number)
    make.sheet(made["first"], "township")  # pending: not read
    return row, {name: one.pk for name, one in made.items()}


@pytest.mark.django_db
def test_every_application_gets_its_own_sheets_and_no_other(mixed: Any) -> None:
    row, pks = mixed
    found = {entry.key: entry for entry in rating.entries_of(row)}
    assert list(found) == sorted(pks[name] for name in ("first", "empty", "ruled", "last"))
    for name in ("first", "last"):
        entry = found[pks[name]]
        assert [set(sheet.values()) for sheet in entry.ballots] == [{80}, {70}]
        assert [set(sheet.values()) for sheet in entry.district] == [{90}] and entry.township == ()
    for name in ("empty", "ruled"):
        assert not any(found[pks[name]].sheets(source) for source in scoring.SOURCES)
    assert list(rating.entries_of(row, [pks["last"]])) == [found[pks["last"]]]


@pytest.mark.django_db
def test_lines_are_written_in_batches(district: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "BATCH", 2)
    values = {code: (95, 92, 90 - n) for n, code in enumerate((make.VILLAGE, make.NEXT_VILLAGE, "330703001001"))}
    row = make.decided(values)
    assert DecisionLine.objects.count() == 3
    made = Decision.objects.get()
    entries = list(rating.entries_of(row))
    assert made.inputs_hash == scoring.inputs_hash(rating.rules_of(row.scheme), entries)


@pytest.mark.django_db
def test_ballots_stand_by_their_marks_not_in_the_order_of_the_lot(district: User) -> None:
    """The seed is open once all are in: who knows the representatives could draw the lot again and lay it beside."""
    of = make.application(make.rating_round(by=district))
    for number, mark in enumerate((60, 95, 80), 1):
        make.marked(of, "representatives", mark, number=number)
    rules = rating.rules_of(of.round.scheme)
    entry = next(rating.entries_of(of.round, [of.pk]))
    steps = scoring.explain(rules, entry, scoring.score_all(rules, [entry])[of.pk])
    ballots = rating.shown(of, steps)[0]
    assert [marks for _item, marks in ballots["items"]] == [[95, 80, 60], [95, 80, 60]]
