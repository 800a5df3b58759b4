"""A center's month of duty: what each kind of window needs, the roster, and a district's run over all centers."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models import Center, OpeningHours
from records import data_class

#: People wanted in a shift, and whether one of them must be able to lead, where a center says nothing else; defaults of ours.
NEEDS: dict[str, tuple[int, bool]] = {"regular": (2, True), "extended": (1, False), "staggered": (1, False)}
WINDOWS = [choice for choice in OpeningHours.Kind.choices if choice[0] in NEEDS]
#: Published so many days before the month begins (real rules: a week ahead).
AHEAD = timedelta(days=7)
MONTH_FIRST = _("月份写成当月第一天。")
IN_REACH = Q(month__day=1, month__gte=date(2020, 1, 1), month__lt=date(2100, 1, 1))
#: How many months ahead a roster may be begun; a past month's never.
MONTHS_AHEAD = 3


def month_within_reach(month: date) -> None:
    """Raises ValidationError for a month that is over, or too far ahead."""
    today = timezone.localdate()
    ahead = (month.year - today.year) * 12 + month.month - today.month
    if not 0 <= ahead <= MONTHS_AHEAD:
        raise ValidationError({"month": _("值班表排这个月，或者往后三个月以内的。")})


def month_end(first: date) -> date:
    """The last day of the month that ``first`` begins."""
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


class NeedQuerySet(ScopedQuerySet["DutyNeed"]):
    region_lookup = "center__region__code"


@pghistory.track()
class DutyNeed(models.Model):
    """How many are on duty in a center's shifts of one kind, where that differs from ``NEEDS``."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    center = models.ForeignKey(Center, models.CASCADE, related_name="duty_needs", verbose_name=_("中心"))
    kind = models.CharField(_("时段"), max_length=12, choices=WINDOWS)
    people = models.PositiveSmallIntegerField(_("要几个人"), validators=[MaxValueValidator(9)], help_text=_("0 表示这种时段不排班。"))
    lead = models.BooleanField(_("要有人带班"), default=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("值班人数")
        verbose_name_plural = _("值班人数")
        ordering = ["center__region__code", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["center", "kind"], name="need_once", violation_error_message=_("这种时段已经定过人数，请改那一条。")
            ),
            models.CheckConstraint(
                condition=Q(people__lte=9), name="need_people_range", violation_error_message=_("一个时段最多排 9 个人。")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center} {self.get_kind_display()}"


class RunQuerySet(ScopedQuerySet["RosterRun"]):
    def unfinished(self) -> "RunQuerySet":
        return self.filter(finished_at=None, cancelled_at=None)  # type: ignore[return-value]


class RosterRun(models.Model):
    """Rosters of many centers made in the background: one task a center, so that how far it is can be seen, and stopped."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("范围"))
    month = models.DateField(_("月份"))
    #: The centers to make, those that are made, and center → why there is no roster of it.
    wanted = models.JSONField(_("要排的"), default=list)
    made = models.JSONField(_("排好的"), default=list, blank=True)
    failed = models.JSONField(_("没排成的"), default=dict, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁开始的"))
    started_at = models.DateTimeField(_("开始时间"), default=timezone.now)
    asked_at = models.DateTimeField(_("最近一次催办"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("停下时间"), null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("全区排班")
        verbose_name_plural = _("全区排班")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=IN_REACH, name="run_month_first", violation_error_message=MONTH_FIRST),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.month:%Y-%m}"

    @property
    def total(self) -> int:
        return len(self.wanted)

    @property
    def done(self) -> int:
        """A task that runs twice counts once."""
        return len({*self.made, *map(int, self.failed)})

    @property
    def over(self) -> bool:
        return bool(self.finished_at or self.cancelled_at)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 100

    @property
    def seconds_left(self) -> int | None:
        """By the pace so far; None before the first one is done."""
        if not self.done or self.over:
            return None
        spent: Any = timezone.now() - self.started_at
        return round(spent.total_seconds() / self.done * max(0, self.total - self.done))


class RosterQuerySet(ScopedQuerySet["Roster"]):
    region_lookup = "center__region__code"

    def public(self) -> "RosterQuerySet":
        """Those that hold: posted, or over."""
        return self.filter(state__in=Roster.POSTED)  # type: ignore[return-value]

    def posted_between(self, first: date, last: date) -> "RosterQuerySet":
        """Of the months that these days lie in, posted on the last day at the latest."""
        end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
        return self.public().filter(month__gte=first.replace(day=1), month__lte=last, published_at__lt=end)  # type: ignore[return-value]

    def late(self, day: date | None = None) -> "RosterQuerySet":
        """Not posted although the month begins within a week; ``Roster.late`` says the same of one."""
        on = day or timezone.localdate()
        return self.filter(month__lte=on + AHEAD).exclude(state__in=Roster.POSTED)  # type: ignore[return-value]


@pghistory.track(exclude=["quality"])
class Roster(models.Model):
    """One center's month. Made by machine or by hand, judged by an evaluator of its own, posted, at last settled in balances."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("待排")
        GENERATED = "generated", _("已排好")
        REVIEWED = "reviewed", _("已核对")
        PUBLISHED = "published", _("已公示")
        CLOSED = "closed", _("已结账")

    POSTED = ("published", "closed")

    center = models.ForeignKey(Center, models.PROTECT, related_name="rosters", verbose_name=_("中心"))
    month = models.DateField(_("月份"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    method = models.CharField(_("怎么排的"), max_length=12, blank=True, editable=False)
    input_hash = models.CharField(_("输入指纹"), max_length=64, blank=True, editable=False)
    #: gaps, leadless, spread {kind: hundredths}, cost, bound, optimal; what the evaluator and the solver said when it was made.
    quality = models.JSONField(_("质量"), default=dict, blank=True, editable=False)
    generated_at = models.DateTimeField(_("排班时间"), null=True, blank=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("核对人")
    )
    published_at = models.DateTimeField(_("公示时间"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("结账时间"), null=True, blank=True, editable=False)

    objects = RosterQuerySet.as_manager()

    class Meta:
        verbose_name = _("值班表")
        verbose_name_plural = _("值班表")
        ordering = ["-month", "center__region__code"]
        constraints = [
            models.CheckConstraint(condition=IN_REACH, name="roster_month_first", violation_error_message=MONTH_FIRST),
            models.UniqueConstraint(
                fields=["center", "month"], name="roster_once", violation_error_message=_("这个中心这个月已经有值班表了，请打开那一份。")
            ),
            models.CheckConstraint(
                condition=Q(state__in=("published", "closed"), published_at__isnull=False)
                | Q(state__in=("draft", "generated", "reviewed"), published_at=None),
                name="roster_published_is_dated",
                violation_error_message=_("公示过的值班表要有公示时间，没公示的没有。"),
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at=None),
                name="roster_closed_is_dated",
                violation_error_message=_("结过账的值班表要有结账时间，没结的没有。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center} {self.month:%Y-%m}"

    def clean(self) -> None:
        if self._state.adding and self.month:
            month_within_reach(self.month)

    @property
    def last_day(self) -> date:
        return month_end(self.month)

    @property
    def due_on(self) -> date:
        """The day on which it should hang."""
        return self.month - AHEAD

    @property
    def posted(self) -> bool:
        return self.state in self.POSTED

    @property
    def late(self) -> bool:
        return not self.posted and self.month <= timezone.localdate() + AHEAD

    @property
    def over(self) -> bool:
        return self.last_day < timezone.localdate()
