"""The month's cycle: its days by the Chinese calendar, each event once, what was missed made up in order."""

from datetime import date

import pytest

from centers import monthly, tasks
from centers.models import CycleRun, MonthSnapshot, ProgressReport, UpgradeTask
from records.models import CalendarDay, Message
from tests import make
from tests.centers.month import DECEMBER, NOVEMBER, OCTOBER, campaign, run

pytestmark = pytest.mark.django_db
QUARTER = ["10 open", "10 remind20", "10 remind25", "10 remindlast", "10 freeze", "11 open"]


# -- the days -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("month", "twentieth", "due", "last"),
    [
        (date(2024, 10, 1), 18, 25, 31),  # the 20th is a Sunday
        (date(2024, 11, 1), 20, 25, 29),  # the 30th is a Saturday
        (date(2025, 1, 1), 20, 24, 27),  # the 25th is a Saturday; Spring Festival from the 28th; the 26th, a Sunday, is worked
        (date(2026, 2, 1), 14, 25, 28),  # Spring Festival to the 23rd; the 14th and the 28th, Saturdays, are worked
        (date(2026, 9, 1), 20, 24, 30),  # the 20th, a Sunday, is worked; Mid-Autumn on the 25th
        (date(2026, 10, 1), 20, 23, 30),  # the 25th is a Sunday, the 31st a Saturday
    ],
)
def test_reminders_roll_back_before_rest_days_and_make_up_workdays_are_worked(month: date, twentieth: int, due: int, last: int) -> None:
    days = {entry.event: entry.day for entry in monthly.events(month)}
    assert days == {
        "open": month,
        "remind20": month.replace(day=twentieth),
        "remind25": month.replace(day=due),
        "remindlast": month.replace(day=last),
        "freeze": monthly.next_month(month),
    }


def test_a_day_that_was_declared_a_holiday_moves_the_reminder() -> None:
    CalendarDay.objects.filter(date=date(2024, 11, 20)).update(kind="holiday")
    assert monthly.events(NOVEMBER)[1].day == date(2024, 11, 19)


# -- once ---------------------------------------------------------------------------------------------------
def test_each_event_runs_on_its_day_and_once() -> None:
    campaign()
    found = {}
    for day in range(1, 32):
        for name, _count in run(f"2024-10-{day:02}"):
            found[name] = day
        assert run(f"2024-10-{day:02}", "23:00") == []
    assert found == {"10 open": 1, "10 remind20": 18, "10 remind25": 25, "10 remindlast": 31}
    assert [name for name, _count in run("2024-11-01", "00:00")] == ["10 freeze", "11 open"]


def test_the_month_is_over_at_midnight_in_shanghai() -> None:
    campaign()
    run("2024-10-31")
    assert run("2024-10-31", "23:59") == []
    assert [name for name, _count in run("2024-11-01", "00:00")] == ["10 freeze", "11 open"]


def test_a_run_that_was_missed_is_made_up_in_order() -> None:
    campaign()
    assert [name for name, _count in run("2024-11-01")] == QUARTER
    assert run("2024-11-01") == []
    assert CycleRun.objects.count() == len(QUARTER)


def test_three_months_missed_open_and_freeze_each_in_turn() -> None:
    whole = campaign()
    make.task(campaign=whole, target_month=DECEMBER)
    names = [name for name, _count in run("2025-01-01")]
    assert [name for name in names if "remind" not in name] == ["10 open", "10 freeze", "11 open", "11 freeze", "12 open", "12 freeze"]
    assert list(MonthSnapshot.objects.order_by("month").values_list("month", flat=True)) == [OCTOBER, NOVEMBER, DECEMBER]


def test_before_the_campaign_nothing_runs_and_after_it_nothing_more() -> None:
    campaign()
    assert run("2024-09-30") == []
    assert run("2025-03-31") != []
    assert CycleRun.objects.filter(month__gt=DECEMBER).count() == 0
    assert run("2025-04-30") == []


def test_every_campaign_has_a_cycle_of_its_own() -> None:
    first, second = campaign(), campaign(first_month=NOVEMBER)
    run("2024-11-01")
    assert set(CycleRun.objects.filter(campaign=second).values_list("month", "event")) == {(NOVEMBER, "open")}
    assert CycleRun.objects.filter(campaign=first).count() == len(QUARTER)


def test_an_event_that_fails_leaves_no_record_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign()

    def broken(*_args: object) -> int:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setitem(monthly.EVENTS, "open", broken)
        run("2024-10-01")
    assert not CycleRun.objects.exists()
    assert run("2024-10-01") == [("10 open", 0)]


def test_the_workers_task_does_what_is_due() -> None:
    make.campaign(first_month=make.this_month(), last_month=make.this_month())
    assert tasks.month() >= 1
    assert tasks.month() == 0


# -- next month's lines -------------------------------------------------------------------------------------
OWE_A_LINE = {"plan_set", "in_progress", "closure_requested", "town_verified", "returned", "reopened"}


def test_every_task_under_way_owes_a_line_and_no_other() -> None:
    whole = campaign()
    for state in UpgradeTask.State.values:
        make.task(campaign=whole, state=state)
    make.task(campaign=campaign(first_month=NOVEMBER))
    assert run("2024-10-01") == [("10 open", len(OWE_A_LINE))]
    assert set(ProgressReport.objects.values_list("task__state", flat=True)) == OWE_A_LINE
    assert set(ProgressReport.objects.values_list("month", "state")) == {(OCTOBER, "open")}


def test_a_line_is_prefilled_from_the_month_before_and_from_no_other() -> None:
    whole = campaign()
    with_october, without = make.task(campaign=whole), make.task(campaign=whole)
    CycleRun.objects.create(campaign=whole, month=OCTOBER, event="open", due_on=OCTOBER)
    make.report(with_october, month=OCTOBER, state="submitted", percent=70, text="装门头", spent_fen=9)
    make.report(with_october, month=DECEMBER, percent=1)
    make.report(without, month=date(2024, 9, 1), percent=33)
    run("2024-11-01")
    lines = {line.task_id: line for line in ProgressReport.objects.filter(month=NOVEMBER)}
    first, second = lines[with_october.pk], lines[without.pk]
    assert (first.percent, first.text, first.spent_fen, first.state, first.filed_by, first.unchanged) == (
        70,
        "装门头",
        9,
        "open",
        None,
        False,
    )
    assert (second.percent, second.text, second.spent_fen) == (0, "", 0)


def test_a_line_that_is_there_already_stays() -> None:
    whole = campaign()
    line = make.report(make.task(campaign=whole), month=OCTOBER, state="filed", percent=88)
    assert run("2024-10-01") == [("10 open", 0)]
    line.refresh_from_db()
    assert (line.percent, line.state) == (88, "filed")


# -- reminders that come too late ---------------------------------------------------------------------------
def test_of_missed_reminders_only_the_latest_that_still_helps_is_sent() -> None:
    whole = campaign()
    make.task(make.center(), campaign=whole)
    village = make.officer("village")
    assert run("2024-10-28") == [("10 open", 1), ("10 remind20", 0), ("10 remind25", 1)]
    assert Message.objects.inbox(village).count() == 1


def test_a_reminder_whose_month_is_over_is_recorded_and_not_sent() -> None:
    whole = campaign()
    make.task(make.center(), campaign=whole)
    village = make.officer("village")
    assert ("10 remindlast", 0) in run("2024-11-01")
    assert not Message.objects.inbox(village).exists()
