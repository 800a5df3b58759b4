"""Repairs: reported by whoever stands in the hall, without an account; a hazard is mended within 24 hours."""

import hashlib
import secrets
from datetime import datetime, time, timedelta
from typing import Any

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.phones import phone_validator
from accounts.scope import Scope, ScopedQuerySet
from centers.models.center import Center, PartQuerySet
from centers.models.picture import Picture
from records import data_class, working_days

#: DOMAIN §2.2: a hazard within 24 hours, else five working days.
HAZARD, ORDINARY_DAYS = timedelta(hours=24), 5


def new_secret() -> tuple[str, str]:
    """(the secret for an address, its hash to store): 128 random bits."""
    secret = secrets.token_urlsafe(16)
    return secret, hashed(secret)


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def end_of_working_day(start: datetime, days: int) -> datetime:
    """The end of the ``days``-th working day after a moment."""
    day = working_days.add_working_days(timezone.localdate(start), days)
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


class RepairQuerySet(PartQuerySet):
    published = None  # type: ignore[assignment]

    def open(self) -> "RepairQuerySet":
        return self.filter(state__in=("reported", "assigned"))  # type: ignore[return-value]

    def overdue(self, now: datetime | None = None) -> "RepairQuerySet":
        return self.open().filter(due_at__lt=now or timezone.now())  # type: ignore[return-value]


@pghistory.track(exclude=["phone", "text", "token_hash"])
class RepairTicket(models.Model):
    """One thing that is broken at a center."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    class State(models.TextChoices):
        REPORTED = "reported", _("已报修")
        ASSIGNED = "assigned", _("已派人")
        FIXED = "fixed", _("已修好")
        CONFIRMED = "confirmed", _("已确认")
        DISMISSED = "dismissed", _("不用修")

    center = models.ForeignKey(Center, models.PROTECT, related_name="repairs", verbose_name=_("中心"))
    text = models.CharField(_("哪里坏了"), max_length=300)
    place = models.CharField(_("在什么位置"), max_length=60, blank=True)
    hazard = models.BooleanField(_("有安全隐患"), default=False, help_text=_("漏电、漏水、掉落这类会伤人的，24 小时内处理。"))
    phone = models.CharField(_("您的电话"), max_length=16, blank=True, validators=[phone_validator])
    photo = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("照片"))
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.REPORTED, editable=False)
    reported_at = models.DateTimeField(_("报修时间"), default=timezone.now, editable=False)
    due_at: Any = models.DateTimeField(_("处理期限"), editable=False)
    office = models.CharField(_("派给谁"), max_length=60, blank=True, editable=False)
    note = models.CharField(_("处理情况"), max_length=500, blank=True, editable=False)
    fixed_at = models.DateTimeField(_("修好时间"), null=True, blank=True, editable=False)
    done_at = models.DateTimeField(_("办结时间"), null=True, blank=True, editable=False)

    objects = RepairQuerySet.as_manager()

    class Meta:
        verbose_name = _("报修")
        verbose_name_plural = _("报修")
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("confirmed", "dismissed"), done_at__isnull=False)
                | (~Q(state__in=("confirmed", "dismissed")) & Q(done_at=None)),
                name="repair_done_is_dated",
                violation_error_message=_("办结的报修要有办结时间，没办结的没有。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("fixed", "confirmed")) | Q(fixed_at__isnull=False),
                name="repair_fixed_is_dated",
                violation_error_message=_("修好的报修要有修好时间。"),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state__in=("reported", "assigned")), name="repair_open_due")]

    def __str__(self) -> str:
        return f"{self.center} #{self.pk}"

    def set_due(self) -> None:
        """24 hours for a hazard, else to the end of the fifth working day."""
        self.due_at = self.reported_at + HAZARD if self.hazard else end_of_working_day(self.reported_at, ORDINARY_DAYS)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        if self.due_at is None:
            self.set_due()
        super().full_clean(*args, **kwargs)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.due_at is None:
            self.set_due()
        super().save(*args, **kwargs)

    @property
    def region_code(self) -> str:
        return str(self.center.region.code)

    @property
    def overdue(self) -> bool:
        return bool(self.state in (self.State.REPORTED, self.State.ASSIGNED) and self.due_at < timezone.now())


class EscalationQuerySet(ScopedQuerySet["Escalation"]):
    pass


@pghistory.track()
class Escalation(models.Model):
    """That something late was raised a level: 提醒, 督办, 通报. Written by beat, each level once."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Level(models.IntegerChoices):
        REMINDER = 1, _("提醒")
        SUPERVISION = 2, _("督办")
        NOTICE = 3, _("通报")

    class Subject(models.TextChoices):
        FINDING = "finding", _("问题整改")
        REPAIR = "repair", _("报修")
        FEEDBACK = "feedback", _("意见")

    subject = models.CharField(_("事项"), max_length=10, choices=Subject.choices)
    number = models.BigIntegerField(_("编号"))
    level = models.PositiveSmallIntegerField(_("级别"), choices=Level.choices)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    at = models.DateTimeField(_("时间"), default=timezone.now)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("逐级提醒")
        verbose_name_plural = _("逐级提醒")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "number", "level"], name="escalation_once", violation_error_message=_("这一级已经提醒过了。")
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.number} {self.get_level_display()}"
