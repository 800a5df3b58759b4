"""A roster is made: shifts and people to the maker, its answer to the evaluator, then stored."""

import logging
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from staffing import changing, checker, demand, plan, rota
from staffing.models import Duty, Roster, Shift
from staffing.problem import Assigned, Problem

log = logging.getLogger(__name__)
Maker = Callable[[Problem], rota.Made]


def roster_of(center: Center, month: date) -> Roster:
    """The center's roster of the month, begun where there is none."""
    return Roster.objects.get_or_create(center=center, month=month)[0]


def answer(problem: Problem, maker: Maker = rota.make) -> rota.Made:
    """The maker's answer, or, where the evaluator finds a rule broken in it, the least-loaded one; never one that breaks a rule."""
    made = maker(problem)
    wrong = checker.faults(problem, made.assigned)
    if wrong:
        log.error("the maker broke %s: the least-loaded roster is taken", wrong[0])
        made = least_loaded(problem)
        wrong = checker.faults(problem, made.assigned)
    if wrong:
        raise ValidationError(changing.words(wrong), code=wrong[0].rule)
    return made


def least_loaded(problem: Problem) -> rota.Made:
    """Who owes most comes first; no bound is proved."""
    found = rota.least_loaded(problem)
    return rota.Made(found, rota.cost(problem, found), 0, "least_loaded")


def fill(row: Roster, maker: Maker = rota.make) -> None:
    """Makes the month anew in the caller's transaction; what was there goes. ``row`` is locked, and saved by the caller.

    Raises ValidationError where nobody is posted, or no opening hours are known.
    """
    shifts = list(demand.shifts(row))
    problem = plan.problem(row, shifts)
    if not problem.people:
        raise ValidationError(_("这个中心还没有登记在任的干部，先登记任职再排班。"), code="nobody")
    if not shifts:
        raise ValidationError(_("这个中心还没有填开放时间，先填开放时间再排班。"), code="no_hours")
    made = answer(problem, maker)
    row.shifts.all().delete()
    Shift.objects.bulk_create(shifts)
    store(row, shifts, made.assigned)
    row.method, row.input_hash, row.generated_at = made.method, checker.input_hash(problem), timezone.now()
    solved = {"bound": made.bound, "optimal": made.optimal, "announced": demand.announced(row)}
    row.quality = changing.figures(problem, made.assigned) | solved


def store(roster: Roster, shifts: list[Shift], made: Assigned) -> None:
    """The duties of saved shifts, with the positions that the postings name."""
    posts: dict[int, list[Any]] = {}
    for post in plan.postings(roster):
        posts.setdefault(post.cadre_id, []).append(post)
    duties = []
    for shift in shifts:
        for cadre in made.get(shift.key, ()):
            held = [p for p in posts[cadre] if p.valid_from <= shift.day and (p.valid_until is None or shift.day <= p.valid_until)]
            duties.append(changing.duty(shift, cadre, held[0]))
    # In the order of the cadres, whose rows the trigger holds: two rosters that share people then wait, and never for each other.
    Duty.objects.bulk_create(sorted(duties, key=lambda duty: duty.cadre_id))
