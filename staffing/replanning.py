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
from records.working_days import Day
from staffing import changing, checker, demand, plan, rota
from staffing.making import Maker, answer, store
from staffing.models import Cadre, Duty, Roster, Shift
from staffing.problem import Assigned
from staffing.workflows.duty import EARLY

#: What was planned for so many hours from now stays when a roster is planned anew.
NEAR = timedelta(hours=48)
#: What becomes of a shift, beside its people; "" where only they change.
GONE, MOVED, FRESH = "gone", "moved", "fresh"
#: When these change, those who stay hear of it.
TIMES = ("starts_at", "ends_at", "spans")


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


def stale(roster: Roster, stored: Iterable[Shift] | None = None, known: dict[date, Day] | None = None) -> demand.Drift:
    """Where the month's shifts to come and the hours differ. A shift that the hall may confirm already stays."""
    rows = roster.shifts.all() if stored is None else stored
    return demand.drift(roster, rows, pinned_until(roster), timezone.now() + EARLY, known)


def kind_of(key: str, drift: demand.Drift) -> str:
    return GONE if key in drift.gone else MOVED if key in drift.moved else FRESH if key in drift.fresh else ""


def change(shift: Shift, was: Shift | None, kind: str, now: set[int], then: set[int]) -> Change:
    moves = kind == MOVED and was is not None and any(getattr(was, name) != getattr(shift, name) for name in TIMES)
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
    for key, shift in {**found.shifts, **shifts}.items():
        kind, before, after = kind_of(key, drift), set(found.now.get(key, ())), set(made.get(key, ()))
        if kind or before != after:
            changes.append(change(shift, found.shifts.get(key), kind, before, after))
    changes.sort(key=lambda each: (each.shift.day, each.shift.starts_at, each.shift.kind))
    return Difference(roster, changes, made, checker.gaps(problem, made), changing.figures(problem, made))


def conflict() -> ValidationError:
    return ValidationError(_("值班表或者开放时间刚刚有人改过，请重新算一次再公示。"), code="conflict")


def as_read(difference: Difference, found: changing.Month, drift: demand.Drift) -> bool:
    """Whether hours and shifts that change are still what the difference was made from, to the last person."""
    kinds = {key: kind_of(key, drift) for key in (*drift.gone, *drift.moved, *drift.fresh)}
    if kinds != {each.shift.key: each.kind for each in difference.changes if each.kind}:
        return False
    wanted = {**drift.fresh, **drift.moved}
    for each in difference.changes:
        key = each.shift.key
        before = set(difference.assigned.get(key, ())) - set(each.into) | set(each.out)
        if set(found.now.get(key, ())) != before or (key in wanted and not demand.same(wanted[key], each.shift)):
            return False
    gone = [each.shift.pk for each in difference.changes if each.kind == GONE]
    return not Duty.objects.filter(shift__in=gone).exclude(state=Duty.State.PLANNED).exists()


def fits(difference: Difference, found: changing.Month) -> bool:
    """Whether the difference can still be laid over the month as it stands, and breaks no rule there."""
    drift = stale(difference.roster, found.shifts.values())
    if not as_read(difference, found, drift):
        return False
    shifts = drift.applied(found.shifts)
    problem = replace(found.problem, slots=plan.slots(shifts.values()))
    after = {key: there for key, there in found.now.items() if key in shifts}
    after |= {each.shift.key: difference.assigned.get(each.shift.key, ()) for each in difference.changes if each.kind != GONE}
    known = set(checker.faults(found.problem, found.now))
    return all(fault in known for fault in checker.faults(problem, after))


def apply(difference: Difference, by: Any) -> list[int]:
    """Publishes a re-plan; returns the cadres concerned. Raises ValidationError where roster or hours changed meanwhile."""
    if not difference.changes:
        return []
    with transaction.atomic():
        rows = Roster.objects.select_for_update(of=("self",), no_key=True).select_related("center__region")
        roster = rows.get(pk=difference.roster.pk)
        if roster.state != Roster.State.PUBLISHED or not fits(difference, changing.month(roster)):
            raise conflict()
        try:
            lay(roster, difference.changes)
        except IntegrityError as error:
            raise conflict() from error
        roster.quality |= {"announced": demand.announced(roster), "replanned": timezone.now().isoformat(timespec="seconds")}
        changing.restate(roster)
        code = roster.center.region.code
        audit.write("staffing.change_duty", by=by, on=roster, fields=["duties"], region_code=code, count=len(difference.changes))
        tell(roster, difference.changes)
    return sorted(people_of(difference.changes))


def people_of(changes: list[Change]) -> set[int]:
    return set[int]().union(*(each.people for each in changes))


def lay(roster: Roster, changes: list[Change]) -> None:
    """In the caller's transaction. All that goes, goes first: two who change places are never on duty twice at once.

    Who stays keeps the duty at the new times, with its swaps but for those that somebody accepted at the old ones.
    """
    # In the order in which all writers of duties take them.
    list(Cadre.objects.filter(pk__in=people_of(changes)).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    duties = {(duty.shift_id, duty.cadre_id): duty for duty in Duty.objects.filter(shift__in=[c.shift.pk for c in changes if c.shift.pk])}
    changing.take_off([duties[each.shift.pk, cadre] for each in changes for cadre in each.out])
    Shift.objects.filter(pk__in=[each.shift.pk for each in changes if each.kind == GONE]).delete()
    Shift.objects.bulk_update([each.shift for each in changes if each.kind == MOVED], demand.FIELDS)
    Shift.objects.bulk_create([each.shift for each in changes if each.kind == FRESH])
    staying = []
    for each in changes:
        for cadre in each.stay:
            duty = duties[each.shift.pk, cadre]
            duty.starts_at, duty.ends_at = each.shift.starts_at, each.shift.ends_at
            staying.append(duty)
    changing.lapse(staying, ("accepted",))
    Duty.objects.bulk_update(staying, ["starts_at", "ends_at"])
    kept = [each for each in changes if each.kind != GONE]
    store(roster, [each.shift for each in kept], {each.shift.key: tuple(each.into) for each in kept})


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
