"""Opening by appointment: somebody asks that a center opens for them within a window by appointment; the village answers."""

from datetime import date, datetime, timedelta
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
from centers.models.center import Center
from records import data_class, working_days
from records.triggers import in_turn

Stretch = Func(F("starts_at"), F("ends_at"), models.Value("[)"), function="tstzrange", output_field=models.Field())
#: Working days in which the village answers; defaults of ours, as are the next three.
DAYS = 1
LONGEST = timedelta(hours=4)
MOST_PEOPLE = 50
#: How many days ahead one may ask.
AHEAD = 30
LIVE = ("requested", "confirmed")
ORDER, LENGTH = _("结束时间要晚于开始时间。"), _("一次最长 4 个小时，请分几次申请。")
PEOPLE = _("人数填 1 到 50；人再多，请打电话和中心商量。")


class AppointmentQuerySet(ScopedQuerySet["Appointment"]):
    region_lookup = "center__region__code"

    def own(self, user: Any) -> Q:
        return Q(asked_by=user)

    def live(self) -> "AppointmentQuerySet":
        return self.filter(state__in=LIVE)  # type: ignore[return-value]

    def overdue(self, day: date | None = None) -> "AppointmentQuerySet":
        """Asked for, and not answered by the day on which that was due."""
        return self.filter(state="requested", due_on__lt=day or timezone.localdate())  # type: ignore[return-value]


@pghistory.track(exclude=["purpose", "note"])
class Appointment(models.Model):
    """One stretch of one day. Two confirmed ones of a center never overlap: the database refuses."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    class State(models.TextChoices):
        REQUESTED = "requested", _("等答复")
        CONFIRMED = "confirmed", _("说好了")
        DECLINED = "declined", _("没能安排")
        CANCELLED = "cancelled", _("已取消")

    center = models.ForeignKey(Center, models.PROTECT, related_name="appointments", verbose_name=_("中心"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    day: Any = models.DateField(_("日期"), editable=False)
    people = models.PositiveSmallIntegerField(
        _("几个人来"), default=1, validators=[MinValueValidator(1, PEOPLE), MaxValueValidator(MOST_PEOPLE, PEOPLE)]
    )
    purpose = models.CharField(_("来做什么"), max_length=120)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("申请人"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.REQUESTED, editable=False)
    note = models.CharField(_("答复"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("申请时间"), default=timezone.now, editable=False)
    due_on: Any = models.DateField(_("答复期限"), editable=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("预约开放申请")
        verbose_name_plural = _("预约开放申请")
        ordering = ["-starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_times_in_order", violation_error_message=ORDER
            ),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + LONGEST), name="appointment_at_most_four_hours", violation_error_message=LENGTH
            ),
            models.CheckConstraint(
                condition=Q(people__gte=1, people__lte=MOST_PEOPLE),
                name="appointment_people_range",
                violation_error_message=PEOPLE,
            ),
            models.CheckConstraint(
                condition=Q(state="requested", answered_at=None)
                | Q(state__in=("confirmed", "declined"), answered_at__isnull=False)
                | Q(state="cancelled"),
                name="appointment_answered_is_dated",
                violation_error_message=_("答复过的申请要有答复时间，没答复的没有。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(note=""),
                name="appointment_declined_says_why",
                violation_error_message=_("不能安排的要写明原因。"),
            ),
            models.UniqueConstraint(
                fields=["asked_by", "center", "day"],
                condition=Q(state__in=LIVE),
                name="appointment_one_live",
                violation_error_message=_("这一天您已经申请过这个中心了，想改时间请先取消原来那个。"),
            ),
            ExclusionConstraint(
                name="appointment_no_overlap",
                expressions=[("center", RangeOperators.EQUAL), (Stretch, RangeOperators.OVERLAPS)],
                condition=Q(state="confirmed"),
                violation_error_message=_("这段时间已经约给别人了，请换个时间。"),
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(state="requested"), name="appointment_open_due")]
        triggers = [in_turn("centers_center", "center_id", pgtrigger.Q(new__state="confirmed"))]

    def __str__(self) -> str:
        return f"{self.center} {self.span}"

    @property
    def span(self) -> str:
        """``2026-12-05 18:00–19:30``."""
        return f"{timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}–{timezone.localtime(self.ends_at):%H:%M}"

    @property
    def overdue(self) -> bool:
        return bool(self.state == self.State.REQUESTED and self.due_on < timezone.localdate())

    @property
    def begun(self) -> bool:
        return self.starts_at <= timezone.now()

    def fill(self) -> None:
        """The day follows from the start, the deadline from when it was asked for: it is never later than the day itself."""
        if self.starts_at:
            self.day = timezone.localdate(self.starts_at)
            if self.due_on is None:
                self.due_on = min(working_days.add_working_days(timezone.localdate(self.created_at), DAYS), self.day)

    def clean_fields(self, exclude: Any = None) -> None:
        self.fill()
        super().clean_fields(exclude)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill()
        super().save(*args, **kwargs)

    def validate_constraints(self, exclude: Any = None) -> None:
        """With the state, which no form shows: without it Django can't read the conditions."""
        super().validate_constraints({*(exclude or ())} - {"state"})

    def clean(self) -> None:
        # Before the exclusion constraint is asked: PostgreSQL makes no range that ends before it begins.
        if not self.starts_at or not self.ends_at:
            return
        if self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": ORDER})
        if self.ends_at - self.starts_at > LONGEST:
            raise ValidationError({"ends_at": LENGTH})
        if self._state.adding:
            self._clean_new()
        if self.center_id and (self._state.adding or self.state == self.State.CONFIRMED):
            self._clean_window()

    def _clean_new(self) -> None:
        if self.begun:
            raise ValidationError({"starts_at": _("这个时间已经过了，请往后选。")})
        if timezone.localdate(self.starts_at) > timezone.localdate() + timedelta(AHEAD):
            raise ValidationError({"starts_at": _("最多提前 30 天申请。")})

    def _clean_window(self) -> None:
        """Asked for and confirmed within a window by appointment; one whose hours have changed since can still be declined."""
        from centers import opening

        first, last = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        plan = opening.week(self.center, first.date(), 1)[0]
        if first.date() != last.date() or not plan.arranged(first.time(), last.time()):
            words = _("这一天可以预约的时段是 %(spans)s，请选在里面。") if plan.spans else _("这个中心这一天没有预约开放的时段。")
            raise ValidationError({"starts_at": words % {"spans": plan.spans} if plan.spans else words})


def moment(day: date, clock: Any) -> datetime:
    """A time of a day in Shanghai."""
    return timezone.make_aware(datetime.combine(day, clock))
