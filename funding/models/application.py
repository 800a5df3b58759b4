"""A village's application for a star: the system's own facts, frozen when it is handed in, and what only the village can know."""

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models import Center
from funding.models.round import PUBLISHED, RatingRound
from funding.models.scheme import Criterion
from records import data_class

#: Takes part in the result: handed in, a veto caps its star, a ruling gives it none.
COUNTED = ("submitted", "vetoed", "ruled")

SCORED = Q(state="submitted") | Q(state="vetoed", round__scheme__veto_star__gt=0)

FROZEN = """
    IF TG_OP = 'DELETE' THEN target := OLD.round_id; ELSE target := NEW.round_id; END IF;
    SELECT state INTO found FROM funding_ratinground WHERE id = target FOR SHARE;
    IF TG_OP = 'UPDATE' AND found IN ('decided', 'final') AND OLD.round_id = NEW.round_id AND (OLD.reopened OR NEW.reopened) THEN
        RETURN NEW;
    END IF;
    IF found <> 'open' OR (TG_OP = 'UPDATE' AND OLD.round_id <> NEW.round_id) THEN
        RAISE EXCEPTION 'the round is not open' USING ERRCODE = '23514', CONSTRAINT = 'application_round_open';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


class ApplicationQuerySet(ScopedQuerySet["Application"]):
    region_lookup = "center__region__code"
    changed_in = ("draft", "returned")

    def counted(self) -> "ApplicationQuerySet":
        return self.filter(state__in=COUNTED)  # type: ignore[return-value]

    def published(self) -> "ApplicationQuerySet":
        """The result of a round that was decided."""
        return self.counted().filter(round__state__in=PUBLISHED)  # type: ignore[return-value]


@pghistory.track()
class Application(models.Model):
    """One center in one round. ``facts``: list of {key, value, unit, rows}; written once, at handing in."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已申报")
        RETURNED = "returned", _("退回补充")
        WITHDRAWN = "withdrawn", _("已撤回")
        VETOED = "vetoed", _("一票否决")
        RULED = "ruled", _("另行处理")

    round = models.ForeignKey(RatingRound, models.PROTECT, related_name="applications", verbose_name=_("评星"))
    center = models.ForeignKey(Center, models.PROTECT, related_name="applications", verbose_name=_("中心"))
    strengths = models.CharField(
        _("做得好的"), max_length=300, blank=True, help_text=_("写系统不知道的：特别的做法、居民的变化。数字不用写，系统会带上。")
    )
    plans = models.CharField(_("还要改进的"), max_length=300, blank=True)
    facts = models.JSONField(_("系统里的事实"), default=list, blank=True, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("申报人")
    )
    submitted_at = models.DateTimeField(_("申报时间"), null=True, blank=True, editable=False)
    remark = models.CharField(_("意见"), max_length=200, blank=True, editable=False)
    veto = models.ForeignKey(
        Criterion, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("否决的是哪一项")
    )

    #: Opened again after a decision, to set right what an objection showed; till the next decision.
    reopened = models.BooleanField(_("正在改正"), default=False, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("评星申报")
        verbose_name_plural = _("评星申报")
        ordering = ["round", "center__region__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "center"], name="application_once", violation_error_message=_("这个中心已经有一份申报了，请打开那一份。")
            ),
            models.CheckConstraint(
                condition=~Q(state__in=COUNTED) | Q(submitted_at__isnull=False),
                name="application_submitted_is_dated",
                violation_error_message=_("申报了的要有申报时间。"),
            ),
            models.CheckConstraint(
                condition=Q(state="vetoed", veto__isnull=False) & ~Q(remark="") | ~Q(state="vetoed") & Q(veto=None),
                name="application_veto_says_why",
                violation_error_message=_("一票否决要写明是哪一项、为什么。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="ruled") | ~Q(remark=""),
                name="application_ruling_says_why",
                violation_error_message=_("另行处理要写明理由。"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="round_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("target", "bigint"), ("found", "text")],
                func=FROZEN,
            )
        ]

    def __str__(self) -> str:
        return f"{self.center} {self.round}"

    @property
    def to_score(self) -> bool:
        """Whether it is scored at all: a veto that leaves a star possible leaves the scores too. ``SCORED`` says the same of many."""
        return self.state == self.State.SUBMITTED or (self.state == self.State.VETOED and self.round.scheme.veto_star > 0)

    @property
    def reviewer_note(self) -> str:
        """What the desk shows above the form."""
        return self.remark if self.state == self.State.RETURNED else ""

    def validate_constraints(self, exclude: Any = None) -> None:
        super().validate_constraints({*(exclude or ())} - {"state"})

    def clean(self) -> None:
        if self.state in self._meta.default_manager.all().changed_in and self.round_id and self.round.phase != "applying":  # type: ignore[union-attr]
            raise ValidationError({"round": _("现在不是申报时间，请看这次评星的日期。")})
        if self.pk and self.round_id and Application.objects.filter(pk=self.pk).exclude(round=self.round_id).exists():
            raise ValidationError({"round": _("一份申报只属于一次评星，请另写一份。")})
        if self.center_id and self.round_id and not self.center.region.code.startswith(self.round.region.code):
            raise ValidationError({"center": _("这个中心不在这次评星的范围里。")})
