"""Leave: asked for, agreed or not; the roster sees it at once. The kind is enough: no illness is written down."""

from datetime import date, timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class
from records.triggers import in_turn
from staffing.models.cadre import ORDER, Cadre

Span = Func(F("first_day"), F("last_day"), models.Value("[]"), function="daterange", output_field=models.Field())
LONGEST = 180
LIVE = ("requested", "approved")
LENGTH = _("一次最长 180 天，更长的请改任职里的“轮值安排”。")


class LeaveQuerySet(ScopedQuerySet["Leave"]):
    region_lookup = "cadre__region__code"

    def own(self, user: Any) -> Q:
        return Q(cadre__user=user)

    def agreed(self, first: date, last: date) -> "LeaveQuerySet":
        """Agreed leave that touches these days."""
        return self.filter(state="approved", first_day__lte=last, last_day__gte=first)  # type: ignore[return-value]


@pghistory.track(exclude=["note", "reply"])
class Leave(models.Model):
    """Whole days of one cadre. Two live ones of a person never overlap: the database refuses."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    class Kind(models.TextChoices):
        ANNUAL = "annual", _("年休假")
        SICK = "sick", _("病假")
        PERSONAL = "personal", _("事假")
        FAMILY = "family", _("婚产、陪护假")
        OFFICIAL = "official", _("公差、培训")

    class State(models.TextChoices):
        REQUESTED = "requested", _("等答复")
        APPROVED = "approved", _("已同意")
        REFUSED = "refused", _("没有同意")
        CANCELLED = "cancelled", _("已撤销")

    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="leaves", verbose_name=_("干部"))
    kind = models.CharField(_("假别"), max_length=8, choices=Kind.choices)
    first_day = models.DateField(_("第一天"))
    last_day = models.DateField(_("最后一天"))
    note = models.CharField(_("说明"), max_length=100, blank=True, help_text=_("可以不填。请不要写病情。"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.REQUESTED, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("谁填的"))
    created_at = models.DateTimeField(_("申请时间"), default=timezone.now, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("谁答复的")
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True, editable=False)
    reply = models.CharField(_("答复"), max_length=200, blank=True, editable=False)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("请假")
        verbose_name_plural = _("请假")
        ordering = ["-first_day", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="leave_days_in_order", violation_error_message=ORDER),
            models.CheckConstraint(
                condition=Q(last_day__lte=F("first_day") + LONGEST), name="leave_at_most_180_days", violation_error_message=LENGTH
            ),
            models.CheckConstraint(
                condition=Q(state="requested", answered_at=None)
                | Q(state__in=("approved", "refused"), answered_at__isnull=False)
                | Q(state="cancelled"),
                name="leave_answered_is_dated",
                violation_error_message=_("答复过的要有答复时间，没答复的没有。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reply=""),
                name="leave_refused_says_why",
                violation_error_message=_("不同意的要写明原因。"),
            ),
            ExclusionConstraint(
                name="leave_no_overlap",
                expressions=[("cadre", RangeOperators.EQUAL), (Span, RangeOperators.OVERLAPS)],
                condition=Q(state__in=LIVE),
                violation_error_message=_("这几天里已经请过假了，要改时间请先撤销那一条。"),
            ),
        ]
        triggers = [in_turn("staffing_cadre", "cadre_id")]

    def __str__(self) -> str:
        return f"{self.cadre.masked_name} {self.span}"

    @property
    def span(self) -> str:
        """``2026-12-05–2026-12-07``."""
        return f"{self.first_day}" if self.first_day == self.last_day else f"{self.first_day}–{self.last_day}"

    @property
    def due_on(self) -> date:
        """Answered the day after it was asked for, and before it begins."""
        return min(timezone.localdate(self.created_at) + timedelta(days=1), self.first_day)

    def validate_constraints(self, exclude: Any = None) -> None:
        """With the state, which no form shows: without it Django can't read the conditions."""
        super().validate_constraints({*(exclude or ())} - {"state"})

    def clean(self) -> None:
        if not self.first_day or not self.last_day:
            return
        if self.last_day < self.first_day:
            raise ValidationError({"last_day": ORDER})
        if self._state.adding and self.cadre_id and self.settled():
            raise ValidationError({"first_day": _("那个月已经结账，不能再补假。")})

    def settled(self) -> bool:
        """Whether a month of these days, at a center of the cadre, is settled."""
        from staffing.models.roster import Roster

        months = {self.first_day.replace(day=1), self.last_day.replace(day=1)}
        closed = Roster.objects.filter(state="closed", month__in=months, center__postings__cadre=self.cadre_id)
        return closed.exists()
