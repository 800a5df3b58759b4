"""Is it open on this date, at this time? The one place that answers; rosters and activities ask too."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils import timezone

from centers.models import Center, OpeningException, OpeningHours
from records.working_days import Day, kind_of, kinds_between

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: How far the week's view leads: about a year ahead, eight weeks back.
AHEAD, BACK = timedelta(weeks=52), timedelta(weeks=8)


@dataclass
class Window:
    opens: time
    closes: time
    kind: str
    label: str


@dataclass
class DayPlan:
    """A center's day: its windows in order; ``announced`` is False where the year's calendar is not published."""

    day: date
    kind: str
    announced: bool
    name: str = ""
    note: str = ""
    windows: list[Window] = field(default_factory=list)

    def open_at(self, moment: time) -> bool:
        return any(w.opens <= moment < w.closes for w in self.windows if w.kind != OpeningHours.Kind.BY_APPOINTMENT)

    @property
    def by_appointment(self) -> list[Window]:
        """The windows in which the center opens only when that was arranged before."""
        return [w for w in self.windows if w.kind == OpeningHours.Kind.BY_APPOINTMENT]

    @property
    def spans(self) -> str:
        """The windows by appointment in words: ``18:00–20:00``."""
        return "、".join(f"{w.opens:%H:%M}–{w.closes:%H:%M}" for w in self.by_appointment)

    def arranged(self, opens: time, closes: time) -> bool:
        """Whether one window by appointment holds the whole stretch."""
        return any(w.opens <= opens and closes <= w.closes for w in self.by_appointment)


def plan(day: date, known: Day, hours: list[OpeningHours], exceptions: list[OpeningException]) -> DayPlan:
    """One day from its calendar kind, the center's hours and its exceptions (any order)."""
    result = DayPlan(day, known.kind, known.announced, known.name)
    fitting = sorted((e for e in exceptions if e.first_day <= day <= e.last_day), key=lambda e: (e.days, -e.pk))
    if fitting:
        result.note = fitting[0].note
        if not fitting[0].closed and fitting[0].opens and fitting[0].closes:
            regular = OpeningHours.Kind.REGULAR
            result.windows = [Window(fitting[0].opens, fitting[0].closes, regular, str(regular.label))]
        return result
    wanted = OpeningHours.day_type_of(known.kind, hours)
    fitting_hours = sorted((h for h in hours if h.day_type == wanted), key=lambda h: h.opens)
    result.windows = [Window(h.opens, h.closes, h.kind, h.get_kind_display()) for h in fitting_hours]
    return result


def week(center: Center, first: date | None = None, days: int = 7, known: dict[date, Day] | None = None) -> list[DayPlan]:
    """The plans of ``days`` days from ``first`` (default today), in three queries at most; ``known``: the calendar, where it was read."""
    first = first or timezone.localdate()
    last = first + timedelta(days - 1)
    kinds = known or kinds_between(first, last)
    hours = list(center.hours.all())
    exceptions = [e for e in center.exceptions.all() if e.first_day <= last and e.last_day >= first]
    return [plan(day, kinds[day], hours, exceptions) for day in kinds]


def day_in(text: str) -> date | None:
    """The day that an address names; None for anything else."""
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


@dataclass
class Week:
    """Seven days of a center, and the first days of the weeks before and after; None where the view ends."""

    plans: list[DayPlan]
    before: date | None
    after: date | None

    @property
    def announced(self) -> bool:
        return all(p.announced for p in self.plans)


def week_view(center: Center, text: str, plans: list[DayPlan]) -> Week:
    """The seven days from the one that the address names; from today, of which ``plans`` begin, where it names none within reach."""
    today = plans[0].day
    first = day_in(text) or today
    if not today - BACK <= first <= today + AHEAD:
        first = today
    before, after = first - timedelta(7), first + timedelta(7)
    found = plans[:7] if first == today else week(center, first)
    return Week(found, before if before >= today - BACK else None, after if after <= today + AHEAD else None)


def open_now(center: Center, at: datetime | None = None) -> bool:
    """Whether the center is open at this moment."""
    local = timezone.localtime(at)
    return week(center, local.date(), 1)[0].open_at(local.time())


def today() -> Day:
    """Today's kind, and whether it is announced."""
    return kind_of(timezone.localdate())


def open_centers(centers: "models.QuerySet[Center]", at: datetime | None = None, known: Day | None = None) -> "models.QuerySet[Center]":
    """The centers of a queryset that are open at this moment; ``known`` is the day's kind where the caller has it."""
    local = timezone.localtime(at)
    known = known or kind_of(local.date())
    return centers.open_at(local.date(), local.time(), known.kind)  # type: ignore[attr-defined, no-any-return]


def next_opening(center: Center, at: datetime | None = None) -> datetime | None:
    """The next moment at which a window opens within two weeks; None if there is none."""
    local = timezone.localtime(at)
    found = next_window(week(center, local.date(), 14), local)
    return found[0] if found else None


def next_window(plans: list[DayPlan], after: datetime) -> tuple[datetime, DayPlan] | None:
    """When the next window of these days opens, and the day's plan, which says whether its calendar is announced."""
    for day in plans:
        for window in day.windows:
            moment = timezone.make_aware(datetime.combine(day.day, window.opens))
            if moment > after and window.kind != OpeningHours.Kind.BY_APPOINTMENT:
                return moment, day
    return None
