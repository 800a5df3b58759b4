"""Premises: sites that can be vacated, leased or built, and leases. Shared venues of other organisations are a third table."""

import datetime
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models.center import Center
from centers.papers import WithPapers
from records import data_class
from records.triggers import in_turn

Period = Func(F("starts_on"), F("ends_on"), models.Value("[]"), function="daterange", output_field=models.Field())
#: Days before a lease's end at which it shows as expiring (DOMAIN §2.9).
EXPIRING_DAYS = (90, 30)
#: The longest term of a lease in years (Civil Code, article 705).
LONGEST_YEARS = 20


class SiteQuerySet(ScopedQuerySet["CandidateSite"]):
    changed_in = ("found", "assessed", "negotiating", "agreed", "in_use")

    def counted(self) -> "SiteQuerySet":
        """Not dropped."""
        return self.exclude(state="dropped")  # type: ignore[return-value]

    def counted_on(self, day: datetime.date) -> "SiteQuerySet":
        """Found by a day and not dropped by then."""
        return self.filter(found_on__lte=day).exclude(dropped_on__lte=day)  # type: ignore[return-value]


@pghistory.track()
class CandidateSite(WithPapers, models.Model):
    """可腾、可租、可建: a place that could become a center's."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        FOUND = "found", _("已摸排")
        ASSESSED = "assessed", _("已评估")
        NEGOTIATING = "negotiating", _("洽谈中")
        AGREED = "agreed", _("已谈妥")
        IN_USE = "in_use", _("已启用")
        DROPPED = "dropped", _("不再考虑")

    class Mode(models.TextChoices):
        VACATE = "vacate", _("可腾")
        LEASE = "lease", _("可租")
        BUILD = "build", _("可建")

    class Channel(models.TextChoices):
        STATE_ASSET = "state_asset", _("国有资产利用")
        NEW_ESTATE = "new_estate", _("新建小区配套")
        PURCHASE = "purchase", _("物业购置")
        OTHER = "other", _("其他")

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("所在村社"))
    name = models.CharField(_("场地名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=120)
    mode = models.CharField(_("方式"), max_length=8, choices=Mode.choices)
    channel = models.CharField(_("渠道"), max_length=12, choices=Channel.choices, default=Channel.OTHER)
    area = models.DecimalField(_("面积（㎡）"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    owner = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("产权单位"))
    center = models.ForeignKey(Center, models.PROTECT, null=True, blank=True, related_name="sites", verbose_name=_("用于哪个中心"))
    latitude = models.DecimalField(_("纬度（WGS-84）"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("经度（WGS-84）"), max_digits=9, decimal_places=6, null=True, blank=True)
    found_on = models.DateField(_("摸排日期"), default=timezone.localdate)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.FOUND, editable=False)
    dropped_on = models.DateField(_("不再考虑的日期"), null=True, blank=True, editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("储备场地")
        verbose_name_plural = _("储备场地")
        ordering = ["region__code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"], name="site_name_once", violation_error_message=_("这个村社已经有同名的场地。")
            ),
            models.CheckConstraint(condition=Q(area__gt=0), name="site_area_positive", violation_error_message=_("面积要大于 0。")),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False, latitude__range=(3, 54), longitude__range=(73, 136)),
                name="site_point_in_china",
                violation_error_message=_("经纬度要一起填，并且在中国范围内（WGS-84，例如 29.10, 119.69）。"),
            ),
            models.CheckConstraint(
                condition=Q(state="dropped", dropped_on__isnull=False) | (~Q(state="dropped") & Q(dropped_on=None)),
                name="site_dropped_is_dated",
                violation_error_message=_("不再考虑的场地要有日期，别的没有。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        for lease in self.leases.all():  # their papers lie where the site lies
            lease.papers.exclude(region=self.region).update(region=self.region)


class LeaseQuerySet(ScopedQuerySet["Lease"]):
    region_lookup = "site__region__code"
    changed_in = ("draft", "legal_review")

    def signed_by(self, day: datetime.date) -> "LeaseQuerySet":
        """Signed on or before a day, whatever became of them since."""
        return self.filter(signed_on__lte=day)  # type: ignore[return-value]

    def running(self, day: datetime.date | None = None) -> "LeaseQuerySet":
        on = day or timezone.localdate()
        return self.filter(state="signed", starts_on__lte=on, ends_on__gte=on)  # type: ignore[return-value]

    def expiring(self, days: int = EXPIRING_DAYS[0], day: datetime.date | None = None) -> "LeaseQuerySet":
        on = day or timezone.localdate()
        return self.running(on).filter(ends_on__lte=on + datetime.timedelta(days))  # type: ignore[return-value]


@pghistory.track()
class Lease(WithPapers, models.Model):
    """An agreement with an organisation over a site. Two signed ones of a site never overlap: the database refuses."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        LEGAL_REVIEW = "legal_review", _("法务审核")
        SIGNED = "signed", _("已签约")
        RENEWED = "renewed", _("已续签")
        ENDED = "ended", _("已终止")

    site = models.ForeignKey(CandidateSite, models.PROTECT, related_name="leases", verbose_name=_("场地"))
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="leases", verbose_name=_("出租单位"))
    area = models.DecimalField(_("租用面积（㎡）"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    starts_on = models.DateField(_("起租日期"))
    ends_on = models.DateField(_("到期日期"))
    rent_fen = models.BigIntegerField(_("年租金（分）"), default=0, validators=[MinValueValidator(0)])
    signed_on = models.DateField(_("签约日期"), null=True, blank=True, editable=False)
    ended_on = models.DateField(_("终止日期"), null=True, blank=True, editable=False)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.DRAFT, editable=False)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    objects = LeaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("租赁协议")
        verbose_name_plural = _("租赁协议")
        ordering = ["ends_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="lease_dates_in_order", violation_error_message=_("到期日期要晚于起租日期。")
            ),
            models.CheckConstraint(condition=Q(area__gt=0), name="lease_area_positive", violation_error_message=_("面积要大于 0。")),
            models.CheckConstraint(
                condition=Q(rent_fen__gte=0), name="lease_rent_not_negative", violation_error_message=_("租金不能是负数。")
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "legal_review"), signed_on=None)
                | Q(state__in=("signed", "renewed", "ended"), signed_on__isnull=False),
                name="lease_signed_is_dated",
                violation_error_message=_("签了约的协议要有签约日期，没签的没有。"),
            ),
            ExclusionConstraint(
                name="lease_no_overlap",
                expressions=[("site", RangeOperators.EQUAL), (Period, RangeOperators.OVERLAPS)],
                condition=Q(state="signed"),
                violation_error_message=_("这个场地在这段时间里已经有一份签了约的协议。"),
            ),
        ]
        triggers = [in_turn("centers_candidatesite", "site_id", pgtrigger.Q(new__state="signed"))]

    def __str__(self) -> str:
        return f"{self.site} · {self.organisation}"

    def validate_constraints(self, exclude: Any = None) -> None:
        """With the state, which no form shows: without it Django can't read the condition of ``lease_no_overlap``."""
        super().validate_constraints({*(exclude or ())} - {"state"})

    def clean(self) -> None:
        # Before the exclusion constraint is asked: PostgreSQL makes no range that ends before it begins.
        if self.starts_on and self.ends_on:
            if self.ends_on <= self.starts_on:
                raise ValidationError({"ends_on": _("到期日期要晚于起租日期。")})
            if self.ends_on.year - self.starts_on.year > LONGEST_YEARS:
                raise ValidationError({"ends_on": _("租期最长 20 年，请核对到期日期。")})

    @property
    def days_left(self) -> int:
        return (self.ends_on - timezone.localdate()).days

    @property
    def expiring(self) -> int:
        """90 or 30 where the lease ends within so many days; 0 otherwise. Computed, never stored."""
        if self.state != self.State.SIGNED or self.days_left < 0:
            return 0
        return next((days for days in sorted(EXPIRING_DAYS) if self.days_left <= days), 0)
