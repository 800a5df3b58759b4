"""The hard rules of a roster as limits, and two ways to fill it without a solver: plain data in, plain data out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from staffing.problem import KINDS, Assigned, Person, Problem, Slot
from staffing.shares import could, done, is_of, targets, unfairness

#: Minutes.
DAY = 24 * 60

#: A slot's key and a person's.
Pair = tuple[str, int]
#: Of these pairs at most so many.
AtMost = tuple[int, tuple[Pair, ...]]
#: A duty's day, start and end, at this center or elsewhere.
Times = tuple[date, int, int]


@dataclass(frozen=True)
class Rules:
    """The hard rules as both methods use them: pairs that can be chosen, and how many of a group at most.

    What is pinned is a fact: it takes its part of each limit and is in no group, so it can't make a limit impossible.
    """

    free: tuple[Pair, ...]
    limits: tuple[AtMost, ...]


def least_loaded(problem: Problem) -> Assigned:
    """Each place to the one for whom it costs least fairness, places for leads first; breaks no hard rule."""
    problem = ordered(problem)
    return filled(problem, rules_of(problem))


def round_robin(problem: Problem) -> Assigned:
    """In turn by key, passing over who has no posting, leave, an exemption or a duty then: what a sheet of paper does."""
    problem = ordered(problem)
    assigned, queue = pinned(problem), list(problem.people)
    on_day: dict[date, set[int]] = defaultdict(set)
    for slot in problem.slots:
        on_day[slot.day].update(assigned.get(slot.key, ()))
    for slot in problem.slots:
        if slot.key in assigned:
            continue
        chosen = [p for p in queue if could(slot, p) and p.key not in on_day[slot.day] and not _clashes(slot, p.busy)][: slot.people]
        on_day[slot.day].update(person.key for person in chosen)
        queue = [person for person in queue if person not in chosen] + chosen
        assigned[slot.key] = tuple(sorted(person.key for person in chosen))
    return assigned


def ordered(problem: Problem) -> Problem:
    """Slots by day, start and key, people by key: nothing below depends on how they came."""
    slots = tuple(sorted(problem.slots, key=lambda slot: (slot.day, slot.starts, slot.key)))
    return replace(problem, slots=slots, people=tuple(sorted(problem.people, key=lambda person: person.key)))


def pinned(problem: Problem) -> Assigned:
    return {slot.key: tuple(sorted(problem.pinned[slot.key])) for slot in problem.slots if slot.key in problem.pinned}


def _clashes(slot: Slot, duties: Iterable[Times]) -> bool:
    return any(day == slot.day and starts < slot.ends and slot.starts < ends for day, starts, ends in duties)


def _tired(first: Times, then: Times, rest: int) -> bool:
    """Whether ``then`` is on the day after ``first`` with too little rest between them."""
    return then[0] - first[0] == timedelta(1) and DAY + then[1] - first[2] < rest


def _times(slot: Slot) -> Times:
    return slot.day, slot.starts, slot.ends


def rules_of(problem: Problem) -> Rules:
    pairs: list[Pair] = []
    limits: list[AtMost] = []
    for person in problem.people:
        own = [slot for slot in problem.slots if person.key in problem.pinned.get(slot.key, ())]
        free = [slot for slot in problem.slots if slot.key not in problem.pinned and _open(problem, slot, person, own)]
        pairs += [(slot.key, person.key) for slot in free]
        taken = set(person.before) | {day for day, _, _ in person.busy} | {slot.day for slot in own}
        groups = (*_days(free), *_rests(free, problem.rest), *_runs(free, taken, problem.longest))
        limits += [(most, tuple((slot.key, person.key) for slot in slots)) for most, slots in groups]
    return Rules(tuple(pairs), tuple(limits))


def _open(problem: Problem, slot: Slot, person: Person, own: list[Slot]) -> bool:
    """Whether they could take it beside what stands already: duties elsewhere and their pinned ones, ``own``."""
    if not could(slot, person) or _clashes(slot, person.busy) or any(slot.day == pinned.day for pinned in own):
        return False
    this, fixed = _times(slot), (*person.busy, *map(_times, own))
    return not any(_tired(one, this, problem.rest) or _tired(this, one, problem.rest) for one in fixed)


def _by_day(slots: list[Slot]) -> dict[date, list[Slot]]:
    days: dict[date, list[Slot]] = defaultdict(list)
    for slot in slots:
        days[slot.day].append(slot)
    return dict(days)


def _days(free: list[Slot]) -> Iterator[tuple[int, list[Slot]]]:
    """One duty a day."""
    return ((1, slots) for slots in _by_day(free).values() if len(slots) > 1)


def _rests(free: list[Slot], rest: int) -> Iterator[tuple[int, list[Slot]]]:
    """Not both of two duties with too little rest between."""
    days = _by_day(free)
    for day, slots in days.items():
        for then in days.get(day + timedelta(1), ()):
            yield from ((1, [first, then]) for first in slots if _tired(_times(first), _times(then), rest))


def _runs(free: list[Slot], taken: set[date], longest: int) -> Iterator[tuple[int, list[Slot]]]:
    """In each stretch of ``longest`` + 1 days at least one without duty; ``taken`` are days on duty already."""
    days = _by_day(free)
    if not days:
        return
    first, last = min(days), max(days)
    for offset in range(-longest, (last - first).days + 1):
        stretch = [first + timedelta(offset + n) for n in range(longest + 1)]
        held = sum(day in taken for day in stretch)
        new = [day for day in stretch if day in days and day not in taken]  # a second duty that day adds no day
        if new and held + len(new) > longest:
            yield max(0, longest - held), [slot for day in new for slot in days[day]]


class _Filling:
    """A roster as it is filled: who is in, how full each limit is, how many duties each has done."""

    def __init__(self, problem: Problem, rules: Rules) -> None:
        self.slots = {slot.key: slot for slot in problem.slots}
        self.assigned = {slot.key: problem.pinned.get(slot.key, ()) for slot in problem.slots}
        self.unfair = {key: {kind: unfairness(kind, of[kind]) for kind in KINDS} for key, of in targets(problem).items()}
        self.count = done(problem, self.assigned)
        self.left = [most for most, _ in rules.limits]
        self.limits: dict[Pair, list[int]] = {pair: [] for pair in rules.free}
        for number, (_, pairs) in enumerate(rules.limits):
            for pair in pairs:
                self.limits[pair].append(number)

    def fits(self, pair: Pair) -> bool:
        key, person = pair
        room = pair in self.limits and person not in self.assigned[key] and len(self.assigned[key]) < self.slots[key].people
        return room and all(self.left[number] > 0 for number in self.limits[pair])

    def price(self, pair: Pair) -> tuple[int, int]:
        """What one more duty adds to the person's unfairness; then their key."""
        key, person = pair
        count, unfair = self.count[person], self.unfair[person]
        kinds = [kind for kind in KINDS if is_of(self.slots[key], kind)]
        return sum(unfair[kind](count[kind] + 1) - unfair[kind](count[kind]) for kind in kinds), person

    def take(self, pair: Pair) -> None:
        key, person = pair
        self.assigned[key] = tuple(sorted((*self.assigned[key], person)))
        for number in self.limits[pair]:
            self.left[number] -= 1
        for kind in KINDS:
            self.count[person][kind] += is_of(self.slots[key], kind)

    def fill(self, key: str, people: list[int], seats: int) -> None:
        """Up to so many of these people, each time the cheapest."""
        for _ in range(seats):
            fitting = [(key, person) for person in people if self.fits((key, person))]
            if fitting:
                self.take(min(fitting, key=self.price))


def filled(problem: Problem, rules: Rules) -> Assigned:
    """What was there stays where it can; then a lead to each slot that wants one, then the rest, day by day."""
    filling = _Filling(problem, rules)
    people, leads = [p.key for p in problem.people], [p.key for p in problem.people if p.lead]
    for slot in problem.slots:
        for person in problem.was.get(slot.key, ()):
            if filling.fits((slot.key, person)):
                filling.take((slot.key, person))
    for slot in problem.slots:
        if slot.lead and not set(leads) & set(filling.assigned[slot.key]):
            filling.fill(slot.key, leads, 1)
    for slot in problem.slots:
        filling.fill(slot.key, people, slot.people)
    return {key: tuple(sorted(people)) for key, people in filling.assigned.items()}
