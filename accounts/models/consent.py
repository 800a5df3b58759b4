"""Consent by purpose and version: separate for sensitive data, withdrawn as easily as given (个人信息保护法 art. 14–16, 29, 31)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class


class ConsentQuerySet(ScopedQuerySet["ConsentRecord"]):
    region_lookup = "participant__region__code"

    def in_force(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_at=None)  # type: ignore[return-value]


@pghistory.track()
class ConsentRecord(models.Model):
    """That somebody agreed, for a participant, to one purpose in one version of its text, at a time."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    class Purpose(models.TextChoices):
        BOOKING = "booking", _("预约服务所需信息")
        CHILD = "child", _("未成年人个人信息")
        PHOTO = "photo", _("活动照片")
        CARE = "care", _("托管安全约定")
        HEALTH = "health", _("过敏和健康信息")

    class Channel(models.TextChoices):
        PAGE = "page", _("本人在网页确认")
        DESK = "desk", _("本人在窗口口头同意，工作人员代为记录")
        CALL = "call", _("本人在电话里口头同意，工作人员代为记录")
        API = "api", _("通过接口确认")

    participant = models.ForeignKey("accounts.Participant", models.CASCADE, related_name="consents", verbose_name=_("参与人"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("同意人（代记人）"))
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose.choices)
    version = models.CharField(_("告知书版本"), max_length=12)
    channel = models.CharField(_("方式"), max_length=4, choices=Channel.choices, default=Channel.PAGE)
    given_at = models.DateTimeField(_("同意时间"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("同意记录")
        verbose_name_plural = _("同意记录")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "purpose", "version"],
                condition=Q(withdrawn_at=None),
                name="consent_once",
                violation_error_message=_("这一版告知书已经同意过了。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_dates_in_order",
                violation_error_message=_("撤回时间早于同意时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"
