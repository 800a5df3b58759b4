"""一月一销号: the month's cycle. Every event runs once a campaign and month, whoever asks and however often.

Lines open on the 1st; reminders on the 20th, the 25th and the last working day, the first two rolled back to the working day
before where they fall on a rest day (make-up workdays count); the snapshot is frozen when the month is over. An event is done by
whoever inserts its ``CycleRun``: a second worker waits for that row and then finds it. What was missed while the machine was off
is made up in order; of missed reminders only the latest that still helps is sent.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from centers import reminders
from centers.models import Campaign, CycleRun
from centers.models.progress import DUE_DAY, next_month
from records.working_days import is_working_day

E = CycleRun.Event
SHANGHAI = timezone.get_default_timezone


class Due(NamedTuple):
    """One event of one month and the day from which it may run."""

    month: date
    event: str
    day: date


def rolled_back(day: date) -> date:
    """The day itself where it is worked, else the working day before."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def end_of(month: date) -> datetime:
    """The moment at which a month is over, in Shanghai."""
    return datetime.combine(next_month(month), time.min, SHANGHAI())


def events(month: date) -> list[Due]:
    """A month's events in order."""
    last = next_month(month) - timedelta(days=1)
    return [
        Due(month, E.OPEN, month),
        Due(month, E.REMIND_20, rolled_back(month.replace(day=20))),
        Due(month, E.REMIND_25, rolled_back(month.replace(day=DUE_DAY))),
        Due(month, E.REMIND_LAST, rolled_back(last)),
        Due(month, E.FREEZE, next_month(month)),
    ]


def months(campaign: Campaign, today: date) -> Iterator[date]:
    """The campaign's months that have begun, the oldest first."""
    month, last = campaign.first_month, min(campaign.last_month, today.replace(day=1))
    while month <= last:
        yield month
        month = next_month(month)


def waiting(campaign: Campaign, today: date) -> list[Due]:
    """What has come due and was not done yet, in the order in which it must be done."""
    done = set(CycleRun.objects.filter(campaign=campaign).values_list("month", "event"))
    finished = Counter(month for month, _event in done)
    open_months = (month for month in months(campaign, today) if finished[month] < len(EVENTS))
    due = [entry for month in open_months for entry in events(month) if entry.day <= today]
    return sorted((e for e in due if (e.month, e.event) not in done), key=lambda e: (e.day, e.month, e.event != E.FREEZE))


def run(now: datetime | None = None) -> list[tuple[str, Due, int]]:
    """Does what is due in every campaign; returns (campaign, event, how many rows or messages)."""
    moment = now or timezone.now()
    today = timezone.localdate(moment)
    result = []
    for campaign in Campaign.objects.filter(first_month__lte=today).select_related("region").order_by("id"):
        for due in waiting(campaign, today):
            count = do(campaign, due, moment)
            if count is not None:
                result.append((campaign.name, due, count))
    return result


def do(campaign: Campaign, due: Due, now: datetime) -> int | None:
    """One event in one transaction with its record; None where another worker has done it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Where pgtrigger.ignore is not set (config.environment sets it), row history's trigger aborts a subtransaction for each
            # row, and each such end looks through all deferred checks that wait: with foreign keys checked at once, 100,000 lines
            # cost ten times 10,000 there too, not a hundred times.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL statement_timeout = '10min'")  # one statement for all tasks: it may take longer than a page's
        if not claimed(campaign, due, now):
            return None
        count = EVENTS[due.event](campaign, due, now)
        CycleRun.objects.filter(campaign=campaign, month=due.month, event=due.event).update(count=count)
    return count


def claimed(campaign: Campaign, due: Due, now: datetime) -> bool:
    """Inserts the event's record; waits for another worker's transaction, and says False when that one has done it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO centers_cyclerun (campaign_id, month, event, due_on, ran_at, count) VALUES (%s, %s, %s, %s, %s, 0)"
            " ON CONFLICT (campaign_id, month, event) DO NOTHING RETURNING id",
            [campaign.pk, due.month, due.event, due.day, now],
        )
        return cursor.fetchone() is not None


