"""The campaign and its upgrade tasks: 三个一批, each with its own best plan, closed month by month (DOMAIN §2.1)."""

from datetime import date
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models.center import Center
from centers.models.picture import Picture
from centers.papers import WithPapers
from records import data_class

#: The longest campaign, and how far back a new one may begin; a default of ours.
LONGEST_YEARS = 5


def first_of_month(day: date) -> date:
    return day.replace(day=1)


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    seen_below = True


@pghistory.track()
class Campaign(models.Model):
    """One drive of a district, from its first to its last month."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    name = models.CharField(_("名称"), max_length=60)
    first_month = models.DateField(_("开始月份"), help_text=_("填当月 1 日。"))
    last_month = models.DateField(_("结束月份"), help_text=_("填当月 1 日。"))
    note = models.TextField(_("说明"), max_length=1000, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("规范提升行动")
        verbose_name_plural = _("规范提升行动")
        ordering = ["-first_month", "id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="campaign_once", violation_error_message=_("已经有同名的行动。")),
            models.CheckConstraint(
                condition=Q(first_month__day=1, last_month__day=1, last_month__gte=F("first_month")),
                name="campaign_months_in_order",
                violation_error_message=_("开始和结束月份都填当月 1 日，结束不能早于开始。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A slip of the pen must not make up snapshots of a century, which nobody could correct."""
        if self.first_month and self.last_month:
            this = timezone.localdate().year
            if self._state.adding and self.first_month.year < this - LONGEST_YEARS:
                raise ValidationError({"first_month": _("开始月份太早，请核对年份。")})
            if self.last_month.year - self.first_month.year > LONGEST_YEARS:
                raise ValidationError({"last_month": _("一个行动最长五年，请核对年份。")})


class TaskQuerySet(ScopedQuerySet["UpgradeTask"]):
    region_lookup = "center__region__code"
    changed_in = ("draft", "plan_set", "returned", "reopened")

    def counted(self) -> "TaskQuerySet":
        """Not void."""
        return self.exclude(state="void")  # type: ignore[return-value]

    def counted_on(self, day: date) -> "TaskQuerySet":
        """Of campaigns that had begun by a day, not void by then: what was voided later counted still."""
        return self.filter(campaign__first_month__lte=day).exclude(voided_on__lte=day)  # type: ignore[return-value]

    def underway(self) -> "TaskQuerySet":
        """Those that owe a line each month."""
        return self.filter(state__in=UpgradeTask.UNDERWAY)  # type: ignore[return-value]

    def overdue(self, month: date | None = None) -> "TaskQuerySet":
        """Not closed in or before their target month; computed."""
        this = first_of_month(month or timezone.localdate())
        return self.exclude(state__in=("closed", "void")).filter(target_month__lt=this)  # type: ignore[return-value]


