"""One year's star rating. Applying, reviewing and the public notice follow from dates; what was decided is stored."""

from datetime import date
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from funding.models.scheme import RatingScheme
from records import data_class

#: Working days of the public notice (the issue's); days in which an objection is answered (a default of ours).
NOTICE_DAYS = 5
ANSWER_DAYS = 10
#: In these states scores are open to read: all are in.
REVEALED = ("scored", "decided", "final", "awarded", "disbursed")
#: In these everybody may read the result.
PUBLISHED = ("decided", "final", "awarded", "disbursed")


class RoundQuerySet(ScopedQuerySet["RatingRound"]):
    seen_below = True
    changed_in = ("draft",)

    def below(self) -> Q:
        return ~Q(state="draft")

    def published(self) -> "RoundQuerySet":
        return self.filter(state__in=PUBLISHED)  # type: ignore[return-value]

    def applying(self, day: date | None = None) -> "RoundQuerySet":
        """Villages may hand in; ``RatingRound.phase`` says the same of one."""
        on = day or timezone.localdate()
        return self.filter(state="open", apply_from__lte=on, apply_until__gte=on)  # type: ignore[return-value]

    def reviewing(self, day: date | None = None) -> "RoundQuerySet":
        """The time to apply is over, and not all scores are in; that it takes too long does not end it."""
        return self.filter(state="open", apply_until__lt=day or timezone.localdate())  # type: ignore[return-value]

    def in_notice(self, day: date | None = None) -> "RoundQuerySet":
        on = day or timezone.localdate()
        return self.filter(state="decided", notice_until__gte=on)  # type: ignore[return-value]


@pghistory.track(exclude=["seed"])
class RatingRound(models.Model):
    """Drafted, opened (which freezes its scheme), scored, decided, final, awarded, disbursed."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("准备中")
        OPEN = "open", _("进行中")
        SCORED = "scored", _("分数已齐")
        DECIDED = "decided", _("已评定，公示")
        FINAL = "final", _("已确定")
        AWARDED = "awarded", _("奖励已落实")
        DISBURSED = "disbursed", _("奖励已拨付")

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区县"))
    scheme = models.ForeignKey(RatingScheme, models.PROTECT, related_name="rounds", verbose_name=_("评星办法"))
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("名称"), max_length=60)
    facts_from = models.DateField(_("看哪段时间：从"))
    facts_until = models.DateField(_("到"))
    apply_from = models.DateField(_("申报从"))
    apply_until = models.DateField(_("申报到"))
    review_until = models.DateField(_("打分到"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    #: SHA-256 of the seed, shown from the opening on; the seed itself, which decides lots, once all scores are in.
    seed_commitment = models.CharField(_("抽签承诺"), max_length=64, blank=True, editable=False)
    seed = models.CharField(_("抽签种子"), max_length=64, blank=True, editable=False)
    opened_at = models.DateTimeField(_("开始时间"), null=True, blank=True, editable=False)
    drawn_at = models.DateTimeField(_("抽代表时间"), null=True, blank=True, editable=False)
    #: When all scores were in; a round that was opened again has another one.
    scored_at = models.DateTimeField(_("分数齐了的时间"), null=True, blank=True, editable=False)
    notice_from = models.DateField(_("公示从"), null=True, blank=True, editable=False)
    notice_until = models.DateField(_("公示到"), null=True, blank=True, editable=False)
    final_at = models.DateTimeField(_("确定时间"), null=True, blank=True, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("评星")
        verbose_name_plural = _("评星")
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "year", "title"], name="round_once", violation_error_message=_("这一年已经有同名的评星了。")
            ),
            models.CheckConstraint(
                condition=Q(apply_until__gte=F("apply_from"), review_until__gt=F("apply_until"))
                & Q(facts_until__gte=F("facts_from"), facts_until__lt=F("apply_from")),
                name="round_days_in_order",
                violation_error_message=_("日期的先后不对：先是看的那段时间，然后申报开始、申报结束、打分结束。"),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", opened_at=None) | ~Q(state="draft") & Q(opened_at__isnull=False),
                name="round_opened_is_dated",
                violation_error_message=_("开始了的要有开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=PUBLISHED, notice_from__isnull=False, notice_until__isnull=False) | ~Q(state__in=PUBLISHED),
                name="round_decided_is_noticed",
                violation_error_message=_("评定了的要有公示的起止日期。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("final", "awarded", "disbursed"), final_at__isnull=False)
                | ~Q(state__in=("final", "awarded", "disbursed")) & Q(final_at=None),
                name="round_final_is_dated",
                violation_error_message=_("确定了的要有确定时间，没确定的没有。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def phase(self) -> str:
        """``draft coming applying reviewing scored notice objection final awarded disbursed``."""
        today = timezone.localdate()
        if self.state == self.State.OPEN:
            return "coming" if today < self.apply_from else "applying" if today <= self.apply_until else "reviewing"
        if self.state == self.State.DECIDED:
            return "notice" if self.notice_until and today <= self.notice_until else "noticed"
        return self.state

    @property
    def phase_words(self) -> Any:
        words = {
            "coming": _("还没到申报时间"),
            "applying": _("申报中"),
            "reviewing": _("评议打分中"),
            "notice": _("公示中"),
            "noticed": _("公示期满"),
        }
        return words.get(self.phase) or self.get_state_display()

    @property
    def late(self) -> bool:
        """Scores should all be in."""
        return self.state == self.State.OPEN and self.review_until < timezone.localdate()

    @property
    def due_on(self) -> date | None:
        """The day by which the next step is due."""
        days = {"draft": self.apply_from, "applying": self.apply_until, "coming": self.apply_from, "reviewing": self.review_until}
        return days.get(self.phase, self.notice_until if self.state == self.State.DECIDED else None)

    @property
    def revealed(self) -> bool:
        return self.state in REVEALED

    @property
    def public(self) -> bool:
        return self.state in PUBLISHED

    def clean(self) -> None:
        if self.scheme_id and self.region_id and self.scheme.region_id != self.region_id:
            raise ValidationError({"scheme": _("请选本区的办法。")})
