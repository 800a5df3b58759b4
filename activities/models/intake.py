"""Intakes have the capacity and the rules; meetings say when and where."""

from datetime import datetime, timedelta
from typing import Any

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from activities.models.activity import SHOWN
from activities.models.care import check_children
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
            activity__state__in=SHOWN, activity__center__published_at__isnull=False
        )

    def open(self, at: datetime | None = None) -> "IntakeQuerySet":
        """Those that take bookings at this moment (the named queryset of ``Intake.phase == "open"``)."""
        now = at or timezone.now()
        return self.filter(  # type: ignore[return-value]
            Q(seats_taken__lt=F("capacity"), waiting=0) | ~Q(mode=Intake.Mode.FIRST_COME),
            activity__state="published",
            opens_at__lte=now,
            closes_at__gt=now,
        )


@pghistory.track(exclude=["seats_taken", "waiting"])
class Intake(models.Model):
    """So many places for all meetings of the intake together, given by one of three ways."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Mode(models.TextChoices):
        FIRST_COME = "first_come", _("先到先得")
        LOTTERY = "lottery", _("抽签")
        PRIORITY = "priority", _("优先家庭在前，其余先到先得")

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="intakes", verbose_name=_("所属活动"))
    name = models.CharField(_("名称"), max_length=40, blank=True, help_text=_("例如“第一期”“周三班”；只有一个时留空。"))
    capacity = models.PositiveIntegerField(_("名额"), validators=[MinValueValidator(1), MaxValueValidator(10_000)])
    seats_taken = models.PositiveIntegerField(_("已占名额"), default=0, editable=False)
    opens_at = models.DateTimeField(_("开始预约"))
    closes_at = models.DateTimeField(_("截止预约"))
    cancel_until = models.DateTimeField(_("可取消至"))
    min_age = models.PositiveSmallIntegerField(_("最小年龄"), null=True, blank=True, validators=[MaxValueValidator(120)])
    max_age = models.PositiveSmallIntegerField(_("最大年龄"), null=True, blank=True, validators=[MaxValueValidator(120)])
    mode = models.CharField(_("怎样给名额"), max_length=10, choices=Mode.choices, default=Mode.FIRST_COME)
    waiting = models.PositiveIntegerField(_("候补人数"), default=0, editable=False)
    wait_limit = models.PositiveSmallIntegerField(
        _("最多候补人数"), default=0, validators=[MaxValueValidator(1000)], help_text=_("报满以后还可以排队等的人数；填 0 就不设候补。")
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("空出名额保留几小时"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text=_("轮到候补的人后，等对方确认的时间；过了就让给下一位。"),
    )
    residence = models.ForeignKey(
        "accounts.Region", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("只限这里的居民"),
        help_text=_("留空就不限。"),
    )  # fmt: skip
    person_limit = models.PositiveSmallIntegerField(
        _("每人最多约几个批次"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("在这个活动的各批次里合计；留空不限。"),
    )
    refuse_clash = models.BooleanField(_("时间冲突时不能约"), default=True, help_text=_("同一个人同一时间已经约了别的，就不能再约这个。"))
    min_participants = models.PositiveSmallIntegerField(
        _("最少成班人数"), null=True, blank=True, help_text=_("到截止时不够，系统会提醒您。")
    )
    question = models.CharField(
        _("想问报名的人"), max_length=80, blank=True, help_text=_("例如“自带瑜伽垫吗？”；不要问身份证号、健康状况。")
    )
    asks_photo = models.BooleanField(_("询问是否同意拍照"), default=False, help_text=_("默认不同意；不同意也一样可以参加。"))
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
        constraints += [
            models.CheckConstraint(
                condition=Q(waiting__lte=F("wait_limit")),
                name="intake_waiting_within_limit",
                violation_error_message=_("候补名单已满，或者已经有更多人在候补，不能调得更小。"),
            ),
            models.CheckConstraint(
                condition=Q(offer_hours__range=(1, 168)),
                name="intake_offer_hours_bounded",
                violation_error_message=_("名额保留 1 到 168 小时。"),
            ),
            models.CheckConstraint(
                condition=Q(min_participants=None) | Q(min_participants__lte=F("capacity"), min_participants__gte=1),
                name="intake_minimum_within_capacity",
                violation_error_message=_("最少成班人数是 1 到名额之间的数。"),
            ),
            models.CheckConstraint(
                condition=Q(person_limit=None) | Q(person_limit__gte=1),
                name="intake_person_limit_positive",
                violation_error_message=_("每人至少可约 1 个批次。"),
            ),
        ]
        triggers = [
            # A form, the admin or raw SQL that writes back a stale count changes nothing: only the bookings' trigger
            # (which runs deeper) moves it.
            pgtrigger.Trigger(
                name="seats_only_by_bookings",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("seats_taken", "waiting"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),
                func="""
                    IF TG_OP = 'INSERT' THEN NEW.seats_taken = 0; NEW.waiting = 0;
                    ELSE NEW.seats_taken = OLD.seats_taken; NEW.waiting = OLD.waiting; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity}{' · ' + self.name if self.name else ''}"

    def clean(self) -> None:
        check_years(self, "opens_at", "closes_at", "cancel_until")
        if self.pk and self.bookings.exists() and Intake.objects.filter(pk=self.pk).exclude(mode=self.mode).exists():
            raise ValidationError({"mode": _("已经有人预约或登记，不能再改给名额的方式。")})
        known = Intake.objects.filter(pk=self.pk, activity=self.activity_id).values_list("capacity", flat=True).first() if self.pk else None
        if self.activity_id and self.capacity and self.capacity > (known or 0):
            self.activity.check_more_people(self.capacity - (known or 0))
        if self.activity_id and self.capacity:
            check_children(self)
        draw = getattr(self, "draw", None) if self.pk else None
        if draw and not draw.closed_at and self.closes_at and draw.draws_on <= timezone.localdate(self.closes_at):
            raise ValidationError({"closes_at": _("开奖要在截止预约的第二天或以后，这样截止前谁也不知道号码。")})
        if draw and draw.closed_at:
            if self.closes_at > draw.closed_at:
                raise ValidationError({"closes_at": _("抽签名单已经封存，不能再延长预约。")})
            if self.capacity < (draw.capacity or 0):
                raise ValidationError({"capacity": _("抽签名单已经封存，名额只能增加，不能减少。")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever raises the capacity gives the new places to those who wait, at once."""
        super().save(*args, **kwargs)
        if self.waiting:
            from activities import waiting

            waiting.offer_next(self.pk)

    @property
    def seats_left(self) -> int:
        return max(0, self.capacity - self.seats_taken)

    @property
    def drawn(self) -> bool:
        """Whether places are given at the end (by lot or by priority), not to who comes first."""
        return self.mode != self.Mode.FIRST_COME

    @property
    def waitable(self) -> bool:
        """Whether somebody who finds it full may still wait."""
        return not self.drawn and self.waiting < self.wait_limit

    @property
    def short(self) -> bool:
        """Whether fewer are booked than the class needs."""
        return bool(self.min_participants) and self.seats_taken < (self.min_participants or 0)

    def phase_at(self, now: datetime) -> str:
        """``cancelled``, ``not_open_yet``, ``closed``, ``full`` or ``open``: computed from dates and counts, never stored."""
        if self.activity.state != "published":
            return "cancelled" if self.activity.state == "cancelled" else "closed"
        if now < self.opens_at:
            return "not_open_yet"
        if now >= self.closes_at:
            return "closed"
        return "full" if not self.drawn and (self.seats_taken >= self.capacity or self.waiting) else "open"

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
            intake__activity__state__in=SHOWN, intake__activity__center__published_at__isnull=False
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
    walk_ins = models.PositiveIntegerField(
        _("没预约来的人数"), default=0, validators=[MaxValueValidator(10_000)], help_text=_("直接来的，数一数填个总数就行。")
    )

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
