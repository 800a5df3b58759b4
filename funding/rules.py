"""What a round of star rating is scored by and from: plain data, no arithmetic. Points are 0–100, money is in fen.

Who recused themselves hands in no sheet: it is in neither numerator nor denominator. Nobody's popularity, photos or rank is here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

#: Who scores: each on the items of their own.
REPRESENTATIVES, TOWNSHIP, DISTRICT = "representatives", "township", "district"
SOURCES = (REPRESENTATIVES, TOWNSHIP, DISTRICT)
Source = str

#: item → points, never a float; None (or no such key) is missing, and never counts as 0.
Sheet = Mapping[str, Decimal | int | None]


@dataclass(frozen=True, slots=True)
class Tier:
    """A star from ``threshold`` points on, for ``quota`` villages at most (None: any number); each is awarded ``award`` fen."""

    star: int
    threshold: Decimal
    award: int
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule set that is frozen when a round opens.

    ``weights``: of each source, together 100. ``items``: of each source, item → weight. ``veto_star``: the highest star that a vetoed
    village may get. ``quorum``: fewest ballots. ``trim_from``: from so many ballots on the trimmed mean counts, before it the
    median. ``gap``: points by which two scorers of a township may differ. ``correct_leniency``: take a township's leniency off.
    """

    weights: Mapping[Source, int]
    items: Mapping[Source, Mapping[str, int]]
    tiers: tuple[Tier, ...]
    budget: int
    veto_star: int = 0
    quorum: int = 5
    trim_from: int = 10
    gap: Decimal = Decimal(10)
    correct_leniency: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One village's application. ``lot``: hex, from a seed that was committed before; empty until it is drawn.

    ``inspection`` and ``coverage`` (None: none known) and ``complaints`` only part ties.
    """

    key: int
    town: str
    ballots: tuple[Sheet, ...] = field(default=(), repr=False)
    township: tuple[Sheet, ...] = field(default=(), repr=False)
    district: tuple[Sheet, ...] = field(default=(), repr=False)
    vetoed: bool = False
    inspection: Decimal | None = None
    coverage: Decimal | None = None
    complaints: int = 0
    lot: str = ""

    def sheets(self, source: Source) -> tuple[Sheet, ...]:
        """The source's sheets."""
        return self.ballots if source == REPRESENTATIVES else self.township if source == TOWNSHIP else self.district


def faults(rules: Rules) -> list[str]:
    """Codes of what is wrong with a rule set, empty where it can be used."""
    return [code for code, wrong in (*_of_sources(rules), *_of_tiers(rules), *_of_numbers(rules)) if wrong]


def _of_sources(rules: Rules) -> Iterator[tuple[str, bool]]:
    yield "weights_sources", set(rules.weights) != set(SOURCES)
    yield "weights_positive", any(weight <= 0 for weight in rules.weights.values())
    yield "weights_sum", sum(rules.weights.values()) != 100
    yield "items_sources", set(rules.items) != set(SOURCES)
    yield "items_empty", not all(rules.items.values())
    yield "items_positive", any(weight <= 0 for items in rules.items.values() for weight in items.values())


def _of_tiers(rules: Rules) -> Iterator[tuple[str, bool]]:
    """A higher star asks for more points and awards no less."""
    tiers = sorted(rules.tiers, key=lambda tier: tier.star)
    pairs = list(pairwise(tiers))
    numbers = all(tier.threshold.is_finite() for tier in tiers)
    yield "tiers_empty", not tiers
    yield "tier_star", any(tier.star <= 0 for tier in tiers) or any(low.star == high.star for low, high in pairs)
    yield "tier_threshold", not (numbers and all(0 <= tier.threshold <= 100 for tier in tiers))
    yield "tier_threshold_order", numbers and any(low.threshold >= high.threshold for low, high in pairs)
    yield "tier_award", any(tier.award < 0 for tier in tiers)
    yield "tier_award_order", any(low.award > high.award for low, high in pairs)
    yield "tier_quota", any(tier.quota is not None and tier.quota < 0 for tier in tiers)


def _of_numbers(rules: Rules) -> Iterator[tuple[str, bool]]:
    yield "budget", rules.budget < 0
    yield "veto_star", rules.veto_star < 0
    yield "quorum", rules.quorum < 1
    yield "trim_from", rules.trim_from < 10  # a tenth of fewer is nobody
    yield "gap", not (rules.gap.is_finite() and rules.gap >= 0)
