"""From totals to stars to fen: ranks, quotas and the largest remainder. Nothing here scores anything; what-if runs this alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from typing import Any

from funding.rules import DISTRICT, REPRESENTATIVES, TOWNSHIP, Entry, Rules
from funding.sources import Scored


@dataclass(frozen=True, slots=True)
class Line:
    """A village's result; ``township`` as it counts, after its leniency. ``star`` 0 is none, ``award`` in fen."""

    key: int
    representatives: Fraction | None
    township: Fraction | None
    district: Fraction | None
    total: Decimal | None
    star: int
    award: int
    missing: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a variant does: star → (before, after) villages; fen (before, after); keys that rise, fall, are only paid otherwise."""

    stars: Mapping[int, tuple[int, int]]
    money: tuple[int, int]
    rise: tuple[int, ...]
    fall: tuple[int, ...]
    paid_otherwise: tuple[int, ...]

    @property
    def keys(self) -> tuple[int, ...]:
        return tuple(sorted(self.rise + self.fall + self.paid_otherwise))


def lot_number(lot: str) -> int:
    """ValueError where it is no hex; not drawn yet is 0, and then the key parts ties, for a preview."""
    return int(lot or "0", 16)


def _best(value: Decimal | None) -> tuple[bool, Decimal]:
    """Highest first, unknown last."""
    return (True, Decimal(0)) if value is None else (False, value.copy_negate())


def _place(entry: Entry, total: Decimal, district: Fraction) -> tuple[Any, ...]:
    tied = (*_best(entry.inspection), *_best(entry.coverage), entry.complaints, lot_number(entry.lot), entry.key)
    nearly = -(district.numerator * 10**9 // district.denominator)  # fractions compare slowly, and this parts nearly all
    return (total.copy_negate(), nearly, -district, *tied)


def ranked(entries: Iterable[Entry], scored: Mapping[int, Scored]) -> list[Entry]:
    """Those with a total, best first; ties are parted by the district's score, inspection, coverage, fewer complaints, the lot."""
    places = []
    for entry in entries:
        total, district = scored[entry.key].total, scored[entry.key].sources[DISTRICT]
        if total is not None and district is not None:
            places.append((_place(entry, total, district), entry))
    return [entry for _, entry in sorted(places, key=itemgetter(0))]


def stars(rules: Rules, entries: Iterable[Entry], scored: Mapping[int, Scored]) -> dict[int, int]:
    """key → star: in order of rank the highest whose threshold and quota allow; a veto caps it; without a total it is 0."""
    tiers = sorted(rules.tiers, key=lambda tier: -tier.star)
    left = {tier.star: tier.quota for tier in tiers}
    given = dict.fromkeys(sorted(scored), 0)
    for entry in ranked(entries, scored):
        total = scored[entry.key].total
        for tier in tiers:
            room, capped = left[tier.star], entry.vetoed and tier.star > rules.veto_star
            if total is not None and total >= tier.threshold and room != 0 and not capped:
                given[entry.key] = tier.star
                left[tier.star] = None if room is None else room - 1
                break
    return given


def split(amount: int, weights: Mapping[int, int], lots: Mapping[int, str] | None = None) -> dict[int, int]:
    """``amount`` in proportion to the weights by largest remainder, to the fen; equal remainders by lot, then key.

    All 0 where no weight is.
    """
    whole, lots = sum(weights.values()), lots or {}
    if not whole:
        return dict.fromkeys(weights, 0)
    parts = {key: amount * weight // whole for key, weight in weights.items()}
    places = sorted(weights, key=lambda key: (-(amount * weights[key] % whole), lot_number(lots.get(key, "")), key))
    for key in places[: amount - sum(parts.values())]:
        parts[key] += 1
    return parts


def by_table(rules: Rules, given: Mapping[int, int]) -> dict[int, int]:
    """key → fen as the table says, whatever the budget."""
    table = {tier.star: tier.award for tier in rules.tiers}
    return {key: table.get(star, 0) for key, star in given.items()}


def awards(rules: Rules, given: Mapping[int, int], entries: Iterable[Entry]) -> dict[int, int]:
    """key → fen: by table; where that passes the budget, the budget in proportion, to the fen."""
    asked = by_table(rules, given)
    if sum(asked.values()) <= rules.budget:
        return asked
    return split(rules.budget, asked, {entry.key: entry.lot for entry in entries})


def what_if(rules: Rules, scored: Mapping[int, Scored], entries: Iterable[Entry]) -> list[Line]:
    """The result, by key, from totals that are known: ``rules`` may differ from those they were scored by in ``tiers``, ``budget``
    and ``veto_star`` alone. The entries' sheets are not looked at.
    """
    entries = list(entries)
    given = stars(rules, entries, scored)
    paid = awards(rules, given, entries)
    return [_line(one, given[key], paid[key]) for key, one in sorted(scored.items())]


def _line(one: Scored, star: int, award: int) -> Line:
    by_source = (one.sources[REPRESENTATIVES], one.counted(TOWNSHIP), one.sources[DISTRICT])
    return Line(one.key, *by_source, one.total, star, award, one.missing)


def changes(before: Iterable[Line], after: Iterable[Line]) -> Changes:
    """ValueError where these are not the same villages in the same order."""
    pairs = list(zip(before, after, strict=True))
    if any(was.key != now.key for was, now in pairs):
        raise ValueError("not the same villages")
    counts: dict[int, tuple[int, int]] = {}
    for was, now in pairs:
        for star, here in ((was.star, (1, 0)), (now.star, (0, 1))):
            first, then = counts.get(star, (0, 0))
            counts[star] = (first + here[0], then + here[1])
    return Changes(
        stars=dict(sorted(counts.items(), reverse=True)),
        money=(sum(was.award for was, _ in pairs), sum(now.award for _, now in pairs)),
        rise=tuple(was.key for was, now in pairs if now.star > was.star),
        fall=tuple(was.key for was, now in pairs if now.star < was.star),
        paid_otherwise=tuple(was.key for was, now in pairs if now.star == was.star and now.award != was.award),
    )
