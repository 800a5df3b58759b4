"""Small rounds for the tests of the arithmetic, and all of its rules written down once more, slowly, in fractions alone."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median
from typing import Any

from hypothesis import strategies as st

from funding.scoring import DISTRICT, REPRESENTATIVES, SOURCES, TOWNSHIP, Entry, Rules, Scored, Sheet, Tier

RULES = Rules(
    weights={REPRESENTATIVES: 30, TOWNSHIP: 30, DISTRICT: 40},
    items={REPRESENTATIVES: {"warm": 1}, TOWNSHIP: {"kept": 1}, DISTRICT: {"built": 1}},
    tiers=(Tier(5, Decimal(90), 3_000_000), Tier(4, Decimal(80), 2_000_000), Tier(3, Decimal(70), 1_000_000)),
    budget=100_000_000,
)


def told(item: str, *points: Any) -> tuple[Sheet, ...]:
    """A sheet of one item for each; None is a missing one."""
    return tuple({item: None if one is None else Decimal(str(one))} for one in points)


def village(
    key: int = 1, ballots: Any = (80,) * 5, township: Any = (80, 80), district: Any = (80,), town: str = "east", **more: Any
) -> Entry:
    """Of ``RULES``, where each source has one item."""
    return Entry(key, town, told("warm", *ballots), told("kept", *township), told("built", *district), **more)


points = st.one_of(st.integers(0, 100), st.decimals(0, 100, places=2), st.sampled_from([70, 79, 80, 89, 90, Decimal("89.99")]))
lots = st.text("0123456789abcdef", min_size=4, max_size=4)


def sheets(items: dict[str, int], least: int, most: int, gaps: bool = True) -> st.SearchStrategy[tuple[Sheet, ...]]:
    one = points | st.none() if gaps else points
    return st.lists(st.fixed_dictionaries(dict.fromkeys(items, one)), min_size=least, max_size=most).map(tuple)


@st.composite
def rule_sets(draw: st.DrawFn, leniency: bool | None = None, quotas: bool = True) -> Rules:
    first = draw(st.integers(1, 98))
    second = draw(st.integers(1, 99 - first))
    items = {source: {f"{source[0]}{n}": draw(st.integers(1, 9)) for n in range(draw(st.integers(1, 3)))} for source in SOURCES}
    lines = sorted(draw(st.sets(st.sampled_from([60, 70, 75, 80, 85, 90]), min_size=3, max_size=3)))
    awards = sorted(draw(st.lists(st.integers(0, 300), min_size=3, max_size=3)))
    quota = st.none() | st.integers(0, 2) if quotas else st.none()
    return Rules(
        weights={REPRESENTATIVES: first, TOWNSHIP: second, DISTRICT: 100 - first - second},
        items=items,
        tiers=tuple(Tier(3 + n, Decimal(line), awards[n], draw(quota)) for n, line in enumerate(lines)),
        budget=draw(st.integers(0, 900)),
        veto_star=draw(st.integers(0, 4)),
        quorum=draw(st.integers(1, 4)),
        gap=Decimal(draw(st.sampled_from(["0", "10", "10.5", "30"]))),
        correct_leniency=draw(st.booleans()) if leniency is None else leniency,
    )


@st.composite
def rounds(draw: st.DrawFn, most: int = 5, gaps: bool = True, **kinds: Any) -> tuple[Rules, list[Entry]]:
    """Without ``gaps`` nearly all villages have a total."""
    rules = draw(rule_sets(**kinds))
    found = []
    for key in range(1, draw(st.integers(1, most)) + 1):
        ballots = draw(sheets(rules.items[REPRESENTATIVES], 0 if gaps else 4, draw(st.sampled_from([6, 6, 12, 21])), gaps))
        township = draw(sheets(rules.items[TOWNSHIP], 0 if gaps else 2, 4, gaps))
        entry = Entry(key, draw(st.sampled_from("abc")), ballots, township, draw(sheets(rules.items[DISTRICT], 0 if gaps else 1, 2, gaps)))
        known = {"inspection": draw(st.none() | points.map(Decimal)), "coverage": draw(st.none() | points.map(Decimal))}
        parted = {"vetoed": draw(st.sampled_from([False, False, True])), "complaints": draw(st.integers(0, 1)), "lot": draw(lots)}
        found.append(replace(entry, **known, **parted))
    return rules, found


def slow_source(rules: Rules, source: str, given: tuple[Sheet, ...]) -> Fraction | str:
    """The score, or why there is none."""
    items = rules.items[source]
    whole = [one for one in given if all(one.get(item) is not None for item in items)]
    scores = [sum((Fraction(one[item]) * w for item, w in items.items()), Fraction(0)) / sum(items.values()) for one in whole]
    scores.sort()
    if source == REPRESENTATIVES and len(scores) < rules.quorum:
        return "no_quorum"
    if source == REPRESENTATIVES and len(scores) >= rules.trim_from:
        for _ in range(len(scores) // 10):
            scores = scores[1:-1]
    elif source == REPRESENTATIVES or (source == TOWNSHIP and len(scores) > 2):
        return median(scores)
    elif source == TOWNSHIP and len(scores) == 1:
        return "second_needed"
    elif source == TOWNSHIP and scores and scores[1] - scores[0] > Fraction(rules.gap):
        return "third_needed"
    return sum(scores) / Fraction(len(scores)) if scores else "no_sheet"


def slow_totals(rules: Rules, entries: list[Entry]) -> dict[int, Decimal | None]:
    found = {e.key: {source: slow_source(rules, source, e.sheets(source)) for source in SOURCES} for e in entries}
    totals: dict[int, Decimal | None] = {}
    for entry in entries:
        of: dict[str, Any] = dict(found[entry.key])
        totals[entry.key] = None
        if any(isinstance(value, str) for value in of.values()):
            continue
        if rules.correct_leniency:
            both = [e for e in entries if not isinstance(found[e.key][TOWNSHIP], str) and not isinstance(found[e.key][DISTRICT], str)]
            above: dict[int, Any] = {e.key: found[e.key][TOWNSHIP] - found[e.key][DISTRICT] for e in both}  # type: ignore[operator]
            own = [above[e.key] for e in both if e.town == entry.town]
            shift = sum(own) / Fraction(len(own)) - sum(above.values()) / Fraction(len(above))
            of[TOWNSHIP] = max(Fraction(0), min(Fraction(100), of[TOWNSHIP] - shift))
        exact = sum(of[source] * rules.weights[source] for source in SOURCES) / Fraction(100)
        below = Decimal(exact.numerator * 100 // exact.denominator)
        up = exact * 100 - Fraction(below) >= Fraction(1, 2)
        totals[entry.key] = ((below + up) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return totals


def better(one: Entry, other: Entry, scored: dict[int, Scored]) -> bool:
    """Whether one stands before the other: the first thing in which they differ decides."""
    for mine, theirs in (
        (scored[one.key].total, scored[other.key].total),
        (scored[one.key].sources[DISTRICT], scored[other.key].sources[DISTRICT]),
        (-1 if one.inspection is None else one.inspection, -1 if other.inspection is None else other.inspection),
        (-1 if one.coverage is None else one.coverage, -1 if other.coverage is None else other.coverage),
        (other.complaints, one.complaints),
        (int(other.lot, 16), int(one.lot, 16)),
    ):
        if mine != theirs:
            return bool(mine > theirs)  # type: ignore[operator]
    return one.key < other.key


def slow_stars(rules: Rules, entries: list[Entry], scored: dict[int, Scored]) -> dict[int, int]:
    found = {entry.key: 0 for entry in entries}
    waiting = [entry for entry in entries if scored[entry.key].total is not None]
    while waiting:
        best = next(one for one in waiting if all(one is other or better(one, other, scored) for other in waiting))
        waiting.remove(best)
        for tier in rules.tiers:
            total, taken = scored[best.key].total, list(found.values()).count(tier.star)
            full = tier.quota is not None and taken >= tier.quota
            if total is not None and total >= tier.threshold and not full and not (best.vetoed and tier.star > rules.veto_star):
                found[best.key] = max(found[best.key], tier.star)
    return found
