"""What was decided: a dated decision with its inputs' hash, one line a village; a later one replaces it, none is changed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from funding.models.application import Application
from funding.models.round import PUBLISHED, RatingRound
from records import data_class

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class DecisionQuerySet(ScopedQuerySet["Decision"]):
    region_lookup = "round__region__code"
    seen_below = True

    def published(self) -> "DecisionQuerySet":
        return self.filter(round__state__in=PUBLISHED)  # type: ignore[return-value]


class Decision(models.Model):
    """The district's decision on a round. ``tiers``: [{star, threshold, quota, award}] as they were applied; amounts in fen."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    round = models.ForeignKey(RatingRound, models.PROTECT, related_name="decisions", verbose_name=_("评星"))
    number = models.PositiveSmallIntegerField(_("第几次"))
    tiers = models.JSONField(_("星级标准"))
    budget = models.PositiveBigIntegerField(_("预算（分）"))
    inputs_hash = models.CharField(_("输入指纹"), max_length=64)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁决定的"))
    decided_at = models.DateTimeField(_("决定时间"), default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("评定")
        verbose_name_plural = _("评定")
        ordering = ["round", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="decision_once", violation_error_message=_("有人刚刚评定过了。")),
            models.CheckConstraint(
                condition=Q(number=1) | Q(number__gt=1) & ~Q(reason=""),
                name="decision_change_says_why",
                violation_error_message=_("重新评定要写明理由。"),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.round} #{self.number}"


class DecisionLineQuerySet(ScopedQuerySet["DecisionLine"]):
    region_lookup = "application__center__region__code"

    def published(self) -> "DecisionLineQuerySet":
        return self.filter(decision__round__state__in=PUBLISHED)  # type: ignore[return-value]

    def current(self) -> "DecisionLineQuerySet":
        """Of the last decision of each round."""
        last = Decision.objects.filter(round=models.OuterRef("decision__round")).order_by("-number").values("pk")[:1]
        return self.filter(decision=models.Subquery(last))  # type: ignore[return-value]


class DecisionLine(models.Model):
    """One village in a decision: the three sources (0–100, four digits shown), the total, the star, the award in fen."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="lines", verbose_name=_("评定"))
    application = models.ForeignKey(Application, models.PROTECT, related_name="lines", verbose_name=_("申报"))
    representatives = models.DecimalField(_("代表评议"), max_digits=7, decimal_places=4, null=True)
    township = models.DecimalField(_("镇街打分"), max_digits=7, decimal_places=4, null=True)
    district = models.DecimalField(_("区级评定"), max_digits=7, decimal_places=4, null=True)
    total = models.DecimalField(_("总分"), max_digits=5, decimal_places=2, null=True)
    star = models.PositiveSmallIntegerField(_("星级"))
    award = models.PositiveBigIntegerField(_("奖励（分）"))

    objects = DecisionLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("评定结果")
        verbose_name_plural = _("评定结果")
        ordering = ["decision", "-total", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "application"], name="line_once", violation_error_message=_("这个村社已经在这次评定里了。")
            ),
            models.CheckConstraint(
                condition=Q(star=0, award=0) | Q(star__range=(1, 5), total__isnull=False),
                name="line_star_has_total",
                violation_error_message=_("有星的要有总分；没有星就没有奖励。"),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.application} {self.star}★"
