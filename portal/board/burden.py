"""The burden: what villages were asked to fill in this month, items × minutes (DOMAIN §6.4). The district sees its own asking.

Minutes are what the page that asks says of itself, or a default of ours; they are shown beside the count. Whatever is asked anew
adds its line here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, Outcome
from centers.models import Center, Finding, ProgressReport
from portal.board.series import within
from staffing.models import CenterManager, Roster, SafetyList
from staffing.models.cadre import between
from staffing.models.roster import month_end


class Asked(NamedTuple):
    """How many were asked for, how many of them are done."""

    asked: int
    done: int


@dataclass(frozen=True)
class Ask:
    """One thing that is asked: by whom and why, how many minutes one takes, how many there were."""

    label: Any
    why: Any
    due: Any
    minutes: int
    count: Callable[[list[str], date], Asked]
    opens: str


def reports(codes: list[str], month: date) -> Asked:
    rows = ProgressReport.objects.filter(within("task__center__region__code", codes), month=month)
    return Asked(**rows.aggregate(asked=Count("pk"), done=Count("pk", filter=~Q(state__in=("open", "returned")))))


def safety(codes: list[str], month: date) -> Asked:
    """A list for each center that has a manager."""
    managed = CenterManager.objects.filter(between(month, month_end(month))).order_by().values("center")
    asked = Center.objects.filter(within("region__code", codes), pk__in=managed).count()
    return Asked(asked, SafetyList.objects.filter(within("center__region__code", codes), month=month).count())


def outcomes(codes: list[str], month: date) -> Asked:
    """Of each activity whose last meeting was in the month."""
    last, path = month_end(month), "center__region__code"
    done = Outcome.objects.all().held_between(month, last).filter(within(f"activity__{path}", codes)).count()
    waiting = Activity.objects.filter(within(path, codes), state=Activity.State.PUBLISHED).annotate(
        over_at=Max("intakes__meetings__ends_at")
    )
    begin, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in (month, last + timedelta(days=1)))
    return Asked(done + waiting.filter(over_at__gte=begin, over_at__lt=min(end, timezone.now())).count(), done)


def findings(codes: list[str], month: date) -> Asked:
    rows = Finding.objects.filter(within("center__region__code", codes), issued_on__range=(month, month_end(month)))
    return Asked(**rows.aggregate(asked=Count("pk"), done=Count("pk", filter=~Q(state__in=Finding.WITH_VILLAGE))))


def rosters(codes: list[str], month: date) -> Asked:
    """One for each public center with cadres."""
    centers = Center.objects.filter(within("region__code", codes), published_at__isnull=False).order_by()
    posted = Center.objects.filter(pk__in=centers.values("pk"), rosters__in=Roster.objects.all().public().filter(month=month)).count()
    return Asked(max(posted, centers.filter(postings__isnull=False).distinct().count()), posted)


ASKS = (
    Ask(_("月度进展"), _("一月一销号要看每项任务到哪一步"), _("每月 25 日前"), 3, reports, "/desk/month/"),
    Ask(_("安全清单"), _("大厅每月要有人看一遍安全"), _("每月一次"), 3, safety, "/desk/safety-lists/"),
    Ask(_("值班表"), _("居民要知道谁在、什么时候有人"), _("每月提前一周公示"), 10, rosters, "/desk/rosters/"),
    Ask(_("活动总结"), _("人次和三句话，公开给居民看"), _("办完 7 天内"), 5, outcomes, "/desk/activities/"),
    Ask(_("问题整改"), _("检查出来的问题要说清怎么改的"), _("按各自的期限"), 10, findings, "/desk/findings/"),
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


def of(codes: list[str], month: date) -> Burden:
    """What the centers under these codes were asked for in a month."""
    lines = tuple(Line(ask, *ask.count(codes, month)) for ask in ASKS)
    return Burden(month, lines, Center.objects.filter(within("region__code", codes)).count())
