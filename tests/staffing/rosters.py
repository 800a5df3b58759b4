"""Small random months with legal rosters, and a judge of legality in the plainest words: hours as sets, days as a string of marks."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any

from staffing.problem import EVENING, HOLIDAY, KINDS, TOTAL, WEEKEND, Assigned, Person, Problem, Slot

FIRST = date(2026, 10, 1)
DAYS = [FIRST + timedelta(on) for on in range(-16, 24)]
#: Mornings, evenings, and nights that run over midnight.
SHIFTS = ((8 * 60, 17 * 60), (17 * 60, 21 * 60), (22 * 60, 32 * 60))


def some(rng: Random, things: Any, chance: float) -> Any:
    return [thing for thing in things if rng.random() < chance]


def month(rng: Random) -> Problem:
    """Two to eight days of one or two shifts, two to five people with all that may hinder them."""
    days = [FIRST + timedelta(on) for on in range(rng.randint(2, 8))]
    slots = []
    for day in days:
        for number in sorted(rng.sample(range(3), rng.randint(1, 2))):
            starts, ends = SHIFTS[number]
            kinds = frozenset(some(rng, [WEEKEND, HOLIDAY, EVENING], 0.3))
            slots.append(Slot(f"{day:%d}-{number}", day, starts, ends, rng.randint(1, 2), rng.random() < 0.5, kinds))
    people = tuple(_person(rng, key, days) for key in range(1, rng.randint(2, 5) + 1))
    return Problem(tuple(slots), people, longest=rng.randint(2, 4))


def _person(rng: Random, key: int, days: list[date]) -> Person:
    busy = tuple(
        (day, starts, starts + 180) for day in some(rng, [FIRST - timedelta(1), *days], 0.15) for starts in [rng.choice([480, 1080])]
    )
    return Person(
        key=key,
        lead=rng.random() < 0.4,
        away=frozenset(some(rng, days, 0.1)),
        leave=frozenset(some(rng, days, 0.1)),
        busy=busy,
        exempt=frozenset(some(rng, KINDS, 0.05)),
        before=frozenset(FIRST - timedelta(back) for back in some(rng, range(1, 8), 0.3)),
        balance={kind: rng.randint(-300, 300) for kind in some(rng, KINDS, 0.7)},
    )


def hours(day: date, starts: int, ends: int) -> set[int]:
    return set(range(day.toordinal() * 24 + starts // 60, day.toordinal() * 24 + ends // 60))


def legal_for(problem: Problem, roster: Assigned, person: Person) -> bool:
    own = [slot for slot in problem.slots if person.key in roster.get(slot.key, ())]
    if any(slot.day in person.away | person.leave or person.exempt & (slot.kinds | {TOTAL}) for slot in own):
        return False
    if len({slot.day for slot in own}) < len(own):
        return False
    if any(hours(slot.day, slot.starts, slot.ends) & hours(*busy) for slot, busy in product(own, person.busy)):
        return False
    times = [(slot.day, slot.starts, slot.ends, True) for slot in own] + [(*busy, False) for busy in person.busy]
    for (day, _a, ends, here), (after, starts, _b, also_here) in product(times, times):
        if day + timedelta(1) == after and (here or also_here) and starts + 24 * 60 - ends < problem.rest:
            return False
    facts = {busy[0] for busy in person.busy} | person.before
    return _marks(problem, facts | {slot.day for slot in own}) <= _marks(problem, facts)


def _marks(problem: Problem, on: set[date]) -> set[int]:
    """Where in the string of days a row begins that is too long."""
    text = "".join("x" if day in on else "." for day in DAYS)
    return {at for at in range(len(text)) if text.startswith("x" * (problem.longest + 1), at)}


def legal(problem: Problem, roster: Assigned) -> bool:
    crowded = any(len(roster.get(slot.key, ())) > slot.people for slot in problem.slots)
    return not crowded and all(legal_for(problem, roster, person) for person in problem.people)


def with_person(roster: Assigned, slot: str, person: int) -> Assigned:
    return {**roster, slot: tuple(sorted((*roster.get(slot, ()), person)))}


def without(roster: Assigned, person: int, but: str) -> Assigned:
    return {slot: tuple(key for key in there if key != person or slot == but) for slot, there in roster.items()}


def changed(problem: Problem, person: int, **changes: Any) -> Problem:
    return replace(problem, people=tuple(replace(each, **changes) if each.key == person else each for each in problem.people))


def with_slots(problem: Problem, *slots: Slot) -> Problem:
    """With these slots too, in the place of those that have their keys."""
    kept = [slot for slot in problem.slots if slot.key not in {new.key for new in slots}]
    return replace(problem, slots=tuple(sorted([*kept, *slots], key=lambda slot: (slot.day, slot.starts, slot.key))))


def filled(rng: Random, problem: Problem) -> Assigned:
    """A legal roster; here and there a place stays empty though it need not."""
    roster: Assigned = {}
    for slot in rng.sample(problem.slots, len(problem.slots)):
        for person in rng.sample(problem.people, len(problem.people)):
            trial = with_person(roster, slot.key, person.key)
            if len(trial[slot.key]) <= slot.people and rng.random() < 0.85 and legal_for(problem, trial, person):
                roster = trial
    return roster


def world(seed: int) -> tuple[Random, Problem, Assigned]:
    rng = Random(seed)
    problem = month(rng)
    return rng, problem, filled(rng, problem)
