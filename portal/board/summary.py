"""The board's numbers, kept in the cache by district and month, each with the moment at which it was counted.

Counting a year of a district takes half a second, most of it for the shifts; reading what is kept takes milliseconds. A district's
row is filled again by beat, and at once when somebody looks and the tables' histories have moved on. What is shown is what was
counted, with its time beside it; where the cache is empty or away it is counted on the spot.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models.functions import Left
from django.utils import timezone

from accounts.models import Region
from activities.models import Activity, Outcome, SharedResource, Venue, VenueBooking
from centers.models import Campaign, Center, Finding, Inspection, ProgressReport, UpgradeTask
from funding.models import Award, Project, RatingRound
from portal.board import burden
from portal.board.series import SERIES, Cells
from staffing.models import CenterManager, Duty, Posting, Roster, SafetyList, Shift

log = logging.getLogger(__name__)
#: Months on the board, the last one included.
MONTHS = 12
#: Seconds for which a month is kept; beat fills the current year again long before.
KEPT = 6 * 3600
#: Seconds within which a district is asked for anew only once.
PAUSE = 60
#: Digits of a district's and of a township's code.
DISTRICT, TOWN = 6, 9
#: A row written in one of these moves the board; a step of a workflow writes one as well.
TABLES: tuple[Any, ...] = (
    *(Campaign, Center, Finding, Inspection, ProgressReport, UpgradeTask),
    *(CenterManager, Duty, Posting, Roster, SafetyList, Shift),
    *(Activity, Outcome, SharedResource, Venue, VenueBooking),
    *(RatingRound, Award, Project),
)
#: All that is counted: the board's series, and what was asked of villages.
COUNTS = {entry.key: entry.count for entry in SERIES} | burden.COUNTS
Stamp = tuple[Any, ...]
#: The stamp and the moment of the counting; series key → township → (part, whole).
Kept = tuple[Stamp, datetime, dict[str, dict[str, tuple[int, int | None]]]]


@dataclass
class Summary:
    """Name in ``COUNTS`` → cells; when the oldest of them was counted, and whether anything was written since."""

    cells: dict[str, Cells] = field(default_factory=dict)
    counted_at: datetime | None = None
    behind: bool = False


def window(last: date) -> list[date]:
    """The year's months that end with this one, the oldest first."""
    found = [last.replace(day=1)]
    while len(found) < MONTHS:
        first = found[0]
        found.insert(0, first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1))
    return found


def stamp() -> Stamp:
    """How far the histories of the tables have come, and the day; one query that reads the end of an index for each."""
    events = [model.pgh_event_model._meta.db_table for model in TABLES]
    columns = ", ".join(f"(SELECT max(pgh_id) FROM {connection.ops.quote_name(table)})" for table in events)  # noqa: S608 - our own tables
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}, (SELECT max(id) FROM funding_ledgerentry)")  # noqa: S608 - our own tables
        return (f"{timezone.localdate()}", *cursor.fetchone())


def key(code: str, month: date) -> str:
    return f"board:2:{code}:{month:%Y-%m}"


def districts(codes: Iterable[str]) -> list[str]:
    """The codes by which the summary is kept: of the districts in which these regions lie, or which lie in them."""
    found = {code[:DISTRICT] for code in codes if len(code) >= DISTRICT}
    for code in codes:
        if len(code) < DISTRICT:
            found |= set(Region.objects.under(code).filter(level=Region.Level.DISTRICT).values_list("code", flat=True))  # type: ignore[attr-defined]
    return sorted(found)


def counted(codes: list[str], months: list[date]) -> dict[date, Kept]:
    """Counts these regions' months, which are consecutive."""
    seen, now = stamp(), timezone.now()
    cells = {name: count(codes, months) for name, count in COUNTS.items()}
    by_month: dict[date, Kept] = {month: (seen, now, {name: {} for name in cells}) for month in months}
    for name, found in cells.items():
        for (town, month), cell in found.items():
            by_month[month][2][name][town] = cell
    return by_month


def refresh(code: str, months: list[date]) -> dict[date, Kept]:
    """Counts a district anew and keeps it."""
    found = counted([code], months)
    cache.set_many({key(code, month): kept for month, kept in found.items()}, KEPT)
    return found


def refresh_all(last: date | None = None) -> int:
    """The year up to now of every district that has centers; beat's work. Returns how many."""
    codes = Center.objects.order_by().annotate(district=Left("region__code", DISTRICT)).values_list("district", flat=True).distinct()
    found = sorted(codes)
    for code in found:
        refresh(code, window(last or timezone.localdate()))
    return len(found)


def of(codes: list[str], months: list[date]) -> Summary:
    """The townships under these codes. A grant for a single village, which no township's line may show, is counted on the spot."""
    result, now = Summary({name: {} for name in COUNTS}), stamp()
    small, wide = [code for code in codes if len(code) > TOWN], [code for code in codes if len(code) <= TOWN]
    if small:
        merge(result, counted(small, months), small, now)
    for code in districts(wide):
        names = {month: key(code, month) for month in months}
        known = cache.get_many(names.values())
        found: dict[date, Kept] = {month: known[name] for month, name in names.items() if name in known}
        if len(found) < len(months):
            found = refresh(code, months)
        if merge(result, found, wide, now):
            ask(code, months[-1])
    return result


def merge(result: Summary, found: dict[date, Kept], codes: list[str], now: Stamp) -> bool:
    """Adds what lies under the codes; whether anything was written since it was counted."""
    behind = False
    for month, (seen, at, cells) in found.items():
        behind |= seen != now
        result.counted_at = min(at, result.counted_at or at)
        for name, own in cells.items():
            inside = {(town, month): cell for town, cell in own.items() if any(matches(town, code) for code in codes)}
            result.cells.setdefault(name, {}).update(inside)
    result.behind |= behind
    return behind


def matches(town: str, code: str) -> bool:
    """Whether a township's line belongs to a grant's region; one village's own line is all that was counted for it."""
    return town.startswith(code) or (len(code) > TOWN and code.startswith(town))


def ask(code: str, last: date) -> None:
    """Has a district counted anew in the background, once a minute at most; without a broker beat does it later."""
    from portal.tasks import refresh_board

    if not cache.add(f"board:asked:{code}:{last:%Y-%m}", 1, PAUSE):
        return
    try:
        refresh_board.apply_async((code, f"{last:%Y-%m-%d}"), retry=False, ignore_result=True)
    except Exception as error:  # the broker's client raises many kinds; none may reach the person who looks
        log.warning("the board of %s is refreshed later: %s", code, type(error).__name__)
