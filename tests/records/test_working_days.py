"""The calendar: make-up workdays are worked, holidays are not, and a year not announced says so."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from records import working_days
from records.models import CalendarDay

pytestmark = pytest.mark.django_db
Kind = CalendarDay.Kind


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 1, 1), Kind.HOLIDAY),
        (date(2026, 1, 4), Kind.MAKEUP),  # a Sunday
        (date(2026, 10, 10), Kind.MAKEUP),  # a Saturday
        (date(2026, 11, 23), Kind.WORKDAY),
        (date(2026, 11, 22), Kind.REST_DAY),
        (date(2026, 2, 17), Kind.HOLIDAY),  # 春节
    ],
)
def test_the_announced_calendar_is_filled(day: date, kind: str) -> None:
    assert working_days.kind_of(day)[:2] == (kind, True)
    assert working_days.is_working_day(day) == (kind in (Kind.WORKDAY, Kind.MAKEUP))


@pytest.fixture
def unannounced() -> None:
    """2027 as it was in 2026, whatever the library has learnt since."""
    CalendarDay.objects.filter(date__year=2027).delete()


@pytest.mark.parametrize(("day", "kind"), [(date(2027, 1, 1), Kind.WORKDAY), (date(2027, 1, 2), Kind.REST_DAY)])
def test_a_year_not_announced_falls_back_to_weekends_and_says_so(unannounced: None, day: date, kind: str) -> None:
    assert working_days.kind_of(day) == (kind, False, "")
    assert working_days.kinds_between(day, day)[day].announced is False


def test_an_imported_day_counts_as_announced(unannounced: None) -> None:
    CalendarDay.objects.create(date=date(2027, 1, 1), kind=Kind.HOLIDAY, name="元旦", source="manual")
    assert working_days.kind_of(date(2027, 1, 1)) == (Kind.HOLIDAY, True, "元旦")


def test_filling_again_keeps_what_somebody_imported() -> None:
    CalendarDay.objects.filter(date=date(2026, 11, 23)).update(kind=Kind.HOLIDAY, source="manual")
    CalendarDay.objects.filter(date=date(2026, 11, 24)).delete()
    assert working_days.fill(2026, 2026) == 1
    assert working_days.kind_of(date(2026, 11, 23)).kind == Kind.HOLIDAY


def test_the_library_gives_nothing_for_a_year_it_does_not_know() -> None:
    assert working_days.library_days(2040) == []
    assert len(working_days.library_days(2026)) == 365


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 1, 1), 0, date(2026, 1, 1)),
        (date(2026, 1, 1), 1, date(2026, 1, 4)),  # the Sunday that is worked instead
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 20), 5, date(2026, 11, 27)),
    ],
)
def test_working_days_are_counted_by_the_calendar(start: date, count: int, expected: date) -> None:
    assert working_days.add_working_days(start, count) == expected


def test_both_ends_of_a_range_are_included() -> None:
    found = working_days.kinds_between(date(2026, 11, 20), date(2026, 11, 23))
    assert [d.day for d in found] == [20, 21, 22, 23]
    assert [k.kind for k in found.values()] == [Kind.WORKDAY, Kind.REST_DAY, Kind.REST_DAY, Kind.WORKDAY]


class Properties(TestCase):
    """Over three announced years and the next, which may not be announced."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 45))
    def test_adding_working_days_is_walking_day_by_day(self, start: date, count: int) -> None:
        day, left = start, count
        while left:
            day += timedelta(days=1)
            left -= working_days.is_working_day(day)
        assert working_days.add_working_days(start, count) == day

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.dates(date(2024, 1, 1), date(2026, 10, 1)), st.integers(1, 20), st.integers(1, 20))
    def test_two_terms_one_after_the_other_are_their_sum(self, start: date, one: int, other: int) -> None:
        between = working_days.add_working_days(start, one)
        assert working_days.is_working_day(between)
        assert working_days.add_working_days(between, other) == working_days.add_working_days(start, one + other)


def test_the_librarys_holidays_have_chinese_names() -> None:
    assert working_days.kind_of(date(2026, 10, 1)).name == "国庆节"
    assert {day.name for day in working_days.library_days(2026)} <= {"", "元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆节"}
