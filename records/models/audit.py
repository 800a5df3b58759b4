"""The readable log of decisions, logins, exports and unmaskings, and the hash chain that seals it."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records import data_class


class AuditEntry(models.Model):
    """Who did what to which row. Ids and field names only, never a personal value: erasure must stay complete."""

    data_class = data_class.INTERNAL

    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("谁"), related_name="+")
    action = models.CharField(_("做了什么"), max_length=80, db_index=True)
    target_type = models.CharField(_("对象类型"), max_length=60, blank=True)
    target_id = models.BigIntegerField(_("对象编号"), null=True)
    region_code = models.CharField(_("区划代码"), max_length=12, blank=True)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("涉及字段"), default=list)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    count = models.PositiveIntegerField(_("行数"), default=1)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ["-id"]
        indexes = [models.Index(fields=["target_type", "target_id"], name="audit_target")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id or ''}".strip()


class AuditSeal(models.Model):
    """One link of the chain: SHA-256 over the link before and the entry. Written by a beat task, after commit."""

    data_class = data_class.INTERNAL

    sequence = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, models.PROTECT, related_name="seal")
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("审计封印")
        verbose_name_plural = _("审计封印")
        ordering = ["sequence"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.sequence} {self.digest[:12]}"


class Anchor(models.Model):
    """That a day's head left the database: which link, its digest, where it went. The proof is the file and the letter."""

    data_class = data_class.INTERNAL

    day = models.DateField(_("日期"), unique=True)
    sequence = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    anchored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("审计链日锚")
        verbose_name_plural = _("审计链日锚")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.digest[:12]}"
