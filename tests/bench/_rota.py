"""Synthetic centers for ``script/bench rota``, and what one center's month, year and sick leave come to. No server, no database."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import chinese_calendar

from staffing import rota
from staffing.problem import EVENING, HOLIDAY, KINDS, WEEKEND, Assigned, Person, Problem, Slot
from staffing.shares import Hundredths, faults, settled

CENTERS, CADRES, YEAR = 400, 2_287, 2026
METHODS = ("cp_sat", "least_loaded", "round_robin")
SIMPLE: dict[str, Callable[[Problem], Assigned]] = {"least_loaded": rota.least_loaded, "round_robin": rota.round_robin}
#: The day on which somebody falls ill, and for how long.
SICK_FROM, SICK_DAYS = 12, 7


class Center(NamedTuple):
    """``rest_day``: people on a weekend's or holiday's day. ``evening_ends``: minutes, None without evening shifts."""

    number: int
    cadres: int
    leads: int
    rest_day: int
    evening_ends: int | None


def centers() -> list[Center]:
    """400 of 4–9 cadres, 2,287 in all, 1–3 of them leads; every other one is open in the evening, each eighth until 22:00."""
    dice = random.Random(400)
    sizes = [dice.choice((4, 5, 5, 5, 6, 6, 6, 7, 8, 9)) for _ in range(CENTERS)]
    while sum(sizes) != CADRES:
        one, step = dice.randrange(CENTERS), 1 if sum(sizes) < CADRES else -1
        sizes[one] = min(9, max(4, sizes[one] + step))
    ends = [None if n % 2 else 22 * 60 if n % 8 == 0 else 20 * 60 + 30 for n in range(CENTERS)]
    return [Center(n, size, dice.randint(1, 3), dice.randint(1, 2), ends[n]) for n, size in enumerate(sizes)]


def days(month: int) -> list[date]:
    first = date(YEAR, month, 1)
    following = first.replace(day=28) + timedelta(4)
    return [first + timedelta(n) for n in range((following.replace(day=1) - first).days)]


def kinds(day: date) -> frozenset[str]:
    """By the announced calendar: a make-up Saturday is a workday."""
    if chinese_calendar.is_workday(day):
        return frozenset()
    return frozenset({HOLIDAY if chinese_calendar.get_holiday_detail(day)[1] else WEEKEND})


def slots(center: Center, month: int) -> tuple[Slot, ...]:
    found = []
    for day in days(month):
        off = kinds(day)
        found.append(Slot(f"{day} regular", day, 510, 1050, center.rest_day if off else 2, not off, off))
        if center.evening_ends and not off:
            found.append(Slot(f"{day} extended", day, 1080, center.evening_ends, 1, False, frozenset({EVENING})))
    return tuple(found)


def person(dice: random.Random, center: Center, number: int, month: int) -> Person:
    """One in eight has 2–7 days of leave, some a duty elsewhere or a posting that begins within the month, one in twenty of those who
    do not lead an exemption, which stays.
    """
    all_days, key = days(month), center.number * 10 + number
    start, length = dice.randrange(len(all_days)), dice.randint(2, 7)
    lasting = random.Random(key)
    exempt = number >= center.leads and lasting.random() < 0.05
    return Person(
        key=key,
        lead=number < center.leads,
        leave=frozenset(all_days[start : start + length]) if dice.random() < 0.125 else frozenset(),
        away=frozenset(all_days[: dice.randint(3, 15)]) if dice.random() < 0.02 else frozenset(),
        busy=((dice.choice(all_days), 540, 720),) if dice.random() < 0.05 else (),
        exempt=frozenset({lasting.choice((EVENING, WEEKEND))}) if exempt else frozenset(),
    )


def problem(center: Center, month: int) -> Problem:
    """Without balances and days before."""
    dice = random.Random(center.number * 100 + month)
    return Problem(slots(center, month), tuple(person(dice, center, n, month) for n in range(center.cadres)))


def with_balances(this: Problem, seed: int) -> Problem:
    """Balances as a year may leave them: up to 1.5 duties of each kind either way, 0 together."""
    dice = random.Random(seed)
    kept = {one.key: {kind: dice.randint(-150, 150) for kind in KINDS} for one in this.people}
    for kind in KINDS:
        kept[this.people[0].key][kind] -= sum(of[kind] for of in kept.values())
    return carried(this, kept, frozenset())


def carried(this: Problem, balances: Hundredths, before: frozenset[tuple[int, date]]) -> Problem:
    """The month with what the one before left: balances, and who was on duty on which of its last days."""

    def told(one: Person) -> Person:
        return replace(one, balance=balances.get(one.key, {}), before=frozenset(day for key, day in before if key == one.key))

    return replace(this, people=tuple(map(told, this.people)))


def spread(this: Problem, balances: Hundredths) -> dict[str, float]:
    """kind → duties between the cadre who is furthest ahead and the one furthest behind, among those who are not exempt from it."""
    found = {}
    for kind in KINDS:
        amounts = [balances[one.key][kind] for one in this.people if kind not in one.exempt]
        found[kind] = (max(amounts) - min(amounts)) / 100 if amounts else 0.0
    return found


def solve(method: str, this: Problem) -> tuple[Assigned, dict[str, Any]]:
    """The roster, and {cost, bound, optimal, gap} as far as the method knows."""
    if method == "cp_sat":
        made = rota.make(this)
        return made.assigned, {"cost": made.cost, "bound": made.bound, "optimal": made.optimal, "gap": made.gap, "by": made.method}
    assigned = SIMPLE[method](this)
    return assigned, {"cost": rota.cost(this, assigned)}


def warm(_: int) -> None:
    """Loads the solver in this process: once, not at the first center."""
    rota.make(problem(centers()[1], 10))


def fairness(this: Problem, assigned: Assigned) -> int:
    """The cost without gaps, leads and changes."""
    return rota.cost(this, assigned) - faults(this, assigned).cost


def broken(this: Problem, assigned: Assigned) -> int:
    """(person, day) on duty with too little rest since the day before, or after too many days in a row; a rough count of its own."""
    found = 0
    for one in this.people:
        ends = {slot.day: slot for slot in this.slots if one.key in assigned[slot.key]}
        for day, slot in ends.items():
            before = ends.get(day - timedelta(1))
            found += bool(before and slot.starts + 1440 - before.ends < this.rest)
            found += all(day - timedelta(n) in ends or day - timedelta(n) in one.before for n in range(this.longest + 1))
    return found


def measure_month(job: tuple[Center, str]) -> dict[str, Any]:
    center, method = job
    this = with_balances(problem(center, 10), center.number)
    started, used = time.perf_counter(), time.process_time()
    assigned, found = solve(method, this)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    missing = faults(this, assigned)
    return found | {
        **{
            "center": center.number,
            "cadres": center.cadres,
            "seconds": seconds,
            "cpu": used,
            "gaps": missing.gaps,
            "leadless": missing.leadless,
        },
        **{"spread": spread(this, settled(this, assigned)), "fairness": fairness(this, assigned), "tired": broken(this, assigned)},
    }


def measure_year(job: tuple[Center, str]) -> list[dict[str, float]]:
    """The spread of the carried balances after each of twelve months."""
    center, method = job
    balances: Hundredths = {}
    before: frozenset[tuple[int, date]] = frozenset()
    spreads = []
    for month in range(1, 13):
        this = carried(problem(center, month), balances, before)
        assigned, _ = solve(method, this)
        balances = settled(this, assigned)
        before = frozenset((key, slot.day) for slot in this.slots[-28:] for key in assigned[slot.key])
        spreads.append(spread(this, balances))
    return spreads


def measure_sick(center: Center) -> dict[str, int]:
    """Who has most to do in the seven days falls ill. ``must``: their duties then. ``changed``: pairs of the old roster beyond those
    that are no longer there; ``anew``: the same without a change penalty.
    """
    this = with_balances(problem(center, 10), center.number)
    was = rota.make(this).assigned
    ill_days = frozenset(days(10)[SICK_FROM - 1 :][:SICK_DAYS])
    theirs = {one.key: sum(one.key in was[slot.key] for slot in this.slots if slot.day in ill_days) for one in this.people}
    ill = max(theirs, key=lambda key: theirs[key])
    people = tuple(replace(one, leave=one.leave | ill_days) if one.key == ill else one for one in this.people)
    pinned = {slot.key: was[slot.key] for slot in this.slots if slot.day < min(ill_days)}
    later = replace(this, people=people, pinned=pinned)
    kept, anew = rota.make(replace(later, was=was)).assigned, rota.make(later).assigned
    lost = [faults(replace(later, was=was), answer).changed - theirs[ill] for answer in (kept, anew)]
    missing, before = faults(later, kept), faults(this, was)
    return {
        **{"must": theirs[ill], "changed": lost[0], "anew": lost[1], "fair": fairness(later, kept), "fair_anew": fairness(later, anew)},
        **{"gaps": missing.gaps - before.gaps, "leadless": missing.leadless - before.leadless},
    }
