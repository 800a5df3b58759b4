"""People who work at centers, and their dated postings; a person with two posts is counted once."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.phones import masked, masked_name, phone_validator
from accounts.scope import Scope, ScopedQuerySet
from centers.models import Center
from records import data_class
from records.triggers import in_turn

Days = Func(F("valid_from"), F("valid_until"), models.Value("[]"), function="daterange", output_field=models.Field())
ORDER = _("最后一天早于第一天，请改正。")


def in_force(day: date | None = None) -> Q:
    """The condition of dated rows that hold on a day (default today), its last day included."""
    on = day or timezone.localdate()
    return Q(valid_from__lte=on) & (Q(valid_until=None) | Q(valid_until__gte=on))


def between(first: date, last: date) -> Q:
    """The condition of dated rows that hold on some day of these."""
    return Q(valid_from__lte=last) & (Q(valid_until=None) | Q(valid_until__gte=first))


class CadreQuerySet(ScopedQuerySet["Cadre"]):
    def own(self, user: Any) -> Q:
        return Q(user=user)

    def posted(self, day: date | None = None) -> "CadreQuerySet":
        """Who holds a posting on a day, each once."""
        return self.filter(pk__in=Posting.objects.in_force(day).values("cadre"))  # type: ignore[return-value]

    def rostered(self, first: date, last: date) -> "CadreQuerySet":
        """Who stands on a roster of the months from ``first`` to ``last`` that was posted by then, each once.

        By each cadre's first duty, not by EXISTS, which PostgreSQL would answer by reading every duty there is.
        """
        from staffing.models.duty import Duty
        from staffing.models.roster import Roster, month_end

        begin = timezone.make_aware(datetime.combine(first.replace(day=1), time.min))
        end = timezone.make_aware(datetime.combine(month_end(last.replace(day=1)) + timedelta(days=1), time.min))
        posted = Roster.objects.posted_between(first, last)
        own = Duty.objects.filter(cadre=OuterRef("pk"), starts_at__gte=begin, starts_at__lt=end, shift__roster__in=posted)
        return self.alias(duty=Subquery(own.order_by("starts_at").values("pk")[:1])).filter(duty__isnull=False)  # type: ignore[return-value]

    def managing(self, day: date | None = None) -> "CadreQuerySet":
        """Who is a dedicated manager on a day, each once."""
        from staffing.models.manager import CenterManager

        return self.filter(pk__in=CenterManager.objects.in_force(day).values("cadre"))  # type: ignore[return-value]


@pghistory.track(exclude=["name", "phone"])
class Cadre(models.Model):
    """A member of a village's committees, or a dedicated manager: one row a person, whatever posts the person holds."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="cadres", verbose_name=_("所在村社"))
    name = models.CharField(_("姓名"), max_length=50)
    phone = models.CharField(_("手机号"), max_length=20, blank=True, validators=[phone_validator])
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="cadre", verbose_name=_("账号"),
        help_text=_("有账号才能在手机上看自己的班、请假、换班。"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now, editable=False)

    objects = CadreQuerySet.as_manager()

    class Meta:
        verbose_name = _("干部")
        verbose_name_plural = _("干部")
        ordering = ["region__code", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="cadre_named", violation_error_message=_("请填写姓名。")),
            models.UniqueConstraint(
                fields=["region", "name", "phone"],
                condition=~Q(phone=""),
                name="cadre_once",
                violation_error_message=_("这个村社已经登记过同名同号的人：一人兼两职，请给他再加一条任职。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_name(self) -> str:
        return masked_name(self.name)

    @property
    def masked_phone(self) -> str:
        return masked(self.phone)


class DatedQuerySet(ScopedQuerySet[Any]):
    region_lookup = "center__region__code"

    def in_force(self, day: date | None = None) -> "DatedQuerySet":
        return self.filter(in_force(day))  # type: ignore[return-value]

    def between(self, first: date, last: date) -> "DatedQuerySet":
        return self.filter(between(first, last))  # type: ignore[return-value]


@pghistory.track(exclude=["exempt_note"])
class Posting(models.Model):
    """A cadre's post at one center, from when until when; it makes the cadre take turns at the hall."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Exempt(models.TextChoices):
        NONE = "none", _("都参加")
        EVENING = "evening", _("不排晚班")
        REST = "rest", _("不排周末和节假日")
        ALL = "all", _("不参加轮值")

    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="postings", verbose_name=_("干部"))
    center = models.ForeignKey(Center, models.PROTECT, related_name="postings", verbose_name=_("中心"))
    position = models.CharField(_("职务"), max_length=20, help_text=_("例如“村党支部书记”“村委会委员”，会和姓名一起公示。"))
    lead = models.BooleanField(_("可以带班"), default=False, help_text=_("每个工作日白天至少要有一位能带班的在。"))
    exempt = models.CharField(_("轮值安排"), max_length=8, choices=Exempt.choices, default=Exempt.NONE)
    exempt_note = models.CharField(_("为什么"), max_length=60, blank=True, help_text=_("例如“驻外”“在外培训”，不写病情。"))
    valid_from = models.DateField(_("任职起"), default=timezone.localdate)
    valid_until = models.DateField(_("任职止"), null=True, blank=True, help_text=_("最后一天；留空表示一直在任。"))

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        ordering = ["center__region__code", "-lead", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="posting_days_in_order",
                violation_error_message=ORDER,
            ),
            models.CheckConstraint(
                condition=Q(exempt="none") | ~Q(exempt_note=""),
                name="posting_exempt_says_why",
                violation_error_message=_("不排班的要写一句为什么，公平账上要说得清。"),
            ),
            ExclusionConstraint(
                name="posting_once",
                expressions=[("cadre", RangeOperators.EQUAL), ("center", RangeOperators.EQUAL), (Days, RangeOperators.OVERLAPS)],
                violation_error_message=_("他在这个中心这段时间已经有任职了，请改那一条。"),
            ),
        ]
        triggers = [in_turn("staffing_cadre", "cadre_id")]

    def __str__(self) -> str:
        return f"{self.cadre} {self.position}"

    def clean(self) -> None:
        # Before the exclusion constraint is asked: PostgreSQL makes no range that ends before it begins.
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": ORDER})
