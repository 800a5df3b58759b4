"""The checker finds every fault and only faults: held against legal rosters, planted faults and a plainer judge; figures by hand."""

from dataclasses import fields, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from staffing.checker import REASONS, WORDS, Fault, Gap, faults, gaps, input_hash, quality
from staffing.problem import EVENING, HOLIDAY, TOTAL, WEEKEND, Assigned, Person, Problem, Slot
from tests.staffing.plants import PLANTS
from tests.staffing.rosters import FIRST, changed, legal, legal_for, month, some, with_person, world

SEEDS = st.integers(0, 2**32)
few = settings(max_examples=60, deadline=None)


@few
@given(SEEDS)
def test_a_legal_roster_has_no_faults_pinned_in_part_or_not(seed: int) -> None:
    rng, problem, roster = world(seed)
    assert faults(problem, roster) == []
    assert faults(replace(problem, pinned=dict(some(rng, roster.items(), 0.5))), roster) == []


@pytest.mark.parametrize("rule", PLANTS)
@few
@given(SEEDS)
def test_a_planted_fault_is_found_where_it_is(rule: str, seed: int) -> None:
    rng, problem, roster = world(seed)
    assume(any(roster.values()))
    problem, roster, fault = PLANTS[rule](rng, problem, roster)
    found = faults(problem, roster)
    assert fault in found
    assert found == sorted(found, key=lambda f: (f.day or date.min, f.slot, -1 if f.person is None else f.person, f.rule))


@pytest.mark.parametrize("rule", [rule for rule in PLANTS if rule != "pinned"])
@few
@given(SEEDS)
def test_what_pinned_duties_alone_break_is_not_reported(rule: str, seed: int) -> None:
    rng, problem, roster = world(seed)
    assume(any(roster.values()))
    problem, roster, _ = PLANTS[rule](rng, problem, roster)
    assert faults(replace(problem, pinned=roster), roster) == []


@few
@given(SEEDS)
def test_it_agrees_with_the_plain_judge_on_any_roster(seed: int) -> None:
    rng = Random(seed)
    problem = month(rng)
    keys = [person.key for person in problem.people]
    roster: Assigned = {slot.key: tuple(sorted(some(rng, keys, rng.choice([0.1, 0.3, 0.6])))) for slot in problem.slots}
    found = faults(problem, roster)
    assert (not found) == legal(problem, roster)
    assert {f.person for f in found} - {None} == {each.key for each in problem.people if not legal_for(problem, roster, each)}
    turned = replace(problem, slots=problem.slots[::-1], people=problem.people[::-1])
    assert faults(turned, dict(reversed(roster.items()))) == found


@few
@given(SEEDS)
def test_who_counts_as_free_is_who_can_be_added_without_a_fault(seed: int) -> None:
    _, problem, roster = world(seed)
    found = gaps(problem, roster)
    assert sum(gap.missing for gap in found) == quality(problem, roster).gaps
    for gap in found:
        others = [person.key for person in problem.people if person.key not in roster.get(gap.slot, ())]
        free = [key for key in others if not faults(problem, with_person(roster, gap.slot, key))]
        assert gap.reasons.get("free", 0) == len(free)
        assert sum(gap.reasons.values()) == len(others)
        assert gap.unavoidable == (not free)


def day_slot(on: int, key: str = "", starts: int = 540, ends: int = 1020, **more: Any) -> Slot:
    """Nine to five on a day of the month, for one."""
    return Slot(**{"key": key or f"d{on}", "day": FIRST + timedelta(on - 1), "starts": starts, "ends": ends, "people": 1, **more})


def test_just_enough_rest_just_the_longest_run_and_touching_duties_are_no_faults() -> None:
    slots = (day_slot(1, ends=22 * 60), *(day_slot(on) for on in range(2, 7)))
    roster: Assigned = {slot.key: (1,) for slot in slots}
    problem = Problem(slots, (Person(1, busy=((slots[4].day, 480, 540), (slots[4].day, 1020, 1080))),))
    assert faults(problem, roster) == []  # eleven hours from 22:00 to 9:00; six days; 8–9 and 17–18 elsewhere on the fifth
    assert [f.rule for f in faults(changed(problem, 1, before=frozenset({FIRST - timedelta(1)})), roster)] == ["run"]
    assert [f.rule for f in faults(replace(problem, rest=11 * 60 + 1), roster)] == ["rest"]
    assert [f.rule for f in faults(changed(problem, 1, busy=((slots[4].day, 480, 541),)), roster)] == ["busy"]


