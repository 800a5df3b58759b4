"""``manage.py month``: replays a month as of a day, lists what is due, refuses what is no day."""

import io

import pytest
from django.core.management import CommandError, call_command

from centers.models import CycleRun, MonthSnapshot, ProgressReport
from tests import make
from tests.centers.month import OCTOBER, campaign

pytestmark = pytest.mark.django_db


def month(*argv: str) -> list[str]:
    out = io.StringIO()
    call_command("month", *argv, stdout=out)
    return out.getvalue().splitlines()


def test_a_month_is_replayed_as_of_the_end_of_the_day() -> None:
    whole = campaign(name="行动")
    make.task(make.center(), campaign=whole)
    assert month("--at", "2024-10-31") == [
        "行动 2024-10 open: 1",
        "行动 2024-10 remind20: 0",
        "行动 2024-10 remind25: 0",
        "行动 2024-10 remindlast: 0",
        "4 events as of 2024-10-31 23:59",
    ]
    assert month("--at", "2024-10-31") == ["0 events as of 2024-10-31 23:59"]
    assert month("--at", "2024-11-30")[0] == "行动 2024-10 freeze: 1"
    assert MonthSnapshot.objects.get().month == OCTOBER


def test_a_dry_run_lists_what_is_due_and_does_nothing() -> None:
    campaign(name="行动")
    assert month("--at", "2024-10-18", "--dry-run") == [
        "due: 行动 2024-10 open since 2024-10-01",
        "due: 行动 2024-10 remind20 since 2024-10-18",
    ]
    assert not CycleRun.objects.exists()
    assert not ProgressReport.objects.exists()


def test_without_a_day_it_runs_as_of_now() -> None:
    make.campaign(name="行动", first_month=make.this_month(), last_month=make.this_month())
    assert f"行动 {make.this_month():%Y-%m} open: 0" in month()


@pytest.mark.parametrize("day", ["2024-13-01", "2024-11-31", "30.11.2024", "yesterday", "", "2024-11"])
def test_what_is_no_day_is_one_line_and_status_2(day: str) -> None:
    campaign()
    with pytest.raises(CommandError) as caught:
        month("--at", day)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    assert "2024-11-30" in str(caught.value)
    assert not CycleRun.objects.exists()
