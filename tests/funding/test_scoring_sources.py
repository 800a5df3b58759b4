"""From sheets to a total, at the borders: quorum, tenth ballot, second and third scorer, recusal, what is missing, rounding once."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import pytest

from funding import scoring
from funding.scoring import DISTRICT, REPRESENTATIVES, TOWNSHIP, Rules, Step
from tests.funding.small_rounds import RULES, told, village


def step(source: str, rules: Rules = RULES, **given: Any) -> Step:
    entry = village(**given)
    return next(one for one in scoring.explain(rules, entry, scoring.score_all(rules, [entry])[1]) if one.source == source)


def total(rules: Rules = RULES, **given: Any) -> Decimal | None:
    return scoring.score_all(rules, [village(**given)])[1].total


def test_a_sheet_is_weighed_over_all_its_items() -> None:
    items = {"a": 1, "b": 2, "c": 4}
    assert scoring.sheet_score({"a": 100, "b": Decimal("70.5"), "c": 50}, items) == Fraction(441, 7)
    assert scoring.sheet_score({"a": 100, "b": None, "c": 50}, items) is None
    assert scoring.sheet_score({"a": 100, "c": 50}, items) is None
    assert scoring.sheet_score({"a": 0, "b": 0, "c": 0, "of another": 100}, items) == 0


@pytest.mark.parametrize(
    ("ballots", "rule", "used"),
    [
        ((90,) * 4, "no_quorum", ()),
        ((90, 90, 90, 90, None), "no_quorum", ()),
        ((10, 60, 99, 70, 80), "median", (70,)),
        ((10, 60, 99, 70, 80, None), "median", (70,)),
        ((10, 60, 99, 70, 80, 75), "median", (70, 75)),
        ((0, 50, 60, 61, 62, 63, 64, 65, 100), "median", (62,)),
        ((0, 50, 60, 61, 62, 63, 64, 65, 66, 100), "trimmed", (50, 60, 61, 62, 63, 64, 65, 66)),
        ((*range(50, 69),), "trimmed", (*range(51, 68),)),
        ((*range(50, 70),), "trimmed", (*range(52, 68),)),
    ],
)
def test_ballots_quorum_median_and_the_tenth(ballots: Any, rule: str, used: Any) -> None:
    found = step(REPRESENTATIVES, ballots=ballots)
    assert (found.rule, found.used) == (rule, used)
    assert found.result == (Fraction(sum(used), len(used)) if used else None)
    assert found.unfinished == ballots.count(None)
    assert len(found.sheets) + found.unfinished == len(ballots)


@pytest.mark.parametrize(
    ("given", "rule", "result"),
    [
        ((), "no_sheet", None),
        ((80,), "second_needed", None),
        ((80, None), "second_needed", None),
        ((80, 90), "mean2", 85),
        ((80, "90.01"), "third_needed", None),
        (("90.01", 80, None), "third_needed", None),
        ((60, 90, 80), "median3", 80),
        ((80, 90, 81), "median3", 81),  # within the gap, and still the middle: else raising one of them could lower the score
        ((80, 90, 70, 60), "median", 75),
    ],
)
def test_township_two_and_a_third_when_they_differ(given: Any, rule: str, result: int | None) -> None:
    found = step(TOWNSHIP, township=given)
    assert (found.rule, found.result) == (rule, result)


def test_the_gap_is_measured_on_scores_exactly() -> None:
    """30 points on the item of one third are 10 on the sheet: not more than the gap. A hundredth of one more is."""
    rules = replace(RULES, items=RULES.items | {TOWNSHIP: {"kept": 2, "open": 1}})
    for second, missing in ((Decimal("49.99"), True), (Decimal("50"), False)):
        entry = replace(village(), township=({"kept": 80, "open": 80}, {"kept": 80, "open": second}))
        assert bool(scoring.score_all(rules, [entry])[1].missing) is missing


def test_district_is_the_mean_of_its_whole_sheets() -> None:
    assert step(DISTRICT, district=(80, 85, None)).result == Fraction(165, 2)
    assert step(DISTRICT, district=(None,)).rule == step(DISTRICT, district=()).rule == "no_sheet"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"ballots": (100,) * 4}, ((REPRESENTATIVES, "no_quorum"),)),
        ({"township": (100,)}, ((TOWNSHIP, "second_needed"),)),
        ({"township": (100, 89)}, ((TOWNSHIP, "third_needed"),)),
        ({"district": ()}, ((DISTRICT, "no_sheet"),)),
        (
            {"ballots": (), "township": (), "district": ()},
            ((REPRESENTATIVES, "no_quorum"), (TOWNSHIP, "no_sheet"), (DISTRICT, "no_sheet")),
        ),
    ],
)
def test_without_a_source_there_is_no_total_and_nothing_is_weighed_anew(given: Any, missing: Any) -> None:
    [line] = scoring.outcome(RULES, [village(**given)])
    assert (line.total, line.star, line.award, line.missing) == (None, 0, 0, missing)
    assert [source for source in scoring.SOURCES if getattr(line, source) is None] == [source for source, _ in missing]


def test_a_zero_is_a_score() -> None:
    assert total(ballots=(0,) * 5, township=(0, 0), district=(0,)) == 0


def test_who_recused_leaves_numerator_and_denominator() -> None:
    """Their sheet is not handed in: the others' mean or median is that of the others alone, and the quorum counts them alone."""
    all_ten = (0, 50, 60, 61, 62, 63, 64, 65, 66, 100)
    assert step(REPRESENTATIVES, ballots=all_ten).result == Fraction(491, 8)
    assert step(REPRESENTATIVES, ballots=all_ten[1:]).result == 63
    assert step(REPRESENTATIVES, ballots=all_ten[:4]).rule == "no_quorum"
    assert step(TOWNSHIP, township=(70, 75)).result == Fraction(145, 2)