def test_the_fault_is_named_at_the_duty_that_may_still_change() -> None:
    """Day 2 is pinned and so can't be at fault for the short night: day 1 is, then day 3 for its own."""
    slots = (day_slot(1, ends=1439), day_slot(2, ends=1439), day_slot(3))
    problem = Problem(slots, (Person(1),), pinned={"d2": (1,)})
    roster: Assigned = {slot.key: (1,) for slot in slots}
    assert faults(problem, roster) == [Fault("rest", "d1", 1, slots[0].day), Fault("rest", "d3", 1, slots[2].day)]


def test_slots_that_overlap_are_two_on_a_day_or_a_short_night_not_busy_elsewhere() -> None:
    slots = (day_slot(1, starts=1200, ends=2000), day_slot(1, "twin", starts=1260, ends=1320), day_slot(2))
    problem = Problem(slots, (Person(1),), longest=1)
    assert faults(problem, {"d1": (1,), "d2": (1,)}) == [Fault("rest", "d2", 1, slots[2].day), Fault("run", "d2", 1, slots[2].day)]
    assert faults(problem, {"d1": (1,), "twin": (1,)}) == [Fault("once_a_day", "twin", 1, FIRST)]
    day_before = changed(problem, 1, before=frozenset({FIRST - timedelta(1)}))
    assert [(f.rule, f.slot) for f in faults(day_before, {"d1": (1,), "twin": (1,)})] == [("once_a_day", "twin"), ("run", "twin")]


def test_a_run_into_pinned_days_and_duties_elsewhere_is_named_at_the_last_free_day() -> None:
    slots = tuple(day_slot(on) for on in range(1, 5))
    person = Person(1, before=frozenset({FIRST - timedelta(1)}), busy=((FIRST + timedelta(4), 600, 660),))
    problem = Problem(slots, (person,), longest=5, pinned={"d4": (1,)})
    assert faults(problem, {slot.key: (1,) for slot in slots}) == [Fault("run", "d3", 1, slots[2].day)]


def test_a_pinned_slot_may_break_rules_but_what_is_added_to_it_may_not() -> None:
    slot = day_slot(1)
    people = (Person(1, leave=frozenset({FIRST})), Person(2, leave=frozenset({FIRST})))
    problem = Problem((slot,), people, pinned={"d1": (1,)})
    assert faults(problem, {"d1": (1,)}) == []
    assert [(f.rule, f.person) for f in faults(problem, {"d1": (1, 2)})] == [("pinned", None), ("too_many", None), ("leave", 2)]
    assert [(f.rule, f.person) for f in faults(problem, {})] == [("pinned", None)]


def barred() -> tuple[Problem, Assigned]:
    """A gap on the third (a weekend) that wants nine: one person for each reason, and each has the later reasons too where it may be."""
    third = FIRST + timedelta(2)
    slots = (
        day_slot(1),
        replace(day_slot(2, ends=24 * 60), people=2),
        replace(day_slot(3, "gap", kinds=frozenset({WEEKEND})), people=9),
        day_slot(3, "d3", starts=1080, ends=1200),
    )
    people = (
        Person(1, away=frozenset({third}), exempt=frozenset({TOTAL}), leave=frozenset({third})),
        Person(2, exempt=frozenset({WEEKEND}), leave=frozenset({third})),
        Person(3, leave=frozenset({third}), busy=((third, 600, 660),)),
        Person(4, busy=((third, 600, 660), (third - timedelta(1), 600, 1440))),
        Person(5),  # on d3
        Person(6, before=frozenset(FIRST - timedelta(back) for back in range(9))),  # till midnight on d2
        Person(7, before=frozenset(FIRST - timedelta(back) for back in range(-1, 5))),
        Person(8, before=frozenset(FIRST - timedelta(back) for back in range(-1, 4))),  # the sixth day: one may
        Person(9, exempt=frozenset({EVENING})),
    )
    return Problem(slots, people), {"d2": (6,), "d3": (5,)}


