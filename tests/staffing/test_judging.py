"""What each owes and has done, and how good a roster is: worked by hand, and against the written rules."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import shares as makers
from staffing.checker import Account, quality, why
from staffing.problem import EVENING, HOLIDAY, KINDS, TOTAL, WEEKEND, Assigned, Person, Problem, Slot
from tests.staffing.rosters import FIRST, changed, month, world
from tests.staffing.test_checker import day_slot

SEEDS = st.integers(0, 2**32)
few = settings(max_examples=60, deadline=None)


def example() -> tuple[Problem, Assigned]:
    """Lead 1 could take all three slots; 2 takes no evenings, 3 is on leave on the fourth."""
    slots = (
        day_slot(1, "A", kinds=frozenset({HOLIDAY}), lead=True),
        replace(day_slot(3, "B", kinds=frozenset({WEEKEND}), lead=True), people=2),
        day_slot(4, "C", kinds=frozenset({WEEKEND, EVENING}), lead=True),
    )
    people = (
        Person(1, lead=True, balance={TOTAL: 50}),
        Person(2, exempt=frozenset({EVENING})),
        Person(3, leave=frozenset({FIRST + timedelta(3)})),
    )
    return Problem(slots, people), {"A": (1,), "B": (2, 3)}


def test_the_figures_of_an_example_worked_by_hand() -> None:
    # total: 400 by 3 : 2 : 2 = 172, 114, 114 (rests 3, 2, 2 of 7). Leads' floor: 300, all of it 1's; the 128 more come from
    #   2 and 3, 64 each: 300, 50, 50. Targets 250, 50, 50; done 100 each: off by −150, 50, 50; squares 27,500 × 8 = 220,000
    # weekend: 300 by 2 : 1 : 1 = 150, 75, 75; floor 200, all of it 1's; 2 and 3 give 25 each: 200, 50, 50; done 0, 100, 100:
    #   off by −200, 50, 50; squares 45,000 × 4 = 180,000
    # holiday: 100 by 1 : 1 : 1 = 34, 33, 33; floor 100, all of it 1's: 100, 0, 0; done 100, 0, 0: nobody is off
    # evening: 100, all of it 1's; done 0: off by −100; squares 10,000 × 1 = 10,000; nobody to differ from
    # easing: 1 owes nothing beside leading; 2 and 3 owe 50 of a weekend and have room for 50: nothing to ease
    # fairness (220,000 + 180,000 + 10,000) ÷ 100 = 4,100; one gap (C), two slots without a lead (B, C)
    problem, roster = example()
    found = quality(problem, roster)
    assert (found.gaps, found.leadless, found.changed, found.fairness) == (1, 2, 0, 4_100)
    assert found.cost == 2_000_000 + 2 * 400_000 + 4_100
    assert found.spread == {TOTAL: 200, WEEKEND: 250, HOLIDAY: 0, EVENING: 0}
    assert found.counts[1] == {TOTAL: 1, WEEKEND: 0, HOLIDAY: 1, EVENING: 0}
    assert found.counts[2] == found.counts[3] == {TOTAL: 1, WEEKEND: 1, HOLIDAY: 0, EVENING: 0}
    assert why(problem, roster, 1)[TOTAL] == Account(slots=3, could=3, share=300, carried=50, done=1, balance=-150)
    assert why(problem, roster, 2)[EVENING] == Account(slots=1, could=0, share=0, carried=0, done=0, balance=0)


def test_a_re_plan_pays_for_each_duty_given_up_in_slots_that_still_exist() -> None:
    problem, roster = example()
    replan = replace(problem, was={"A": (2,), "B": (1, 2), "C": (), "gone": (1,)})
    assert (quality(replan, roster).changed, quality(replan, roster).cost - quality(problem, roster).cost) == (2, 4_000)


def test_strangers_repeats_and_one_too_many_fill_nothing() -> None:
    problem, _ = example()
    assert quality(problem, {"A": (1, 2), "B": (2, 2), "C": (99,), "nowhere": (3,)}).gaps == 2


def shares(problem: Problem, kind: str) -> list[int]:
    return [why(problem, {}, person.key)[kind].share for person in problem.people]


def only(slots: tuple[Slot, ...], key: int, keys: str, **more: Any) -> Person:
    """Somebody who is away whenever there is none of these slots."""
    return Person(key, away=frozenset(slot.day for slot in slots if slot.key not in keys.split()), **more)


def test_where_the_others_have_too_little_leads_above_their_floor_give_too() -> None:
    slots = (day_slot(1, lead=True), day_slot(2))
    people = tuple(only(slots, key, "d1" if key == 2 else "d2", lead=key != 4) for key in range(1, 6))
    # 200 by five times 1 = 40 each; floor 100, all of it 2's, who lacks 60. 4 gives all of 40, leads 1, 3 and 5 the other 20: 7, 7, 6.
    assert shares(Problem(slots, people), TOTAL) == [33, 100, 33, 0, 34]


def test_a_lone_leads_leave_lowers_the_floor() -> None:
    """Nobody leads while they are on leave, and a slot for nobody wants no lead: neither is owed, of no kind."""
    slots = tuple(day_slot(on, lead=True, kinds=frozenset({WEEKEND}), people=int(on < 5)) for on in range(1, 6))
    problem = Problem(slots, (Person(1, lead=True), Person(2)))
    for kind in (TOTAL, WEEKEND):
        # 400 by 5 : 5 = 200, 200, and the floor is 400; on leave on two days: 400 by 3 : 5 = 150, 250, and the floor is 200
        assert shares(problem, kind) == [400, 0]
        assert shares(changed(problem, 1, leave=frozenset({slots[0].day, slots[1].day})), kind) == [200, 200]


def test_easing_worked_by_hand_in_one_round_with_a_lead() -> None:
    # total: 400 by 4 : 4 : 2 = 160, 160, 80; floor 100, all of it lead 1's, who has more: room 60, 160, 80
    # weekend: 200 by 2 : 2 : 1 = 80, 80, 40; floor 100, 1 lacks 20, 2 and 3 give 13 and 7: 100, 67, 33; beside leading 0, 67, 33
    # holiday and evening: 100 by 1 : 1 : 1 = 34, 33, 33 each, none of it led
    # 1 owes 0 + 34 + 34 = 68, 8 too much: holiday 4, evening 4. 2 owes 133 and has room for 27 more.
    # 3 owes 33 + 33 + 33 = 99, 19 too much: weekend 6, holiday 6, evening 7 (of equal rests the smaller name's goes first)
    # 2 takes weekend 6, holiday 10, evening 11: 73 + 43 + 44 = 160, just the room
    all_three = frozenset({WEEKEND, HOLIDAY, EVENING})
    slots = (day_slot(1, lead=True, kinds=frozenset({WEEKEND})), day_slot(2, kinds=all_three), day_slot(3), day_slot(4))
    problem = Problem(slots, (Person(1, lead=True), Person(2), only(slots, 3, "d2 d3")))
    found = {kind: shares(problem, kind) for kind in KINDS}
    assert found == {TOTAL: [160, 160, 80], WEEKEND: [100, 73, 27], HOLIDAY: [30, 43, 27], EVENING: [30, 44, 26]}


def test_easing_worked_by_hand_in_two_rounds() -> None:
    # total: 300 by 1 : 2 : 3 = 50, 100, 150; each other kind: 100 by 1 : 1 : 1 = 34, 33, 33
    # 1 owes 102, 52 too much: weekend 17, holiday 17, evening 18; left 17, 17, 16. 2 and 3 owe 99 and aren't full
    #   weekend and holiday 17 to 2 and 3 = 9, 8; evening 18 = 9, 9: 2 has 42, 42, 42, and 3 has 41, 41, 42
    # 2 now owes 126, 26 too much: weekend 8, holiday 9, evening 9; left 34, 33, 33. 3 takes them: 49, 50, 51, just the room
    slots = (day_slot(1, kinds=frozenset({WEEKEND, HOLIDAY, EVENING})), day_slot(2), day_slot(3))
    problem = Problem(slots, (only(slots, 1, "d1"), only(slots, 2, "d1 d2"), Person(3)))
    found = {kind: shares(problem, kind) for kind in KINDS}
    assert found == {TOTAL: [50, 100, 150], WEEKEND: [17, 34, 49], HOLIDAY: [17, 33, 50], EVENING: [16, 33, 51]}


def test_what_nobody_can_take_over_is_not_cut() -> None:
    # total: 400 by 1 : 3 = 100, 300; weekend 200 by 1 : 1 = 100, 100; evening 100, all of it 1's, as 2 takes none
    # 1 owes 200, 100 too much: 50 of each. 2 takes the weekend's; the evening's is not cut.
    slots = (day_slot(1, kinds=frozenset({WEEKEND, EVENING})), day_slot(2, kinds=frozenset({WEEKEND})), day_slot(3), day_slot(4))
    problem = Problem(slots, (only(slots, 1, "d1"), Person(2, exempt=frozenset({EVENING}))))
    found = {kind: shares(problem, kind) for kind in KINDS}
    assert found == {TOTAL: [100, 300], WEEKEND: [50, 150], HOLIDAY: [0, 0], EVENING: [100, 0]}


def could(person: Person, slot: Slot) -> bool:
    return slot.day not in person.away | person.leave and not person.exempt & (slot.kinds | {TOTAL})


def led(problem: Problem, kind: str) -> dict[int, int]:
    """Person → hundredths that they must lead of the kind: whole parts, then one each by the largest rest."""
    leads = [person for person in problem.people if person.lead]
    slots = [slot for slot in problem.slots if slot.lead and kind in {TOTAL, *slot.kinds} and any(could(lead, slot) for lead in leads)]
    days = {lead.key: sum(could(lead, slot) for slot in slots) for lead in leads}
    found = {person.key: 0 for person in problem.people}
    exact = {key: Fraction(100 * len(slots) * number, sum(days.values()) or 1) for key, number in days.items()}
    found |= {key: int(part) for key, part in exact.items()}
    for key in sorted(exact, key=lambda key: (int(exact[key]) - exact[key], key))[: 100 * len(slots) - sum(found.values())]:
        found[key] += 1
    return found


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_after_easing_nobody_owes_more_than_their_room_unless_there_is_no_taker(seed: int) -> None:
    """Who owes more is full and was cut as far as it goes: of some kind that they owe, nobody with room left has any share."""
    problem = month(Random(seed))
    share = {kind: dict(zip((person.key for person in problem.people), shares(problem, kind), strict=True)) for kind in KINDS}
    floor = {kind: led(problem, kind) for kind in KINDS}
    beside = {kind: {key: share[kind][key] - floor[kind][key] for key in floor[kind]} for kind in KINDS}
    assert min(part for own in beside.values() for part in own.values()) >= 0
    others = [kind for kind in KINDS if kind != TOTAL]
    left = {key: room - sum(beside[kind][key] for kind in others) for key, room in beside[TOTAL].items()}
    takers = {kind: [key for key in left if left[key] > 0 and share[kind][key]] for kind in others}
    for key in (key for key in left if left[key] < 0):
        assert any(beside[kind][key] and not takers[kind] for kind in others)


@few
@given(SEEDS)
def test_shares_are_the_demand_and_balances_sum_to_the_gaps(seed: int) -> None:
    _, problem, roster = world(seed)
    accounts = [why(problem, roster, person.key) for person in problem.people]
    for kind in KINDS:
        slots = [slot for slot in problem.slots if kind == TOTAL or kind in slot.kinds]
        own = [account[kind] for account in accounts]
        demand = 100 * sum(slot.people for slot in slots) * any(each.could for each in own)
        assert sum(each.share for each in own) == demand
        assert min(each.share for each in own) >= 0
        assert sum(each.balance - each.carried for each in own) == 100 * sum(each.done for each in own) - demand
        leads = [person for person in problem.people if person.lead]
        wanting = [slot for slot in slots if slot.lead and any(could(lead, slot) for lead in leads)]
        assert sum(each.share for each, person in zip(own, problem.people, strict=True) if person.lead) >= 100 * len(wanting)


@few
@given(SEEDS)
def test_the_maker_and_the_judge_know_the_same_shares_without_a_line_in_common(seed: int) -> None:
    _, problem, _ = world(seed)
    theirs = makers.shares(problem)
    for person in problem.people:
        told = why(problem, {}, person.key)
        assert {kind: told[kind].share for kind in KINDS} == theirs[person.key]
