"""From sheets to each village's total: one documented rule for each source (``docs/rating.md``), exact, rounded once.

Sheets are summed as whole multiples, in decimals that refuse to round: every source then is the mean of some of these sums, and
only that mean becomes a fraction. 40,000 villages take seconds; entries may be streamed, one is looked at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, localcontext
from fractions import Fraction
from typing import NamedTuple

from funding.rules import DISTRICT, REPRESENTATIVES, SOURCES, TOWNSHIP, Entry, Rules, Sheet, Source

#: Sums of points with up to some 90 digits are exact; what is not, or is no number, raises.
EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])

#: How the sheets of a source become its score: the mean of all, of the two, the middle one (or two), the middle of three, the mean
#: without the highest and lowest tenth.
MEAN, MEAN2, MEDIAN, MEDIAN3, TRIMMED = "mean", "mean2", "median", "median3", "trimmed"
#: Why a source is missing: too few ballots; no whole sheet; a second, a third scorer of the township is needed.
NO_QUORUM, NO_SHEET, SECOND_NEEDED, THIRD_NEEDED = "no_quorum", "no_sheet", "second_needed", "third_needed"


class Pick(NamedTuple):
    """Which sums count, as their mean, by which rule; none where the source is missing, for that reason."""

    rule: str
    used: Sequence[Decimal] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """One village's scores. ``missing``: (source, reason); where there is any, there is no total: nothing is ever weighted anew.

    ``shift``: what is taken off the township's score for its leniency, 0 unless the rules say so; ``township``: what is left of it,
    within 0–100.
    """

    key: int
    sources: Mapping[Source, Fraction | None]
    missing: tuple[tuple[Source, str], ...]
    total: Decimal | None
    shift: Fraction
    township: Fraction | None

    def counted(self, source: Source) -> Fraction | None:
        """The source's score as it counts."""
        return self.township if source == TOWNSHIP else self.sources[source]


def rounded(value: Fraction) -> Decimal:
    """Half up to 0.01."""
    return Decimal((200 * value.numerator + value.denominator) // (2 * value.denominator)).scaleb(-2)


def weighed(items: Mapping[str, int]) -> list[tuple[str, Decimal]]:
    return [(key, Decimal(weight)) for key, weight in items.items()]


def _sum(sheet: Sheet, items: list[tuple[str, Decimal]]) -> Decimal | None:
    """Σ weight × points; None where any item is missing."""
    total, get = Decimal(0), sheet.get
    for key, weight in items:
        points = get(key)
        if points is None:
            return None
        total += weight * points
    return total


def sums(sheets: Iterable[Sheet], items: list[tuple[str, Decimal]]) -> list[Decimal]:
    """Σ weight × points of the whole sheets, ascending: whose they are does not matter."""
    return sorted(total for total in [_sum(sheet, items) for sheet in sheets] if total is not None)


def sheet_score(sheet: Sheet, items: Mapping[str, int]) -> Fraction | None:
    """Σ weight × points / Σ weight over all items; None where any is missing."""
    with localcontext(EXACT):
        total = _sum(sheet, weighed(items))
    return None if total is None else Fraction(total) / sum(items.values())


def _middle(ordered: Sequence[Decimal]) -> Sequence[Decimal]:
    """The middle one, or the middle two."""
    return ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]


def _of_representatives(rules: Rules, ballots: Sequence[Decimal]) -> Pick:
    if len(ballots) < max(rules.quorum, 1):
        return Pick(NO_QUORUM)
    if len(ballots) < rules.trim_from:
        return Pick(MEDIAN, _middle(ballots))
    cut = len(ballots) // 10
    return Pick(TRIMMED, ballots[cut : len(ballots) - cut])


def _of_township(rules: Rules, scores: Sequence[Decimal], weight: int) -> Pick:
    """Once a third scorer was there the middle counts, whatever the first two say now: so a higher score never lowers it."""
    if len(scores) < 2:
        return Pick(SECOND_NEEDED if scores else NO_SHEET)
    if len(scores) > 2:
        return Pick(MEDIAN3 if len(scores) == 3 else MEDIAN, _middle(scores))
    return Pick(MEAN2, scores) if scores[1] - scores[0] <= rules.gap * weight else Pick(THIRD_NEEDED)


