"""Who came: a row of its own, apart from the booking; and the pause that follows from staying away three times."""

from datetime import date
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Guardianship
from accounts.scope import Scope, ScopedQuerySet
from activities.models.booking import Booking
from activities.models.intake import Meeting
from records import data_class


class AttendanceQuerySet(ScopedQuerySet["Attendance"]):
    region_lookup = "meeting__intake__activity__center__region__code"


@pghistory.track()
class Attendance(models.Model):
    """One booking at one meeting: came or stayed away. No row means that nobody wrote it down: unknown stays unknown."""

    data_class = data_class.SENSITIVE
    scope = Scope.REGION

    class Seen(models.TextChoices):
        CAME = "came", _("来了")
        MISSED = "missed", _("没来")

    class Channel(models.TextChoices):
        QR = "qr", _("扫码")
        PHONE = "phone", _("报电话或预约码")
        LIST = "list", _("名单")

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendance", verbose_name=_("场次"))
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="attendance", verbose_name=_("预约记录"))
    seen = models.CharField(_("到场"), max_length=8, choices=Seen.choices)
    channel = models.CharField(_("方式"), max_length=8, choices=Channel.choices, default=Channel.LIST, editable=False)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("记录人"))
    marked_at = models.DateTimeField(_("记录时间"), default=timezone.now, editable=False)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("到场记录")
        verbose_name_plural = _("到场记录")
        ordering = ["meeting", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "booking"], name="attendance_once", violation_error_message=_("这一场已经记过这位了。")
            )
        ]
        indexes = [models.Index(fields=["booking"], condition=Q(seen="missed"), name="attendance_missed")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def clean(self) -> None:
        if self.booking_id and self.meeting_id and self.booking.intake_id != self.meeting.intake_id:
            raise ValidationError({"booking": _("这个预约不是这一场的。")})
        if self.pk and self.seen == self.Seen.MISSED and hasattr(self, "handover"):
            raise ValidationError({"seen": _("这个孩子当天有接送记录，不能记“没来”。")})


class PauseQuerySet(ScopedQuerySet["Pause"]):
    region_lookup = "participant__region__code"

    def own(self, user: Any) -> Q:
        return Q(participant__user=user) | Q(participant__in=Guardianship.objects.wards_of(user))

    def in_force(self, day: date | None = None) -> "PauseQuerySet":
        on = day or timezone.localdate()
        return self.filter(state="paused", starts_on__lte=on, ends_on__gte=on)  # type: ignore[return-value]


@pghistory.track()
class Pause(models.Model):
    """A participant who stayed away three times books nothing for a while (DOMAIN §2.7, a default of ours); a person may lift it."""

    data_class = data_class.SENSITIVE
    scope = Scope.REGION

    class State(models.TextChoices):
        PAUSED = "paused", _("暂停中")
        LIFTED = "lifted", _("已恢复")

    participant = models.ForeignKey("accounts.Participant", models.PROTECT, related_name="pauses", verbose_name=_("参与人"))
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.PAUSED, editable=False)
    lifted_at = models.DateTimeField(_("恢复时间"), null=True, blank=True, editable=False)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("暂停预约")
        verbose_name_plural = _("暂停预约")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="pause_days_in_order", violation_error_message=_("最后一天早于第一天。")
            ),
            models.CheckConstraint(
                condition=Q(state="lifted", lifted_at__isnull=False) | Q(state="paused", lifted_at=None),
                name="pause_lifted_is_dated",
                violation_error_message=_("恢复了的要有恢复时间。"),
            ),
            models.UniqueConstraint(
                fields=["participant", "starts_on"],
                condition=Q(state="paused"),
                name="pause_once",
                violation_error_message=_("这位参与人当天已经暂停过了。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant.masked_name} {self.starts_on}–{self.ends_on}"
