"""The burden: what villages were asked to fill in this month, items × minutes (DOMAIN §6.4). The district sees its own asking.

Minutes are what the page that asks says of itself, or a default of ours; they are shown beside the count. Whatever is asked anew
adds its line here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.db.models.functions import Left, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import within
from activities.models import Activity
from centers.models import Center, Finding, ProgressReport
from centers.models.progress import next_month
from funding.models import Application, RatingRound
from portal.board.series import Cells, add, held
from staffing.models import CenterManager, Posting, Roster, SafetyList
from staffing.models.cadre import between
from staffing.models.roster import month_end


@dataclass(frozen=True)
class Ask:
    """One thing that is asked: why, by when, how many minutes one takes. ``count`` answers (done, asked) by township and month."""

    key: str
    label: Any
    why: Any
    due: Any
    minutes: int
    count: Callable[[list[str], list[date]], Cells]
    opens: str


def of_groups(rows: Iterable[tuple[str, date, int, int]]) -> Cells:
    """From (township, month, asked, done)."""
    return {(town, month): (done, asked) for town, month, asked, done in rows}


def reports(codes: list[str], months: list[date]) -> Cells:
    path = "task__center__region__code"
    rows = ProgressReport.objects.filter(within(path, codes), month__range=(months[0], months[-1])).order_by()
    counts = {"asked": Count("pk"), "done": Count("pk", filter=~Q(state__in=("open", "returned")))}
    return of_groups(rows.values_list(Left(path, 9), "month").annotate(**counts))


def safety(codes: list[str], months: list[date]) -> Cells:
    """A list for each center that had a manager in the month."""
    path = "center__region__code"
    managed: dict[tuple[str, date], set[int]] = defaultdict(set)
    rows = CenterManager.objects.filter(within(path, codes), between(months[0], month_end(months[-1]))).order_by()
    for code, center, first, last in rows.values_list(path, "center", "valid_from", "valid_until").iterator(2000):
        for month in months:
            if first < next_month(month) and (last is None or last >= month):
                managed[code[:9], month].add(center)
    lists = SafetyList.objects.filter(within(path, codes), month__range=(months[0], months[-1])).order_by()
    done = {(town, month): n for town, month, n in lists.values_list(Left(path, 9), "month").annotate(n=Count("pk"))}
    return {key: (done.get(key, 0), len(centers)) for key, centers in managed.items()}


def outcomes(codes: list[str], months: list[date]) -> Cells:
    """Of each activity whose last meeting was in the month and is over."""
    path = "center__region__code"
    cells: Cells = {key: (n, n) for key, (n, _whole) in held(Count("pk"))(codes, months).items()}
    begin, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in (months[0], next_month(months[-1])))
    rows = Activity.objects.filter(within(path, codes), state=Activity.State.PUBLISHED).order_by()
    waiting = rows.annotate(last=Max("intakes__meetings__ends_at")).filter(last__gte=begin, last__lt=min(end, timezone.now()))
    for code, last in waiting.values_list(path, "last"):
        add(cells, (code[:9], timezone.localdate(last).replace(day=1)), 0, 1)
    return cells


def findings(codes: list[str], months: list[date]) -> Cells:
    path = "center__region__code"
    rows = Finding.objects.filter(within(path, codes), issued_on__range=(months[0], month_end(months[-1]))).order_by()
    counts = {"asked": Count("pk"), "done": Count("pk", filter=~Q(state__in=Finding.WITH_VILLAGE))}
    return of_groups(rows.values_list(Left(path, 9), TruncMonth("issued_on")).annotate(**counts))


def rosters(codes: list[str], months: list[date]) -> Cells:
    """One for each public center with cadres, from the first month that any of them posted."""
    centers = Center.objects.filter(within("region__code", codes), published_at__isnull=False).order_by()
    staffed = centers.filter(Exists(Posting.objects.filter(center=OuterRef("pk"))))
    wanted = dict(staffed.values_list(Left("region__code", 9)).annotate(n=Count("pk")))
    rows = Roster.objects.all().public().filter(center__in=centers.values("pk"), month__range=(months[0], months[-1])).order_by()
    posted = {(town, month): n for town, month, n in rows.values_list(Left("center__region__code", 9), "month").annotate(n=Count("pk"))}
    begun = min((month for _town, month in posted), default=date.max)
    keys = {(town, month) for town in wanted for month in months if month >= begun} | posted.keys()
    return {(town, month): (n := posted.get((town, month), 0), max(n, wanted.get(town, 0))) for town, month in keys}


def applications(codes: list[str], months: list[date]) -> Cells:
    """One for each public village center where a rating took applications that ended in the month."""
    cells: Cells = {}
    rounds = RatingRound.objects.exclude(state="draft").filter(apply_until__range=(months[0], month_end(months[-1])))
    for row in rounds.select_related("region"):
        month = row.apply_until.replace(day=1)
        places = Center.objects.filter(within("region__code", codes), region__code__startswith=row.region.code, published_at__isnull=False)
        asked = places.exclude(level=Center.Level.TOWN).order_by().values_list(Left("region__code", 9)).annotate(n=Count("pk"))
        done = Application.objects.filter(round=row).counted().order_by().values_list(Left("center__region__code", 9))  # type: ignore[attr-defined]
        given = dict(done.annotate(n=Count("pk")))
        for town, n in asked:
            before, whole = cells.get((town, month), (0, 0))
            cells[(town, month)] = (before + given.get(town, 0), (whole or 0) + n)
    return cells


ASKS = (
    Ask("reports", _("月度进展"), _("一月一销号要看每项任务到哪一步"), _("每月 25 日前"), 3, reports, "/desk/month/"),
    Ask("safety", _("安全清单"), _("大厅每月要有人看一遍安全"), _("每月一次"), 3, safety, "/desk/safety-lists/"),
    Ask("rosters", _("值班表"), _("居民要知道谁在、什么时候有人"), _("每月提前一周公示"), 10, rosters, "/desk/rosters/"),
    Ask("outcomes", _("活动总结"), _("人次和三句话，公开给居民看"), _("办完 7 天内"), 5, outcomes, "/desk/activities/"),
    Ask("applications", _("评星申报"), _("奖励按星级给，村社自己的话要听到"), _("申报截止前"), 3, applications, "/desk/applications/"),
    Ask("findings", _("问题整改"), _("检查出来的问题要说清怎么改的"), _("按各自的期限"), 10, findings, "/desk/findings/"),
)


@dataclass(frozen=True)
class Line:
    """One asked thing with its numbers."""

    ask: Ask
    asked: int
    done: int

    @property
    def minutes(self) -> int:
        return self.asked * self.ask.minutes


@dataclass(frozen=True)
class Burden:
    """A month's asking of so many centers."""

    month: date
    lines: tuple[Line, ...]
    centers: int

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    @property
    def items(self) -> int:
        return sum(line.asked for line in self.lines)

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 1)

    @property
    def each(self) -> float | None:
        """Minutes for each center."""
        return round(self.minutes / self.centers, 1) if self.centers else None


def of(cells: dict[str, Cells], codes: list[str], month: date, towns: Iterable[str]) -> Burden:
    """What the centers of these townships were asked for in a month, from the board's cells (``Ask.key`` → cells)."""
    lines = []
    for ask in ASKS:
        found = [cells.get(kept_as(ask), {}).get((town, month), (0, 0)) for town in towns]
        lines.append(Line(ask, sum(asked or 0 for _done, asked in found), sum(done for done, _asked in found)))
    return Burden(month, tuple(lines), Center.objects.filter(within("region__code", codes)).count())


def kept_as(ask: Ask) -> str:
    """The name among the board's cells."""
    return f"asked:{ask.key}"


#: What the summary counts for the burden, beside the board's series.
COUNTS = {kept_as(ask): ask.count for ask in ASKS}
