"""The weeks of a center's page, and that a year not announced is said so wherever opening is shown."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from centers import opening
from centers.models import Center
from records.models import CalendarDay
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)  # a Tuesday
WORDS = "放假安排未公布"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel("2026-11-24 10:00 +0800", tick=False):
        yield


@pytest.fixture
def center(db: None) -> Center:
    made = make.center()
    make.hours(made)
    make.hours(made, "rest_day", "18:00", "20:00", "appointment")
    CalendarDay.objects.filter(date__year=2027).delete()
    return made


def view(center: Center, text: str) -> opening.Week:
    return opening.week_view(center, text, opening.week(center, TODAY, 14))


@pytest.mark.parametrize(
    "text", ["", "never", "2026-13-01", "20261207", "2026-W50-1", "2026-09-28", "2027-11-24", "9999-12-31", "0001-01-01", "２０２６-12-07"]
)
def test_what_names_no_week_within_reach_shows_the_days_from_today(center: Center, text: str) -> None:
    week = view(center, text)
    assert (week.plans[0].day, week.before, week.after) == (TODAY, TODAY - timedelta(7), TODAY + timedelta(7))
    assert Client().get(f"/centers/{center.pk}/", {"week": text}).status_code == 200


def test_the_view_ends_eight_weeks_back_and_a_year_ahead(center: Center) -> None:
    first, last = TODAY - timedelta(weeks=8), TODAY + timedelta(weeks=52)
    assert (view(center, f"{first}").before, view(center, f"{last}").after) == (None, None)
    assert view(center, f"{first}").plans[0].day == first and view(center, f"{last}").plans[0].day == last


def test_the_pages_links_lead_from_week_to_week(center: Center) -> None:
    page = Client().get(f"/centers/{center.pk}/?week=2026-12-08").content.decode()
    for wanted in ("week=2026-12-01", "week=2026-12-15", "12月8日"):
        assert wanted in page
    assert 'aria-current="date"' not in page


def test_a_window_by_appointment_is_asked_for_where_it_lies_within_thirty_days(center: Center) -> None:
    link = f"/centers/{center.pk}/appointments/new/?day="
    assert f"{link}2026-11-28" in Client().get(f"/centers/{center.pk}/").content.decode()
    for week in ("2027-01-05", "2026-11-10"):
        assert link not in Client().get(f"/centers/{center.pk}/?week={week}").content.decode()


def test_a_week_of_a_year_not_announced_says_so_and_one_that_is_does_not(center: Center) -> None:
    assert WORDS not in Client().get(f"/centers/{center.pk}/").content.decode()
    page = Client().get(f"/centers/{center.pk}/?week=2027-01-05").content.decode()
    assert page.count(WORDS) == 7 and "公布后会改" in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "还没有公布"),
        ("/centers/", "还没有公布"),
        ("/centers/map/", "还没有公布"),
        ("/centers/{pk}/", WORDS),
        ("/desk/centers/{pk}/", "未公布"),
    ],
)
def test_a_day_not_announced_is_said_so_wherever_opening_is_shown(path: str, words: str, center: Center, village: User) -> None:
    client = enter(village)
    if not path.startswith("/desk"):
        assert words not in client.get(path.format(pk=center.pk)).content.decode()
    with time_machine.travel("2027-01-05 10:00 +0800", tick=False):
        assert words in enter(village).get(path.format(pk=center.pk)).content.decode()


def test_the_next_opening_says_so_too(center: Center) -> None:
    with time_machine.travel("2026-12-31 20:00 +0800", tick=False):
        assert "开门（放假安排未公布）" in Client().get(f"/centers/{center.pk}/").content.decode().replace("\n", "")


def test_programs_are_told(center: Center) -> None:
    path = f"/api/v1/centers/{center.pk}/"
    assert Client().get(path).json()["announced"] is True
    with time_machine.travel("2027-01-05 10:00 +0800", tick=False):
        assert [row["announced"] for row in Client().get("/api/v1/centers/").json()["results"]] == [False]
        assert Client().get(path).json()["today"][0]["opens"] == "08:30:00"
