"""What a center's month needs: its opening hours and the calendar, as shifts; one place that turns windows into duty."""

from collections.abc import Iterable, Iterator
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
