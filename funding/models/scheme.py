"""The rules of a star rating: who scores what with which weight, from which total a star is given, what it is worth.

A scheme is a version: it is frozen and hashed when a round opens; another year, another version (PEERS.md, Rules worth having).
"""

from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class

#: A part of a frozen scheme is refused, whoever writes it; the scheme's row is held, so that nobody freezes it meanwhile.
PART_FROZEN = """
    IF TG_OP = 'DELETE' THEN target := OLD.scheme_id; ELSE target := NEW.scheme_id; END IF;
    PERFORM 1 FROM funding_ratingscheme WHERE id = target FOR SHARE;
    PERFORM 1 FROM funding_ratingscheme WHERE id = target AND frozen_at IS NOT NULL;
    IF FOUND OR (TG_OP = 'UPDATE' AND OLD.scheme_id <> NEW.scheme_id) THEN
        RAISE EXCEPTION 'the scheme is frozen' USING ERRCODE = '23514', CONSTRAINT = '{name}';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


def part_frozen(name: str) -> pgtrigger.Trigger:
    """For tables whose rows belong to a scheme."""
    return pgtrigger.Trigger(
        name="frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("target", "bigint")],
        func=PART_FROZEN.format(name=name),
    )


class SchemeQuerySet(ScopedQuerySet["RatingScheme"]):
    seen_below = True

    def below(self) -> Q:
        return Q(frozen_at__isnull=False)

    def published(self) -> "SchemeQuerySet":
        """The rules of a round that has begun are anybody's to read."""
        return self.filter(frozen_at__isnull=False)  # type: ignore[return-value]


@pghistory.track()
class RatingScheme(models.Model):
    """One version of the rules. Amounts in fen; weights in per cent; thresholds on the total of 0–100."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区县"))
    name = models.CharField(_("名称"), max_length=60)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    weight_representatives = models.PositiveSmallIntegerField(_("代表评议占（%）"), default=30)
    weight_township = models.PositiveSmallIntegerField(_("镇街打分占（%）"), default=30)
    weight_district = models.PositiveSmallIntegerField(_("区级评定占（%）"), default=40)
    budget = models.PositiveBigIntegerField(_("总预算（分）"), default=0)
    quorum = models.PositiveSmallIntegerField(_("代表评议至少几票"), default=5, validators=[MinValueValidator(1)])
    trim_from = models.PositiveSmallIntegerField(_("几票起去掉两头"), default=10, validators=[MinValueValidator(10)])
    gap = models.PositiveSmallIntegerField(_("两位打分差多少要第三人"), default=10, validators=[MaxValueValidator(100)])
    veto_star = models.PositiveSmallIntegerField(_("一票否决后最多几星"), default=0, validators=[MaxValueValidator(5)])
    correct_leniency = models.BooleanField(
        _("校正镇街松紧"), default=False, help_text=_("按各镇街打分与区级评定的平均差来校正；不选就只显示。")
    )
    frozen_at = models.DateTimeField(_("定稿时间"), null=True, blank=True, editable=False)
    rules_hash = models.CharField(_("规则指纹"), max_length=64, blank=True, editable=False)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("评星办法")
        verbose_name_plural = _("评星办法")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name", "version"], name="scheme_once", violation_error_message=_("这个版本号已经有了，请写下一个。")
            ),
            models.CheckConstraint(
                condition=Q(weight_representatives=100 - F("weight_township") - F("weight_district")),
                name="scheme_weights_make_100",
                violation_error_message=_("代表、镇街、区级三项加起来要正好是 100。"),
            ),
            models.CheckConstraint(
                condition=Q(frozen_at=None, rules_hash="") | Q(frozen_at__isnull=False) & ~Q(rules_hash=""),
                name="scheme_frozen_is_hashed",
                violation_error_message=_("定稿的办法要有规则指纹。"),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen", operation=pgtrigger.Update | pgtrigger.Delete, condition=pgtrigger.Q(old__frozen_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def frozen(self) -> bool:
        return self.frozen_at is not None

    def validate_constraints(self, exclude: Any = None) -> None:
        super().validate_constraints({*(exclude or ())} - {"weight_representatives", "weight_township", "weight_district"})


class OfScheme(ScopedQuerySet[Any]):
    region_lookup = "scheme__region__code"
    seen_below = True

    def below(self) -> Q:
        return Q(scheme__frozen_at__isnull=False)


@pghistory.track()
class Tier(models.Model):
    """A star: from which total, how many at most (empty: as many as reach it), and the award in fen."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    scheme = models.ForeignKey(RatingScheme, models.CASCADE, related_name="tiers", verbose_name=_("评星办法"))
    star = models.PositiveSmallIntegerField(_("星级"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    threshold = models.DecimalField(
        _("总分不低于"), max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
    )
    quota = models.PositiveIntegerField(_("名额"), null=True, blank=True, help_text=_("不填就不限。"))
    award = models.PositiveBigIntegerField(_("奖励（分）"))

    objects = OfScheme.as_manager()

    class Meta:
        verbose_name = _("星级标准")
        verbose_name_plural = _("星级标准")
        ordering = ["scheme", "-star"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "star"], name="tier_once", violation_error_message=_("这个星级已经有一条了。")),
            models.CheckConstraint(condition=Q(star__range=(1, 5)), name="tier_star_range", violation_error_message=_("星级是 1 到 5。")),
            models.CheckConstraint(
                condition=Q(threshold__range=(0, 100)), name="tier_threshold_range", violation_error_message=_("分数线在 0 到 100 之间。")
            ),
        ]
        triggers = [part_frozen("tier_frozen")]

    def __str__(self) -> str:
        return f"{self.star}★"


@pghistory.track()
class Criterion(models.Model):
    """What one source scores from 0 to 100, or what bars a star (``VETO``, weight 0). The tree: 建管用评 → criterion."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Pillar(models.TextChoices):
        BUILD = "build", _("建")
        MANAGE = "manage", _("管")
        USE = "use", _("用")
        RATED = "rated", _("评")

    class Source(models.TextChoices):
        REPRESENTATIVES = "representatives", _("代表评议")
        TOWNSHIP = "township", _("镇街打分")
        DISTRICT = "district", _("区级评定")
        VETO = "veto", _("一票否决")

    scheme = models.ForeignKey(RatingScheme, models.CASCADE, related_name="criteria", verbose_name=_("评星办法"))
    pillar = models.CharField(_("建管用评"), max_length=8, choices=Pillar.choices)
    source = models.CharField(_("谁来评"), max_length=16, choices=Source.choices)
    number = models.PositiveSmallIntegerField(_("序号"))
    title = models.CharField(_("评什么"), max_length=60)
    guide = models.CharField(_("怎么评"), max_length=200, blank=True)
    weight = models.PositiveSmallIntegerField(_("权重"), default=1, validators=[MaxValueValidator(100)])
    fact = models.CharField(_("系统里的事实"), max_length=20, blank=True, help_text=_("打分时显示在旁边。"))

    objects = OfScheme.as_manager()

    class Meta:
        verbose_name = _("评分项")
        verbose_name_plural = _("评分项")
        ordering = ["scheme", "number", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "number"], name="criterion_number_once", violation_error_message=_("这个序号已经用过了。")
            ),
            models.CheckConstraint(
                condition=Q(source="veto", weight=0) | ~Q(source="veto") & Q(weight__range=(1, 100)),
                name="criterion_weight_fits",
                violation_error_message=_("权重写 1 到 100；一票否决的写 0。"),
            ),
        ]
        triggers = [part_frozen("criterion_frozen")]

    def __str__(self) -> str:
        return self.title
