"""The money: one append-only ledger of budget, allocation, payment and reversal; awards of a round.

Every entry moves the totals of its book and of what it is for, by a trigger; named CHECKs bound these totals, for raw SQL too:
no allocation beyond the budget, no payment beyond what was allocated. Whoever posts to one book waits for the one before.
"""

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models import Center
from funding.models.decision import APPEND_ONLY, DecisionLine
from funding.models.project import Project
from funding.models.round import RatingRound
from records import data_class


class BookQuerySet(ScopedQuerySet["Book"]):
    seen_below = True

    def published(self) -> "BookQuerySet":
        return self.all()  # type: ignore[return-value]


class Book(models.Model):
    """One purpose's money of one district and year, in fen. The totals are the ledger's, moved by its trigger alone."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Purpose(models.TextChoices):
        STARS = "stars", _("星级奖励")
        PROJECTS = "projects", _("一事一议")

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区县"))
    year = models.PositiveSmallIntegerField(_("年度"))
    purpose = models.CharField(_("用途"), max_length=8, choices=Purpose.choices)
    budgeted = models.BigIntegerField(_("预算（分）"), default=0, editable=False)
    allocated = models.BigIntegerField(_("已落实（分）"), default=0, editable=False)
    paid = models.BigIntegerField(_("已拨付（分）"), default=0, editable=False)

    objects = BookQuerySet.as_manager()

    class Meta:
        verbose_name = _("资金账簿")
        verbose_name_plural = _("资金账簿")
        ordering = ["-year", "purpose"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "year", "purpose"], name="book_once", violation_error_message=_("这一年的账簿已经有了。")
            ),
            models.CheckConstraint(
                condition=Q(allocated__range=(0, F("budgeted"))),
                name="book_allocated_within_budget",
                violation_error_message=_("超过了这一年的预算，请先核对预算。"),
            ),
            models.CheckConstraint(
                condition=Q(paid__range=(0, F("allocated"))),
                name="book_paid_within_allocated",
                violation_error_message=_("拨付的钱超过了已落实的数。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_purpose_display()}"


class AwardQuerySet(ScopedQuerySet["Award"]):
    region_lookup = "center__region__code"

    def published(self) -> "AwardQuerySet":
        return self.all()  # type: ignore[return-value]

    def unpaid(self) -> "AwardQuerySet":
        return self.filter(paid__lt=F("amount"))  # type: ignore[return-value]


@pghistory.track(exclude=["allocated", "paid"])
class Award(models.Model):
    """The money that a star brings a center; ``allocated`` and ``paid`` are the ledger's."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    round = models.ForeignKey(RatingRound, models.PROTECT, related_name="awards", verbose_name=_("评星"))
    line = models.OneToOneField(DecisionLine, models.PROTECT, related_name="awarded", verbose_name=_("评定结果"))
    center = models.ForeignKey(Center, models.PROTECT, related_name="awards", verbose_name=_("中心"))
    star = models.PositiveSmallIntegerField(_("星级"))
    amount = models.PositiveBigIntegerField(_("奖励（分）"))
    allocated = models.BigIntegerField(_("已落实（分）"), default=0, editable=False)
    paid = models.BigIntegerField(_("已拨付（分）"), default=0, editable=False)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("星级奖励")
        verbose_name_plural = _("星级奖励")
        ordering = ["-round__year", "-star", "center__region__code"]
        constraints = [
            models.UniqueConstraint(fields=["round", "center"], name="award_once", violation_error_message=_("这个中心的奖励已经有了。")),
            models.CheckConstraint(
                condition=Q(allocated__range=(0, F("amount"))),
                name="award_allocated_within_amount",
                violation_error_message=_("落实的钱超过了奖励的数。"),
            ),
            models.CheckConstraint(
                condition=Q(paid__range=(0, F("allocated"))),
                name="award_paid_within_allocated",
                violation_error_message=_("拨付的钱超过了已落实的数。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center} {self.star}★"


#: A reversal undoes one entry of the same book and target, whole; then the totals move, once a statement, and their CHECKs speak.
MOVE = """
    UPDATE {table} t SET {budget} allocated = t.allocated + s.allocated, paid = t.paid + s.paid
    FROM (SELECT {column} AS id,
              coalesce(sum(amount) FILTER (WHERE account = 'budget'), 0) AS budgeted,
              coalesce(sum(amount) FILTER (WHERE account = 'allocation'), 0) AS allocated,
              coalesce(sum(amount) FILTER (WHERE account = 'payment'), 0) AS paid
          FROM fresh WHERE {column} IS NOT NULL GROUP BY {column}) s
    WHERE t.id = s.id;
"""
REVERSES = """
    IF EXISTS (SELECT 1 FROM fresh n WHERE n.kind = 'reversal' AND NOT EXISTS (
            SELECT 1 FROM funding_ledgerentry e WHERE e.id = n.reverses_id AND e.kind <> 'reversal' AND e.book_id = n.book_id
            AND e.account = n.account AND e.amount = -n.amount AND e.region_id = n.region_id
            AND e.award_id IS NOT DISTINCT FROM n.award_id AND e.project_id IS NOT DISTINCT FROM n.project_id)) THEN
        RAISE EXCEPTION 'no such entry to reverse' USING ERRCODE = '23514', CONSTRAINT = 'entry_reverses_its_like';
    END IF;
"""
TARGETS = (
    ("funding_book", "book_id", "budgeted = t.budgeted + s.budgeted,"),
    ("funding_award", "award_id", ""),
    ("funding_project", "project_id", ""),
)
POST = "".join([REVERSES, *(MOVE.format(table=table, column=column, budget=also) for table, column, also in TARGETS), "RETURN NULL;"])


class EntryQuerySet(ScopedQuerySet["LedgerEntry"]):
    region_lookup = "region__code"
    seen_below = True

    def published(self) -> "EntryQuerySet":
        """The ledger is open."""
        return self.all()  # type: ignore[return-value]


class LedgerEntry(models.Model):
    """One posting, in fen; reversals are negative. ``region``: the center's, or the district's where it is budget."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Kind(models.TextChoices):
        BUDGET = "budget", _("预算")
        ALLOCATION = "allocation", _("落实")
        PAYMENT = "payment", _("拨付")
        REVERSAL = "reversal", _("冲销")

    ACCOUNTS = [choice for choice in Kind.choices if choice[0] != "reversal"]

    book = models.ForeignKey(Book, models.PROTECT, related_name="entries", verbose_name=_("账簿"))
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    account = models.CharField(_("科目"), max_length=10, choices=ACCOUNTS)
    amount = models.BigIntegerField(_("金额（分）"))
    award = models.ForeignKey(Award, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name=_("星级奖励"))
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name=_("一事一议项目"))
    star = models.PositiveSmallIntegerField(_("星级"), null=True, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("冲销的是哪一笔")
    )
    reason = models.CharField(_("说明"), max_length=200, blank=True)
    posted_on = models.DateField(_("记账日期"), default=timezone.localdate)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("记账人"))
    posted_at = models.DateTimeField(_("记账时间"), default=timezone.now)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("资金台账")
        verbose_name_plural = _("资金台账")
        ordering = ["-posted_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reversal", amount__lt=0, reverses__isnull=False) & ~Q(reason="")
                | ~Q(kind="reversal") & Q(kind=F("account"), amount__gt=0, reverses=None),
                name="entry_sign_fits",
                violation_error_message=_("金额要大于 0；冲销要写明哪一笔、为什么。"),
            ),
            models.CheckConstraint(
                condition=Q(account="budget", award=None, project=None)
                | Q(award__isnull=False, project=None)
                | Q(award=None, project__isnull=False),
                name="entry_for_one_thing",
                violation_error_message=_("落实和拨付要写明给哪个中心的哪一笔。"),
            ),
        ]
        indexes = [
            models.Index(fields=["book", "account"], name="entry_book_account"),
            models.Index(fields=["posted_on"], name="entry_day"),
        ]
        triggers = [
            APPEND_ONLY,
            pgtrigger.Trigger(
                name="post",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="fresh"),
                func=POST,
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def clean(self) -> None:
        if not self._state.adding:
            raise ValidationError(_("账只加不改，记错了请冲销。"))

    @property
    def target(self) -> Any:
        return self.award or self.project
