"""Opening hours by day type, and the exceptions that override them."""

from collections.abc import Iterable
from datetime import time
from typing import Any

import pghistory
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from centers.models.center import Center, PartQuerySet
from records import data_class


class HoursQuerySet(PartQuerySet):
    def holding(self, kind: str) -> "HoursQuerySet":
        """Windows that hold on a day of this calendar kind; ``day_type_of`` says the same of one center's rows."""
        if kind != OpeningHours.DayType.MAKEUP:
            return self.filter(day_type=kind)  # type: ignore[return-value]
        own = OpeningHours.objects.filter(center=OuterRef("center"), day_type=OpeningHours.DayType.MAKEUP)
        return self.filter(Q(day_type=OpeningHours.DayType.MAKEUP) | Q(day_type=OpeningHours.DayType.WORKDAY) & ~Exists(own))  # type: ignore[return-value]

    def covering(self, kind: str, moment: time) -> "HoursQuerySet":
        """Windows open at this time on a day of this kind (not those by appointment)."""
        return self.holding(kind).filter(~Q(kind=OpeningHours.Kind.BY_APPOINTMENT), opens__lte=moment, closes__gt=moment)  # type: ignore[return-value]


@pghistory.track()
class OpeningHours(models.Model):
    """One window of a day type. Make-up workdays follow the hours of workdays where a center has none of their own."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class DayType(models.TextChoices):
        WORKDAY = "workday", _("工作日")
        REST_DAY = "rest_day", _("周末")
        HOLIDAY = "holiday", _("节假日")
        MAKEUP = "makeup", _("调休上班日")

    class Kind(models.TextChoices):
        REGULAR = "regular", _("正常开放")
        EXTENDED = "extended", _("延时开放")
        STAGGERED = "staggered", _("错时开放")
        BY_APPOINTMENT = "appointment", _("预约开放")

    center = models.ForeignKey(Center, models.CASCADE, related_name="hours", verbose_name=_("所属中心"))
    day_type = models.CharField(_("日期类型"), max_length=8, choices=DayType.choices)
    kind = models.CharField(_("窗口类型"), max_length=12, choices=Kind.choices, default=Kind.REGULAR)
    opens = models.TimeField(_("开门"))
    closes = models.TimeField(_("关门"))

    objects = HoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("开放时间")
        verbose_name_plural = _("开放时间")
        ordering = ["center", "day_type", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes")), name="hours_in_order", violation_error_message=_("关门时间要晚于开门时间。")
            ),
            models.UniqueConstraint(
                fields=["center", "day_type", "opens"], name="hours_once", violation_error_message=_("这个开门时间已经有一个时段了。")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_day_type_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    @classmethod
    def day_type_of(cls, kind: str, hours: Iterable["OpeningHours"]) -> str:
        """The day type whose hours, of these of one center, hold on a day of this calendar kind."""
        own = any(h.day_type == cls.DayType.MAKEUP for h in hours)
        return cls.DayType.WORKDAY.value if kind == cls.DayType.MAKEUP and not own else kind

    def clean(self) -> None:
        overlap = OpeningHours.objects.filter(center_id=self.center_id, day_type=self.day_type).exclude(pk=self.pk)
        if self.opens and self.closes and overlap.filter(opens__lt=self.closes, closes__gt=self.opens).exists():
            from django.core.exceptions import ValidationError

            raise ValidationError({"opens": _("和已有的时段重叠了，请改成不重叠的时间。")})


@pghistory.track()
class OpeningException(models.Model):
    """Days on which the center is closed, or open at other times; the shortest that covers a day wins."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    center = models.ForeignKey(Center, models.CASCADE, related_name="exceptions", verbose_name=_("所属中心"))
    first_day = models.DateField(_("第一天"))
    last_day = models.DateField(_("最后一天"))
    days = models.GeneratedField(  # type: ignore[attr-defined]
        expression=models.Func("last_day", "first_day", template="(%(expressions)s)", arg_joiner=" - ", output_field=models.IntegerField()),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    closed = models.BooleanField(_("不开放"), default=True)
    opens = models.TimeField(_("开门"), null=True, blank=True)
    closes = models.TimeField(_("关门"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=80, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("特殊安排")
        verbose_name_plural = _("特殊安排")
        ordering = ["center", "first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="exception_days_in_order", violation_error_message=_("最后一天早于第一天。")
            ),
            models.CheckConstraint(
                condition=Q(closed=True, opens=None, closes=None)
                | Q(closed=False, opens__isnull=False, closes__isnull=False, opens__lt=F("closes")),
                name="exception_closed_or_hours",
                violation_error_message=_("要么勾选“不开放”，要么填写开门和关门时间（关门晚于开门）。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"

    def clean_fields(self, exclude: Any = None) -> None:
        if self.closed:
            self.opens = self.closes = None
        super().clean_fields(exclude)
