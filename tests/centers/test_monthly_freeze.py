"""A month is frozen as it stood at its end, also when that runs later; what came late shows as late."""

from datetime import date
from typing import Any

import pytest

from centers import tally
from centers.models import Campaign, MonthSnapshot, ProgressReport, SnapshotLine, UpgradeTask
from tests import make
from tests.centers.month import DECEMBER, NOVEMBER, OCTOBER, at, campaign, filed, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(db: None) -> Campaign:
    return campaign()


def frozen(task: UpgradeTask) -> SnapshotLine:
    """The task in the snapshot of October, made some days late."""
    run("2024-11-10")
    return SnapshotLine.objects.get(task=task, snapshot__month=OCTOBER)


def line_of(whole: Campaign, **fields: Any) -> ProgressReport:
    return make.report(make.task(make.center_of(), campaign=whole, target_month=DECEMBER, **fields), month=OCTOBER)


# -- late lines ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "clock", "late", "state"),
    [
        ("2024-10-24", "10:00", False, "filed"),
        ("2024-10-25", "23:59", False, "filed"),
        ("2024-10-26", "00:00", True, "filed"),
        ("2024-10-31", "23:59", True, "filed"),
        ("2024-11-01", "00:00", True, "open"),
        ("2024-11-05", "10:00", True, "open"),
    ],
)
def test_a_late_line_shows_as_late_and_one_after_the_month_as_not_filed(
    day: str, clock: str, late: bool, state: str, whole: Campaign
) -> None:
    line = line_of(whole)
    filed(line, day, clock)
    found = frozen(line.task)
    assert (found.late, found.report_state) == (late, state)
    line.refresh_from_db()
    assert line.late is late


def test_a_line_that_was_never_filed_is_late_and_a_task_without_a_line_is_not(whole: Campaign) -> None:
    line, bare = line_of(whole), make.task(make.center_of(), campaign=whole, state="suspended", target_month=DECEMBER)
    run("2024-11-10")
    found = {row.task_id: row for row in SnapshotLine.objects.filter(snapshot__month=OCTOBER)}
    assert (found[line.task_id].late, found[line.task_id].report_state) == (True, "open")
    assert (found[bare.pk].late, found[bare.pk].report_state, found[bare.pk].percent) == (False, "", None)


def test_what_was_filed_within_the_month_keeps_its_numbers(whole: Campaign) -> None:
    line = line_of(whole)
    filed(line, "2024-10-20", percent=65, spent_fen=777)
    found = frozen(line.task)
    assert (found.percent, found.spent_fen) == (65, 777)


def test_numbers_that_were_filed_after_the_month_do_not_count(whole: Campaign) -> None:
    line = line_of(whole)
    filed(line, "2024-11-05", percent=95, spent_fen=999)
    found = frozen(line.task)
    assert found.percent != 95
    assert found.spent_fen != 999


# -- tasks --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "dated", "day", "expected"),
    [
        ("closed", "closed_on", date(2024, 10, 31), "closed"),
        ("closed", "closed_on", date(2024, 11, 1), "town_verified"),
        ("void", "voided_on", date(2024, 11, 1), "in_progress"),
    ],
)
def test_what_was_decided_after_the_month_does_not_count_in_it(state: str, dated: str, day: date, expected: str, whole: Campaign) -> None:
    task = make.task(make.center_of(), campaign=whole, state=state, target_month=OCTOBER, **{dated: day})
    assert frozen(task).state == expected


def test_a_task_that_was_void_by_the_end_is_not_in_the_snapshot(whole: Campaign) -> None:
    task = make.task(make.center_of(), campaign=whole, state="void", voided_on=date(2024, 10, 31))
    run("2024-11-10")
    assert not SnapshotLine.objects.filter(task=task).exists()


@pytest.mark.parametrize(
    ("target", "state", "overdue"),
    [
        (OCTOBER, "in_progress", True),
        (NOVEMBER, "in_progress", False),
        (OCTOBER, "closed", False),
        (OCTOBER, "suspended", True),
    ],
)
def test_a_task_of_that_very_month_is_overdue_by_its_end(target: date, state: str, overdue: bool, whole: Campaign) -> None:
    dated = {"closed_on": date(2024, 10, 9)} if state == "closed" else {}
    assert frozen(make.task(make.center_of(), campaign=whole, state=state, target_month=target, **dated)).overdue is overdue


def test_a_task_closed_after_its_month_was_overdue_in_it(whole: Campaign) -> None:
    assert frozen(make.task(make.center_of(), campaign=whole, state="closed", target_month=OCTOBER, closed_on=date(2024, 11, 2))).overdue


def test_a_snapshot_holds_its_own_campaign_alone_and_is_made_once(whole: Campaign) -> None:
    task = make.task(make.center_of(), campaign=whole, target_month=DECEMBER)
    make.task(make.center_of(), campaign=campaign(first_month=DECEMBER), target_month=DECEMBER)
    run("2024-11-10")
    run("2024-11-20")
    snapshot = MonthSnapshot.objects.get()
    assert [row.task for row in snapshot.lines.all()] == [task]
    assert snapshot.frozen_at == at("2024-11-10")


