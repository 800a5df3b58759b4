"""The maker against rules written down again here, and against every roster there is of small months."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffing import rota
from staffing.problem import EVENING, HOLIDAY, KINDS, TOTAL, WEEKEND, Assigned, Person, Problem
from staffing.shares import apportion, settled, shares, unfairness
from tests.staffing.small_months import DAY, FIRST, able, broken, crew, every, month, price, problems

bounded = settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@bounded
@given(problems())
def test_rosters_break_no_rule_and_know_their_cost(problem: Problem) -> None:
    greedy, made = rota.least_loaded(problem), rota.make(problem)
    assert not broken(problem, greedy)
    assert not broken(problem, made.assigned)
    assert made.cost == rota.cost(problem, made.assigned) == price(problem, made.assigned)
    assert made.bound <= made.cost <= rota.cost(problem, greedy)
    assert made.optimal == (made.gap == 0)


@bounded
@given(problems(most_days=3, most_people=3, most_slots=4))
def test_small_months_are_optimal(problem: Problem) -> None:
    made = rota.make(problem)
    assert made.optimal
    assert made.cost == min(price(problem, assigned) for assigned in every(problem))


@bounded
@given(problems())
def test_shares_are_the_demand(problem: Problem) -> None:
    share = shares(problem)
    for kind in KINDS:
        slots = [slot for slot in problem.slots if kind == TOTAL or kind in slot.kinds]
        takers = [one for one in problem.people if any(able(one, slot) for slot in slots)]
        assert sum(of[kind] for of in share.values()) == (100 * sum(slot.people for slot in slots) if takers else 0)
        assert all(of[kind] >= 0 for of in share.values())
        assert all(share[one.key][kind] == 0 for one in problem.people if one not in takers)


@bounded
@given(problems())
def test_in_turn_obeys_its_few_rules(problem: Problem) -> None:
    allowed = ("rest", "run")
    assert [fault for fault in broken(problem, rota.round_robin(problem)) if not fault.startswith(allowed)] == []


@bounded
@given(problems(), st.randoms(use_true_random=False))
def test_same_month_same_roster(problem: Problem, dice: object) -> None:
    slots, people = list(problem.slots), list(problem.people)
    dice.shuffle(slots), dice.shuffle(people)  # type: ignore[attr-defined]
    other = replace(problem, slots=tuple(slots), people=tuple(people))
    assert rota.make(problem) == rota.make(problem) == rota.make(other)
    assert rota.least_loaded(problem) == rota.least_loaded(other)


def test_same_roster_in_another_process() -> None:
    """Nothing hangs on the order of sets; and importing the maker does not load the solver, as the web process imports it."""
    problem = Problem(month(evening=True), crew(5, 2))
    code = (
        "import datetime, sys; from staffing import rota; from staffing.problem import *; assert 'ortools' not in sys.modules;"
        f"print(rota.make({problem!r}))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{rota.make(problem)}\n"


def test_effort_ends_it_the_same_way() -> None:
    """Stopped by the solver's own measure of work, not by the clock: what it has by then is the same, and not worse than its start."""
    problem = Problem(month(evening=True, weekend=2), crew(9, 3))
    short = [rota.make(problem, effort=0.02) for _ in range(2)]
    assert short[0] == short[1]
    assert rota.make(problem).bound <= short[0].cost <= rota.cost(problem, rota.least_loaded(problem))
    assert not short[0].optimal and 0 < short[0].gap < 1


def test_without_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    problem = Problem(month(), crew(5, 2))
    made = rota.make(problem)
    assert (made.method, made.assigned) == ("least_loaded", rota.least_loaded(problem))
    assert 0 <= made.bound <= made.cost


def test_leads_share_covers_the_days_that_need_one() -> None:
    """One lead of nine people owes all twenty workdays, and nothing that can't be done beside them."""
    problem = Problem(month(evening=True), crew(9, 1))
    share = shares(problem)
    assert share[1] == {TOTAL: 2000, WEEKEND: 0, HOLIDAY: 0, EVENING: 0}
    assert sum(of[TOTAL] for of in share.values()) == 100 * (20 * 3 + 8)
    assert sum(of[EVENING] for of in share.values()) == 2000
    assert {share[key][TOTAL] for key in range(2, 10)} == {600}


def test_all_are_leads() -> None:
    """A floor above a lead's part by availability is given by the other leads."""
    people = (Person(1, True), Person(2, True, exempt=frozenset({WEEKEND})))
    share = shares(Problem(month(weekend=2), people))
    assert share[1][TOTAL] + share[2][TOTAL] == 100 * (40 + 16)
    assert min(share[1][TOTAL], share[2][TOTAL]) >= 1000


def test_leave_earns_no_debt_absence_does() -> None:
    slots = tuple(replace(slot, lead=False) for slot in month(20))
    away = frozenset(slot.day for slot in slots[:10])
    on_leave = Problem(slots, (Person(1, leave=away), *crew(5, 0)[1:]))
    present = replace(on_leave, people=crew(5, 0))
    made = rota.make(on_leave)
    balances = settled(on_leave, made.assigned)
    assert abs(balances[1][TOTAL]) < 100
    assert sum(of[TOTAL] for of in balances.values()) == 0
    served = {key: tuple(one for one in keys if one != 1) for key, keys in rota.make(present).assigned.items()}
    assert settled(present, served)[1][TOTAL] == -shares(present)[1][TOTAL] < -500


