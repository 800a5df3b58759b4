"""What a center's month needs: its opening hours and the calendar, as shifts; one place that turns windows into duty."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from centers import opening
from centers.models import Center
from records.working_days import Day
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
    yield from shifts_of(roster, plans(roster))


def plans(roster: Roster, known: dict[date, Day] | None = None) -> list[opening.DayPlan]:
    """The month's days; ``known``: its calendar, where it was read for many rosters."""
    return opening.week(roster.center, roster.month, (month_end(roster.month) - roster.month).days + 1, known)


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
    return all(plan.announced for plan in plans(roster))


#: What a shift is made of, beside its people.
FIELDS = ("day_kind", "starts_at", "ends_at", "spans", "people", "lead")


def same(one: Shift, other: Shift) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in FIELDS)


@dataclass
class Drift:
    """Where a roster's shifts and the hours as they are now differ, by the shifts' keys."""

    #: The month's shifts as they are stored, and, unsaved, as the hours are now; whether its calendar is announced.
    stored: dict[str, Shift]
    wanted: dict[str, Shift]
    announced: bool
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
        """SHA-256 of where stored and wanted differ in the whole month, the same on each of its days: to tell of a change once."""
        said = []
        for key in sorted(self.stored.keys() | self.wanted.keys()):
            was, now = self.stored.get(key), self.wanted.get(key)
            if was is None or now is None or not same(was, now):
                said.append(repr([key, *([str(getattr(shift, name)) for name in FIELDS] if shift else None for shift in (was, now))]))
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def applied(self, stored: dict[str, Shift]) -> dict[str, Shift]:
        """The shifts as they would be."""
        return {key: shift for key, shift in {**stored, **self.moved, **self.fresh}.items() if key not in self.gone}


def drift(roster: Roster, stored: Iterable[Shift], until: date, now: datetime, known: dict[date, Day] | None = None) -> Drift:
    """The difference: times and numbers after the day ``until``; what begins after ``now`` and is wanted no more, or is not there.

    To be let off surprises nobody, and a hall that opens tomorrow after all has an empty shift, which is filled by hand.
    """
    days = plans(roster, known)
    wanted = {shift.key: shift for shift in shifts_of(roster, days)}
    found = Drift({shift.key: shift for shift in stored}, wanted, all(day.announced for day in days), {}, {}, {})
    for key, shift in found.stored.items():
        if key not in wanted:
            if shift.starts_at > now:
                found.gone[key] = shift
        elif shift.day > until and not same(shift, wanted[key]):
            wanted[key].pk, wanted[key]._state.adding = shift.pk, False
            found.moved[key] = wanted[key]
    found.fresh.update({key: shift for key, shift in wanted.items() if key not in found.stored and shift.starts_at > now})
    return found
