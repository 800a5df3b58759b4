"""For each hard rule: one fault put into a legal roster, and what the checker has to say of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from staffing.checker import Fault
from staffing.problem import TOTAL, Assigned, Person, Problem, Slot
from tests.staffing.rosters import changed, with_person, with_slots, without

Planted = tuple[Problem, Assigned, Fault]


def pick(rng: Random, problem: Problem, roster: Assigned) -> tuple[Slot, Person]:
    on_duty = [(slot, person) for slot in problem.slots for person in problem.people if person.key in roster.get(slot.key, ())]
    return rng.choice(on_duty)


def away(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    slot, person = pick(rng, problem, roster)
    return changed(problem, person.key, away=person.away | {slot.day}), roster, Fault("away", slot.key, person.key, slot.day)


def leave(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    slot, person = pick(rng, problem, roster)
    return changed(problem, person.key, leave=person.leave | {slot.day}), roster, Fault("leave", slot.key, person.key, slot.day)


def exempt(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    slot, person = pick(rng, problem, roster)
    kind = rng.choice([TOTAL, *sorted(slot.kinds)])
    return changed(problem, person.key, exempt=frozenset({kind})), roster, Fault("exempt", slot.key, person.key, slot.day)


def unknown(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    slot, person = pick(rng, problem, roster)
    case = rng.choice(["slot", "person", "twice"])
    if case == "slot":
        return problem, with_person(roster, "nowhere", person.key), Fault("unknown", "nowhere", None, None)
    key = person.key if case == "twice" else 99
    return problem, with_person(roster, slot.key, key), Fault("unknown", slot.key, key, slot.day)


def too_many(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    slot, _ = pick(rng, problem, roster)
    fewer = rng.randrange(len(roster[slot.key]))
    return with_slots(problem, replace(slot, people=fewer)), roster, Fault("too_many", slot.key, None, slot.day)


def once_a_day(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    slot, person = pick(rng, problem, roster)
    starts = rng.randrange(0, 1440, 60)
    twin = replace(slot, key="twin", starts=starts, ends=starts + 120)
    late = max((slot.starts, slot.key), (starts, "twin"))[1]  # the later one is named
    return with_slots(problem, twin), with_person(roster, "twin", person.key), Fault("once_a_day", late, person.key, slot.day)


def busy(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    slot, person = pick(rng, problem, roster)
    long = slot.ends - slot.starts
    starts = slot.starts + rng.randrange(60 - long, long, 60)
    days = rng.randint(-1, 1)  # the same hours may be told from the day before or after
    times = (slot.day + timedelta(days), starts - days * 1440, starts - days * 1440 + long)
    return changed(problem, person.key, busy=(*person.busy, times)), roster, Fault("busy", slot.key, person.key, slot.day)


def rest(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    """An hour too little, before or after, here or elsewhere; on the first day the one before lies in the last month."""
    slot, person = pick(rng, problem, roster)
    step, here = rng.choice([-1, 1]), rng.random() < 0.5
    starts = slot.ends - 1440 + problem.rest - 60 if step == 1 else slot.starts + 1440 - problem.rest + 60 - 240
    day = slot.day + timedelta(step)
    named = Fault("rest", slot.key, person.key, slot.day)
    if not here:
        return changed(problem, person.key, busy=(*person.busy, (day, starts, starts + 240))), roster, named
    problem = with_slots(problem, Slot("close", day, starts, starts + 240, 1))
    return problem, with_person(roster, "close", person.key), Fault("rest", "close", person.key, day) if step == 1 else named


def run(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    """One day too many around a slot: days before the month, duties elsewhere and further slots, mixed at random."""
    slot, person = pick(rng, problem, roster)
    roster, named, before, elsewhere = without(roster, person.key, slot.key), slot, set(), []
    first = -rng.randint(0, problem.longest)
    for step in range(first, first + problem.longest + 1):
        day, case = slot.day + timedelta(step), rng.choice(["before", "busy", "slot"] if step < 0 else ["busy", "slot"])
        if step == 0:
            continue
        if case == "before":
            before.add(day)
        elif case == "busy":
            elsewhere.append((day, 720, 780))
        else:
            more = replace(slot, key=f"more{step:+}", day=day, people=1)
            problem, roster = with_slots(problem, more), with_person(roster, more.key, person.key)
            named = max(named, more, key=lambda each: each.day)
    problem = changed(problem, person.key, before=frozenset(before), busy=tuple(elsewhere))
    return problem, roster, Fault("run", named.key, person.key, named.day)


def pinned(rng: Random, problem: Problem, roster: Assigned) -> Planted:
    slot, _ = pick(rng, problem, roster)
    others = tuple(person.key for person in problem.people if person.key not in roster[slot.key])
    return replace(problem, pinned={slot.key: rng.choice([others, ()])}), roster, Fault("pinned", slot.key, None, slot.day)


PLANTS: dict[str, Callable[[Random, Problem, Assigned], Planted]] = {
    plant.__name__: plant for plant in (away, leave, exempt, unknown, too_many, once_a_day, busy, rest, run, pinned)
}