def test_lone_leads_leave_earns_no_debt() -> None:
    problem = Problem(month(), (Person(1, True, leave=frozenset(FIRST + DAY * n for n in range(5))), *crew(6, 0)[1:]))
    assert shares(problem)[1][TOTAL] == 1500
    assert settled(problem, rota.make(problem).assigned)[1][TOTAL] == 0


def test_newcomers_start_at_the_mean() -> None:
    """With the others' mean as balance a newcomer has as much to do as they have."""
    old = tuple(Person(key, key < 3, balance={TOTAL: 400}) for key in range(1, 5))
    problem = Problem(month(weekend=2), (*old, Person(5, balance={TOTAL: 400})))
    counts = [sum(key in keys for keys in rota.make(problem).assigned.values()) for key in range(1, 6)]
    assert max(counts) - min(counts) <= 1


def test_what_was_done_before_counts() -> None:
    people = (Person(1, balance={TOTAL: 300}), Person(2, balance={TOTAL: -300}), Person(3), Person(4))
    slots = tuple(replace(slot, lead=False) for slot in month(28))
    problem = Problem(slots, people)
    made = rota.make(problem)
    assert made.optimal
    assert all(abs(of[TOTAL]) <= 100 for of in settled(problem, made.assigned).values())


def test_no_one_is_no_error() -> None:
    """A hard cover would make each of these infeasible."""
    ill = frozenset(FIRST + DAY * n for n in range(7))
    for people in ((), (Person(1, True, leave=ill),), (Person(1, exempt=frozenset({TOTAL})),)):
        problem = Problem(month(7), people)
        made = rota.make(problem)
        assert made.optimal and all(keys == () for keys in made.assigned.values())
        assert made.cost == price(problem, made.assigned)
    assert rota.make(Problem((), crew(3, 1))).cost == 0


def test_pinned_faults_are_facts() -> None:
    """Twice a day, on leave, seven days in a row, and somebody whom the month doesn't know: what is pinned stays, the rest is made."""
    slots = month(14, evening=True)
    pinned: Assigned = dict.fromkeys((slot.key for slot in slots[:12]), (1,))
    pinned[slots[12].key] = (77,)
    problem = Problem(slots, (Person(1, True, leave=frozenset({FIRST})), *crew(5, 2)[1:]), pinned=pinned)
    made = rota.make(problem)
    assert made.optimal and not broken(problem, made.assigned)
    assert {key: made.assigned[key] for key in pinned} == pinned
    assert made.cost == price(problem, made.assigned)


def test_sick_leave_changes_little() -> None:
    problem = Problem(month(evening=True), crew(7, 3))
    was = rota.make(problem).assigned
    ill_days = frozenset(FIRST + DAY * n for n in range(7, 14))
    must = {one.key: sum(one.key in was[slot.key] for slot in problem.slots if slot.day in ill_days) for one in problem.people}
    ill = max(must, key=lambda key: must[key])
    people = tuple(replace(one, leave=ill_days) if one.key == ill else one for one in problem.people)
    later = replace(problem, people=people, pinned={slot.key: was[slot.key] for slot in problem.slots if slot.day < min(ill_days)})

    def lost(made: rota.Made) -> int:
        return sum(len(set(keys) - set(made.assigned[key])) for key, keys in was.items()) - must[ill]

    kept, anew = rota.make(replace(later, was=was)), rota.make(later)
    assert must[ill] > 2
    assert lost(kept) <= 3 < lost(anew)
    assert not broken(later, kept.assigned)


def test_a_year_without_drift() -> None:
    """One lead, evenings, exemptions: the carried total stays within two duties; merely proportional shares would be ten apart."""
    people: tuple[Person, ...] = (*crew(5, 1)[:4], Person(5, exempt=frozenset({EVENING})))
    spreads = []
    for _ in range(12):
        problem = Problem(month(evening=True), people)
        balances = settled(problem, rota.make(problem).assigned)
        people = tuple(replace(one, balance=balances[one.key]) for one in people)
        totals = [of[TOTAL] for of in balances.values()]
        spreads.append(max(totals) - min(totals))
    assert max(spreads) <= 200


@given(st.integers(0, 10_000), st.dictionaries(st.integers(1, 9), st.integers(0, 500), min_size=1))
@bounded
def test_apportion(amount: int, weights: dict[int, int]) -> None:
    parts = apportion(amount, weights)
    whole = sum(weights.values())
    assert sum(parts.values()) == (amount if whole else 0)
    assert all(abs(parts[key] * whole - amount * weight) < whole for key, weight in weights.items()) or not whole


@given(st.sampled_from(KINDS), st.integers(-5000, 5000), st.integers(0, 60))
@bounded
def test_unfairness_is_convex(kind: str, target: int, count: int) -> None:
    cost = unfairness(kind, target)
    assert 2 * cost(count + 1) < cost(count) + cost(count + 2)
