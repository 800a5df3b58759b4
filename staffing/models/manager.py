"""Dedicated managers (专管员) by dated appointment, and the one list on safety that they fill in each month."""

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models import Center
from records import data_class
from records.triggers import in_turn
from staffing.models.cadre import ORDER, Cadre, DatedQuerySet, Days

#: What the monthly list asks; a default of ours after GB 25506 and the fire law's duties of a public place. Key → words.
SAFETY_ITEMS = {
    "exits": _("安全出口和通道没有堵，门能推开"),
    "fire": _("灭火器压力正常，没有过期"),
    "lights": _("应急灯、疏散标志亮着"),
    "wiring": _("没有乱拉电线，插座没有发热"),
    "kitchen": _("厨房燃气关好，报警器正常"),
    "children": _("儿童活动区桌角、窗户、器材没有危险"),
    "floor": _("地面不滑，扶手牢固"),
    "aid": _("急救箱里的东西齐全、没过期"),
}


@pghistory.track()
class CenterManager(models.Model):
    """One person's appointment as dedicated manager of a center. A center without one is a warning, never a block."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="managed", verbose_name=_("专管员"))
    center = models.ForeignKey(Center, models.PROTECT, related_name="managers", verbose_name=_("中心"))
    valid_from = models.DateField(_("任期起"), default=timezone.localdate)
    valid_until = models.DateField(_("任期止"), null=True, blank=True, help_text=_("最后一天；留空表示一直担任。"))

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("专管员")
        verbose_name_plural = _("专管员")
        ordering = ["center__region__code", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="manager_days_in_order",
                violation_error_message=ORDER,
            ),
            ExclusionConstraint(
                name="manager_once",
                expressions=[("cadre", RangeOperators.EQUAL), ("center", RangeOperators.EQUAL), (Days, RangeOperators.OVERLAPS)],
                violation_error_message=_("他在这段时间已经是这个中心的专管员了。"),
            ),
        ]
        triggers = [in_turn("staffing_cadre", "cadre_id")]

    def __str__(self) -> str:
        return f"{self.cadre} · {self.center}"

    def clean(self) -> None:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": ORDER})


class SafetyQuerySet(ScopedQuerySet["SafetyList"]):
    region_lookup = "center__region__code"


@pghistory.track()
class SafetyList(models.Model):
    """A month's list of one center: what was seen to be in order, what not. A point left out was not looked at."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    center = models.ForeignKey(Center, models.PROTECT, related_name="safety_lists", verbose_name=_("中心"))
    month = models.DateField(_("月份"), editable=False)
    fine = models.JSONField(_("没问题的"), default=list, blank=True)
    wrong = models.JSONField(_("有问题的"), default=list, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("填写人"))
    done_at = models.DateTimeField(_("填写时间"), default=timezone.now, editable=False)

    objects = SafetyQuerySet.as_manager()

    class Meta:
        verbose_name = _("安全清单")
        verbose_name_plural = _("安全清单")
        ordering = ["-month", "center__region__code"]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="safety_month_first", violation_error_message=_("月份写成当月第一天。")),
            models.UniqueConstraint(
                fields=["center", "month"], name="safety_once", violation_error_message=_("这个月的清单已经填过了，可以直接改那一份。")
            ),
            models.CheckConstraint(
                condition=Q(wrong=[]) | ~Q(note=""),
                name="safety_wrong_says_what",
                violation_error_message=_("有问题的请写一句是什么、在哪里，好安排人修。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center} {self.month:%Y-%m}"

    def words(self, keys: Any) -> list[str]:
        """What the points say, in the list's order."""
        return [str(words) for key, words in SAFETY_ITEMS.items() if key in keys]

    @property
    def unseen(self) -> list[str]:
        """The points that were not looked at."""
        return [key for key in SAFETY_ITEMS if key not in self.fine and key not in self.wrong]

    def clean(self) -> None:
        marked = [*self.fine, *self.wrong]
        if not marked or not set(marked) <= set(SAFETY_ITEMS) or len(marked) != len(set(marked)):
            raise ValidationError({"fine": _("请逐项勾选：没问题，或者有问题。没看的可以不勾。")})