def test_the_total_is_rounded_once_and_half_up() -> None:
    assert total(ballots=(90,) * 5, township=(90, "90.01"), district=("89.99",)) == Decimal("90.00")  # 89.9975
    assert total(ballots=(90,) * 5, township=("89.95", "90.01"), district=("89.99",)) == Decimal("89.99")  # 89.99
    assert total(ballots=(80,) * 5, township=(80, 80), district=("80.0125",)) == Decimal("80.01")  # 80.005: half goes up
    assert total(ballots=(80,) * 5, township=(80, 80), district=("80.0124",)) == Decimal("80.00")  # 80.00496
    assert str(total()) == "80.00"


def test_rounding_each_source_first_would_be_another_total() -> None:
    """80.004, 80.004 and 80.0065 weigh 80.005, so 80.01; rounded each by itself they would weigh 80.004, so 80.00."""
    parts = {"ballots": ("80.004",) * 5, "township": ("80.004", "80.004"), "district": ("80.0065",)}
    assert total(**parts) == Decimal("80.01")
    each = [Decimal("80.00"), Decimal("80.00"), Decimal("80.01")]
    assert sum(w * one for w, one in zip((30, 30, 40), each, strict=True)) / 100 == Decimal("80.004")


def test_a_third_is_exact() -> None:
    rules = replace(RULES, items={source: {"warm": 1, "kept": 1, "built": 1} for source in scoring.SOURCES})
    sheet = {"warm": 90, "kept": 90, "built": Decimal("89.98")}
    entry = replace(village(), ballots=(sheet,) * 5, township=(sheet,) * 2, district=(sheet,))
    scored = scoring.score_all(rules, [entry])[1]
    assert scored.sources == dict.fromkeys(scoring.SOURCES, Fraction(26998, 300))
    assert scored.total == Decimal("89.99")


