"""A roster is made: shifts and people to the maker, its answer to the evaluator, then stored; and planned anew."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from records import audit
from staffing import changing, checker, demand, plan, rota
from staffing.models import Duty, Roster, Shift
from staffing.problem import Assigned, Problem

log = logging.getLogger(__name__)
#: What was planned for so many hours from now stays when a roster is planned anew.
NEAR = timedelta(hours=48)
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


@dataclass
class Difference:
    """A re-plan before it is published: what would change, and what it would be like afterwards."""

    roster: Roster
    changes: list[tuple[Shift, list[int], list[int]]]
    assigned: Assigned
    gaps: list[checker.Gap]
    quality: dict[str, Any]


def pinned_until(roster: Roster) -> date:
    """Days up to this one stay as they are: what is past, and the next 48 hours."""
    return timezone.localdate(timezone.now() + NEAR)


def replan(roster: Roster, maker: Maker = rota.make) -> Difference:
    """What would change if the month were planned anew from the day after tomorrow on, as little as possible. Saves nothing."""
    found = changing.month(roster)
    problem = plan.from_now(found.problem, found.now, pinned_until(roster))
    made = answer(problem, maker).assigned
    changes = []
    for key, shift in found.shifts.items():
        before, after = set(found.now.get(key, ())), set(made.get(key, ()))
        if before != after:
            changes.append((shift, sorted(before - after), sorted(after - before)))
    return Difference(roster, changes, made, checker.gaps(found.problem, made), changing.figures(found.problem, made))


def apply(difference: Difference, by: Any) -> list[int]:
    """Publishes a re-plan; returns the cadres concerned. Raises ValidationError where somebody changed the roster meanwhile."""
    again = ValidationError(_("值班表刚刚有人改过，请重新算一次再公示。"), code="conflict")
    with transaction.atomic():
        roster = Roster.objects.select_for_update(of=("self",), no_key=True).select_related("center__region").get(pk=difference.roster.pk)
        found = changing.month(roster)
        if any(not set(out) <= set(found.now.get(shift.key, ())) for shift, out, _into in difference.changes):
            raise again
        after = found.now | {shift.key: difference.assigned.get(shift.key, ()) for shift, _out, _into in difference.changes}
        if changing.broken(found.problem, found.now, after):
            raise again
        concerned: dict[int, list[Shift]] = {}
        # All that goes, goes first: two who change places are never on duty twice at once.
        for shift, out, into in difference.changes:
            changing.take_off(list(Duty.objects.filter(shift=shift, cadre__in=out)))
            for cadre in (*out, *into):
                concerned.setdefault(cadre, []).append(shift)
        try:
            Duty.objects.bulk_create([changing.duty(shift, cadre) for shift, _out, into in difference.changes for cadre in into])
        except IntegrityError as error:
            raise again from error
        changing.restate(roster)
        code = roster.center.region.code
        audit.write("staffing.change_duty", by=by, on=roster, fields=["duties"], region_code=code, count=len(difference.changes))
        changing.tell(concerned)
    return sorted(concerned)
