"""What the board counts, by township and month. One entry of ``SERIES`` is a chart, its table, a column of the summary.

A series answers ``(township code, month) → (part, whole)``: a share of a whole, or a plain number where the whole is None. The
district's line adds the parts and the wholes, so that a rate is never an average of rates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Left, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import within
from activities.models import Outcome
from centers.compliance import standings_over
from centers.models import Center, UpgradeTask
from centers.models.progress import next_month
from portal.board import money, venues
from staffing import coverage
from staffing.models import Roster
from staffing.models.roster import month_end

Cell = tuple[int, int | None]
Cells = dict[tuple[str, date], Cell]


@dataclass(frozen=True)
class Series:
    """``count`` is asked for region codes and consecutive months; ``opens`` is the page of the desk behind it."""

    key: str
    label: Any
    unit: Any
    definition: Any
    count: Callable[[list[str], list[date]], Cells]
    opens: str = ""


def until(month: date) -> date:
    """The month's last day, or today where it is not over."""
    return min(month_end(month), timezone.localdate())


def add(cells: Cells, key: tuple[str, date], part: int, whole: int) -> None:
    before = cells.get(key, (0, 0))
    cells[key] = before[0] + part, (before[1] or 0) + whole


def compliance(codes: list[str], months: list[date]) -> Cells:
    """Of the centers inspected, how many were up to standard at the month's end."""
    cells: Cells = {}
    centers = Center.objects.filter(within("region__code", codes))
    towns = {pk: code[:9] for pk, code in centers.order_by().values_list("pk", "region__code")}
    found = standings_over(centers, [until(month) for month in months])
    for month in months:
        for pk, standing in found[until(month)].items():
            add(cells, (towns[pk], month), standing.reached, 1)
    return cells


def closure(codes: list[str], months: list[date]) -> Cells:
    """销号率: of the tasks there were, how many were closed by the month's end."""
    cells: Cells = {}
    rows = UpgradeTask.objects.filter(within("center__region__code", codes), campaign__first_month__lte=months[-1]).order_by()
    fields = ("center__region__code", "campaign__first_month", "closed_on", "voided_on")
    for code, begun, closed, voided in rows.values_list(*fields).iterator(2000):
        for month in months:
            end = next_month(month)
            if begun < end and not (voided and voided < end):
                add(cells, (code[:9], month), bool(closed and closed < end), 1)
    return cells


def rosters(codes: list[str], months: list[date]) -> Cells:
    """Of the public centers, how many had posted the month's roster."""
    centers = Center.objects.filter(within("region__code", codes), published_at__isnull=False).order_by()
    wanted = dict(centers.values_list(Left("region__code", 9)).annotate(n=Count("pk")))
    rows = Roster.objects.all().public().filter(center__in=centers.values("pk"), month__range=(months[0], months[-1])).order_by()
    posted = {(town, month): n for town, month, n in rows.values_list(Left("center__region__code", 9), "month").annotate(n=Count("pk"))}
    begun = {month for _town, month in posted}
    return {(town, month): (posted.get((town, month), 0), n) for town, n in wanted.items() for month in months if month in begun}


def covered(codes: list[str], months: list[date]) -> Cells:
    """Of the hours of posted shifts, how many had enough people."""
    rows = coverage.by_town(codes, months[0], until(months[-1]))
    return {(row.town, row.month): (row.covered, row.minutes) for row in rows}


def held(what: Any) -> Callable[[list[str], list[date]], Cells]:
    """Activities held and reported in each month, counted in one way or another."""

    def count(codes: list[str], months: list[date]) -> Cells:
        rows = Outcome.objects.all().held_between(months[0], until(months[-1])).filter(within("activity__center__region__code", codes))
        groups = rows.order_by().values_list(Left("activity__center__region__code", 9), TruncMonth("held_on")).annotate(n=what)
        return {(town, month): (n, None) for town, month, n in groups}

    return count


SERIES: tuple[Series, ...] = (
    Series(
        "compliance",
        _("达标率"),
        "%",
        _("月末，检查过的中心里达标的占多少。按每个中心最近一次检查算；没检查过的不在内。"),
        compliance,
        "/desk/compliance/",
    ),
    Series("closure", _("销号率"), "%", _("到月末，行动里没作废的任务销号了多少。"), closure, "/desk/upgrade/"),
    Series(
        "rosters",
        _("值班表公示率"),
        "%",
        _("对外公开的中心里，公示了当月值班表的占多少；全区都还没公示过的月份空着。"),
        rosters,
        "/desk/rosters/",
    ),
    Series(
        "coverage",
        _("开放时段有人值守"),
        "%",
        _("公示了的值班表上，人数够的时长占应有人时长的多少；认定缺勤的不算在岗。没过完的月份算到今天。"),
        covered,
        "/desk/duty-board/",
    ),
    Series("activities", _("活动场次"), _("场"), _("办完并写了总结的活动，按最后一场的日期归月。"), held(Count("pk")), "/desk/activities/"),
    Series("visits", _("参加人次"), _("人次"), _("这些活动的到场人次，没预约直接来的也在内。"), held(Sum("headcount")), "/desk/outcomes/"),
    Series(
        "venues",
        _("场地使用率"),
        "%",
        _("可以预约的场地，约成的时长占开放时长的多少；按现在的场地和开放时间算，没过完的月份算到今天。"),
        venues.used,
        "/desk/venue-bookings/",
    ),
    Series(
        "stars",
        _("评上星的"),
        "%",
        _("到月末最近一次确定了结果的评星里，评上星的村社占申报的多少；还没有确定过的月份空着。"),
        money.starred,
        "/desk/rating-rounds/",
    ),
    Series(
        "placed", _("资金落实"), _("元"), _("当月落实的星级奖励和一事一议资金，冲销的减掉。"), money.money("allocation"), "/desk/ledger/"
    ),
    Series("paid", _("资金拨付"), _("元"), _("当月拨付的星级奖励和一事一议资金，冲销的减掉。"), money.money("payment"), "/desk/ledger/"),
)
