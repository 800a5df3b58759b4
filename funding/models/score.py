"""Who reviews, drawn by lot, and the sheets of scores: blind until all are in, nobody scores their own village."""

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from funding.models.application import Application
from funding.models.round import REVEALED
from funding.models.scheme import Criterion
from records import data_class
from staffing.models.cadre import ORDER, DatedQuerySet

#: Sheets that may still be written: the round is open, or the one application was opened again.
NOW = Q(application__round__state="open") | Q(application__reopened=True)
#: Refused for whoever writes: a sheet of a round that is not open; of one's own village, unless recused; marks that are no 0–100 of
#: the source's own criteria; a sheet that is done without all of them. Words of a person that asked for it are taken out at any time.
GUARD = """
    IF TG_OP = 'UPDATE' AND NEW.reason = '—' AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' THEN
        RETURN NEW;
    END IF;
    today := (now() AT TIME ZONE 'Asia/Shanghai')::date;
    SELECT CASE WHEN a.reopened AND r.state IN ('decided', 'final') THEN 'open' ELSE r.state END, r.scheme_id, g.code
    INTO found, rules, place
    FROM funding_application a JOIN funding_ratinground r ON r.id = a.round_id
    JOIN centers_center c ON c.id = a.center_id JOIN accounts_region g ON g.id = c.region_id
    WHERE a.id = NEW.application_id FOR SHARE OF r;
    IF found <> 'open' OR (TG_OP = 'UPDATE' AND (OLD.application_id, OLD.scorer_id, OLD.source)
            IS DISTINCT FROM (NEW.application_id, NEW.scorer_id, NEW.source)) THEN
        RAISE EXCEPTION 'the round is not open' USING ERRCODE = '23514', CONSTRAINT = 'sheet_round_open';
    END IF;
    IF NEW.state <> 'recused' AND (
        EXISTS (SELECT 1 FROM funding_representative p JOIN accounts_region v ON v.id = p.region_id
                WHERE p.user_id = NEW.scorer_id AND length(v.code) >= 12 AND v.code = place)
        OR EXISTS (SELECT 1 FROM accounts_grant h JOIN accounts_region v ON v.id = h.region_id
                WHERE h.user_id = NEW.scorer_id AND length(v.code) >= 12 AND v.code = place
                AND h.valid_from <= today AND (h.valid_until IS NULL OR h.valid_until >= today))) THEN
        RAISE EXCEPTION 'one''s own village' USING ERRCODE = '23514', CONSTRAINT = 'sheet_own_village';
    END IF;
    SELECT count(*) INTO wanted FROM funding_criterion WHERE scheme_id = rules AND source = NEW.source;
    SELECT count(*) FILTER (WHERE t.id IS NOT NULL AND jsonb_typeof(m.value) = 'number'
               AND CASE WHEN jsonb_typeof(m.value) = 'number' THEN (m.value)::text::numeric BETWEEN 0 AND 100
                   AND (m.value)::text::numeric % 1 = 0 ELSE false END), count(*)
    INTO good, given FROM jsonb_each(NEW.marks) m
    LEFT JOIN funding_criterion t ON t.id::text = m.key AND t.scheme_id = rules AND t.source = NEW.source;
    IF good <> given OR (NEW.state = 'done' AND given <> wanted) THEN
        RAISE EXCEPTION 'marks' USING ERRCODE = '23514', CONSTRAINT = 'sheet_marks_fit';
    END IF;
    RETURN NEW;
"""
SEALED = """
    SELECT r.state INTO found FROM funding_application a JOIN funding_ratinground r ON r.id = a.round_id
    WHERE a.id = OLD.application_id FOR SHARE OF r;
    IF found <> 'open' THEN
        RAISE EXCEPTION 'the round is not open' USING ERRCODE = '23514', CONSTRAINT = 'sheet_round_open';
    END IF;
    RETURN OLD;
"""


class RepresentativeQuerySet(DatedQuerySet):
    region_lookup = "region__code"

    def own(self, user: Any) -> Q:
        return Q(user=user)