def test_leniency_is_reported_and_corrected_only_where_the_rules_say_so() -> None:
    """East gives 8 more than the district, west 2 less, over three villages 14 / 3: so east is 3⅓ too kind, west 6⅔ too strict."""
    entries = [village(1, township=(88, 88)), village(2, township=(88, 88)), village(3, township=(78, 78), town="west")]
    plain = scoring.score_all(RULES, entries)
    assert scoring.leniency(plain, entries) == {"east": Fraction(10, 3), "west": Fraction(-20, 3)}
    assert [str(one.total) for one in plain.values()] == ["82.40", "82.40", "79.40"]
    corrected = scoring.score_all(replace(RULES, correct_leniency=True), entries)
    assert [one.township for one in corrected.values()] == [Fraction(254, 3)] * 3
    assert [one.sources[TOWNSHIP] for one in corrected.values()] == [88, 88, 78]
    assert [str(one.total) for one in corrected.values()] == ["81.40"] * 3
    assert step(TOWNSHIP, township=(88, 88)).shift == 0


def test_a_corrected_score_stays_within_its_scale() -> None:
    rules = replace(RULES, correct_leniency=True)
    entries = [village(1, township=(98, 98), district=(100,)), village(2, township=(5, 5), district=(0,), town="west")]
    scored = scoring.score_all(rules, entries)
    assert [one.shift for one in scored.values()] == [Fraction(-7, 2), Fraction(7, 2)]
    assert [one.township for one in scored.values()] == [100, Fraction(3, 2)]
    low = scoring.score_all(rules, [village(1, township=(3, 3), district=(0,)), village(2, district=(100,), town="west")])
    assert low[1].township == 0


def test_the_same_village_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        scoring.score_all(RULES, [village(1), village(1)])


@pytest.mark.parametrize(("points", "error"), [(80.5, TypeError), (Decimal("NaN"), None), (Decimal("sNaN"), InvalidOperation)])
def test_what_is_no_exact_number_is_refused(points: Any, error: type[Exception] | None) -> None:
    entry = replace(village(), district=({"built": points},))
    with pytest.raises(error or (ValueError, InvalidOperation)):
        scoring.score_all(RULES, [entry])


def test_points_are_summed_exactly_however_many_digits_they_have() -> None:
    fine = Decimal("80." + "1" * 60)
    entry = village(district=(fine, fine, fine))
    assert scoring.score_all(RULES, [entry])[1].sources[DISTRICT] == step(DISTRICT, district=(fine, fine, fine)).result == Fraction(fine)


def test_whole_numbers_count_as_decimals_do() -> None:
    entry = village()
    ints = replace(entry, ballots=({"warm": 80},) * 5, township=({"kept": 80},) * 2, district=({"built": 80},))
    assert scoring.outcome(RULES, [ints]) == scoring.outcome(RULES, [entry])
    assert scoring.entry_hash(RULES, ints) == scoring.entry_hash(RULES, entry)


def test_the_explanation_names_the_numbers() -> None:
    entry = village(ballots=(10, 60, 99, 70, 80, None), township=(60, 90, 81), district=(85, 86))
    found = scoring.explain(RULES, entry, scoring.score_all(RULES, [entry])[1])
    assert [(one.source, one.rule, one.unfinished, one.weight) for one in found] == [
        (REPRESENTATIVES, "median", 1, 30),
        (TOWNSHIP, "median3", 0, 30),
        (DISTRICT, "mean", 0, 40),
        (scoring.TOTAL, "half_up", 0, 100),
    ]
    assert [one.contribution for one in found] == [21, Fraction("24.3"), Fraction("34.2"), Fraction("79.5")]
    assert [one.sheets for one in found] == [(10, 60, 70, 80, 99), (60, 81, 90), (85, 86), ()]
    assert found[3].used == (21, Fraction("24.3"), Fraction("34.2"))


def test_an_explanation_of_what_is_missing_has_no_total() -> None:
    entry = village(township=(60, 90))
    found = scoring.explain(RULES, entry, scoring.score_all(RULES, [entry])[1])
    assert [(one.rule, one.contribution) for one in found] == [("median", 24), ("third_needed", None), ("mean", 32), ("half_up", None)]
    assert found[1].sheets == (60, 90)


def test_a_ballot_has_no_place_in_the_explanation() -> None:
    """Ascending, so that who handed in first can't be told."""
    assert step(REPRESENTATIVES, ballots=(90, 70, 80, 60, 85)).sheets == (60, 70, 80, 85, 90)
    assert told("warm", None) == ({"warm": None},)
