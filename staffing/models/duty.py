"""Shifts of a roster, who is on duty in them, and the fairness account of each cadre."""

from datetime import date, datetime
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models import Center
from records import data_class
from records.triggers import in_turn
from staffing.models.cadre import Cadre
from staffing.models.roster import WINDOWS, Roster
from staffing.problem import EVENING, HOLIDAY, TOTAL, WEEKEND

Stretch = Func(F("starts_at"), F("ends_at"), models.Value("[)"), function="tstzrange", output_field=models.Field())
ORDER = _("结束时间要晚于开始时间。")


class ShiftQuerySet(ScopedQuerySet["Shift"]):
    region_lookup = "roster__center__region__code"

    def posted(self) -> "ShiftQuerySet":
        return self.filter(roster__state__in=Roster.POSTED)  # type: ignore[return-value]

    def uncovered(self) -> "ShiftQuerySet":
        """With fewer on duty than wanted; an absence that was found counts as nobody."""
        live = Count("duties", filter=~Q(duties__state=Duty.State.ABSENT))
        return self.annotate(on_duty=live).filter(on_duty__lt=F("people"))  # type: ignore[return-value]


@pghistory.track()
class Shift(models.Model):
    """One day's windows of one kind, from the first opening to the last closing (``spans`` names them)."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    roster = models.ForeignKey(Roster, models.CASCADE, related_name="shifts", verbose_name=_("值班表"))
    day = models.DateField(_("日期"))
    kind = models.CharField(_("时段"), max_length=12, choices=WINDOWS)
    #: Of the calendar: workday, rest_day, holiday, makeup, as it was announced when the roster was made.
    day_kind = models.CharField(_("日子"), max_length=10)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    spans = models.CharField(_("开放时段"), max_length=60)
    people = models.PositiveSmallIntegerField(_("要几个人"))
    lead = models.BooleanField(_("要有人带班"), default=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("班次")
        verbose_name_plural = _("班次")
        ordering = ["day", "starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_times_in_order", violation_error_message=ORDER),
            models.UniqueConstraint(
                fields=["roster", "day", "kind"], name="shift_once", violation_error_message=_("这一天这种时段已经有班次了。")
            ),
        ]
        indexes = [models.Index(fields=["day"], name="shift_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.spans}"

    @property
    def key(self) -> str:
        """What the maker and the checker call it."""
        return f"{self.day} {self.kind}"

    @property
    def counts_as(self) -> frozenset[str]:
        """The kinds that it is shared out in, beside the total."""
        kinds = {"rest_day": {WEEKEND}, "holiday": {HOLIDAY}}.get(self.day_kind, set())
        return frozenset(kinds | ({EVENING} if self.kind == "extended" else set()))

    @property
    def missing(self) -> int:
        """How many places are empty; ``ShiftQuerySet.uncovered`` says the same of many."""
        return max(0, self.people - sum(d.state != Duty.State.ABSENT for d in self.duties.all()))


class DutyQuerySet(ScopedQuerySet["Duty"]):
    region_lookup = "shift__roster__center__region__code"

    def own(self, user: Any) -> Q:
        return Q(cadre__user=user, shift__roster__state__in=Roster.POSTED)

    def posted(self) -> "DutyQuerySet":
        return self.filter(shift__roster__state__in=Roster.POSTED)  # type: ignore[return-value]

    def at(self, moment: datetime | None = None) -> "DutyQuerySet":
        """On duty at a moment, by posted rosters."""
        now = moment or timezone.now()
        return self.posted().filter(starts_at__lte=now, ends_at__gt=now).exclude(state=Duty.State.ABSENT)  # type: ignore[return-value]


@pghistory.track()
class Duty(models.Model):
    """One cadre in one shift. Nobody is on duty twice at once, at whatever centers: the database refuses."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        PLANNED = "planned", _("已安排")
        CONFIRMED = "confirmed", _("大厅确认在岗")
        ABSENT = "absent", _("认定缺勤")
        ANSWERED = "answered", _("本人已说明")

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="duties", verbose_name=_("班次"))
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="duties", verbose_name=_("干部"))
    position = models.CharField(_("职务"), max_length=20, blank=True)
    lead = models.BooleanField(_("带班"), default=False)
    starts_at = models.DateTimeField(_("开始"), editable=False)
    ends_at = models.DateTimeField(_("结束"), editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PLANNED, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("确认人")
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True, editable=False)
    finding = models.CharField(_("认定的理由"), max_length=200, blank=True, editable=False)
    answer = models.CharField(_("本人说明"), max_length=200, blank=True, editable=False)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("值班")
        verbose_name_plural = _("值班")
        ordering = ["starts_at", "-lead", "id"]
        constraints = [
            models.UniqueConstraint(fields=["shift", "cadre"], name="duty_once", violation_error_message=_("他已经在这个班里了。")),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_times_in_order", violation_error_message=ORDER),
            models.CheckConstraint(
                condition=Q(state="confirmed", confirmed_at__isnull=False) | ~Q(state="confirmed") & Q(confirmed_at=None),
                name="duty_confirmed_is_dated",
                violation_error_message=_("确认过在岗的要有确认时间，没确认的没有。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("absent", "answered")) & ~Q(finding="") | Q(state__in=("planned", "confirmed"), finding=""),
                name="duty_absence_says_why",
                violation_error_message=_("认定缺勤要写理由。"),
            ),
            ExclusionConstraint(
                name="duty_not_twice_at_once",
                expressions=[("cadre", RangeOperators.EQUAL), (Stretch, RangeOperators.OVERLAPS)],
                violation_error_message=_("他这个时间已经在别处值班了，请换一位。"),
            ),
        ]
        indexes = [models.Index(fields=["cadre", "starts_at"], name="duty_of_cadre")]
        triggers = [in_turn("staffing_cadre", "cadre_id")]

    def __str__(self) -> str:
        return f"{self.cadre} {self.shift}"

    def fill(self) -> None:
        """The times are the shift's."""
        if self.shift_id:
            self.starts_at, self.ends_at = self.shift.starts_at, self.shift.ends_at

    def clean_fields(self, exclude: Any = None) -> None:
        self.fill()
        super().clean_fields(exclude)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill()
        super().save(*args, **kwargs)

    @property
    def begun(self) -> bool:
        return self.starts_at <= timezone.now()


class BalanceQuerySet(ScopedQuerySet["DutyBalance"]):
    region_lookup = "center__region__code"

    def own(self, user: Any) -> Q:
        return Q(cadre__user=user)

    def carried(self, center: Center, month: date) -> dict[int, dict[str, int]]:
        """cadre → kind → hundredths, from all entries of the months before this one."""
        found: dict[int, dict[str, int]] = {}
        rows = self.filter(center=center, month__lt=month).order_by().values("cadre", "kind").annotate(sum=models.Sum("amount"))
        for row in rows:
            found.setdefault(row["cadre"], {})[row["kind"]] = row["sum"]
        return found


class DutyBalance(models.Model):
    """One entry of a cadre's fairness account at a center: hundredths of a duty done beyond the share. Never changed."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Kind(models.TextChoices):
        TOTAL = TOTAL, _("总班次")
        WEEKEND = WEEKEND, _("周末班")
        HOLIDAY = HOLIDAY, _("节假日班")
        EVENING = EVENING, _("晚班")

    class Entry(models.TextChoices):
        OPENING = "opening", _("新来的，从平均数起")
        MONTH = "month", _("当月结账")

    center = models.ForeignKey(Center, models.PROTECT, related_name="+", verbose_name=_("中心"))
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="balances", verbose_name=_("干部"))
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="balances", verbose_name=_("值班表"))
    month = models.DateField(_("月份"))
    kind = models.CharField(_("类别"), max_length=8, choices=Kind.choices)
    entry = models.CharField(_("记的什么"), max_length=8, choices=Entry.choices)
    amount = models.IntegerField(_("百分之一班"))
    created_at = models.DateTimeField(_("记账时间"), default=timezone.now, editable=False)

    objects = BalanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("公平账")
        verbose_name_plural = _("公平账")
        ordering = ["-month", "cadre", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["roster", "cadre", "kind", "entry"], name="balance_once", violation_error_message=_("这个月已经结过账了。")
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.cadre} {self.month:%Y-%m} {self.get_kind_display()}"

    def clean(self) -> None:
        if not self._state.adding:
            raise ValidationError(_("公平账只加不改。"))
