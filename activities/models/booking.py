"""Bookings: the row that takes a seat. Only ``seats.py`` moves their state."""

import secrets
import uuid
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Guardianship
from accounts.scope import Scope, ScopedQuerySet
from records import data_class

SEATED = ("booked", "offered")
LIVE = ("booked", "offered", "waitlisted", "entered")

MOVE_SEATS = """
    IF TG_OP <> 'INSERT' AND OLD.state IN ('booked', 'offered') THEN
        IF TG_OP = 'UPDATE' AND NEW.state IN ('booked', 'offered') AND NEW.intake_id = OLD.intake_id THEN
            RETURN NULL;
        END IF;
        UPDATE activities_intake SET seats_taken = seats_taken - 1 WHERE id = OLD.intake_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state IN ('booked', 'offered') THEN
        UPDATE activities_intake SET seats_taken = seats_taken + 1 WHERE id = NEW.intake_id;
    END IF;
    RETURN NULL;
"""


def new_code() -> str:
    """Eight characters that can be read out over the telephone (no 0 O 1 I L)."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _n in range(8))


class BookingQuerySet(ScopedQuerySet["Booking"]):
    region_lookup = "intake__activity__center__region__code"

    def own(self, user: Any) -> Q:
        """Bookings of oneself and of those whose guardian one is today."""
        mine = Guardianship.objects.in_force().filter(user=user)
        return Q(participant__erased_at=None) & (Q(participant__user=user) | Q(participant__in=mine.values("participant")))

    def live(self) -> "BookingQuerySet":
        return self.filter(state__in=LIVE)  # type: ignore[return-value]


@pghistory.track(exclude=["code"])
class Booking(models.Model):
    """A participant's place in an intake."""

    data_class = data_class.SENSITIVE
    scope = Scope.REGION

    class State(models.TextChoices):
        BOOKED = "booked", _("已预约")
        WAITLISTED = "waitlisted", _("候补中")
        OFFERED = "offered", _("有名额待确认")
        ENTERED = "entered", _("已登记抽签")
        NOT_DRAWN = "not_drawn", _("未抽中")
        CANCELLED = "cancelled", _("已取消")

    class Channel(models.TextChoices):
        PAGE = "page", _("网页")
        API = "api", _("接口")
        DESK = "desk", _("窗口代办")

    intake = models.ForeignKey("activities.Intake", models.PROTECT, related_name="bookings", verbose_name=_("预约批次"))
    participant = models.ForeignKey("accounts.Participant", models.PROTECT, related_name="bookings", verbose_name=_("参与人"))
    party = models.UUIDField(_("同行组"), default=uuid.uuid4, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.BOOKED, editable=False)
    code = models.CharField(_("预约码"), max_length=8, unique=True, default=new_code, editable=False)
    channel = models.CharField(_("方式"), max_length=4, choices=Channel.choices, default=Channel.PAGE, editable=False)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("预约人"))
    created_at = models.DateTimeField(_("预约时间"), default=timezone.now, editable=False)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("预约记录")
        verbose_name_plural = _("预约记录")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "participant"],
                condition=Q(state__in=LIVE),
                name="booking_one_live",
                violation_error_message=_("这位参与人已经预约过了，不用重复预约。"),
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False) | ~Q(state="cancelled") & Q(cancelled_at=None),
                name="booking_cancelled_is_dated",
                violation_error_message=_("已取消的预约要有取消时间。"),
            ),
        ]
        indexes = [models.Index(fields=["participant", "-id"], name="booking_of_participant")]
        triggers = [
            pgtrigger.Trigger(
                name="move_seats",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "intake_id") | pgtrigger.Delete,
                when=pgtrigger.After,
                func=MOVE_SEATS,
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class IdempotencyKey(models.Model):
    """A client's key and the booking that its first request made; kept for 24 hours."""

    data_class = data_class.INTERNAL

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    body = models.CharField(max_length=64)
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("幂等键")
        verbose_name_plural = _("幂等键")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"#{self.pk}"
