"""Places that can be booked: of a center, or shared by another organisation; rooms inside rooms; no two at once."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class
from records.triggers import in_turn

Blocked = Func(F("blocked_from"), F("blocked_until"), models.Value("[)"), function="tstzrange", output_field=models.Field())
#: States of a venue booking that keep others out.
HOLDING = ("requested", "approved")


class ResourceQuerySet(ScopedQuerySet["SharedResource"]):
    unit_lookup = "organisation"

    def active(self, day: date | None = None) -> "ResourceQuerySet":
        """Shared on a day."""
        on = day or timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on)  # type: ignore[return-value]


@pghistory.track()
class SharedResource(models.Model):
    """资源下沉: rooms and grounds that another organisation shares; a table of its own, apart from sites and leases."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="resources", verbose_name=_("共享单位"))
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("所在村社"))
    name = models.CharField(_("名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    area = models.DecimalField(_("面积（㎡）"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    center = models.ForeignKey(
        "centers.Center", models.PROTECT, null=True, blank=True, related_name="resources", verbose_name=_("委托哪个中心答复"),
        help_text=_("留空就由共享单位自己答复。"),
    )  # fmt: skip
    since = models.DateField(_("共享起"), default=timezone.localdate)
    until = models.DateField(_("共享止"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("共享场地")
        verbose_name_plural = _("共享场地")
        ordering = ["region__code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="resource_name_once", violation_error_message=_("这个单位已经有同名的共享场地。")
            ),
            models.CheckConstraint(condition=Q(area__gt=0), name="resource_area_positive", violation_error_message=_("面积要大于 0。")),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="resource_days_in_order",
                violation_error_message=_("最后一天早于第一天。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.center and self.region_id and not self.region.code.startswith(self.center.region.code):
            raise ValidationError({"center": _("请选这个村社的中心，或它所在镇街的中心：别处的人看不到这里的申请。")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Its rooms lie where it lies: who reaches them follows from it."""
        super().save(*args, **kwargs)
        self.venues.exclude(region=self.region_id).update(region=self.region_id)


class VenueQuerySet(ScopedQuerySet["Venue"]):
    unit_lookup = "resource__organisation"

    def published(self) -> "VenueQuerySet":
        """Open to requests, of a published center or of what is shared today."""
        shared = SharedResource.objects.active().values("pk")
        return self.filter(Q(center__published_at__isnull=False) | Q(resource__in=shared), bookable=True)  # type: ignore[return-value]


@pghistory.track()
class Venue(models.Model):
    """A room or ground. One that has parts is taken when any of its parts is, and takes them all."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    center = models.ForeignKey("centers.Center", models.PROTECT, null=True, blank=True, related_name="venues", verbose_name=_("所属中心"))
    resource = models.ForeignKey(
        SharedResource, models.PROTECT, null=True, blank=True, related_name="venues", verbose_name=_("属于哪个共享场地")
    )
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", editable=False, verbose_name=_("所在村社"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("是哪个大场地的一部分"))
    name = models.CharField(_("名称"), max_length=40)
    area = models.DecimalField(_("面积（㎡）"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)])
    holds = models.PositiveSmallIntegerField(_("容纳人数"), default=20, validators=[MinValueValidator(1), MaxValueValidator(5000)])
    equipment = models.CharField(_("设备"), max_length=120, blank=True, help_text=_("例如“投影、音响、白板”。"))
    opens = models.TimeField(_("最早"), default=time(8, 30))
    closes = models.TimeField(_("最晚"), default=time(20, 30))
    lead_days = models.PositiveSmallIntegerField(_("至少提前几天"), default=1, validators=[MaxValueValidator(30)])
    ahead_days = models.PositiveSmallIntegerField(_("最多提前几天"), default=7, validators=[MinValueValidator(1), MaxValueValidator(90)])
    buffer_minutes = models.PositiveSmallIntegerField(_("前后收拾几分钟"), default=15, validators=[MaxValueValidator(120)])
    bookable = models.BooleanField(_("接受预约"), default=True)

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动场地")
        verbose_name_plural = _("活动场地")
        ordering = ["region__code", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(center__isnull=False, resource=None) | Q(center=None, resource__isnull=False),
                name="venue_of_one_owner",
                violation_error_message=_("场地要么属于一个中心，要么属于一个共享场地，填一个。"),
            ),
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes")), name="venue_hours_in_order", violation_error_message=_("最晚要晚于最早。")
            ),
            models.CheckConstraint(
                condition=Q(lead_days__lte=F("ahead_days")),
                name="venue_days_in_order",
                violation_error_message=_("至少提前的天数不能多于最多提前的天数。"),
            ),
            models.UniqueConstraint(
                fields=["center", "name"],
                condition=Q(center__isnull=False),
                name="venue_name_once",
                violation_error_message=_("这个中心已经有同名的场地。"),
            ),
            models.UniqueConstraint(
                fields=["resource", "name"],
                condition=Q(resource__isnull=False),
                name="venue_name_once_shared",
                violation_error_message=_("这里已经有同名的场地。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_name} · {self.name}"

    def clean_fields(self, exclude: Any = None) -> None:
        owner: Any = self.center or self.resource
        if owner:
            self.region = owner.region
        super().clean_fields(exclude)

    def clean(self) -> None:
        if self.parent_id is None:
            return
        if self.parent_id == self.pk or self.parent.parent_id:  # type: ignore[union-attr]
            raise ValidationError({"parent": _("大场地只能分一层：请选一个本身不是别的一部分的场地。")})
        if (self.parent.center_id, self.parent.resource_id) != (self.center_id, self.resource_id):  # type: ignore[union-attr]
            raise ValidationError({"parent": _("大场地和它的部分要在同一个地方。")})
        if self.pk and self.parts.exists():
            raise ValidationError({"parent": _("它自己已经分成几部分，不能再是别的一部分。")})
        # What is booked of the whole holds the rooms that it had then: a room that joins later would be free in its hours.
        joins = self.pk is None or Venue.objects.filter(pk=self.pk).exclude(parent=self.parent_id).exists()
        if joins and VenueBooking.objects.holding().filter(venue=self.parent_id, ends_at__gt=timezone.now()).exists():
            raise ValidationError({"parent": _("这个大场地还有没用完的预约，等用完或取消了再分。")})

    @property
    def owner_name(self) -> str:
        return self.center.short_name if self.center else self.resource.name if self.resource else ""

    @property
    def delegated(self) -> bool:
        """Whether a center answers for it: its own, or the one that the organisation named."""
        return self.center_id is not None or bool(self.resource and self.resource.center_id)

    def leaves(self) -> list["Venue"]:
        """The rooms that a booking of it takes: its parts, or itself."""
        return list(self.parts.order_by("pk")) or [self]


class VenueBookingQuerySet(ScopedQuerySet["VenueBooking"]):
    region_lookup = "venue__region__code"
    unit_lookup = "venue__resource__organisation"

    def own(self, user: Any) -> Q:
        return Q(asked_by=user)

    def holding(self) -> "VenueBookingQuerySet":
        return self.filter(state__in=HOLDING)  # type: ignore[return-value]


@pghistory.track(exclude=["purpose", "answer"])
class VenueBooking(models.Model):
    """A request for a venue; it holds the time from the moment it is made until it is turned down or given back."""

    data_class = data_class.SENSITIVE
    scope = Scope.REGION

    class State(models.TextChoices):
        REQUESTED = "requested", _("待答复")
        APPROVED = "approved", _("已同意")
        REJECTED = "rejected", _("没有同意")
        NO_SHOW = "no_show", _("约了没来")
        FORGIVEN = "forgiven", _("没来，已谅解")
        CANCELLED = "cancelled", _("已取消")

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="bookings", verbose_name=_("活动场地"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("申请人"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    people = models.PositiveSmallIntegerField(_("大约多少人"), validators=[MinValueValidator(1), MaxValueValidator(5000)])
    purpose = models.CharField(_("做什么用"), max_length=80, help_text=_("不能用于商业推销和宗教活动。"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.REQUESTED, editable=False)
    answer = models.CharField(_("答复"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("申请时间"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True, editable=False)

    objects = VenueBookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("场地预约")
        verbose_name_plural = _("场地预约")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="venue_booking_times_in_order",
                violation_error_message=_("结束时间要晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(state="requested", answered_at=None) | Q(state="cancelled") | Q(answered_at__isnull=False),
                name="venue_booking_answer_is_dated",
                violation_error_message=_("答复过的要有答复时间。"),
            ),
        ]
        indexes = [models.Index(fields=["venue", "starts_at"], name="venue_booking_by_day")]

    def __str__(self) -> str:
        local = timezone.localtime(self.starts_at)
        return f"{self.venue} {local:%m-%d %H:%M}"

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at - self.starts_at > timedelta(hours=14):
            raise ValidationError({"ends_at": _("一次不超过 14 小时；跨多天的请分开申请。")})

    @property
    def due(self) -> datetime:
        """Answered within a day (DOMAIN §2.7, a default of ours)."""
        return self.created_at + timedelta(days=1)

    @property
    def over(self) -> bool:
        return self.ends_at <= timezone.now()


class VenueSlot(models.Model):
    """What a booking takes of one leaf room, its buffers included: two that hold never overlap, whoever writes."""

    data_class = data_class.INTERNAL

    booking = models.ForeignKey(VenueBooking, models.CASCADE, related_name="slots")
    leaf = models.ForeignKey(Venue, models.PROTECT, related_name="slots")
    blocked_from = models.DateTimeField()
    blocked_until = models.DateTimeField()
    holding = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("场地时段")
        verbose_name_plural = _("场地时段")
        constraints = [
            models.CheckConstraint(condition=Q(blocked_from__lt=F("blocked_until")), name="venue_slot_in_order"),
            ExclusionConstraint(
                name="venue_slot_no_overlap",
                expressions=[("leaf", RangeOperators.EQUAL), (Blocked, RangeOperators.OVERLAPS)],
                condition=Q(holding=True),
                violation_error_message=_("这段时间已经有人约了，请换个时间。"),
            ),
        ]
        triggers = [in_turn("activities_venue", "leaf_id", pgtrigger.Q(new__holding=True))]

    def __str__(self) -> str:
        return f"#{self.pk}"
