"""Imports: a file that somebody uploaded for a register, what became of its rows, and the file that goes back."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class


def import_path(instance: "ImportJob", filename: str) -> str:
    """A name that says nothing and can't be guessed."""
    return f"imports/{timezone.localdate():%Y/%m}/{secrets.token_hex(16)}.xlsx"


class ImportJobQuerySet(ScopedQuerySet["ImportJob"]):
    region_lookup = ""

    def allowed(self, user: Any, action: str = "view") -> "ImportJobQuerySet":
        """One's own, whatever one's roles: the file is the uploader's."""
        return self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()  # type: ignore[return-value]

    def waiting(self) -> "ImportJobQuerySet":
        """Those that a worker has to go on with."""
        return self.filter(phase__in=ImportJob.RUNNING)  # type: ignore[return-value]


class ImportJob(models.Model):
    """One import. The counts are the preview's until it is applied, then what was done."""

    data_class = data_class.PERSONAL
    scope = Scope.PLAIN

    class Phase(models.TextChoices):
        UPLOADED = "uploaded", _("等待核对")
        CHECKING = "checking", _("正在核对")
        CHECKED = "checked", _("等您确认")
        APPLYING = "applying", _("正在导入")
        DONE = "done", _("已导入")
        FAILED = "failed", _("没能导入")
        CANCELLED = "cancelled", _("已取消")

    RUNNING = (Phase.UPLOADED, Phase.CHECKING, Phase.APPLYING)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports", verbose_name=_("谁"))
    register = models.SlugField(_("台账"), max_length=40)
    phase = models.CharField(_("进展"), max_length=9, choices=Phase.choices, default=Phase.UPLOADED)
    file = models.FileField(upload_to=import_path, editable=False)
    file_name = models.CharField(_("文件名"), max_length=120)
    sha256 = models.CharField(max_length=64)
    total = models.PositiveIntegerField(_("行数"), default=0)
    done = models.PositiveIntegerField(_("已处理"), default=0)
    added = models.PositiveIntegerField(_("新增"), default=0)
    changed = models.PositiveIntegerField(_("修改"), default=0)
    unchanged = models.PositiveIntegerField(_("没有变化"), default=0)
    bad = models.PositiveIntegerField(_("有问题"), default=0)
    #: [line, column, what is wrong and how to put it right], never the value; all of them while the file is to be marked.
    faults = models.JSONField(default=list)
    #: The first 20 of them, for the page.
    first = models.JSONField(default=list)
    ignored = models.JSONField(_("没有用到的列"), default=list)
    words = models.CharField(_("说明"), max_length=300, blank=True)
    result = models.FileField(upload_to=import_path, editable=False, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("上传时间"), default=timezone.now)
    #: When a worker was last asked; beat asks again.
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("Excel 导入")
        verbose_name_plural = _("Excel 导入")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="import_own"),
            models.Index(fields=["asked_at"], condition=Q(phase__in=["uploaded", "checking", "applying"]), name="import_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.register} #{self.pk}"

    @property
    def good(self) -> int:
        """The rows that are, or would be, written."""
        return self.added + self.changed

    @property
    def running(self) -> bool:
        return self.phase in self.RUNNING
