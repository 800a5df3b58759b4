"""The board's numbers: what each line counts, and that what is kept is never passed off as new."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from centers.models import UpgradeTask
from portal import tasks
from portal.board import charts, series, summary
from staffing.models import Duty
from staffing.models.roster import month_end
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def this_month() -> date:
    return TODAY().replace(day=1)


def cells(key: str, codes: tuple[str, ...] = (make.DISTRICT,), month: date | None = None) -> dict[str, Any]:
    """Township → (part, whole) of one month, counted now."""
    month = month or this_month()
    entry = next(one for one in series.SERIES if one.key == key)
    return {town: cell for (town, of), cell in entry.count(list(codes), [month]).items() if of == month}


def outcome(code: str = make.VILLAGE, headcount: int = 30, day: date | None = None) -> Any:
    row = make.activity(code=code, state="reported", published_at=timezone.now())
    return make.outcome(row, headcount=headcount, held_on=day or TODAY())


@pytest.fixture
def asked() -> Iterator[mock.Mock]:
    """What was asked of the worker."""
    with mock.patch("portal.tasks.refresh_board.apply_async") as called:
        yield called


# -- what is counted ----------------------------------------------------------------------------------------
def test_activities_and_visits_by_township() -> None:
    outcome(headcount=30), outcome(headcount=12), outcome(make.OTHER_VILLAGE, 5)
    assert cells("activities") == {make.TOWN: (2, None), make.OTHER_TOWN: (1, None)}
    assert cells("visits") == {make.TOWN: (42, None), make.OTHER_TOWN: (5, None)}
    assert cells("visits", (make.TOWN,)) == {make.TOWN: (42, None)}


def test_closure_counts_what_stood_at_the_months_end() -> None:
    before = this_month() - timedelta(days=1)
    center = make.center_of()
    make.task(center)
    make.task(center, state="closed", closed_on=TODAY())
    make.task(center, state="void", voided_on=TODAY())
    drive = UpgradeTask.objects.first().campaign  # type: ignore[union-attr]
    drive.first_month = before.replace(day=1)
    drive.save()
    assert cells("closure") == {make.TOWN: (1, 2)}
    assert cells("closure", month=before.replace(day=1)) == {make.TOWN: (0, 3)}  # nothing was closed or void then


def test_compliance_is_the_share_of_those_inspected() -> None:
    make.inspection(make.center_of(), ["met"] * 5, on=TODAY())
    make.inspection(make.center_of(make.NEXT_VILLAGE), ["not_met"] * 5, on=TODAY())
    make.center_of(make.OTHER_VILLAGE)
    assert cells("compliance") == {make.TOWN: (1, 2)}


def test_hours_are_covered_when_enough_people_are_on_duty() -> None:
    posted = make.roster(make.center_of(), "published", month=this_month())
    full, half = make.shift(posted, this_month(), people=1), make.shift(posted, this_month(), kind="extended", clock=(18, 20), people=2)
    make.duty(full), make.duty(half)
    assert cells("coverage") == {make.TOWN: (480, 600)}
    Duty.objects.filter(shift=full).update(state="absent", finding="没来")
    assert cells("coverage") == {make.TOWN: (0, 600)}


def test_a_roster_that_is_not_posted_covers_nothing() -> None:
    draft = make.roster(make.center_of(), month=this_month())
    make.duty(make.shift(draft, this_month(), people=1))
    assert cells("coverage") == {}
    assert cells("rosters") == {}
    make.roster(make.center_of(make.NEXT_VILLAGE), "published", month=this_month())
    assert cells("rosters") == {make.TOWN: (1, 2)}


def test_rooms_are_used_as_long_as_they_are_booked_and_agreed() -> None:
    hall = make.venue(make.center_of())
    agreed = make.venue_booking(hall, days=-1, state="approved")
    make.venue_booking(hall, days=-1, clock="09:00")
    day = timezone.localdate(agreed.starts_at)
    month = day.replace(day=1)
    days = (min(month_end(month), TODAY()) - month).days + 1
    assert cells("venues", month=month) == {make.TOWN: (120, days * 720)}


@pytest.mark.parametrize("key", [entry.key for entry in series.SERIES])
def test_a_series_costs_three_queries_at_most(key: str) -> None:
    make.center_of(), make.center_of(make.OTHER_VILLAGE)
    entry = next(one for one in series.SERIES if one.key == key)
    with CaptureQueriesContext(connection) as captured:
        entry.count([make.DISTRICT], summary.window(TODAY()))
    assert len(captured) <= 3


def test_a_sum_is_of_parts_and_wholes_never_of_rates() -> None:
    months = [this_month()]
    known = {("1", months[0]): (1, 1), ("2", months[0]): (0, 9)}
    drawn = charts.chart(series.SERIES[0], known, months, {"1": "甲", "2": "乙", "3": "丙"}, "合计")
    assert [line.last.number for line in drawn.lines] == [100.0, 0.0, None]
    assert drawn.total.last.number == 10.0
    assert drawn.data()["total"]["values"] == [10.0]


# -- what is kept -------------------------------------------------------------------------------------------
def test_what_is_kept_is_shown_with_its_time_and_counted_again_once_something_is_written(asked: mock.Mock) -> None:
    outcome()
    months = summary.window(TODAY())
    first = summary.of([make.DISTRICT], months)
    again = summary.of([make.DISTRICT], months)
    assert (again.cells, again.counted_at, again.behind) == (first.cells, first.counted_at, False)
    assert not asked.called
    outcome()
    late = summary.of([make.DISTRICT], months)
    assert (late.cells, late.counted_at, late.behind) == (first.cells, first.counted_at, True)
    assert asked.call_count == 1
    summary.of([make.DISTRICT], months)
    assert asked.call_count == 1  # once a minute
    tasks.refresh_board(*asked.call_args.args[0])
    fresh = summary.of([make.DISTRICT], months)
    assert fresh.cells["activities"][make.TOWN, this_month()] == (2, None)
    assert not fresh.behind


def test_without_a_cache_it_is_counted_on_the_spot() -> None:
    outcome()
    with mock.patch.object(cache, "get_many", return_value={}), mock.patch.object(cache, "set_many"):
        found = summary.of([make.DISTRICT], summary.window(TODAY()))
    assert found.cells["activities"][make.TOWN, this_month()] == (1, None)
    assert not found.behind


def test_without_a_broker_the_page_is_shown_all_the_same(district: User) -> None:
    months = summary.window(TODAY())
    make.center_of()
    summary.of([make.DISTRICT], months)
    outcome()
    with mock.patch("portal.tasks.refresh_board.apply_async", side_effect=OSError):
        assert enter(district).get("/board/").status_code == 200


def test_beat_fills_every_district_that_has_centers() -> None:
    outcome()
    assert tasks.refresh_boards() == 1
    with mock.patch.object(summary, "refresh") as refresh:
        summary.of([make.DISTRICT], summary.window(TODAY()))
    assert not refresh.called
