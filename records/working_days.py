"""Working days by the announced Chinese calendar, with a visible fallback for years not announced yet.

Source: the State Council's yearly notice, as kept by the ``chinesecalendar`` package and by import.
"""

from datetime import date, timedelta
from typing import NamedTuple

import chinese_calendar
from django.db.models import Count

from records.models import CalendarDay

Kind = CalendarDay.Kind


class Day(NamedTuple):
    """A day's kind; ``announced`` is False where the year is not in the table and weekends are assumed."""

    kind: str
    announced: bool
    name: str = ""


def kind_of(day: date) -> Day:
    """The day's kind from the table; without a row, by weekday and marked as not announced."""
    row = CalendarDay.objects.filter(date=day).first()
    if row:
        return Day(row.kind, True, row.name)
    return Day(Kind.REST_DAY if day.weekday() >= 5 else Kind.WORKDAY, False)


def kinds_between(first: date, last: date) -> dict[date, Day]:
    """The kinds of all days from ``first`` to ``last``, both included, in one query."""
    table = CalendarDay.objects.filter(date__range=(first, last)).order_by()
    rows = {day: Day(kind, True, name) for day, kind, name in table.values_list("date", "kind", "name")}
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return {day: rows.get(day) or Day(Kind.REST_DAY if day.weekday() >= 5 else Kind.WORKDAY, False) for day in days}


class Year(NamedTuple):
    """A year and how many of its days are in the table."""

    year: int
    known: int

    @property
    def announced(self) -> bool:
        """Whether the whole year is; where it is not, the days without a row are taken by the week."""
        return self.known >= (date(self.year + 1, 1, 1) - date(self.year, 1, 1)).days


def years(first: int, last: int) -> list[Year]:
    """The years from ``first`` to ``last`` with what is known of each, in one query."""
    rows = CalendarDay.objects.filter(date__range=(date(first, 1, 1), date(last, 12, 31)))
    known = dict(rows.order_by().values_list("date__year").annotate(n=Count("date")))
    return [Year(year, known.get(year, 0)) for year in range(first, last + 1)]


def is_working_day(day: date) -> bool:
    """True on workdays and make-up workdays."""
    return kind_of(day).kind in (Kind.WORKDAY, Kind.MAKEUP)


def add_working_days(start: date, count: int) -> date:
    """The ``count``-th working day after ``start`` (count ≥ 0; 0 gives ``start``)."""
    day = start
    while count > 0:
        ahead = kinds_between(day + timedelta(1), day + timedelta(2 * count + 15))  # one query, but for holidays longer than that
        for ahead_day, known in ahead.items():
            day = ahead_day
            count -= known.kind in (Kind.WORKDAY, Kind.MAKEUP)
            if count == 0:
                break
    return day


def library_days(year: int) -> list[CalendarDay]:
    """The year's days as the library knows them; empty for a year not announced."""
    days = []
    day = date(year, 1, 1)
    while day.year == year:
        try:
            working, (_, name) = chinese_calendar.is_workday(day), chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            return []
        weekend = day.weekday() >= 5
        off = Kind.HOLIDAY if name else Kind.REST_DAY
        kind = (Kind.MAKEUP if weekend else Kind.WORKDAY) if working else off
        chinese = chinese_calendar.Holiday(name).chinese if name else ""
        days.append(CalendarDay(date=day, kind=kind, name=chinese, source=f"chinesecalendar {chinese_calendar.__version__}"))
        day += timedelta(1)
    return days


def complete(year: int) -> int:
    """Adds the days that the year's rows leave out, by the week: an announcement names only what differs. Returns how many."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    kinds = kinds_between(first, last)
    days = [CalendarDay(date=day, kind=known.kind, source="by week") for day, known in kinds.items() if not known.announced]
    return len(CalendarDay.objects.bulk_create(days, ignore_conflicts=True))


def fill(first_year: int, last_year: int) -> int:
    """Adds the library's days for years that have none; days that somebody imported stay. Returns the number added."""
    days = [day for year in range(first_year, last_year + 1) for day in library_days(year)]
    before = CalendarDay.objects.count()
    CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
    return CalendarDay.objects.count() - before
