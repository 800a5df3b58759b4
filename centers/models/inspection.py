"""Inspections against the standard set in force on their day. Unknown stays unknown."""

import uuid

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models.center import Center, PartQuerySet
from centers.models.picture import Picture
from centers.models.standard import StandardItem, StandardSet
from records import data_class


class InspectionQuerySet(PartQuerySet):
    published = None  # type: ignore[assignment]  # inspections are no part of the public page; its standing is computed


@pghistory.track()
class Inspection(models.Model):
    """One visit. ``client_uuid`` is the device's own number: sent twice, it counts once."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Kind(models.TextChoices):
        SELF = "self", _("村社自查")
        TOWN = "town", _("镇街检查")
        DISTRICT = "district", _("区级检查")
        SPOT = "spot", _("随机抽查")

    center = models.ForeignKey(Center, models.PROTECT, related_name="inspections", verbose_name=_("中心"))
    standard_set = models.ForeignKey(StandardSet, models.PROTECT, related_name="inspections", verbose_name=_("按哪版标准"), editable=False)
    kind = models.CharField(_("检查类别"), max_length=8, choices=Kind.choices)
    inspected_on = models.DateField(_("检查日期"), default=timezone.localdate)
    remark = models.TextField(_("总的情况"), max_length=500, blank=True)
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("检查人"))
    client_uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    submitted_at = models.DateTimeField(_("提交时间"), default=timezone.now, editable=False)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("检查")
        verbose_name_plural = _("检查")
        ordering = ["-inspected_on", "-id"]
        indexes = [models.Index(fields=["center", "-inspected_on"], name="inspection_latest")]

    def __str__(self) -> str:
        return f"{self.center} {self.inspected_on} {self.get_kind_display()}"

    def clean(self) -> None:
        if self.inspected_on and self.inspected_on > timezone.localdate():
            raise ValidationError({"inspected_on": _("检查日期还没到，请填今天或以前的日期。")})


class AnswerQuerySet(ScopedQuerySet["InspectionAnswer"]):
    region_lookup = "inspection__center__region__code"


@pghistory.track()
class InspectionAnswer(models.Model):
    """What was seen of one item."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Result(models.TextChoices):
        MET = "met", _("符合")
        NOT_MET = "not_met", _("不符合")
        NOT_APPLICABLE = "na", _("不适用")
        UNKNOWN = "unknown", _("没看清")

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="answers", verbose_name=_("检查"))
    item = models.ForeignKey(StandardItem, models.PROTECT, related_name="+", verbose_name=_("标准项"))
    result = models.CharField(_("结果"), max_length=8, choices=Result.choices, default=Result.UNKNOWN)
    remark = models.CharField(_("备注"), max_length=200, blank=True)
    photo = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("照片"))

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("检查结果")
        verbose_name_plural = _("检查结果")
        ordering = ["inspection", "item__standard__number", "item__number"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="answer_once", violation_error_message=_("这一项已经有结果了。"))
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.get_result_display()}"
