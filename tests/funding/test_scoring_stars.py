"""From totals to stars to fen: thresholds, quotas, vetoes, ties, the budget; what-if and its changes."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from funding import scoring
from funding.scoring import Entry, Rules, Tier
from tests.funding.small_rounds import RULES, village


def even(key: int, points: Any, **more: Any) -> Entry:
    """A village with the same points from all: they are its total."""
    return village(key, ballots=(points,) * 5, township=(points, points), district=(points,), **more)


def stars(rules: Rules, *entries: Entry) -> list[int]:
    return [line.star for line in scoring.outcome(rules, entries)]


def with_quotas(*quotas: int | None) -> Rules:
    return replace(RULES, tiers=tuple(replace(tier, quota=quota) for tier, quota in zip(RULES.tiers, quotas, strict=True)))


def test_a_threshold_is_reached_by_its_points() -> None:
    given = ("90", "89.99", "89.995", "80", "79.99", "70", "69.99", "0")
    assert stars(RULES, *(even(n, one) for n, one in enumerate(given))) == [5, 4, 5, 4, 3, 3, 0, 0]


def test_a_full_star_leaves_the_next_one() -> None:
    rules = with_quotas(1, 2, None)
    assert stars(rules, even(1, 91), even(2, 95), even(3, 93), even(4, 85), even(5, 72)) == [4, 5, 4, 3, 3]
    assert stars(with_quotas(1, 1, 1), even(1, 91), even(2, 92), even(3, 93), even(4, 94)) == [0, 3, 4, 5]


def test_an_open_quota_is_not_forced() -> None:
    assert stars(with_quotas(5, 5, 5), even(1, 85), even(2, 60)) == [4, 0]
    assert stars(with_quotas(0, None, None), even(1, 95)) == [4]


@pytest.mark.parametrize(("veto_star", "star"), [(0, 0), (2, 0), (3, 3), (4, 4), (5, 5)])
def test_a_veto_caps_the_star(veto_star: int, star: int) -> None:
    assert stars(replace(RULES, veto_star=veto_star), even(1, 95, vetoed=True), even(2, 95)) == [star, 5]


def test_a_veto_leaves_the_place_to_the_next() -> None:
    assert stars(replace(with_quotas(1, 1, 1), veto_star=3), even(1, 99, vetoed=True), even(2, 91)) == [3, 5]


def test_without_a_total_there_is_no_star_and_no_place_taken() -> None:
    assert stars(with_quotas(1, None, None), village(1, ballots=(100,) * 4, township=(100, 100), district=(100,)), even(2, 90)) == [0, 5]


SAME = {"ballots": (91,) * 5, "township": (83, 83), "district": (85,)}
KNOWN = SAME | {"inspection": Decimal(98), "coverage": Decimal("89.9")}
#: Each beats the one after it, by the first thing in which they differ: the district's score, then the inspection, and so on.
TIED = [
    village(9, ballots=(79,) * 5, township=(87, 87), district=(91,)),
    village(8, **SAME, inspection=Decimal(99)),
    village(7, **SAME, inspection=Decimal(98), coverage=Decimal(90)),
    village(6, **KNOWN, complaints=1, lot="ff"),
    village(5, **KNOWN, complaints=2, lot="0a"),
    village(4, **KNOWN, complaints=2, lot="B"),
    village(3, **KNOWN, complaints=2, lot="0c"),
    village(2, **SAME, inspection=Decimal(98), complaints=0, lot="00"),
    village(1, **SAME, inspection=Decimal(0), lot="ff"),
    village(0, **SAME, coverage=Decimal(100), lot="00"),
]


def test_ties_are_parted_by_district_inspection_coverage_complaints_lot() -> None:
    scored = scoring.score_all(RULES, TIED)
    assert {one.total for one in scored.values()} == {Decimal("86.20")}
    assert [entry.key for entry in scoring.ranked(reversed(TIED), scored)] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize("places", range(1, 10))
def test_a_tie_decides_who_gets_the_last_place(places: int) -> None:
    rules = with_quotas(None, places, None)
    assert [line.key for line in scoring.outcome(rules, TIED) if line.star == 4] == sorted(entry.key for entry in TIED[:places])


def test_the_smallest_difference_of_the_district_parts_a_tie() -> None:
    entries = [even(1, 85), village(2, ballots=(85,) * 5, township=(85, 85), district=("85.000000000001",))]
    scored = scoring.score_all(RULES, entries)
    assert scored[1].total == scored[2].total
    assert [entry.key for entry in scoring.ranked(entries, scored)] == [2, 1]


def test_before_the_lot_is_drawn_the_key_parts_for_a_preview() -> None:
    assert stars(with_quotas(1, None, None), even(2, 90), even(1, 90)) == [5, 4]


def test_a_lot_that_is_no_hex_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        stars(RULES, even(1, 90, lot="seven"))


def test_within_the_budget_the_table_is_paid() -> None:
    rules = replace(RULES, budget=6_000_000)
    lines = scoring.outcome(rules, [even(1, 95), even(2, 85), even(3, 75), even(4, 50)])
    assert [line.award for line in lines] == [3_000_000, 2_000_000, 1_000_000, 0]


def test_past_the_budget_all_are_cut_to_the_fen() -> None:
    """One fen less than asked: 2,999,999.5 · 1,999,999.67 · 999,999.83, so the 5★, with the smallest remainder, gets none of the two."""
    rules = replace(RULES, budget=5_999_999)
    lines = scoring.outcome(rules, [even(1, 95), even(2, 85), even(3, 75), even(4, 50)])
    assert [line.award for line in lines] == [2_999_999, 2_000_000, 1_000_000, 0]
    assert [line.award for line in scoring.outcome(replace(RULES, budget=0), [even(1, 95), even(2, 85)])] == [0, 0]


def test_equal_remainders_go_by_lot_then_key() -> None:
    rules = replace(RULES, budget=2_000_001)
    entries = [even(1, 85, lot="ff"), even(2, 85, lot="0e"), even(3, 85, lot="1d")]
    assert [line.award for line in scoring.outcome(rules, entries)] == [666_667] * 3
    for budget, fen in ((2_000_002, [0, 1, 0]), (2_000_003, [0, 1, 1])):
        found = [line.award for line in scoring.outcome(replace(rules, budget=budget), entries)]
        assert [award - 666_667 for award in found] == fen
    assert scoring.split(2, {3: 1, 1: 1, 2: 1}) == {1: 1, 2: 1, 3: 0}
    assert scoring.split(100, {1: 0, 2: 0}) == {1: 0, 2: 0}
    assert scoring.split(100, {}) == {}


def test_what_changes_is_told() -> None:
    entries = [even(1, 95), even(2, 88), even(3, 75), even(4, 60), even(5, 83)]
    scored = scoring.score_all(RULES, entries)
    tiers = (Tier(5, Decimal(85), 3_000_000), Tier(4, Decimal(84), 2_000_000), Tier(3, Decimal(70), 1_500_000))
    told = scoring.changes(scoring.what_if(RULES, scored, entries), scoring.what_if(replace(RULES, tiers=tiers), scored, entries))
    assert told.stars == {5: (1, 2), 4: (2, 0), 3: (1, 2), 0: (1, 1)}
    assert told.money == (8_000_000, 9_000_000)
    assert (told.rise, told.fall, told.paid_otherwise, told.keys) == ((2,), (5,), (3,), (2, 3, 5))
    with pytest.raises(ValueError, match="same villages"):
        scoring.changes(scoring.outcome(RULES, entries[:1]), scoring.outcome(RULES, entries[1:2]))
    with pytest.raises(ValueError, match="shorter"):
        scoring.changes(scoring.outcome(RULES, entries), scoring.outcome(RULES, entries[1:]))


def test_correction_and_a_quota_can_turn_a_raise_against_a_village() -> None:
    """What correcting leniency costs: where the scale ends (100 here) the village gains nothing by the raise, but its township then
    looks less strict, and so villages elsewhere gain. ``docs/rating.md`` says so beside the rule.
    """
    rules = replace(with_quotas(1, None, None), correct_leniency=True, tiers=(Tier(5, Decimal(70), 2, 1), Tier(4, Decimal(60), 1)))
    other = village(2, ballots=(100,) * 5, township=(90, 90), district=(60,), town="west")
    one = village(1, ballots=(20,) * 5, township=(96, 96), district=(100,))
    before = scoring.outcome(rules, [one, other])
    after = scoring.outcome(rules, [village(1, ballots=(20,) * 5, township=(100, 100), district=(100,)), other])
    assert [(str(line.total), line.star) for line in before] == [("76.00", 5), ("75.90", 4)]
    assert [(str(line.total), line.star) for line in after] == [("76.00", 4), ("76.50", 5)]