def test_what_happens_later_leaves_the_snapshot_as_it_was(whole: Campaign) -> None:
    line = line_of(whole)
    before = frozen(line.task)
    filed(line, "2024-11-12", percent=100)
    UpgradeTask.objects.filter(pk=line.task_id).update(state="closed", closed_on=date(2024, 11, 12))
    run("2024-11-20")
    again = SnapshotLine.objects.get(pk=before.pk)
    assert (again.state, again.report_state, again.percent) == (before.state, before.report_state, before.percent)


# -- the register -------------------------------------------------------------------------------------------
def facts(lines: list[tally.Line], *names: str) -> dict[str, dict[str, list[int]]]:
    """Township → batch → the counts of these names."""
    every = {line.key: {**line.batches, "all": line.all} for line in lines}
    return {key: {batch: [getattr(c, n) for n in names] for batch, c in counts.items()} for key, counts in every.items()}


def some_tasks(whole: Campaign) -> None:
    """Of two townships, three batches, every state but draft and void, for three months."""
    centers = [make.center(code) for code in (make.TOWN, make.VILLAGE, make.OTHER_VILLAGE)]
    states = [state for state in UpgradeTask.State.values if state not in ("draft", "void")]
    for n, state in enumerate(states * 3):
        dated = {"closed_on": date(2024, 10, 20)} if state == "closed" else {}
        target = (date(2024, 9, 1), OCTOBER, NOVEMBER)[n % 3]
        batch = UpgradeTask.Batch.values[n // 3 % 3]
        make.task(centers[n % 3 if n % 5 else 1], campaign=whole, state=state, batch=batch, target_month=target, **dated)


def test_the_frozen_register_agrees_with_the_live_one() -> None:
    whole = campaign(first_month=date(2024, 9, 1))
    some_tasks(whole)
    tasks = UpgradeTask.objects.all()
    last, after = tally.live(tasks, date(2024, 10, 31)), tally.live(tasks, NOVEMBER)
    run("2024-11-01")
    frozen = tally.frozen(SnapshotLine.objects.all(), OCTOBER)
    assert facts(frozen, "total", "closed", "due") == facts(last, "total", "closed", "due")
    assert facts(frozen, "overdue") == facts(after, "overdue")
    assert [line.key for line in frozen] == [make.TOWN, make.OTHER_TOWN, ""]
    assert [line.name for line in frozen][:2] == [make.names()[make.TOWN], make.names()[make.OTHER_TOWN]]
    assert facts(frozen, "total")[""]["all"] == [24]
    assert 0 < frozen[-1].all.overdue < 24


def test_a_task_still_in_draft_is_counted_live_and_frozen_alike(whole: Campaign) -> None:
    make.task(make.center_of(), campaign=whole, state="draft", target_month=DECEMBER)
    live = tally.live(UpgradeTask.objects.all(), date(2024, 10, 31))[-1].all.total
    run("2024-11-01")
    assert tally.frozen(SnapshotLine.objects.all(), OCTOBER)[-1].all.total == live == 1


def test_a_void_task_is_counted_nowhere(whole: Campaign) -> None:
    make.task(make.center_of(), campaign=whole, state="void")
    assert tally.live(UpgradeTask.objects.all(), OCTOBER)[-1].all.total == 0


def test_a_tasks_own_overdue_the_query_and_the_register_agree() -> None:
    whole = make.campaign()
    this = make.this_month()
    for target in (date(this.year - 1, 5, 1), this, date(this.year + 1, 5, 1)):
        for state in UpgradeTask.State.values:
            make.task(make.center_of(), campaign=whole, state=state, target_month=target)
    tasks = UpgradeTask.objects.all()
    overdue = {task.pk for task in tasks if task.overdue}
    assert set(tasks.overdue().values_list("pk", flat=True)) == overdue
    assert tally.live(tasks, this)[-1].all.overdue == len(overdue) == 8


def test_each_count_is_what_its_name_says() -> None:
    """Of the tasks of one township: planned for the month before, for this one (one closed, one open) and for the next."""
    rows = [
        (make.TOWN, "多湖街道", "new", "in_progress", OCTOBER, True),
        (make.TOWN, "多湖街道", "new", "closed", NOVEMBER, False),
        (make.TOWN, "多湖街道", "new", "returned", NOVEMBER, False),
        (make.TOWN, "多湖街道", "improvement", "in_progress", DECEMBER, False),
    ]
    town, whole = tally.lines(rows, NOVEMBER)
    assert (town.key, town.name, whole.key) == (make.TOWN, "多湖街道", "")
    assert town.batches == {
        "demonstration": tally.Count(),
        "improvement": tally.Count(total=1),
        "new": tally.Count(total=3, closed=1, due=1, overdue=1),
    }
    assert town.all == whole.all == tally.Count(total=4, closed=1, due=1, overdue=1)


def test_the_rate_is_closed_of_all() -> None:
    assert tally.Count(total=3, closed=1).rate == 33.3
    assert tally.Count().rate is None


def test_a_township_sees_its_own_frozen_months_and_lines(whole: Campaign) -> None:
    make.task(make.center_of(make.OTHER_VILLAGE), campaign=whole, target_month=DECEMBER)
    run("2024-12-01")
    own, other = make.officer("township"), make.officer("other_township")
    assert tally.frozen_months(other) == [NOVEMBER, OCTOBER]
    assert tally.frozen_months(own) == []
    assert tally.frozen(SnapshotLine.objects.all().allowed(own, "view"), OCTOBER)[-1].all.total == 0