def picked(rules: Rules, source: Source, ordered: Sequence[Decimal]) -> Pick:
    """Which of the sheets' sums (ascending) count."""
    if source == REPRESENTATIVES:
        return _of_representatives(rules, ordered)
    if source == TOWNSHIP:
        return _of_township(rules, ordered, sum(rules.items[source].values()))
    return Pick(MEAN, ordered) if ordered else Pick(NO_SHEET)


def mean(used: Sequence[Decimal], weight: int) -> Fraction:
    """Of sums whose items weigh ``weight``."""
    above, below = sum(used, Decimal(0)).as_integer_ratio()
    return Fraction(above, below * weight * len(used))


class _Read(NamedTuple):
    """One village's scores before anybody else's are known."""

    key: int
    town: str
    sources: dict[Source, Fraction | None]
    missing: tuple[tuple[Source, str], ...]


def _read(rules: Rules, entries: Iterable[Entry]) -> Iterator[_Read]:
    plans = [(source, weighed(rules.items[source]), sum(rules.items[source].values())) for source in SOURCES]
    for entry in entries:
        found: dict[Source, Fraction | None] = {}
        missing = []
        with localcontext(EXACT):  # never around the caller's own iterator
            for source, items, weight in plans:
                rule, used = picked(rules, source, sums(entry.sheets(source), items))
                found[source] = mean(used, weight) if used else None
                if not used:
                    missing.append((source, rule))
        yield _Read(entry.key, entry.town, found, tuple(missing))


def score_all(rules: Rules, entries: Iterable[Entry]) -> dict[int, Scored]:
    """key → scores and total, ascending. ValueError where a key stands twice."""
    read = sorted(_read(rules, entries), key=lambda one: one.key)
    shifts = _by_town((one.town, one.sources) for one in read) if rules.correct_leniency else {}
    scored = {one.key: _totalled(rules, one, shifts.get(one.town, Fraction(0))) for one in read}
    if len(scored) != len(read):
        raise ValueError("an entry stands twice")
    return scored


def _shifted(score: Fraction | None, shift: Fraction) -> Fraction | None:
    return min(Fraction(100), max(Fraction(0), score - shift)) if shift and score is not None else score


def _totalled(rules: Rules, one: _Read, shift: Fraction) -> Scored:
    """With the total: Σ weight × score / 100, rounded here and nowhere else."""
    township = _shifted(one.sources[TOWNSHIP], shift)
    above, below = 0, 1
    for source in SOURCES:
        counts = township if source == TOWNSHIP else one.sources[source]
        if counts is None:
            return Scored(one.key, one.sources, one.missing, None, shift, township)
        above = above * counts.denominator + rules.weights[source] * counts.numerator * below
        below *= counts.denominator
    return Scored(one.key, one.sources, one.missing, rounded(Fraction(above, 100 * below)), shift, township)


def leniency(scored: Mapping[int, Scored], entries: Iterable[Entry]) -> dict[str, Fraction]:
    """town → points by which its scorers stand above the district's assessment, more than all townships do together.

    The mean of (township − district) over its villages that have both, less the same mean over all villages. Reported always.
    """
    return _by_town((entry.town, scored[entry.key].sources) for entry in entries)


def _by_town(read: Iterable[tuple[str, Mapping[Source, Fraction | None]]]) -> dict[str, Fraction]:
    gaps: dict[str, list[Fraction]] = {}
    for town, sources in read:
        given, assessed = sources[TOWNSHIP], sources[DISTRICT]
        if given is not None and assessed is not None:
            gaps.setdefault(town, []).append(given - assessed)
    sums_of = {town: sum(found, Fraction(0)) for town, found in sorted(gaps.items())}
    count = sum(map(len, gaps.values()))
    whole = sum(sums_of.values(), Fraction(0)) / count if count else Fraction(0)
    return {town: total / len(gaps[town]) - whole for town, total in sums_of.items()}