def open_lines(campaign: Campaign, due: Due, now: datetime) -> int:
    """A line for every task under way, prefilled from the month before. One statement, whatever the number of tasks."""
    before = (due.month - timedelta(days=1)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH b AS MATERIALIZED (  -- once, and hashed: the table that is being filled would else be searched again for each task
                SELECT r.task_id, r.percent, r.text, r.spent_fen FROM centers_progressreport r WHERE r.month = %(before)s
            )
            INSERT INTO centers_progressreport
                (task_id, month, percent, text, spent_fen, unchanged, state, reviewer_note)
            SELECT t.id, %(month)s, COALESCE(b.percent, 0), COALESCE(b.text, ''), COALESCE(b.spent_fen, 0), FALSE, 'open', ''
            FROM centers_upgradetask t
            LEFT JOIN b ON b.task_id = t.id
            WHERE t.campaign_id = %(campaign)s
              AND t.state IN ('plan_set', 'in_progress', 'closure_requested', 'town_verified', 'returned', 'reopened')
            ON CONFLICT (task_id, month) DO NOTHING
            """,
            {"month": due.month, "before": before, "campaign": campaign.pk},
        )
        return cursor.rowcount


def freeze(campaign: Campaign, due: Due, now: datetime) -> int:
    """The month as it stood at its end, also where this runs later: what was filed, closed or voided afterwards doesn't count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO centers_monthsnapshot (campaign_id, month, frozen_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (campaign_id, month) DO NOTHING RETURNING id",
            [campaign.pk, due.month, now],
        )
        made = cursor.fetchone()
        if made is None:
            return 0
        values = {"snapshot": made[0], "campaign": campaign.pk, "month": due.month, "end": end_of(due.month), "next": next_month(due.month)}
        cursor.execute(FREEZE, values | {"due": next_day(due.month)})
        return cursor.rowcount


def next_day(month: date) -> datetime:
    """The moment after which a line of the month is late: the end of the 25th."""
    return datetime.combine(month.replace(day=DUE_DAY) + timedelta(days=1), time.min, SHANGHAI())


#: A task closed after the month counts as verified by the township in it; one voided after it as under way.
FREEZE = """
INSERT INTO centers_snapshotline (snapshot_id, task_id, batch, state, report_state, percent, spent_fen, target_month, late, overdue)
SELECT %(snapshot)s, t.id, t.batch, s.state,
       CASE WHEN r.id IS NULL THEN '' WHEN r.filed_at IS NULL OR r.filed_at >= %(end)s THEN 'open' ELSE r.state END,
       CASE WHEN r.filed_at < %(end)s THEN r.percent END, CASE WHEN r.filed_at < %(end)s THEN r.spent_fen END, t.target_month,
       r.id IS NOT NULL AND (r.filed_at IS NULL OR r.filed_at >= %(due)s),
       s.state NOT IN ('closed', 'void') AND t.target_month <= %(month)s
FROM centers_upgradetask t
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN t.state = 'closed' AND t.closed_on >= %(next)s THEN 'town_verified'
        WHEN t.state = 'void' AND t.voided_on >= %(next)s THEN 'in_progress'
        ELSE t.state END AS state
) s
LEFT JOIN centers_progressreport r ON r.task_id = t.id AND r.month = %(month)s
WHERE t.campaign_id = %(campaign)s AND s.state <> 'void'
ON CONFLICT (snapshot_id, task_id) DO NOTHING
"""


def remind(campaign: Campaign, due: Due, now: datetime) -> int:
    """Tells whoever's turn it is; a reminder whose month is over, or that a later one has overtaken, helps nobody and is only recorded."""
    today = timezone.localdate(now)
    later = [e.day for e in events(due.month) if e.event in REMINDERS and e.day > due.day]
    if today >= next_month(due.month) or any(day <= today for day in later):
        return 0
    return reminders.send(campaign, due.month, due.event)


REMINDERS = (E.REMIND_20, E.REMIND_25, E.REMIND_LAST)
EVENTS: dict[str, Callable[[Campaign, Due, datetime], int]] = {E.OPEN: open_lines, E.FREEZE: freeze, **dict.fromkeys(REMINDERS, remind)}