@pghistory.track()
class Representative(models.Model):
    """Somebody who may be drawn to review: two kinds of deputies, a committee member, a resident. ``region``: the own village."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Kind(models.TextChoices):
        PARTY = "party", _("党代表")
        CONGRESS = "congress", _("人大代表")
        CONFERENCE = "conference", _("政协委员")
        RESIDENT = "resident", _("居民代表")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="representative", verbose_name=_("账号"))
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("所在村社"))
    kind = models.CharField(_("身份"), max_length=10, choices=Kind.choices)
    valid_from = models.DateField(_("起"), default=timezone.localdate)
    valid_until = models.DateField(_("止"), null=True, blank=True)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("评议代表")
        verbose_name_plural = _("评议代表")
        ordering = ["region__code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user"], name="representative_once", violation_error_message=_("这个账号已经是评议代表了。")),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=models.F("valid_from")),
                name="representative_days_in_order",
                violation_error_message=ORDER,
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def clean(self) -> None:
        if self.region_id and self.region.level != "village":
            raise ValidationError({"region": _("请选到村社，本人所在的村社不能自己评。")})


class SheetQuerySet(ScopedQuerySet["Sheet"]):
    region_lookup = "application__center__region__code"

    def own(self, user: Any) -> Q:
        return Q(scorer=user)

    def allowed(self, user: Any, action: str = "view") -> "SheetQuerySet":
        """Sealed until all are in: till then one's own alone, not even their number is told. Ballots stay anonymous for ever."""
        rows = super().allowed(user, action)
        if action == "replace":  # who did not answer is seen without a mark
            return rows.filter(state="pending")  # type: ignore[return-value]
        open_now = Q(application__round__state__in=REVEALED) & ~Q(source="representatives")
        return rows.filter(Q(scorer_id=user.pk) | open_now)  # type: ignore[return-value]

    def done(self) -> "SheetQuerySet":
        return self.filter(state="done")  # type: ignore[return-value]

    def pending(self) -> "SheetQuerySet":
        """Waiting for the scorer, in rounds where scoring has begun."""
        return self.filter(NOW, state="pending")  # type: ignore[return-value]


@pghistory.track(exclude=["reason"])
class Sheet(models.Model):
    """One scorer's marks of one application: ``marks`` is {criterion id: 0–100, whole}; a mark that is missing is not there."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        PENDING = "pending", _("待打分")
        DONE = "done", _("已打分")
        RECUSED = "recused", _("已回避")

    Source = Criterion.Source
    SOURCES = [choice for choice in Criterion.Source.choices if choice[0] != "veto"]

    application = models.ForeignKey(Application, models.PROTECT, related_name="sheets", verbose_name=_("申报"))
    source = models.CharField(_("谁来评"), max_length=16, choices=SOURCES)
    scorer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sheets", verbose_name=_("打分人"))
    number = models.PositiveSmallIntegerField(_("第几份"), default=1, editable=False)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.PENDING, editable=False)
    marks = models.JSONField(_("分数"), default=dict, blank=True)
    reason = models.CharField(_("回避理由"), max_length=100, blank=True, editable=False)
    done_at = models.DateTimeField(_("打分时间"), null=True, blank=True, editable=False)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("评分表")
        verbose_name_plural = _("评分表")
        ordering = ["application", "source", "number", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "scorer"], name="sheet_once", violation_error_message=_("您已经有这个村社的评分表了，请打开那一份。")
            ),
            models.CheckConstraint(
                condition=Q(state="recused", marks={}) & ~Q(reason="") | ~Q(state="recused"),
                name="sheet_recused_is_empty",
                violation_error_message=_("回避的不打分，写一句理由就好。"),
            ),
            models.CheckConstraint(
                condition=Q(state="pending", done_at=None) | ~Q(state="pending") & Q(done_at__isnull=False),
                name="sheet_done_is_dated",
                violation_error_message=_("交了的评分表要有时间。"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="guard",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[
                    ("found", "text"),
                    ("place", "text"),
                    ("rules", "bigint"),
                    ("wanted", "int"),
                    ("given", "int"),
                    ("good", "int"),
                    ("today", "date"),
                ],
                func=GUARD,
            ),
            pgtrigger.Trigger(name="sealed", when=pgtrigger.Before, operation=pgtrigger.Delete, declare=[("found", "text")], func=SEALED),
        ]

    def __str__(self) -> str:
        return f"{self.application.center} {self.get_source_display()}"

    @property
    def region_code(self) -> str:
        return str(self.application.center.region.code)

    def validate_constraints(self, exclude: Any = None) -> None:
        super().validate_constraints({*(exclude or ())} - {"state", "marks", "reason", "scorer", "application"})
