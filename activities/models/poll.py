"""The popularity poll: one vote for each verified phone, secret, advisory. It never feeds a star (DOMAIN §0.1)."""

from datetime import datetime
from typing import Any

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from activities.models.intake import check_years
from records import data_class


class PollQuerySet(ScopedQuerySet["Poll"]):
    changed_in = ("draft",)

    def published(self) -> "PollQuerySet":
        return self.filter(self.own(None))  # type: ignore[return-value]

    def own(self, user: Any) -> Q:
        """What everybody may read."""
        return Q(state__in=("announced", "published"))

    def open(self, at: datetime | None = None) -> "PollQuerySet":
        """Those that take votes at this moment (the named queryset of ``Poll.open``)."""
        now = at or timezone.now()
        return self.filter(state="announced", opens_at__lte=now, closes_at__gt=now)  # type: ignore[return-value]


@pghistory.track()
class Poll(models.Model):
    """人气服务项目评选: who liked what, for thanks and for the column; nothing else follows from it."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ANNOUNCED = "announced", _("已公布")
        PUBLISHED = "published", _("已公布结果")
        CANCELLED = "cancelled", _("已取消")

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    title = models.CharField(_("名称"), max_length=60)
    lead = models.CharField(_("说明"), max_length=200, blank=True)
    opens_at = models.DateTimeField(_("开始投票"))
    closes_at = models.DateTimeField(_("截止投票"))
    choices = models.PositiveSmallIntegerField(_("每人最多选几个"), default=3, validators=[MinValueValidator(1), MaxValueValidator(20)])
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects = PollQuerySet.as_manager()

    class Meta:
        verbose_name = _("人气评选")
        verbose_name_plural = _("人气评选")
        ordering = ["-opens_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")), name="poll_times_in_order", violation_error_message=_("截止要晚于开始。")
            ),
            models.CheckConstraint(
                condition=Q(choices__gte=1), name="poll_choices_positive", violation_error_message=_("每人至少选 1 个。")
            ),
            models.UniqueConstraint(
                fields=["region", "title"],
                condition=~Q(state="cancelled"),
                name="poll_title_once",
                violation_error_message=_("已经有同名的评选。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        check_years(self, "opens_at", "closes_at")

    @property
    def open(self) -> bool:
        return self.state == "announced" and self.opens_at <= timezone.now() < self.closes_at

    @property
    def over(self) -> bool:
        return self.closes_at <= timezone.now()


class PollOptionQuerySet(ScopedQuerySet["PollOption"]):
    region_lookup = "poll__region__code"

    def counted(self) -> "PollOptionQuerySet":
        """With their tallies, the best liked first."""
        return self.select_related("tally").order_by("-tally__votes", "id")  # type: ignore[return-value]


@pghistory.track()
class PollOption(models.Model):
    """Something that can be voted for; frozen once the poll is announced."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="options", verbose_name=_("人气评选"))
    title = models.CharField(_("名称"), max_length=60)
    summary = models.CharField(_("一句话介绍"), max_length=120, blank=True)
    center = models.ForeignKey("centers.Center", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("哪个中心的"))

    objects = PollOptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("评选项目")
        verbose_name_plural = _("评选项目")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "title"], name="poll_option_once", violation_error_message=_("这个项目已经在里面了。"))
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_once_announced",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM activities_poll WHERE id = COALESCE(NEW.poll_id, OLD.poll_id) AND state IN ('announced', 'published')
                    ) THEN
                        RAISE EXCEPTION 'the poll is announced' USING ERRCODE = '23514', CONSTRAINT = 'poll_option_frozen';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def votes(self) -> int:
        return self.tally.votes if hasattr(self, "tally") else 0

    def clean(self) -> None:
        if self.poll_id and self.poll.state != Poll.State.DRAFT:
            raise ValidationError(_("公布以后不能再改评选项目。"))


class PollTally(models.Model):
    """How many voted for an option: a count and nothing else, so that no row leads from a vote to who gave it."""

    data_class = data_class.INTERNAL

    option = models.OneToOneField(PollOption, models.CASCADE, related_name="tally")
    votes = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("票数")
        verbose_name_plural = _("票数")

    def __str__(self) -> str:
        return f"#{self.pk}"


class PollVoter(models.Model):
    """That a telephone number has voted, as a keyed digest: an account made anew has no second vote. Gone with the result."""

    data_class = data_class.PERSONAL

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="voters")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("已投票的号码")
        verbose_name_plural = _("已投票的号码")
        constraints = [
            models.UniqueConstraint(fields=["poll", "digest"], name="poll_one_vote", violation_error_message=_("您已经投过了，谢谢。"))
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
