"""Standards in versions: a set, its seven standards, their items. A published set can't be changed, by anybody."""

from datetime import date
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class
from records.triggers import in_turn

InForce = Func(F("in_force_from"), F("in_force_until"), models.Value("[]"), function="daterange", output_field=models.Field())
#: Raised as a violated check, so that every caller meets it as an IntegrityError with this name.
PUBLISHED = "standard_set_published"


def only_in_draft(found: str) -> pgtrigger.Trigger:
    """Refuses INSERT, UPDATE and DELETE of a part whose set is not a draft, of the old and of the new set.

    ``found`` selects the states of the sets that are concerned; a row of one that is not a draft is one too many.
    """
    return pgtrigger.Trigger(
        name="only_in_draft",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("found", "text")],
        func=f"""
            {found}
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'the standard set is published' USING ERRCODE = '23514', CONSTRAINT = '{PUBLISHED}';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


class Origin(models.TextChoices):
    """Whether the district's published report names it, or we derived it from the report's text (DOMAIN §3)."""

    NAMED = "named", _("原文列明")
    DERIVED = "derived", _("据原文归纳，待确认")


class StandardSetQuerySet(ScopedQuerySet["StandardSet"]):
    seen_below = True
    changed_in = ("draft",)

    def below(self) -> Q:
        return ~Q(state="draft")

    def in_force(self, day: date, code: str) -> "StandardSet | None":
        """The set that holds in a region on a day: its district's."""
        rows = self.exclude(state="draft").filter(region__code=code[:6], in_force_from__lte=day)
        return rows.filter(Q(in_force_until=None) | Q(in_force_until__gte=day)).order_by("-version").first()


