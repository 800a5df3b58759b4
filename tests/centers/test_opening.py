"""Is it open? The plan of a day in Python and the queryset answer alike, on every day and at every minute."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from centers import opening
from centers.models import Center, OpeningException, OpeningHours
from records.models import CalendarDay
from records.working_days import kinds_between
from tests import make

WORKDAY, REST, MAKEUP, HOLIDAY = date(2026, 11, 23), date(2026, 11, 22), date(2026, 10, 10), date(2026, 10, 1)
NEXT_YEAR = date(2027, 1, 1)  # a Friday and a holiday; not announced in 2026


@pytest.fixture
def center(db: None) -> Center:
    """Workdays 8:30–12:00 and 13:30–21:00, weekends 9–17, holidays by appointment alone."""
    made = make.center()
    make.hours(made, "workday", "08:30", "12:00")
    make.hours(made, "workday", "13:30", "21:00", "extended")
    make.hours(made, "rest_day", "09:00", "17:00", "staggered")
    make.hours(made, "holiday", "09:00", "17:00", "appointment")
    return made


def at(day: date, clock: str) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))


def both(center: Center, moment: datetime) -> bool:
    """The answer of the plan and of the queryset, which must be one."""
    fresh = Center.objects.get(pk=center.pk)
    plan = opening.open_now(fresh, moment)
    assert opening.open_centers(Center.objects.all(), moment).filter(pk=center.pk).exists() is plan
    return plan


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (WORKDAY, "08:29:59", False),
        (WORKDAY, "08:30", True),
        (WORKDAY, "11:59:59", True),
        (WORKDAY, "12:00", False),
        (WORKDAY, "13:30", True),
        (WORKDAY, "20:59", True),
        (WORKDAY, "21:00", False),
        (REST, "08:30", False),
        (REST, "16:59", True),
        (MAKEUP, "20:00", True),  # a Saturday that is worked
        (HOLIDAY, "10:00", False),  # by appointment is not open
    ],
)
def test_the_hours_of_the_day_type_hold(center: Center, day: date, clock: str, expected: bool) -> None:
    assert both(center, at(day, clock)) is expected


def test_a_centers_own_hours_of_make_up_workdays_win(center: Center) -> None:
    make.hours(center, "makeup", "10:00", "12:00")
    assert [both(center, at(MAKEUP, clock)) for clock in ("09:59", "10:00", "12:00", "20:00")] == [False, True, False, False]
    assert both(center, at(WORKDAY, "20:00"))  # workdays stay as they are
    other = make.center(make.NEXT_VILLAGE)
    make.hours(other, "workday", "08:30", "12:00")
    assert both(other, at(MAKEUP, "09:00"))  # without hours of its own it follows its workdays


def test_own_hours_by_appointment_alone_close_a_make_up_workday(center: Center) -> None:
    make.hours(center, "makeup", "10:00", "12:00", "appointment")
    assert not both(center, at(MAKEUP, "10:30"))
    assert opening.week(center, MAKEUP, 1)[0].spans == "10:00–12:00"


def test_the_time_is_shanghais_whatever_the_zone_of_the_question(center: Center) -> None:
    assert both(center, datetime.fromisoformat("2026-11-23T01:00:00+00:00"))  # 9:00 there
    assert not both(center, datetime.fromisoformat("2026-11-23T09:00:00-12:00"))  # 5:00 of the next day


def test_a_year_not_announced_follows_the_week_and_says_so(center: Center) -> None:
    CalendarDay.objects.filter(date__year=2027).delete()
    assert both(center, at(NEXT_YEAR, "20:00"))
    plans = opening.week(center, date(2026, 12, 31), 2)
    assert [p.announced for p in plans] == [True, False]


def test_an_exception_overrides_the_hours(center: Center) -> None:
    make.exception(center, WORKDAY, note="停电检修")
    assert not both(center, at(WORKDAY, "10:00"))
    assert opening.week(center, WORKDAY, 1)[0].note == "停电检修"
    assert both(center, at(WORKDAY + timedelta(days=1), "10:00"))


def test_an_exception_may_open_a_day(center: Center) -> None:
    make.exception(center, HOLIDAY, opens="14:00", closes="16:00")
    assert [both(center, at(HOLIDAY, clock)) for clock in ("13:59", "14:00", "15:59", "16:00")] == [False, True, True, False]


@pytest.mark.parametrize("shorter_first", [True, False])
def test_the_shortest_exception_wins(center: Center, shorter_first: bool) -> None:
    spans: list[Any] = [(WORKDAY, WORKDAY, "10:00", "11:00"), (WORKDAY - timedelta(days=3), WORKDAY + timedelta(days=3), "", "")]
    for first, last, opens, closes in spans if shorter_first else spans[::-1]:
        make.exception(center, first, last, opens, closes)
    assert both(center, at(WORKDAY, "10:30"))
    assert not both(center, at(WORKDAY + timedelta(days=1), "10:30"))


def test_of_two_equally_long_exceptions_the_later_entered_wins(center: Center) -> None:
    make.exception(center, WORKDAY)
    make.exception(center, WORKDAY, opens="10:00", closes="11:00")
    assert both(center, at(WORKDAY, "10:30"))


def test_no_hours_mean_closed(db: None) -> None:
    assert not both(make.center(), at(WORKDAY, "10:00"))


def test_the_next_opening_is_the_next_window_that_begins(center: Center) -> None:
    assert opening.next_opening(center, at(WORKDAY, "12:30")) == at(WORKDAY, "13:30")
    assert opening.next_opening(center, at(WORKDAY, "22:00")) == at(WORKDAY + timedelta(days=1), "08:30")
    assert opening.next_opening(center, at(date(2026, 9, 30), "21:00")) == at(date(2026, 10, 8), "08:30")  # past the holidays
    assert opening.next_opening(make.center(make.NEXT_VILLAGE), at(WORKDAY, "10:00")) is None


def test_a_week_takes_three_queries(center: Center, django_assert_num_queries: Any) -> None:
    make.exception(center, WORKDAY)
    with django_assert_num_queries(3):
        assert len(opening.week(center, WORKDAY)) == 7


def test_overlapping_hours_are_refused(center: Center) -> None:
    from django.core.exceptions import ValidationError

    row = OpeningHours(center=center, day_type="workday", opens=time(11), closes=time(13))
    with pytest.raises(ValidationError, match="重叠"):
        row.full_clean()
    OpeningHours(center=center, day_type="workday", opens=time(12), closes=time(13, 30)).full_clean()


MINUTES = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
PAIRS = st.lists(MINUTES, min_size=2, max_size=2, unique=True).map(sorted)
WINDOWS = st.lists(
    st.tuples(st.sampled_from(OpeningHours.DayType.values), st.sampled_from(OpeningHours.Kind.values), PAIRS),
    max_size=5,
    unique_by=lambda w: (w[0], w[2][0]),
)
EXCEPTIONS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.none() | PAIRS), max_size=4)


class Agreement(TestCase):
    """Any hours, any exceptions, any moment of fifteen days around a holiday and its make-up workday (10-10): one answer."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @example([("workday", "regular", [time(0), time(9)]), ("makeup", "regular", [time(10), time(11)])], [], 14, time(8))
    @example([("workday", "regular", [time(0), time(9)]), ("makeup", "appointment", [time(0), time(9)])], [], 14, time(8))
    @example([("workday", "extended", [time(0), time(9)])], [], 14, time(8))
    @example([("holiday", "regular", [time(0), time(1)])], [(0, 0, None), (0, 0, [time(2), time(3)])], 1, time(2))
    @given(WINDOWS, EXCEPTIONS, st.integers(0, 14), MINUTES)
    def test_the_queryset_and_the_plan_agree(self, windows: Any, exceptions: Any, offset: int, moment: time) -> None:
        start = date(2026, 9, 26)
        center = make.center(f"330703001{make.number() % 1000:03}")
        OpeningHours.objects.bulk_create([OpeningHours(center=center, day_type=d, kind=k, opens=o, closes=c) for d, k, (o, c) in windows])
        for first, length, hours in exceptions:
            begin = start + timedelta(days=first)
            opens, closes = hours or (None, None)
            OpeningException.objects.create(
                center=center, first_day=begin, last_day=begin + timedelta(days=length), closed=hours is None, opens=opens, closes=closes
            )
        day = start + timedelta(days=offset)
        plan = opening.plan(day, kinds_between(day, day)[day], list(center.hours.all()), list(center.exceptions.all()))
        found = opening.open_centers(Center.objects.all(), timezone.make_aware(datetime.combine(day, moment)))
        assert found.filter(pk=center.pk).exists() is plan.open_at(moment)
