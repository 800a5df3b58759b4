"""Intakes have the capacity and the rules; meetings say when and where."""

from datetime import datetime, timedelta

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class


def check_years(row: models.Model, *names: str) -> None:
    """A mistyped year is refused: neither people nor the database's reader could show it again."""
    wrong = {name: _("年份不对，请检查后再填。") for name in names if (moment := getattr(row, name)) and not 2000 <= moment.year <= 2199}
    if wrong:
        raise ValidationError(wrong)


class IntakeQuerySet(ScopedQuerySet["Intake"]):
    region_lookup = "activity__center__region__code"

    def published(self) -> "IntakeQuerySet":
        return self.filter(  # type: ignore[return-value]
            activity__state__in=("published", "cancelled"), activity__center__published_at__isnull=False
        )

    def open(self, at: datetime | None = None) -> "IntakeQuerySet":
        """Those that take bookings at this moment (the named queryset of ``Intake.phase == "open"``)."""
        now = at or timezone.now()
        return self.filter(  # type: ignore[return-value]
            activity__state="published", opens_at__lte=now, closes_at__gt=now, seats_taken__lt=F("capacity")
        )


@pghistory.track(exclude=["seats_taken"])
class Intake(models.Model):
    """So many places, first come, first served, for all meetings of the intake together."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="intakes", verbose_name=_("所属活动"))
    name = models.CharField(_("名称"), max_length=40, blank=True, help_text=_("例如“第一期”“周三班”；只有一个时留空。"))
    capacity = models.PositiveIntegerField(_("名额"), validators=[MinValueValidator(1), MaxValueValidator(10_000)])
    seats_taken = models.PositiveIntegerField(_("已占名额"), default=0, editable=False)
    opens_at = models.DateTimeField(_("开始预约"))
    closes_at = models.DateTimeField(_("截止预约"))
    cancel_until = models.DateTimeField(_("可取消至"))
    min_age = models.PositiveSmallIntegerField(_("最小年龄"), null=True, blank=True, validators=[MaxValueValidator(120)])
    max_age = models.PositiveSmallIntegerField(_("最大年龄"), null=True, blank=True, validators=[MaxValueValidator(120)])
    family_limit = models.PositiveSmallIntegerField(_("每家最多人数"), default=3, validators=[MinValueValidator(1), MaxValueValidator(20)])

    objects = IntakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("预约批次")
        verbose_name_plural = _("预约批次")
        ordering = ["activity", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("capacity")),
                name="intake_seats_within_capacity",
                violation_error_message=_("名额不能少于已经占用的名额。请先联系已预约的居民，或把名额调大。"),
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1), name="intake_capacity_positive", violation_error_message=_("名额至少 1 个。")
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="intake_times_in_order",
                violation_error_message=_("截止预约要晚于开始预约。"),
            ),
            models.CheckConstraint(
                condition=Q(min_age=None) | Q(max_age=None) | Q(min_age__lte=F("max_age")),
                name="intake_ages_in_order",
                violation_error_message=_("最大年龄不能小于最小年龄。"),
            ),
            models.CheckConstraint(
                condition=Q(family_limit__gte=1), name="intake_family_limit_positive", violation_error_message=_("每家至少可约 1 人。")
            ),
        ]
        triggers = [
            # A form, the admin or raw SQL that writes back a stale count changes nothing: only the bookings' trigger
            # (which runs deeper) moves it.
            pgtrigger.Trigger(
                name="seats_only_by_bookings",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("seats_taken"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func="IF TG_OP = 'INSERT' THEN NEW.seats_taken = 0; ELSE NEW.seats_taken = OLD.seats_taken; END IF; RETURN NEW;",
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity}{' · ' + self.name if self.name else ''}"

    def clean(self) -> None:
        check_years(self, "opens_at", "closes_at", "cancel_until")

    @property
    def seats_left(self) -> int:
        return max(0, self.capacity - self.seats_taken)

    def phase_at(self, now: datetime) -> str:
        """``cancelled``, ``not_open_yet``, ``closed``, ``full`` or ``open``: computed from dates and counts, never stored."""
        if self.activity.state != "published":
            return "cancelled" if self.activity.state == "cancelled" else "closed"
        if now < self.opens_at:
            return "not_open_yet"
        if now >= self.closes_at:
            return "closed"
        return "full" if self.seats_taken >= self.capacity else "open"

    @property
    def phase(self) -> str:
        return self.phase_at(timezone.now())

    @property
    def first_meeting(self) -> "Meeting | None":
        return min(self.meetings.all(), key=lambda m: m.starts_at, default=None)

    @property
    def last_meeting(self) -> "Meeting | None":
        return max(self.meetings.all(), key=lambda m: m.starts_at, default=None)

    @property
    def next_meeting(self) -> "Meeting | None":
        """The first meeting that has not ended, else the last."""
        meetings = sorted(self.meetings.all(), key=lambda m: m.starts_at)
        ahead = [m for m in meetings if m.ends_at >= timezone.now()]
        return (ahead or meetings[-1:] or [None])[0]  # type: ignore[list-item]


class MeetingQuerySet(ScopedQuerySet["Meeting"]):
    region_lookup = "intake__activity__center__region__code"

    def published(self) -> "MeetingQuerySet":
        return self.filter(  # type: ignore[return-value]
            intake__activity__state__in=("published", "cancelled"), intake__activity__center__published_at__isnull=False
        )


@pghistory.track()
class Meeting(models.Model):
    """One time and place. One intake covers 1…n of them: an evening, a series, a whole term."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="meetings", verbose_name=_("预约批次"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    place = models.CharField(_("地点"), max_length=60, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("场次")
        verbose_name_plural = _("场次")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="meeting_times_in_order",
                violation_error_message=_("结束时间要晚于开始时间。"),
            ),
            models.UniqueConstraint(
                fields=["intake", "starts_at"], name="meeting_once", violation_error_message=_("这个时间已经有一场了。")
            ),
        ]
        indexes = [models.Index(fields=["ends_at", "intake"], name="meeting_coming")]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}"

    def clean(self) -> None:
        check_years(self, "starts_at", "ends_at")
        if self.starts_at and self.ends_at and self.ends_at - self.starts_at > timedelta(hours=14):
            raise ValidationError({"ends_at": _("一场不超过 14 小时；跨多天的请分成多场。")})
