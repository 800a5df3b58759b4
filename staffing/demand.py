"""What a center's month needs: its opening hours and the calendar, as shifts; one place that turns windows into duty."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from centers import opening
from centers.models import Center
from staffing.models import Roster, Shift
from staffing.models.roster import NEEDS, month_end


def needs(center: Center) -> dict[str, tuple[int, bool]]:
    """Window kind → (people, whether one must lead), the center's own where it says so."""
    own = {row.kind: (row.people, row.lead and row.people > 0) for row in center.duty_needs.all()}
    return NEEDS | own


def moment(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def shifts(roster: Roster) -> Iterator[Shift]:
    """The month's shifts, unsaved: one for each day and kind of window that wants somebody. Days by appointment want nobody."""
    yield from shifts_of(roster, opening.week(roster.center, roster.month, (month_end(roster.month) - roster.month).days + 1))


def shifts_of(roster: Roster, plans: Iterable[opening.DayPlan]) -> Iterator[Shift]:
    """The same of days that are known already."""
    wanted = needs(roster.center)
    for plan in plans:
        for kind, (people, lead) in wanted.items():
            windows = [w for w in plan.windows if w.kind == kind]
            if windows and people:
                yield Shift(
                    roster=roster,
                    day=plan.day,
                    kind=kind,
                    day_kind=plan.kind,
                    starts_at=moment(plan.day, min(w.opens for w in windows)),
                    ends_at=moment(plan.day, max(w.closes for w in windows)),
                    spans="、".join(f"{w.opens:%H:%M}–{w.closes:%H:%M}" for w in windows)[:60],
                    people=people,
                    lead=lead,
                )


def announced(roster: Roster) -> bool:
    """Whether the calendar of the whole month is; where it is not, days are taken by the week, and the roster says so."""
    return all(plan.announced for plan in opening.week(roster.center, roster.month, (month_end(roster.month) - roster.month).days + 1))


#: What a shift is made of, beside its people.
FIELDS = ("day_kind", "starts_at", "ends_at", "spans", "people", "lead")


def same(one: Shift, other: Shift) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in FIELDS)


@dataclass
class Drift:
    """Where a roster's shifts and the hours as they are now differ, by the shifts' keys."""

    #: The shifts of the whole month as the hours are now, unsaved.
    wanted: dict[str, Shift]
    #: Stored shifts that nobody wants any more.
    gone: dict[str, Shift]
    #: Stored shifts with the times and numbers wanted now; their rows are not saved.
    moved: dict[str, Shift]
    #: Shifts wanted and not stored.
    fresh: dict[str, Shift]

    def __bool__(self) -> bool:
        return bool(self.gone or self.moved or self.fresh)

    @property
    def days(self) -> list[date]:
        return sorted({shift.day for part in (self.gone, self.moved, self.fresh) for shift in part.values()})

    @property
    def mark(self) -> str:
        """SHA-256 of all that the month wants now, the same on each of its days: to tell of a change once."""
        said = [f"{key} {[str(getattr(shift, name)) for name in FIELDS]}" for key, shift in sorted(self.wanted.items())]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def applied(self, stored: dict[str, Shift]) -> dict[str, Shift]:
        """The shifts as they would be."""
        return {key: shift for key, shift in {**stored, **self.moved, **self.fresh}.items() if key not in self.gone}


def drift(roster: Roster, stored: Iterable[Shift], until: date, now: datetime) -> Drift:
    """The difference after the day ``until``; of shifts wanted no more, all that have not begun: to be let off surprises nobody."""
    wanted = {shift.key: shift for shift in shifts(roster)}
    found = Drift(wanted, {}, {}, {})
    known = {shift.key: shift for shift in stored}
    for key, shift in known.items():
        if key not in wanted:
            if shift.starts_at > now:
                found.gone[key] = shift
        elif shift.day > until and not same(shift, wanted[key]):
            wanted[key].pk, wanted[key]._state.adding = shift.pk, False
            found.moved[key] = wanted[key]
    found.fresh.update({key: shift for key, shift in wanted.items() if key not in known and shift.day > until})
    return found
