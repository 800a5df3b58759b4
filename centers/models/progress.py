"""一月一销号: one line per task and month, the month's frozen snapshot, and the record of what the cycle has run."""

from datetime import date, timedelta

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models.upgrade import Campaign, TaskPartQuerySet, UpgradeTask
from records import data_class

DUE_DAY = 25


def next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


class ReportQuerySet(TaskPartQuerySet):
    changed_in = ("open", "returned", "filed")

    def of(self, month: date) -> "ReportQuerySet":
        return self.filter(month=month)  # type: ignore[return-value]

    def unfiled(self) -> "ReportQuerySet":
        return self.filter(state__in=("open", "returned"))  # type: ignore[return-value]


@pghistory.track()
class ProgressReport(models.Model):
    """What became of a task in a month; due on the 25th. Who files a line does not verify it: the database refuses."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        OPEN = "open", _("待填报")
        FILED = "filed", _("待审核")
        VERIFIED = "verified", _("镇街已审核")
        SUBMITTED = "submitted", _("已报区里")
        RETURNED = "returned", _("已退回")

    task = models.ForeignKey(UpgradeTask, models.CASCADE, related_name="reports", verbose_name=_("提升任务"))
    month = models.DateField(_("月份"))
    percent = models.PositiveSmallIntegerField(_("完成进度（%）"), default=0, validators=[MaxValueValidator(100)])
    text = models.CharField(_("本月进展"), max_length=300, blank=True)
    spent_fen = models.BigIntegerField(_("累计支出（分）"), default=0, validators=[MinValueValidator(0)])
    unchanged = models.BooleanField(_("无变化"), default=False, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN, editable=False)
    reviewer_note = models.CharField(_("退回原因"), max_length=200, blank=True, editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("填报人")
    )
    filed_at = models.DateTimeField(_("填报时间"), null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("审核人")
    )
    submitted_at = models.DateTimeField(_("报区时间"), null=True, blank=True, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("月度进展")
        verbose_name_plural = _("月度进展")
        ordering = ["-month", "task__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "month"], name="report_once_a_month", violation_error_message=_("这个任务这个月已经有一行了。")
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="report_month_is_a_month", violation_error_message=_("月份填当月 1 日。")
            ),
            models.CheckConstraint(
                condition=Q(percent__range=(0, 100)), name="report_percent_range", violation_error_message=_("进度是 0 到 100 的数。")
            ),
            models.CheckConstraint(
                condition=Q(spent_fen__gte=0), name="report_spent_not_negative", violation_error_message=_("支出不能是负数。")
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | Q(filed_by=None) | ~Q(verified_by=F("filed_by")),
                name="report_not_verified_by_filer",
                violation_error_message=_("自己填的不能自己审核，请同事或区里审核。"),
            ),
            models.CheckConstraint(
                condition=Q(state="open", filed_at=None) | (~Q(state="open") & Q(filed_at__isnull=False, filed_by__isnull=False)),
                name="report_filed_is_dated",
                violation_error_message=_("填报过的要有填报人和时间，没填的没有。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("verified", "submitted")) | Q(verified_by__isnull=False),
                name="report_verified_has_a_name",
                violation_error_message=_("审核过的要有审核人。"),
            ),
        ]
        indexes = [
            models.Index(fields=["month", "state"], name="report_month_state"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.task}"

    @property
    def due_on(self) -> date:
        return self.month.replace(day=DUE_DAY)

    @property
    def late(self) -> bool:
        """Filed after the 25th, or not filed and the 25th has gone."""
        filed = timezone.localdate(self.filed_at) if self.filed_at else timezone.localdate()
        return filed > self.due_on


class SnapshotQuerySet(ScopedQuerySet["MonthSnapshot"]):
    region_lookup = "campaign__region__code"
    seen_below = True


class LineQuerySet(TaskPartQuerySet):
    pass


APPEND_ONLY = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


@pghistory.track()
class MonthSnapshot(models.Model):
    """A month as it stood at its end; never changed."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="snapshots", verbose_name=_("行动"))
    month = models.DateField(_("月份"))
    frozen_at = models.DateTimeField(_("冻结时间"), default=timezone.now)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("月度快照")
        verbose_name_plural = _("月度快照")
        ordering = ["-month"]
        triggers = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(fields=["campaign", "month"], name="snapshot_once", violation_error_message=_("这个月已经冻结过了。"))
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.month:%Y-%m}"


class SnapshotLine(models.Model):
    """One task in a snapshot. Row history would only repeat it: it is never changed."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    snapshot = models.ForeignKey(MonthSnapshot, models.PROTECT, related_name="lines", verbose_name=_("月度快照"))
    task = models.ForeignKey(UpgradeTask, models.PROTECT, related_name="+", verbose_name=_("提升任务"))
    batch = models.CharField(_("批次"), max_length=14, choices=UpgradeTask.Batch.choices)
    state = models.CharField(_("任务状态"), max_length=18, choices=UpgradeTask.State.choices)
    report_state = models.CharField(_("填报状态"), max_length=10, blank=True)
    percent = models.PositiveSmallIntegerField(_("完成进度（%）"), null=True)
    spent_fen = models.BigIntegerField(_("累计支出（分）"), null=True)
    target_month = models.DateField(_("计划销号月份"), null=True)
    late = models.BooleanField(_("迟报"), default=False)
    overdue = models.BooleanField(_("逾期"), default=False)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("快照行")
        verbose_name_plural = _("快照行")
        ordering = ["snapshot", "task"]
        triggers = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "task"], name="snapshot_line_once", violation_error_message=_("这个任务已经在快照里。")
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot} {self.task_id}"


class CycleRunQuerySet(ScopedQuerySet["CycleRun"]):
    region_lookup = "campaign__region__code"


class CycleRun(models.Model):
    """That an event of the month's cycle was done, once; whoever inserts the row does the work."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Event(models.TextChoices):
        OPEN = "open", _("开新月的行")
        REMIND_20 = "remind20", _("20 日提醒")
        REMIND_25 = "remind25", _("25 日提醒")
        REMIND_LAST = "remindlast", _("月末提醒")
        FREEZE = "freeze", _("冻结快照")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="runs", verbose_name=_("行动"))
    month = models.DateField(_("月份"))
    event = models.CharField(_("事项"), max_length=10, choices=Event.choices)
    due_on = models.DateField(_("应做日期"))
    ran_at = models.DateTimeField(_("实做时间"), default=timezone.now)
    count = models.PositiveIntegerField(_("条数"), default=0)

    objects = CycleRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("月度任务记录")
        verbose_name_plural = _("月度任务记录")
        ordering = ["-due_on", "event"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "month", "event"], name="cycle_run_once", violation_error_message=_("这件事这个月已经做过了。")
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.get_event_display()}"
