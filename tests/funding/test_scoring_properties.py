"""What must hold of any round: against the rules written down again, in any order, and whatever is raised."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from funding import scoring
from funding.scoring import SOURCES, TOWNSHIP, Entry, Rules, Sheet
from tests.funding.small_rounds import rounds, slow_source, slow_stars, slow_totals

many = settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
dice = st.integers(0, 2**32).map(Random)
Round = tuple[Rules, list[Entry]]


def shuffled(random: Random, things: Any) -> list[Any]:
    found = list(things)
    random.shuffle(found)
    return found


def stirred(random: Random, entry: Entry) -> Entry:
    """Its sheets in another order, and the items in each of them."""
    given = ([dict(shuffled(random, sheet.items())) for sheet in shuffled(random, entry.sheets(source))] for source in SOURCES)
    return replace(entry, **dict(zip(("ballots", "township", "district"), map(tuple, given), strict=True)))


def with_sheet(entry: Entry, source: str, place: int, sheet: Sheet | None) -> Entry:
    """With another sheet at this place of the source, or (None) without it."""
    found = list(entry.sheets(source))
    found[place : place + 1] = [] if sheet is None else [sheet]
    return replace(entry, **{"ballots" if source == "representatives" else source: tuple(found)})


def some_sheet(random: Random, entries: list[Entry]) -> tuple[Entry, str, int]:
    places = [(entry, source, n) for entry in entries for source in SOURCES for n in range(len(entry.sheets(source)))]
    assume(places)
    return random.choice(places)


@many
@given(rounds())
def test_scores_and_totals_are_the_rules_written_down_again(this: Round) -> None:
    rules, entries = this
    scored = scoring.score_all(rules, entries)
    assert {key: one.total for key, one in scored.items()} == slow_totals(rules, entries)
    for entry in entries:
        slow = {source: slow_source(rules, source, entry.sheets(source)) for source in SOURCES}
        assert scored[entry.key].missing == tuple((source, why) for source, why in slow.items() if isinstance(why, str))
        assert scored[entry.key].sources == {source: None if isinstance(n, str) else n for source, n in slow.items()}


@many
@given(rounds(most=6, gaps=False))
def test_stars_are_given_from_the_best_down(this: Round) -> None:
    rules, entries = this
    scored = scoring.score_all(rules, entries)
    assert scoring.stars(rules, entries, scored) == slow_stars(rules, entries, scored)


@many
@given(rounds(), dice)
def test_no_order_matters(this: Round, random: Random) -> None:
    rules, entries = this
    other = replace(
        rules,
        tiers=tuple(shuffled(random, rules.tiers)),
        weights=dict(shuffled(random, rules.weights.items())),
        items={source: dict(shuffled(random, items.items())) for source, items in shuffled(random, rules.items.items())},
    )
    moved = [stirred(random, entry) for entry in shuffled(random, entries)]
    assert scoring.outcome(other, moved) == scoring.outcome(rules, entries)
    assert scoring.rules_hash(other) == scoring.rules_hash(rules)
    assert scoring.inputs_hash(other, iter(moved)) == scoring.inputs_hash(rules, entries)
    for entry in moved:
        same = next(one for one in entries if one.key == entry.key)
        scored = scoring.score_all(rules, [entry])[entry.key]
        assert scoring.explain(other, entry, scored) == scoring.explain(rules, same, scored)


def raised(this: Round, random: Random) -> tuple[Entry, scoring.Line, scoring.Line]:
    """The village whose score was raised as it was, its line before and after."""
    rules, entries = this
    entry, source, place = some_sheet(random, entries)
    sheet = dict(entry.sheets(source)[place])
    item, value = random.choice(sorted((item, value) for item, value in sheet.items() if value is not None) or [("", 100)])
    assume(value < 100)
    sheet[item] = min(Decimal(100), value + Decimal(random.choice(["0.01", "0.5", "5", "100"])))
    after = [with_sheet(one, source, place, sheet) if one is entry else one for one in entries]
    lines = [next(line for line in scoring.outcome(rules, these) if line.key == entry.key) for these in (entries, after)]
    return entry, lines[0], lines[1]


@many
@given(rounds(gaps=False), dice)
def test_a_raised_score_never_lowers_the_total(this: Round, random: Random) -> None:
    """It can only ask for a third scorer, where the two stood alone and now differ by more than the gap."""
    entry, before, after = raised(this, random)
    if before.total is not None and after.total is None:
        assert after.missing == ((TOWNSHIP, "third_needed"),)
        assert len(entry.township) == 2
    elif before.total is not None and after.total is not None:
        assert after.total >= before.total


@many
@given(st.one_of(rounds(gaps=False, leniency=False), rounds(gaps=False, leniency=True, quotas=False)), dice)
def test_a_raised_score_never_lowers_the_star(this: Round, random: Random) -> None:
    """Where leniency is corrected, without quotas: see ``test_correction_and_a_quota_can_turn_a_raise_against_a_village``."""
    _, before, after = raised(this, random)
    assert after.star >= before.star or after.total is None


@many
@given(rounds(gaps=False))
def test_awards_never_pass_the_budget_and_are_exact_when_cut(this: Round) -> None:
    rules, entries = this
    lines = scoring.outcome(rules, entries)
    asked = scoring.by_table(rules, {line.key: line.star for line in lines})
    wanted, paid = sum(asked.values()), sum(line.award for line in lines)
    assert paid == min(wanted, rules.budget)
    for line in lines:
        exact = Fraction(asked[line.key]) * min(Fraction(1), Fraction(rules.budget, wanted or 1))
        assert abs(line.award - exact) < 1
        assert all(line.award >= other.award for other in lines if other.star < line.star)


@many
@given(st.integers(0, 10**12), st.dictionaries(st.integers(1, 50), st.integers(0, 10**6), min_size=1, max_size=12), dice)
def test_a_split_is_exact_and_the_largest_remainders_are_served(amount: int, weights: dict[int, int], random: Random) -> None:
    parts = scoring.split(amount, weights)
    whole = sum(weights.values())
    assert parts == scoring.split(amount, dict(shuffled(random, weights.items())))
    assert sum(parts.values()) == (amount if whole else 0)
    exact = {key: Fraction(amount * weight, whole or 1) for key, weight in weights.items()}
    up = {key for key in weights if parts[key] > exact[key]}
    assert all(parts[key] in (exact[key] // 1, exact[key] // 1 + 1) for key in weights)
    assert all(exact[one] % 1 >= exact[two] % 1 for one in up for two in weights if parts[two] < exact[two])


@many
@given(rounds(), dice)
def test_a_missing_item_is_a_missing_sheet_and_never_a_zero(this: Round, random: Random) -> None:
    rules, entries = this
    entry, source, place = some_sheet(random, entries)
    sheet = dict(entry.sheets(source)[place])
    item = random.choice(list(sheet))
    said = [
        with_sheet(entry, source, place, other) for other in (sheet | {item: None}, {k: v for k, v in sheet.items() if k != item}, None)
    ]
    found = [scoring.outcome(rules, [other if one is entry else one for one in entries]) for other in said]
    assert found[0] == found[1] == found[2]


@many
@given(rounds(), rounds())
def test_what_if_is_the_outcome_without_scoring_again(this: Round, that: Round) -> None:
    rules, entries = this
    variant = replace(rules, tiers=that[0].tiers, budget=that[0].budget, veto_star=that[0].veto_star)
    scored, bare = scoring.score_all(rules, entries), [scoring.bare(entry) for entry in entries]
    before, after = scoring.what_if(rules, scored, bare), scoring.what_if(variant, scored, bare)
    assert before == scoring.outcome(rules, iter(entries))
    assert after == scoring.outcome(variant, iter(entries))
    told = scoring.changes(before, after)
    pairs = list(zip(before, after, strict=True))
    assert told.keys == tuple(was.key for was, now in pairs if (was.star, was.award) != (now.star, now.award))
    assert told.money == (sum(line.award for line in before), sum(line.award for line in after))
    assert [sum(counts) for counts in zip(*told.stars.values(), strict=True)] == [len(entries)] * 2


@many
@given(rounds(gaps=False))
def test_an_explanation_adds_up_to_the_total(this: Round) -> None:
    rules, entries = this
    scored = scoring.score_all(rules, entries)
    for entry in entries:
        *steps, last = scoring.explain(rules, entry, scored[entry.key])
        for step in steps:
            assert (
                step.result == (sum(step.used) / Fraction(len(step.used)) if step.used else None) == scored[entry.key].sources[step.source]
            )
            if step.result is not None:
                assert step.contribution == min(max(step.result - step.shift, Fraction(0)), Fraction(100)) * step.weight / 100
        if last.result is not None:
            assert last.result == sum(step.contribution for step in steps if step.contribution is not None)
            assert scoring.rounded(last.result) == scored[entry.key].total == last.contribution


@many
@given(rounds())
def test_leniency_is_told_always_and_cancels_out(this: Round) -> None:
    rules, entries = this
    scored = scoring.score_all(rules, entries)
    told = scoring.leniency(scored, entries)
    both = [entry.town for entry in entries if None not in (scored[entry.key].sources["township"], scored[entry.key].sources["district"])]
    assert set(told) == set(both)
    assert sum(told[town] for town in both) == 0
    assert told == scoring.leniency(scoring.score_all(replace(rules, correct_leniency=not rules.correct_leniency), entries), entries)
