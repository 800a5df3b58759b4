"""A rule set that can't be used is named by its faults; hashes bind what is read and nothing else; the arithmetic stands alone."""

import ast
import hashlib
import json
import subprocess
import sys
import weakref
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from funding import rules, scoring, sources, stars
from funding.scoring import DISTRICT, REPRESENTATIVES, TOWNSHIP, Entry, Tier
from tests.funding.small_rounds import RULES, village

FIVE, FOUR, THREE = RULES.tiers


def test_the_defaults_have_no_fault() -> None:
    assert scoring.faults(RULES) == []


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"weights": {REPRESENTATIVES: 30, TOWNSHIP: 30, DISTRICT: 41}}, ["weights_sum"]),
        ({"weights": {REPRESENTATIVES: 60, TOWNSHIP: 40}}, ["weights_sources"]),
        ({"weights": {REPRESENTATIVES: 0, TOWNSHIP: 60, DISTRICT: 40}}, ["weights_positive"]),
        ({"items": RULES.items | {"likes": {"votes": 1}}}, ["items_sources"]),
        ({"items": RULES.items | {TOWNSHIP: {}}}, ["items_empty"]),
        ({"items": RULES.items | {TOWNSHIP: {"kept": 0}}}, ["items_positive"]),
        ({"tiers": ()}, ["tiers_empty"]),
        ({"tiers": (replace(FIVE, star=0),)}, ["tier_star"]),
        ({"tiers": (replace(FOUR, star=5), FIVE)}, ["tier_star"]),
        ({"tiers": (replace(FIVE, threshold=Decimal("100.01")),)}, ["tier_threshold"]),
        ({"tiers": (FIVE, replace(FOUR, threshold=Decimal("NaN")))}, ["tier_threshold"]),
        ({"tiers": (FIVE, replace(FOUR, threshold=Decimal(90)))}, ["tier_threshold_order"]),
        ({"tiers": (THREE, replace(FOUR, award=0))}, ["tier_award_order"]),
        ({"tiers": (replace(FIVE, award=-1),)}, ["tier_award"]),
        ({"tiers": (replace(FIVE, quota=-1),)}, ["tier_quota"]),
        ({"budget": -1}, ["budget"]),
        ({"veto_star": -1}, ["veto_star"]),
        ({"quorum": 0}, ["quorum"]),
        ({"trim_from": 9}, ["trim_from"]),
        ({"gap": Decimal(-1)}, ["gap"]),
        ({"gap": Decimal("Infinity")}, ["gap"]),
        ({"quorum": 0, "budget": -1}, ["budget", "quorum"]),
    ],
)
def test_each_fault_has_its_code(change: dict[str, Any], codes: list[str]) -> None:
    assert scoring.faults(replace(RULES, **change)) == codes


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {REPRESENTATIVES: 31, TOWNSHIP: 29, DISTRICT: 40}},
        {"items": RULES.items | {TOWNSHIP: {"kept": 2}}},
        {"tiers": (replace(FIVE, quota=3), FOUR, THREE)},
        {"tiers": (replace(FIVE, threshold=Decimal("90.01")), FOUR, THREE)},
        {"tiers": (FIVE, FOUR)},
        {"budget": 1},
        {"veto_star": 3},
        {"quorum": 6},
        {"trim_from": 12},
        {"gap": Decimal(9)},
        {"correct_leniency": True},
    ],
)
def test_every_rule_is_in_the_hash(change: dict[str, Any]) -> None:
    other = replace(RULES, **change)
    assert scoring.rules_hash(other) != scoring.rules_hash(RULES)
    assert scoring.inputs_hash(other, [village()]) != scoring.inputs_hash(RULES, [village()])


@pytest.mark.parametrize(
    "change",
    [
        {"key": 2},
        {"town": "west"},
        {"ballots": village(ballots=(80, 80, 80, 80, 81)).ballots},
        {"ballots": village(ballots=(80,) * 6).ballots},
        {"ballots": (*village().ballots, {"warm": None})},
        {"township": village().district},
        {"district": ()},
        {"vetoed": True},
        {"inspection": Decimal(0)},
        {"coverage": Decimal(0)},
        {"complaints": 1},
        {"lot": "0b"},
    ],
)
def test_all_that_is_read_of_a_village_is_in_the_hash(change: dict[str, Any]) -> None:
    other = replace(village(), **change)
    assert scoring.entry_hash(RULES, other) != scoring.entry_hash(RULES, village())
    assert scoring.inputs_hash(RULES, [other]) != scoring.inputs_hash(RULES, [village()])


