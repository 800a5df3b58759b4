"""Makes a center's roster for a month: plain data in, plain data out, no Django, no clock, no chance.

CP-SAT with one worker, a fixed seed and a limit of its own deterministic time: the same problem gives the same roster, and with
it a proven bound. What it starts from, and falls back to, is the least-loaded answer. Gaps cost, they never make it infeasible.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from staffing.greedy import Rules, filled, least_loaded, ordered, pinned, round_robin, rules_of
from staffing.problem import KINDS, Assigned, Problem
from staffing.shares import CHANGE, GAP, LEADLESS, cost, done, faults, is_of, settled, shares, targets, unfairness

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver, IntVar, LinearExpr

__all__ = ["Made", "cost", "least_loaded", "make", "round_robin", "settled", "shares"]

#: Deterministic seconds of CP-SAT for one month of one center (a few by the clock each); of 400 centers the hardest needs 0.05.
EFFORT = 2.0


@dataclass(frozen=True)
class Made:
    """A roster; no other can cost less than ``bound``. ``method``: "cp_sat" or "least_loaded"."""

    assigned: Assigned
    cost: int
    bound: int
    method: str

    @property
    def optimal(self) -> bool:
        return self.bound == self.cost

    @property
    def gap(self) -> float:
        """How much of the cost might be saved at most, as a fraction."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


def make(problem: Problem, effort: float = EFFORT) -> Made:
    """The best roster found within ``effort`` deterministic seconds of the solver."""
    problem = ordered(problem)
    rules = rules_of(problem)
    start = filled(problem, rules)
    made = Made(start, cost(problem, start), _least(problem), "least_loaded")
    try:
        found = _solved(problem, rules, start, effort)
    except ImportError:
        return made
    if found is None:
        return made
    best = found if found.cost <= made.cost else made
    return replace(best, bound=max(found.bound, made.bound))


def _least(problem: Problem) -> int:
    """A bound without a solver: each person's fairness as if they were alone."""
    month = range(len(problem.slots) + 1)
    return sum(min(map(unfairness(kind, of[kind]), month)) for of in targets(problem).values() for kind in KINDS)


def _solved(problem: Problem, rules: Rules, start: Assigned, effort: float) -> Made | None:
    """CP-SAT's answer, None where it found none; ImportError where there is no solver."""
    from ortools.sat.python import cp_model  # the web process never loads it

    model = _Model(cp_model.CpModel(), problem, rules)
    model.hint(start)
    solver = cp_model.CpSolver()
    settings = solver.parameters
    settings.num_workers = 1  # several race, and who wins decides the roster
    settings.random_seed = 1
    settings.linearization_level = 2  # 20 of 20 proved optimal where the defaults proved 8, in a twentieth of the time
    settings.cp_model_probing_level, settings.max_presolve_iterations = 0, 1  # a third less time, as many proofs
    settings.max_deterministic_time = effort
    if solver.solve(model.cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    assigned = model.read(solver)
    return Made(assigned, cost(problem, assigned), ceil(solver.best_objective_bound - 1e-6), "cp_sat")


class _Model:
    """The problem as CP-SAT's: a 0/1 variable for each pair that can be chosen, a cost for what is missing, for each fairness."""

    def __init__(self, cp: "CpModel", problem: Problem, rules: Rules) -> None:
        self.cp, self.problem = cp, problem
        self.fixed = pinned(problem)
        self.taken = {pair: cp.new_bool_var(f"{pair[0]}:{pair[1]}") for pair in rules.free}
        self.open = [slot for slot in problem.slots if slot.key not in self.fixed]
        for most, pairs in rules.limits:
            cp.add(sum(self.taken[pair] for pair in pairs) <= most)
        cp.minimize(sum((*self._missing(), *self._changes(), *self._unfairness()), self._facts()))

    def _facts(self) -> int:
        """What the pinned slots cost, whatever is chosen."""
        return faults(self.problem, self.fixed, [slot for slot in self.problem.slots if slot.key in self.fixed]).cost

    def _missing(self) -> "Iterator[LinearExpr]":
        """Gaps and slots without a lead: soft, so that one sick day never makes the month infeasible."""
        leads = {person.key for person in self.problem.people if person.lead}
        for slot in self.open:
            here = {p.key: self.taken[slot.key, p.key] for p in self.problem.people if (slot.key, p.key) in self.taken}
            gap = self.cp.new_int_var(0, slot.people, f"gap {slot.key}")
            self.cp.add(sum(here.values()) + gap == slot.people)
            yield GAP * gap
            if slot.lead:
                leadless = self.cp.new_bool_var(f"leadless {slot.key}")
                self.cp.add_bool_or([leadless, *(var for key, var in here.items() if key in leads)])
                yield LEADLESS * leadless

    def _changes(self) -> "Iterator[LinearExpr | int]":
        """Pairs of the roster before that are given up; those that can't stay cost as well, but are no choice."""
        for slot in self.open:
            for key in sorted(self.problem.was.get(slot.key, ())):
                yield CHANGE * (1 - self.taken[slot.key, key]) if (slot.key, key) in self.taken else CHANGE

    def _unfairness(self) -> "Iterator[IntVar | int]":
        """For each person and kind the convex cost of how many they do, as its chords between whole numbers: exact at each of them.

        No count is cut off: a level too few would make false gaps.
        """
        target, before = targets(self.problem), done(self.problem, self.fixed)
        for person in self.problem.people:
            for kind in KINDS:
                slots = [slot for slot in self.open if is_of(slot, kind) and (slot.key, person.key) in self.taken]
                first, price = before[person.key][kind], unfairness(kind, target[person.key][kind])
                most = len({slot.day for slot in slots})  # one a day is a hard rule
                yield self._convex(sum(self.taken[slot.key, person.key] for slot in slots), [price(first + n) for n in range(most + 1)])

    def _convex(self, count: "LinearExpr | int", prices: list[int]) -> "IntVar | int":
        if len(prices) == 1:
            return prices[0]
        price = self.cp.new_int_var(min(prices), max(prices), "")
        for number, (here, then) in enumerate(pairwise(prices)):
            self.cp.add(price >= here + (then - here) * (count - number))
        return price

    def hint(self, start: Assigned) -> None:
        for (key, person), var in self.taken.items():
            self.cp.add_hint(var, person in start[key])

    def read(self, solver: "CpSolver") -> Assigned:
        chosen: dict[str, list[int]] = {slot.key: [] for slot in self.open}
        for (key, person), var in self.taken.items():
            if solver.boolean_value(var):
                chosen[key].append(person)
        return self.fixed | {key: tuple(sorted(people)) for key, people in chosen.items()}