@pghistory.track()
class StandardSet(models.Model):
    """One version of a district's standards."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("已停用")

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    name = models.CharField(_("名称"), max_length=60)
    version = models.PositiveSmallIntegerField(_("版本"), validators=[MinValueValidator(1)])
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    pass_percent = models.PositiveSmallIntegerField(
        _("达标线（%）"),
        default=80,
        validators=[MaxValueValidator(100)],
        help_text=_("得分率达到这个数、重点项都符合，才算达标。默认值，可以改。"),
    )
    in_force_from = models.DateField(_("施行日期"), null=True, blank=True, editable=False)
    in_force_until = models.DateField(_("施行到"), null=True, blank=True, editable=False)
    note = models.TextField(_("说明"), max_length=1000, blank=True)

    objects = StandardSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("标准")
        verbose_name_plural = _("标准")
        ordering = ["region__code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "version"], name="standard_version_once", violation_error_message=_("这个区已经有这个版本的标准。")
            ),
            models.CheckConstraint(
                condition=Q(state="draft", in_force_from=None, in_force_until=None)
                | Q(state="published", in_force_from__isnull=False)
                | Q(state="retired", in_force_from__isnull=False, in_force_until__isnull=False),
                name="standard_published_is_dated",
                violation_error_message=_("发布的标准要有施行日期，草稿没有；停用的要有施行到的日期。"),
            ),
            models.CheckConstraint(
                condition=Q(in_force_until=None) | Q(in_force_until__gte=F("in_force_from")),
                name="standard_dates_in_order",
                violation_error_message=_("新版的施行日期要晚于上一版，请换一个日期。"),
            ),
            models.CheckConstraint(
                condition=Q(pass_percent__lte=100), name="standard_pass_percent", violation_error_message=_("达标线是 0 到 100 的数。")
            ),
            ExclusionConstraint(
                name="standard_one_in_force",
                expressions=[("region", RangeOperators.EQUAL), (InForce, RangeOperators.OVERLAPS)],
                condition=~Q(state="draft"),
                violation_error_message=_("同一天只能有一版标准在施行。"),
            ),
        ]
        triggers = [in_turn("accounts_region", "region_id", ~pgtrigger.Q(new__state="draft"))]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def clean(self) -> None:
        if self.in_force_from and self.in_force_until and self.in_force_until < self.in_force_from:
            raise ValidationError(_("新版的施行日期要晚于上一版，请换一个日期。"))


class StandardQuerySet(ScopedQuerySet["Standard"]):
    region_lookup = "set__region__code"
    seen_below = True

    def below(self) -> Q:
        return ~Q(set__state="draft")


class Part(models.Model):
    """What standards and items share: frozen with their set."""

    origin = models.CharField(_("出处"), max_length=8, choices=Origin.choices, default=Origin.DERIVED)

    class Meta:
        abstract = True

    def set_state(self) -> str:
        """The state of the set that the part belongs to."""
        return ""

    def clean(self) -> None:
        if self.set_state() != StandardSet.State.DRAFT:
            raise ValidationError(_("这一版标准已经发布，不能再改。请先“做新版本”，在草稿里改。"))


@pghistory.track()
class Standard(Part):
    """One of the seven."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    set = models.ForeignKey(StandardSet, models.CASCADE, related_name="standards", verbose_name=_("标准"))
    number = models.PositiveSmallIntegerField(_("序号"), validators=[MinValueValidator(1), MaxValueValidator(20)])
    name = models.CharField(_("名称"), max_length=40)
    summary = models.CharField(_("说明"), max_length=200, blank=True)

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = _("标准条")
        verbose_name_plural = _("标准条")
        ordering = ["set", "number"]
        constraints = [
            models.UniqueConstraint(fields=["set", "number"], name="standard_number_once", violation_error_message=_("这个序号已经用了。"))
        ]
        triggers = [
            only_in_draft(
                "PERFORM 1 FROM centers_standardset WHERE id IN (NEW.set_id, OLD.set_id) FOR SHARE;"
                " SELECT state INTO found FROM centers_standardset"
                " WHERE id IN (NEW.set_id, OLD.set_id) AND state <> 'draft' LIMIT 1;"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    def set_state(self) -> str:
        return str(self.set.state)


class ItemQuerySet(ScopedQuerySet["StandardItem"]):
    region_lookup = "standard__set__region__code"
    seen_below = True

    def below(self) -> Q:
        return ~Q(standard__set__state="draft")


@pghistory.track()
class StandardItem(Part):
    """What an inspection asks: met, not met, not applicable or unknown."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Evidence(models.TextChoices):
        LOOK = "look", _("现场看")
        PHOTO = "photo", _("拍一张照片")
        RECORD = "record", _("系统记录")
        PAPER = "paper", _("查阅材料")

    standard = models.ForeignKey(Standard, models.CASCADE, related_name="items", verbose_name=_("所属标准"))
    number = models.PositiveSmallIntegerField(_("序号"), validators=[MinValueValidator(1), MaxValueValidator(99)])
    text = models.CharField(_("内容"), max_length=200)
    evidence = models.CharField(_("怎么看"), max_length=8, choices=Evidence.choices, default=Evidence.LOOK)
    weight = models.PositiveSmallIntegerField(_("权重"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)])
    essential = models.BooleanField(_("重点项"), default=False)
    threshold = models.DecimalField(_("本地数值要求"), max_digits=10, decimal_places=2, null=True, blank=True, help_text=_("没有就留空。"))
    unit = models.CharField(_("数值单位"), max_length=10, blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("标准项")
        verbose_name_plural = _("标准项")
        ordering = ["standard", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "number"], name="standard_item_number_once", violation_error_message=_("这个序号已经用了。")
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1), name="standard_item_weight_positive", violation_error_message=_("权重至少是 1。")
            ),
            models.CheckConstraint(
                condition=Q(threshold=None) | Q(threshold__gt=0),
                name="standard_item_threshold_positive",
                violation_error_message=_("数值要求要大于 0；没有就留空。"),
            ),
        ]
        triggers = [
            only_in_draft(
                "PERFORM 1 FROM centers_standardset s JOIN centers_standard t ON t.set_id = s.id"
                " WHERE t.id IN (NEW.standard_id, OLD.standard_id) FOR SHARE OF s;"
                " SELECT s.state INTO found FROM centers_standardset s JOIN centers_standard t ON t.set_id = s.id"
                " WHERE t.id IN (NEW.standard_id, OLD.standard_id) AND s.state <> 'draft' LIMIT 1;"
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def wants_photo(self) -> bool:
        return self.evidence == self.Evidence.PHOTO

    def set_state(self) -> str:
        return str(self.standard.set.state)


def next_version(old: StandardSet) -> StandardSet:
    """A draft with everything of the old version, to be edited; the caller checks ``add`` and audits."""
    last: Any = StandardSet.objects.filter(region=old.region).aggregate(last=models.Max("version"))["last"]
    new = StandardSet.objects.create(
        region=old.region, name=old.name, version=last + 1, pass_percent=old.pass_percent, note=old.note, state=StandardSet.State.DRAFT
    )
    for standard in old.standards.prefetch_related("items"):
        items = list(standard.items.all())
        standard.pk, standard._state.adding, standard.set = None, True, new
        standard.save()
        for item in items:
            item.pk, item._state.adding, item.standard = None, True, standard
            item.save()
    return new
