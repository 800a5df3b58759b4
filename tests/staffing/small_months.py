"""Small months for the maker's tests, the rules written down once more, and every roster that there is."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import combinations, product

from hypothesis import strategies as st

from staffing.problem import EVENING, HOLIDAY, KINDS, TOTAL, WEEKEND, Assigned, Person, Problem, Slot
from staffing.shares import targets

FIRST = date(2026, 10, 12)  # a Monday
DAY = timedelta(1)


def month(days: int = 28, evening: bool = False, weekend: int = 1) -> tuple[Slot, ...]:
    """Two people with a lead on workdays, one in the evening, some on weekends."""
    slots: list[Slot] = []
    for day in (FIRST + DAY * n for n in range(days)):
        off = day.weekday() >= 5
        slots.append(Slot(f"{day} a", day, 510, 1050, weekend if off else 2, not off, frozenset({WEEKEND} if off else ())))
        if evening and not off:
            slots.append(Slot(f"{day} b", day, 1080, 1230, 1, False, frozenset({EVENING})))
    return tuple(slots)


def crew(size: int, leads: int) -> tuple[Person, ...]:
    return tuple(Person(key, key <= leads) for key in range(1, size + 1))


days_of = st.frozensets(st.integers(0, 6).map(lambda n: FIRST + DAY * n), max_size=2)
duty_elsewhere = st.tuples(st.integers(-1, 7).map(lambda n: FIRST + DAY * n), st.sampled_from([360, 540, 1260])).map(
    lambda pair: (pair[0], pair[1], pair[1] + 180)
)


@st.composite
def problems(draw: st.DrawFn, most_days: int = 7, most_people: int = 5, most_slots: int = 12) -> Problem:
    slots: list[Slot] = []
    for n in range(draw(st.integers(1, most_days))):
        for key, starts, ends in (("a", 510, 1050), ("b", 1080, draw(st.sampled_from([1230, 1320, 1500]))), ("c", 600, 1100)):
            if len(slots) < most_slots and draw(st.booleans()):
                kinds = draw(st.frozensets(st.sampled_from([WEEKEND, HOLIDAY, EVENING]), max_size=2))
                day = FIRST + DAY * n
                slots.append(Slot(f"{day} {key}", day, starts, ends, draw(st.integers(1, 2)), draw(st.booleans()), kinds))
    people = tuple(
        Person(
            key,
            lead=draw(st.booleans()),
            away=draw(days_of),
            leave=draw(days_of),
            busy=tuple(draw(st.lists(duty_elsewhere, max_size=2))),
            exempt=draw(st.frozensets(st.sampled_from(KINDS), max_size=1)),
            before=frozenset(FIRST - DAY * n for n in range(1, 1 + draw(st.integers(0, 7)))),
            balance={kind: draw(st.integers(-300, 300)) for kind in KINDS},
        )
        for key in range(1, 1 + draw(st.integers(1, most_people)))
    )
    some = st.lists(st.sampled_from([person.key for person in people]), max_size=2, unique=True).map(lambda keys: tuple(sorted(keys)))
    keys = [slot.key for slot in slots]
    pinned, was = ({key: draw(some) for key in keys if draw(st.integers(0, 9)) < often} for often in (2, 4))
    return Problem(tuple(slots), people, longest=draw(st.integers(2, 6)), pinned=pinned, was=was)


def broken(problem: Problem, assigned: Assigned) -> list[str]:
    """The hard rules once more, one after the other, where a duty that is not pinned has a part in the fault."""
    found = [f"pinned {key}" for key, keys in problem.pinned.items() if assigned.get(key) != keys]
    for slot in problem.slots:
        here = assigned.get(slot.key, ())
        if slot.key not in problem.pinned and (len(here) > slot.people or sorted(set(here)) != list(here)):
            found.append(f"too_many {slot.key}")
    for person in problem.people:
        duties = [slot for slot in problem.slots if person.key in assigned.get(slot.key, ())]
        found += [
            f"{rule} {person.key} {slot.key}"
            for slot in duties
            if slot.key not in problem.pinned
            for rule in faulty(problem, person, slot, duties)
        ]
    return found


def faulty(problem: Problem, person: Person, slot: Slot, duties: list[Slot]) -> Iterator[str]:
    if not able(person, slot):
        yield "away, leave or exempt"
    if any(one.day == slot.day for one in duties if one != slot):
        yield "once_a_day"
    if any(day == slot.day and starts < slot.ends and ends > slot.starts for day, starts, ends in person.busy):
        yield "busy"
    if short_of_rest(problem, slot, [(one.day, one.starts, one.ends) for one in duties] + list(person.busy)):
        yield "rest"
    facts = person.before | {day for day, _, _ in person.busy}  # a second duty on such a day makes no run longer
    if slot.day not in facts and days_in_a_row(slot.day, {one.day for one in duties} | facts) > problem.longest:
        yield "run"


def able(person: Person, slot: Slot) -> bool:
    return slot.day not in person.away | person.leave and not person.exempt & (slot.kinds | {TOTAL})


def short_of_rest(problem: Problem, slot: Slot, duties: list[tuple[date, int, int]]) -> bool:
    after = [24 * 60 - slot.ends + starts for day, starts, _ in duties if day == slot.day + DAY]
    before = [24 * 60 - ends + slot.starts for day, _, ends in duties if day == slot.day - DAY]
    return min(after + before, default=problem.rest) < problem.rest


def days_in_a_row(day: date, on_duty: Collection[date]) -> int:
    first = last = day
    while first - DAY in on_duty:
        first -= DAY
    while last + DAY in on_duty:
        last += DAY
    return (last - first).days + 1


def price(problem: Problem, assigned: Assigned) -> int:
    """The cost as RULES.md has it, word for word."""
    leads = {person.key for person in problem.people if person.lead}
    total = 0
    for slot in problem.slots:
        here = assigned.get(slot.key, ())
        total += 2_000_000 * max(0, slot.people - len(here)) + 400_000 * (slot.lead and not leads & set(here))
        total += 2_000 * sum(key not in here for key in problem.was.get(slot.key, ()))
    wanted = targets(problem)
    for person in problem.people:
        for kind, weight in ((TOTAL, 8), (WEEKEND, 4), (HOLIDAY, 2), (EVENING, 1)):
            count = sum(person.key in assigned.get(s.key, ()) for s in problem.slots if kind == TOTAL or kind in s.kinds)
            total += weight * ((100 * count - wanted[person.key][kind]) ** 2 // 100)
    return total


def every(problem: Problem) -> Iterator[Assigned]:
    """Each roster that breaks no rule."""
    choices = []
    for slot in problem.slots:
        people = [one.key for one in problem.people if able(one, slot)]
        sets = [one for size in range(slot.people + 1) for one in combinations(people, size)]
        choices.append([problem.pinned[slot.key]] if slot.key in problem.pinned else sets)
    for chosen in product(*choices):
        assigned = {slot.key: keys for slot, keys in zip(problem.slots, chosen, strict=True)}
        if not broken(problem, assigned):
            yield assigned
