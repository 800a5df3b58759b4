"""Pictures that belong to work (an inspection, a repair, a closure), and papers: private, in reach of who sees that work."""

import secrets
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models.center import Center
from records import data_class


def picture_path(instance: Any, filename: str) -> str:
    """A name that says nothing and can't be guessed."""
    return f"pictures/{timezone.localdate():%Y/%m}/{secrets.token_hex(16)}.webp"


def paper_path(instance: Any, filename: str) -> str:
    return f"papers/{timezone.localdate():%Y/%m}/{secrets.token_hex(16)}"


class PictureQuerySet(ScopedQuerySet["Picture"]):
    region_lookup = "center__region__code"


@pghistory.track(exclude=["small", "large"])
class Picture(models.Model):
    """One picture in two widths (480, 1600 px), WebP, without EXIF; ``dhash`` finds the same picture again."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION
    SIZES = {"small": 480, "large": 1600}

    class Source(models.TextChoices):
        INSPECTION = "inspection", _("检查")
        FINDING = "finding", _("整改")
        CLOSURE = "closure", _("销号")
        REPAIR = "repair", _("报修")
        SIGN = "sign", _("标识")

    center = models.ForeignKey(Center, models.PROTECT, related_name="pictures", verbose_name=_("所属中心"))
    source = models.CharField(_("用途"), max_length=10, choices=Source.choices, editable=False)
    small = models.FileField(upload_to=picture_path, editable=False)
    large = models.FileField(upload_to=picture_path, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    dhash = models.BigIntegerField(editable=False)
    bands = ArrayField(models.IntegerField(), default=list, editable=False)
    twin = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("可能是同一张照片")
    )
    hidden = models.BooleanField(_("未核实，不显示"), default=False, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"), default=timezone.now, editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("工作照片")
        verbose_name_plural = _("工作照片")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(width__gt=0, height__gt=0), name="picture_has_size", violation_error_message=_("照片的尺寸不对。")
            )
        ]
        indexes = [GinIndex(fields=["bands"], name="picture_bands")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class PaperQuerySet(ScopedQuerySet["Paper"]):
    unit_lookup = "placement__organisation"


@pghistory.track(exclude=["file", "name"])
class Paper(models.Model):
    """A scan or document of one placement, lease, site or upgrade task."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Kind(models.TextChoices):
        APPLICATION = "application", _("申请表（盖章扫描件）")
        BASIS = "basis", _("依据文件")
        DRAWING = "drawing", _("效果图")
        PLAN = "plan", _("方案和预算")
        AGREEMENT = "agreement", _("协议扫描件")
        TITLE = "title", _("房产证明")
        MINUTES = "minutes", _("会议纪要")
        ACCEPTANCE = "acceptance", _("验收表")
        OTHER = "other", _("其他")

    placement = models.ForeignKey(
        "centers.PlacementApplication", models.PROTECT, null=True, blank=True, editable=False, related_name="papers"
    )
    lease = models.ForeignKey("centers.Lease", models.PROTECT, null=True, blank=True, editable=False, related_name="papers")
    site = models.ForeignKey("centers.CandidateSite", models.PROTECT, null=True, blank=True, editable=False, related_name="papers")
    task = models.ForeignKey("centers.UpgradeTask", models.PROTECT, null=True, blank=True, editable=False, related_name="papers")
    region = models.ForeignKey("accounts.Region", models.PROTECT, editable=False, related_name="+", verbose_name=_("区划"))
    kind = models.CharField(_("材料类别"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("文件名"), max_length=120, editable=False)
    file = models.FileField(upload_to=paper_path, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(_("大小（字节）"), editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"), default=timezone.now, editable=False)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("材料")
        verbose_name_plural = _("材料")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(placement__isnull=False, lease=None, site=None, task=None)
                | Q(placement=None, lease__isnull=False, site=None, task=None)
                | Q(placement=None, lease=None, site__isnull=False, task=None)
                | Q(placement=None, lease=None, site=None, task__isnull=False),
                name="paper_of_one_thing",
                violation_error_message=_("一份材料只属于一件事，请从那件事的页面上传。"),
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