def test_the_same_numbers_are_the_same_hash() -> None:
    plain, written = village(ballots=(90, 0, 100, "90.5", None)), village(ballots=("90.00", "0.00", "1E+2", "90.50", None))
    unread = replace(written, ballots=(*written.ballots[:4], {"of nobody": Decimal(1)}))
    assert scoring.entry_hash(RULES, plain) == scoring.entry_hash(RULES, written) == scoring.entry_hash(RULES, unread)
    assert scoring.rules_hash(replace(RULES, gap=Decimal("10.00"))) == scoring.rules_hash(RULES)


def canonical(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def test_hashes_can_be_made_again_from_their_description() -> None:
    """As ``docs/rating.md`` describes them, with the standard library alone."""
    entry = village(7, ballots=("90.50", 80, None), town="东孝", inspection=Decimal("98.0"), lot="0a")
    told = {
        **{"key": 7, "town": "东孝", "vetoed": False, "inspection": "98", "coverage": None, "complaints": 0, "lot": "0a"},
        "representatives": [{"warm": "80"}, {"warm": "90.5"}, {"warm": None}],
        **{"township": [{"kept": "80"}, {"kept": "80"}], "district": [{"built": "80"}]},
    }
    plain = {
        **{"weights": {"representatives": 30, "township": 30, "district": 40}, "budget": 100_000_000, "veto_star": 0, "quorum": 5},
        **{"items": {"representatives": {"warm": 1}, "township": {"kept": 1}, "district": {"built": 1}}, "trim_from": 10, "gap": "10"},
        "tiers": [{"star": t.star, "threshold": str(t.threshold), "award": t.award, "quota": None} for t in RULES.tiers],
        "correct_leniency": False,
    }
    assert scoring.entry_hash(RULES, entry) == canonical(told)
    assert scoring.rules_hash(RULES) == canonical(plain)
    assert scoring.inputs_hash(RULES, [village(9), entry]) == canonical(
        [canonical(plain), [[7, canonical(told)], [9, scoring.entry_hash(RULES, village(9))]]]
    )


def test_names_with_quotes_stay_json() -> None:
    odd = replace(RULES, items=RULES.items | {DISTRICT: {'a"b\\': 1}})
    entry = replace(village(), district=({'a"b\\': Decimal(1)},), town='"')
    told = {
        **{"key": 1, "town": '"', "vetoed": False, "inspection": None, "coverage": None, "complaints": 0, "lot": ""},
        **{"representatives": [{"warm": "80"}] * 5, "township": [{"kept": "80"}] * 2, "district": [{'a"b\\': "1"}]},
    }
    assert scoring.entry_hash(odd, entry) == canonical(told)


class Paper(dict[str, Decimal]):
    """A sheet whose end can be noticed."""


def test_entries_may_be_streamed_and_no_sheet_is_kept() -> None:
    papers: list[Any] = []
    alive: list[int] = []

    def stream() -> Any:
        for key in range(1, 6):
            paper = Paper(built=Decimal(80))
            papers.append(weakref.ref(paper))
            yield replace(village(key), district=(paper,))
            del paper
            alive.append(sum(one() is not None for one in papers))

    assert scoring.outcome(RULES, stream()) == [replace(scoring.outcome(RULES, [village()])[0], key=key) for key in range(1, 6)]
    assert max(alive) == 1
    assert scoring.bare(village(1, lot="0a", complaints=2)) == Entry(1, "east", lot="0a", complaints=2)


def test_the_caller_may_round_while_entries_are_streamed() -> None:
    """The exact arithmetic is not around the caller's own code."""

    def stream() -> Any:
        for key in range(1, 3):
            assert Decimal(1) / 3 != 0
            yield village(key)

    assert len(scoring.outcome(RULES, stream())) == 2


def test_the_arithmetic_needs_no_django() -> None:
    code = "import sys; import funding.scoring; assert not [name for name in sys.modules if name.split('.')[0] == 'django']"
    root = Path(scoring.__file__).resolve().parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env={"PYTHONPATH": str(root)})


@pytest.mark.parametrize("module", [rules, sources, stars, scoring], ids=lambda module: module.__name__)
def test_there_is_no_float_in_it(module: Any) -> None:
    found = list(ast.walk(ast.parse(Path(module.__file__).read_text())))
    assert not [node for node in found if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    assert not [node for node in found if isinstance(node, ast.Name) and node.id in ("float", "round")]


def test_all_results_are_plain_data() -> None:
    line = scoring.outcome(RULES, [village()])[0]
    assert [type(getattr(line, name)).__name__ for name in ("representatives", "township", "district", "total", "star", "award")] == (
        ["Fraction"] * 3 + ["Decimal", "int", "int"]
    )
    with pytest.raises(AttributeError):
        line.star = 5  # type: ignore[misc]
    assert Tier(5, Decimal(90), 1).quota is None