@pghistory.track()
class UpgradeTask(WithPapers, models.Model):
    """One center to be brought up to standard."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PLAN_SET = "plan_set", _("已定方案")
        IN_PROGRESS = "in_progress", _("进行中")
        CLOSURE_REQUESTED = "closure_requested", _("申请销号")
        TOWN_VERIFIED = "town_verified", _("镇街已验收")
        CLOSED = "closed", _("已销号")
        RETURNED = "returned", _("已退回")
        SUSPENDED = "suspended", _("暂停")
        REOPENED = "reopened", _("重新打开")
        VOID = "void", _("已作废")

    class Batch(models.TextChoices):
        DEMONSTRATION = "demonstration", _("示范一批")
        IMPROVEMENT = "improvement", _("提升一批")
        NEW = "new", _("新建一批")

    class Method(models.TextChoices):
        NEW_BUILD = "new_build", _("新建")
        EXTENSION = "extension", _("扩建")
        CONVERSION = "conversion", _("改建")

    UNDERWAY = (State.PLAN_SET, State.IN_PROGRESS, State.CLOSURE_REQUESTED, State.TOWN_VERIFIED, State.RETURNED, State.REOPENED)

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="tasks", verbose_name=_("行动"))
    number = models.PositiveIntegerField(_("任务号"), validators=[MinValueValidator(1)])
    center = models.ForeignKey(Center, models.PROTECT, related_name="upgrade_tasks", verbose_name=_("中心"))
    batch = models.CharField(_("批次"), max_length=14, choices=Batch.choices)
    build_method = models.CharField(_("建设方式"), max_length=10, choices=Method.choices)
    content = models.CharField(_("提升内容"), max_length=200)
    town_person = models.CharField(_("镇街责任人（职务）"), max_length=40, blank=True)
    village_person = models.CharField(_("村社责任人（职务）"), max_length=40, blank=True)
    budget_fen = models.BigIntegerField(_("预算（分）"), default=0, validators=[MinValueValidator(0)])
    target_month = models.DateField(_("计划销号月份"), help_text=_("填当月 1 日。"))
    state = models.CharField(_("状态"), max_length=18, choices=State.choices, default=State.DRAFT, editable=False)
    reviewer_note = models.CharField(_("退回原因"), max_length=200, blank=True, editable=False)
    closure_note = models.CharField(_("完成情况"), max_length=500, blank=True, editable=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    requested_at = models.DateTimeField(_("申请销号时间"), null=True, blank=True, editable=False)
    verified_at = models.DateTimeField(_("镇街验收时间"), null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    closed_on = models.DateField(_("销号日期"), null=True, blank=True, editable=False)
    voided_on = models.DateField(_("作废日期"), null=True, blank=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("提升任务")
        verbose_name_plural = _("提升任务")
        ordering = ["campaign", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "number"], name="task_number_once", violation_error_message=_("这个任务号已经用了，请换一个。")
            ),
            models.CheckConstraint(
                condition=Q(target_month__day=1), name="task_target_is_a_month", violation_error_message=_("计划销号月份填当月 1 日。")
            ),
            models.CheckConstraint(
                condition=Q(budget_fen__gte=0), name="task_budget_not_negative", violation_error_message=_("预算不能是负数。")
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) | (~Q(state="closed") & Q(closed_on=None)),
                name="task_closed_is_dated",
                violation_error_message=_("销号的任务要有销号日期，没销号的没有。"),
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_on__isnull=False) | (~Q(state="void") & Q(voided_on=None)),
                name="task_void_is_dated",
                violation_error_message=_("作废的任务要有作废日期，没作废的没有。"),
            ),
        ]
        indexes = [models.Index(fields=["state", "target_month"], name="task_state_target")]

    def __str__(self) -> str:
        return f"{self.number} {self.center}"

    def clean(self) -> None:
        within = not self.campaign_id or not self.target_month
        within = within or self.campaign.first_month <= self.target_month <= self.campaign.last_month
        # A campaign that was shortened since must not keep its tasks from being closed.
        if not within and not UpgradeTask.objects.filter(pk=self.pk, target_month=self.target_month).exists():
            raise ValidationError({"target_month": _("计划销号月份要在行动的起止月份之内。")})
        if self.center_id and self.campaign_id and not self.center.region.code.startswith(self.campaign.region.code):
            raise ValidationError({"center": _("这个中心不在行动所在的区里，请重新选。")})

    @property
    def overdue(self) -> bool:
        this = first_of_month(timezone.localdate())
        return self.state not in (self.State.CLOSED, self.State.VOID) and self.target_month < this


class TaskPartQuerySet(ScopedQuerySet[Any]):
    region_lookup = "task__center__region__code"


@pghistory.track()
class PlannedStep(models.Model):
    """One step of a task's plan."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    task = models.ForeignKey(UpgradeTask, models.CASCADE, related_name="planned", verbose_name=_("提升任务"))
    number = models.PositiveSmallIntegerField(_("序号"), validators=[MinValueValidator(1), MaxValueValidator(30)])
    title = models.CharField(_("步骤"), max_length=80)
    due_month = models.DateField(_("计划月份"), help_text=_("填当月 1 日。"))
    done_on = models.DateField(_("完成日期"), null=True, blank=True)

    objects = TaskPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("计划步骤")
        verbose_name_plural = _("计划步骤")
        ordering = ["task", "number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="planned_step_once", violation_error_message=_("这个序号已经用了。")),
            models.CheckConstraint(
                condition=Q(due_month__day=1), name="planned_step_month", violation_error_message=_("计划月份填当月 1 日。")
            ),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class GuidanceVisit(models.Model):
    """手把手指导: that somebody came and what was agreed."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    task = models.ForeignKey(UpgradeTask, models.CASCADE, related_name="visits", verbose_name=_("提升任务"))
    visited_on = models.DateField(_("指导日期"), default=timezone.localdate)
    visitors = models.CharField(_("谁来指导（单位）"), max_length=80)
    note = models.CharField(_("指导内容和约定"), max_length=300)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")

    objects = TaskPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("上门指导")
        verbose_name_plural = _("上门指导")
        ordering = ["-visited_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "visited_on", "visitors"], name="visit_once", violation_error_message=_("这次指导已经记过了。")
            )
        ]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.visitors}"

    def clean(self) -> None:
        if self.visited_on and self.visited_on > timezone.localdate():
            raise ValidationError({"visited_on": _("指导日期还没到，请填今天或以前的日期。")})


@pghistory.track()
class ClosurePhoto(models.Model):
    """Before and after, three of each at most: the database counts."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Moment(models.TextChoices):
        BEFORE = "before", _("提升前")
        AFTER = "after", _("提升后")

    task = models.ForeignKey(UpgradeTask, models.CASCADE, related_name="closure_photos", verbose_name=_("提升任务"))
    moment = models.CharField(_("前还是后"), max_length=6, choices=Moment.choices)
    number = models.PositiveSmallIntegerField(_("第几张"), editable=False)
    picture = models.OneToOneField(Picture, models.PROTECT, editable=False, related_name="+", verbose_name=_("照片"))

    objects = TaskPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("前后对比照")
        verbose_name_plural = _("前后对比照")
        ordering = ["task", "-moment", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "moment", "number"], name="closure_photo_once", violation_error_message=_("这一张已经有了。")
            ),
            models.CheckConstraint(
                condition=Q(number__range=(1, 3)),
                name="closure_photo_at_most_three",
                violation_error_message=_("提升前、提升后的照片各最多 3 张；先删掉一张再传。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_moment_display()} {self.number}"