def test_each_person_counts_for_the_first_reason_that_bars_them() -> None:
    problem, roster = barred()
    expected = {"away": 1, "exempt": 1, "leave": 1, "busy": 1, "once_a_day": 1, "rest": 1, "run": 1, "free": 2}
    assert [gap for gap in gaps(problem, roster) if gap.slot == "gap"] == [Gap("gap", FIRST + timedelta(2), 9, expected, False)]
    assert [(gap.slot, gap.missing) for gap in gaps(problem, roster)] == [("d1", 1), ("d2", 1), ("gap", 9)]


def test_a_gap_in_a_pinned_slot_and_one_without_people_are_unavoidable() -> None:
    problem, roster = barred()
    found = {gap.slot: gap for gap in gaps(replace(problem, pinned={"gap": ()}), roster)}
    assert (found["gap"].reasons["pinned"], found["gap"].reasons["leave"], found["gap"].unavoidable) == (2, 1, True)
    assert gaps(Problem((day_slot(1),), ()), {}) == [Gap("d1", FIRST, 1, {}, True)]


def test_adding_to_a_faulty_roster_is_judged_by_what_the_addition_breaks() -> None:
    """The second already stands too near to the duty elsewhere on the first; the third would stand too near to the second."""
    slots, busy = (day_slot(2, ends=23 * 60), day_slot(3), day_slot(5)), ((FIRST, 600, 1439),)
    assert [gap.reasons for gap in gaps(Problem(slots, (Person(1, busy=busy),)), {"d2": (1,)})] == [{"rest": 1}, {"free": 1}]


FULL = Problem(
    slots=(day_slot(1), day_slot(2, lead=True, kinds=frozenset({WEEKEND, EVENING}))),
    people=(
        Person(1, busy=((FIRST, 1, 2), (FIRST, 3, 4)), away=frozenset({FIRST, FIRST + timedelta(1)}), balance={TOTAL: 1, EVENING: 2}),
        Person(2),
    ),
    pinned={"d1": (1,), "d2": (2,)},
)
OTHER: dict[str, Any] = {
    **{"key": "x", "day": date(2027, 1, 1), "starts": 7, "ends": 7, "people": 7, "lead": True, "kinds": frozenset({HOLIDAY})},
    **{"away": frozenset({date(2027, 1, 1)}), "leave": frozenset({date(2027, 1, 1)}), "before": frozenset({date(2027, 1, 1)})},
    **{"busy": ((FIRST, 2, 1),), "exempt": frozenset({TOTAL}), "balance": {TOTAL: -1}},
    **{"slots": (), "rest": 7, "longest": 7, "pinned": {"d1": (2,)}, "was": {"d1": (1,)}},
}


@pytest.mark.parametrize(("kind", "name"), [(kind, each.name) for kind in (Problem, Slot, Person) for each in fields(kind)])
def test_the_hash_changes_with_every_field(kind: type, name: str) -> None:
    value = {**OTHER, "key": 9}[name] if kind is Person else {**OTHER, "people": ()}[name] if kind is Problem else OTHER[name]
    other = {
        Problem: lambda: replace(FULL, **{name: value}),
        Slot: lambda: replace(FULL, slots=(replace(FULL.slots[0], **{name: value}), FULL.slots[1])),
        Person: lambda: replace(FULL, people=(replace(FULL.people[0], **{name: value}), FULL.people[1])),
    }[kind]()
    assert len(input_hash(FULL)) == 64
    assert input_hash(other) != input_hash(FULL)


def test_the_hash_does_not_change_with_any_order() -> None:
    first = FULL.people[0]
    turned = replace(first, busy=first.busy[::-1], balance={EVENING: 2, TOTAL: 1}, away=frozenset({FIRST + timedelta(1), FIRST}))
    other = Problem(FULL.slots[::-1], (FULL.people[1], turned), pinned={"d2": (2,), "d1": (1,)})
    assert input_hash(other) == input_hash(FULL) == "0864e198d95ee01ec2143777d22b66911849787ac68b2c34e3088f1b877ba396"  # in every process


def test_every_rule_and_reason_has_its_words() -> None:
    assert set(WORDS) == set(PLANTS)
    assert list(REASONS) == ["away", "exempt", "leave", "busy", "once_a_day", "rest", "run", "pinned", "free"]
    assert all(str(words) for words in [*WORDS.values(), *REASONS.values()])
