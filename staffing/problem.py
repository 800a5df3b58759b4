"""What a month's roster is made from and judged by: plain data, no rules. The maker and the checker share nothing else.

Minutes count from midnight of the slot's own day; balances are hundredths of a duty, positive where more was done than the share.
"""

from dataclasses import dataclass, field
from datetime import date

#: The kinds that are shared out, each carried over the months; every slot is of kind TOTAL.
TOTAL, WEEKEND, HOLIDAY, EVENING = "total", "weekend", "holiday", "evening"
KINDS = (TOTAL, WEEKEND, HOLIDAY, EVENING)

#: slot key → keys of those on duty, sorted.
Assigned = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Slot:
    """One shift of one day: ``people`` are wanted, one of them at least a lead where ``lead``."""

    key: str
    day: date
    starts: int
    ends: int
    people: int
    lead: bool = False
    #: Of WEEKEND, HOLIDAY, EVENING.
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    """A cadre in one center's month.

    ``away``: days on which they hold no posting here. ``leave``: days of agreed leave. ``busy``: duties elsewhere as (day, starts,
    ends). ``exempt``: kinds they do not take (TOTAL: none at all). ``before``: days on duty in the two weeks before the month.
    ``balance``: kind → hundredths; a newcomer's is the mean of the others, set by the caller.
    """

    key: int
    lead: bool = False
    away: frozenset[date] = frozenset()
    leave: frozenset[date] = frozenset()
    busy: tuple[tuple[date, int, int], ...] = ()
    exempt: frozenset[str] = frozenset()
    before: frozenset[date] = frozenset()
    balance: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """One center's month. Slots by day and start, people by key.

    ``rest``: minutes between the end of one day's duty and the start of the next day's. ``longest``: days in a row at most, counted
    over the month's border. ``pinned``: slots that stay as they are (past, or too near). ``was``: what a re-plan departs from.
    """

    slots: tuple[Slot, ...]
    people: tuple[Person, ...]
    rest: int = 11 * 60
    longest: int = 6
    pinned: Assigned = field(default_factory=dict)
    was: Assigned = field(default_factory=dict)
