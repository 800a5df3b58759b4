"""A posted month planned anew: after a leave, an absence, or a change of the hours; seen as a difference before it is published."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from records import audit, outbox
from staffing import changing, checker, demand, plan, rota
from staffing.making import Maker, answer
from staffing.models import Duty, Roster, Shift
from staffing.problem import Assigned

#: What was planned for so many hours from now stays when a roster is planned anew.
NEAR = timedelta(hours=48)
#: What becomes of a shift, beside its people; "" where only they change.
GONE, MOVED, FRESH = "gone", "moved", "fresh"


def pinned_until(roster: Roster) -> date:
    """Days up to this one stay as they are: what is past, and the next 48 hours."""
    return timezone.localdate(timezone.now() + NEAR)


@dataclass
class Change:
    """One shift as it will be (as it was, where it goes): who comes off, who comes on, who stays at other times (cadres)."""

    shift: Shift
    out: list[int]
    into: list[int]
    stay: list[int]
    kind: str = ""

    @property
    def people(self) -> set[int]:
        return {*self.out, *self.into, *self.stay}

    def said(self) -> str:
        times = [f"{getattr(self.shift, name)}" for name in demand.FIELDS]
        return repr([self.kind, self.shift.key, times, self.out, self.into, self.stay])


@dataclass
class Difference:
    """A re-plan before it is published: what would change, and what it would be like afterwards."""

    roster: Roster
    changes: list[Change]
    assigned: Assigned
    gaps: list[checker.Gap]
    quality: dict[str, Any]

    @property
    def mark(self) -> str:
        """SHA-256 of what is shown, so that nothing else is published."""
        return hashlib.sha256("\n".join(change.said() for change in self.changes).encode()).hexdigest()


def stale(roster: Roster, stored: Iterable[Shift] | None = None) -> demand.Drift:
    """Where the month's shifts to come and the hours differ; what has begun and, but for closures, the next 48 hours stay."""
    return demand.drift(roster, roster.shifts.all() if stored is None else stored, pinned_until(roster), timezone.now())


def kind_of(key: str, drift: demand.Drift) -> str:
    return GONE if key in drift.gone else MOVED if key in drift.moved else FRESH if key in drift.fresh else ""


def change(shift: Shift, was: Shift | None, kind: str, now: set[int], then: set[int]) -> Change:
    moves = kind == MOVED and was is not None and (was.starts_at, was.ends_at) != (shift.starts_at, shift.ends_at)
    return Change(shift, sorted(now - then), sorted(then - now), sorted(now & then) if moves else [], kind)


def replan(roster: Roster, maker: Maker = rota.make) -> Difference:
    """What would change if the month were planned anew from the day after tomorrow on, as little as possible. Saves nothing."""
    found = changing.month(roster)
    drift = stale(roster, found.shifts.values())
    shifts = drift.applied(found.shifts)
    now = {key: there for key, there in found.now.items() if key in shifts}
    problem = replace(found.problem, slots=plan.slots(shifts.values()))
    made = answer(plan.from_now(problem, now, pinned_until(roster)), maker).assigned
    changes = []
    for key, shift in sorted({**found.shifts, **shifts}.items()):
        kind, before, after = kind_of(key, drift), set(found.now.get(key, ())), set(made.get(key, ()))
        if kind or before != after:
            changes.append(change(shift, found.shifts.get(key), kind, before, after))
    return Difference(roster, changes, made, checker.gaps(problem, made), changing.figures(problem, made))


def conflict() -> ValidationError:
    return ValidationError(_("值班表刚刚有人改过，请重新算一次再公示。"), code="conflict")


def fits(difference: Difference, found: changing.Month) -> bool:
    """Whether the difference can still be laid over the month as it stands, and breaks no rule there."""
    drift = stale(difference.roster, found.shifts.values())
    kinds = {key: kind for key in (*drift.gone, *drift.moved, *drift.fresh) if (kind := kind_of(key, drift))}
    if kinds != {c.shift.key: c.kind for c in difference.changes if c.kind}:
        return False
    wanted = {**drift.fresh, **drift.moved}
    for each in difference.changes:
        there = set(found.now.get(each.shift.key, ()))
        if not {*each.out, *each.stay} <= there or (each.kind == GONE and there != set(each.out)):
            return False
        if each.shift.key in wanted and not demand.same(wanted[each.shift.key], each.shift):
            return False
    shifts = drift.applied(found.shifts)
    problem = replace(found.problem, slots=plan.slots(shifts.values()))
    after = {key: there for key, there in found.now.items() if key in shifts}
    for each in difference.changes:
        if each.kind != GONE:
            after[each.shift.key] = difference.assigned.get(each.shift.key, ())
    known = set(checker.faults(found.problem, found.now))
    return all(fault in known for fault in checker.faults(problem, after))


def apply(difference: Difference, by: Any) -> list[int]:
    """Publishes a re-plan; returns the cadres concerned. Raises ValidationError where roster or hours changed meanwhile."""
    with transaction.atomic():
        rows = Roster.objects.select_for_update(of=("self",), no_key=True).select_related("center__region")
        roster = rows.get(pk=difference.roster.pk)
        if not fits(difference, changing.month(roster)):
            raise conflict()
        try:
            lay(difference.changes)
        except IntegrityError as error:
            raise conflict() from error
        if any(each.kind for each in difference.changes):
            roster.quality["announced"] = demand.announced(roster)
        changing.restate(roster)
        code = roster.center.region.code
        audit.write("staffing.change_duty", by=by, on=roster, fields=["duties"], region_code=code, count=len(difference.changes))
        tell(roster, difference.changes)
    return sorted(set[int]().union(*(each.people for each in difference.changes)))


def lay(changes: list[Change]) -> None:
    """In the caller's transaction. All that goes, goes first: two who change places are never on duty twice at once."""
    for each in changes:
        if each.shift.pk:
            changing.take_off(list(Duty.objects.filter(shift=each.shift, cadre__in={*each.out, *each.stay})))
    Shift.objects.filter(pk__in=[each.shift.pk for each in changes if each.kind == GONE]).delete()
    for each in changes:
        if each.kind in (MOVED, FRESH):
            each.shift.save()
    coming = [changing.duty(each.shift, cadre) for each in changes if each.kind != GONE for cadre in (*each.into, *each.stay)]
    Duty.objects.bulk_create(sorted(coming, key=lambda duty: duty.cadre_id))


def lines(changes: list[Change]) -> dict[int, list[str]]:
    """Cadre → what changes for them, a line a shift."""
    found: dict[int, list[str]] = {}
    for each in changes:
        said = {"shift": each.shift}
        off = _("这个班取消了：%(shift)s") if each.kind == GONE else _("换下了您：%(shift)s")
        words = ((each.out, off), (each.into, _("请您来：%(shift)s")), (each.stay, _("时间改了：%(shift)s")))
        for people, text in words:
            for cadre in people:
                found.setdefault(cadre, []).append(text % said)
    return found


@outbox.portal_language
def tell(roster: Roster, changes: list[Change]) -> None:
    changing.tell(roster, lines(changes))
