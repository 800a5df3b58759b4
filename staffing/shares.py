"""What each cadre owes in a month, what a roster costs and what is carried on: plain data in, plain data out.

Everything of a person is in hundredths of a duty. Leave lowers the share, so it earns no debt; an absence leaves the share and does.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from staffing.problem import EVENING, HOLIDAY, KINDS, TOTAL, WEEKEND, Assigned, Person, Problem, Slot

#: person → kind → hundredths of a duty.
Hundredths = dict[int, dict[str, int]]

#: The kinds beside the total.
OTHERS = KINDS[1:]
Key = TypeVar("Key", int, str)

#: One duty off the target costs 100 × this, two cost four times as much.
WEIGHTS = {TOTAL: 8, WEEKEND: 4, HOLIDAY: 2, EVENING: 1}
#: A missing person, a slot without a lead, and a (slot, person) pair that a re-plan gives up.
GAP, LEADLESS, CHANGE = 2_000_000, 400_000, 2_000


def is_of(slot: Slot, kind: str) -> bool:
    return kind == TOTAL or kind in slot.kinds


def could(slot: Slot, person: Person) -> bool:
    """Whether they hold a posting here that day, are not on leave and not exempt."""
    exempt = TOTAL in person.exempt or not person.exempt.isdisjoint(slot.kinds)
    return not (exempt or slot.day in person.away or slot.day in person.leave)


def apportion(amount: int, weights: dict[Key, int]) -> dict[Key, int]:
    """``amount`` in proportion to the weights by largest remainder, ties to the smaller key; all 0 where no weight is."""
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(weights, 0)
    parts = {key: amount * weight // whole for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(amount * weights[key] % whole), key))
    for key in by_remainder[: amount - sum(parts.values())]:
        parts[key] += 1
    return parts


def _available(people: Iterable[Person], slots: list[Slot]) -> dict[int, int]:
    return {person.key: sum(could(slot, person) for slot in slots) for person in people}


def _floors(problem: Problem, kind: str) -> dict[int, int]:
    """lead → what the slots of the kind that need a lead ask of them, one place each; a day that no lead can take asks nothing."""
    leads = [person for person in problem.people if person.lead]
    slots = [slot for slot in problem.slots if slot.lead and slot.people and is_of(slot, kind) and any(could(slot, p) for p in leads)]
    return apportion(100 * len(slots), _available(leads, slots))


def _floored(share: dict[int, int], floors: dict[int, int]) -> dict[int, int]:
    """The shares with each lead at their floor at least; the others give what that adds, in proportion to their share.

    Where the others have too little (nearly all are leads), the leads above their floor give the rest.
    """
    raised = {key: max(amount, floors.get(key, 0)) for key, amount in share.items()}
    added = sum(raised.values()) - sum(share.values())
    for givers in (
        {key: amount for key, amount in raised.items() if key not in floors},
        {key: raised[key] - floor for key, floor in floors.items()},
    ):
        given = apportion(min(added, sum(givers.values())), givers)
        raised = {key: amount - given.get(key, 0) for key, amount in raised.items()}
        added -= sum(given.values())
    return raised


def _eased(share: Hundredths, floors: Hundredths) -> None:
    """Nobody owes more of the other kinds than their total leaves beside what they lead; who has room takes it over. In place.

    Else a lead on duty every workday owes evenings and weekends as well: that debt grows for ever, and drags the total along.
    """
    full: set[int] = set()
    for _ in share:
        cuts = {key: cut for key, of in share.items() if key not in full and (cut := _too_much(of, floors[key]))}
        full |= cuts.keys()
        for kind in OTHERS:
            takers = {key: of[kind] for key, of in share.items() if key not in full}
            if sum(takers.values()):
                for key, more in apportion(sum(cut[kind] for cut in cuts.values()), takers).items():
                    share[key][kind] += more
                for key, cut in cuts.items():
                    share[key][kind] -= cut[kind]


def _too_much(share: dict[str, int], floor: dict[str, int]) -> dict[str, int]:
    """kind → what is to go, in proportion, so that all kinds fit into the total; empty where they do."""
    beside = {kind: share[kind] - floor[kind] for kind in OTHERS}
    over = sum(beside.values()) - (share[TOTAL] - floor[TOTAL])
    return apportion(over, beside) if over > 0 else {}


def shares(problem: Problem) -> Hundredths:
    """person → kind → share of the month's demand; of each kind their sum is the demand, where anyone is available."""
    found: Hundredths = {person.key: {} for person in problem.people}
    floors: Hundredths = {person.key: {} for person in problem.people}
    for kind in KINDS:
        slots = [slot for slot in problem.slots if is_of(slot, kind)]
        floor = _floors(problem, kind)
        share = apportion(100 * sum(slot.people for slot in slots), _available(problem.people, slots))
        for key, amount in _floored(share, floor).items():
            found[key][kind], floors[key][kind] = amount, floor.get(key, 0)
    _eased(found, floors)
    return found


def targets(problem: Problem) -> Hundredths:
    """person → kind → what they should do this month: the share less what was done beyond it before."""
    share = shares(problem)
    return {p.key: {kind: share[p.key][kind] - p.balance.get(kind, 0) for kind in KINDS} for p in problem.people}


def done(problem: Problem, assigned: Assigned) -> Hundredths:
    """person → kind → how many duties (whole ones, not hundredths)."""
    found: Hundredths = {person.key: dict.fromkeys(KINDS, 0) for person in problem.people}
    for slot in problem.slots:
        for key in assigned.get(slot.key, ()):
            for kind in KINDS:
                if key in found:
                    found[key][kind] += is_of(slot, kind)
    return found


def settled(problem: Problem, assigned: Assigned) -> Hundredths:
    """The balances after the month. ``assigned`` is who really was on duty: what one missed without leave stays a debt."""
    share, duties = shares(problem), done(problem, assigned)
    return {
        p.key: {kind: p.balance.get(kind, 0) + 100 * duties[p.key][kind] - share[p.key][kind] for kind in KINDS} for p in problem.people
    }


def unfairness(kind: str, target: int) -> Callable[[int], int]:
    """Cost of a number of duties of one kind; convex, and exact: 100 divides all but target²."""
    return lambda count: WEIGHTS[kind] * ((100 * count - target) ** 2 // 100)


class Faults(NamedTuple):
    """People missing, slots without the lead they want, pairs of ``was`` given up."""

    gaps: int
    leadless: int
    changed: int

    @property
    def cost(self) -> int:
        return GAP * self.gaps + LEADLESS * self.leadless + CHANGE * self.changed


def faults(problem: Problem, assigned: Assigned, slots: Iterable[Slot] | None = None) -> Faults:
    """Those of the given slots, or of all."""
    leads = {person.key for person in problem.people if person.lead}
    gaps = leadless = changed = 0
    for slot in problem.slots if slots is None else slots:
        here = assigned.get(slot.key, ())
        gaps += max(0, slot.people - len(here))
        leadless += slot.lead and leads.isdisjoint(here)
        changed += len(set(problem.was.get(slot.key, ())) - set(here))
    return Faults(gaps, leadless, changed)


def cost(problem: Problem, assigned: Assigned) -> int:
    """What the maker minimises: faults first, then unfairness; without unit, comparable within one problem only."""
    target, duties = targets(problem), done(problem, assigned)
    unfair = sum(unfairness(kind, target[p.key][kind])(duties[p.key][kind]) for p in problem.people for kind in KINDS)
    return faults(problem, assigned).cost + unfair
