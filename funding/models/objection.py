"""Objections during the public notice: units under their seal, individuals with a contact; answered within ten days, in public."""

from datetime import timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.phones import phone_validator
from accounts.scope import Scope, ScopedQuerySet
from centers.models.picture import paper_path
from funding.models.application import Application
from funding.models.round import ANSWER_DAYS, RatingRound
from records import data_class


class ObjectionQuerySet(ScopedQuerySet["Objection"]):
    region_lookup = "round__region__code"

    def open(self) -> "ObjectionQuerySet":
        return self.filter(state="received")  # type: ignore[return-value]

    def own(self, user: Any) -> Q:
        return Q(user=user)


@pghistory.track(exclude=["name", "phone", "text", "seal", "user"])
class Objection(models.Model):
    """What is said against a result. Its answer is published, who said it is not."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    class Kind(models.TextChoices):
        PERSON = "person", _("个人")
        UNIT = "unit", _("单位")

    class State(models.TextChoices):
        RECEIVED = "received", _("已收到")
        UPHELD = "upheld", _("成立")
        DISMISSED = "dismissed", _("不成立")

    round = models.ForeignKey(RatingRound, models.PROTECT, related_name="objections", editable=False, verbose_name=_("评星"))
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="objections", verbose_name=_("关于哪个村社"),
        help_text=_("不选就是对整个结果。"),
    )  # fmt: skip
    kind = models.CharField(_("您是"), max_length=6, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(_("姓名或单位名称"), max_length=60)
    phone = models.CharField(_("联系电话"), max_length=16, validators=[phone_validator])
    text = models.TextField(_("有什么异议，依据是什么"), max_length=1000)
    seal = models.FileField(_("盖章的书面材料"), upload_to=paper_path, blank=True, help_text=_("单位提的要盖章，拍照或扫描成 PDF。"))
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RECEIVED, editable=False)
    received_at = models.DateTimeField(_("收到时间"), default=timezone.now, editable=False)
    answer = models.TextField(_("答复"), max_length=1000, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("谁答复的")
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True, editable=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="received", answered_at=None) | Q(answered_at__isnull=False) & ~Q(answer="") & ~Q(state="received"),
                name="objection_answered_in_words",
                violation_error_message=_("答复要写明内容。"),
            ),
            models.CheckConstraint(
                condition=Q(kind="person") | ~Q(seal=""),
                name="objection_unit_seals",
                violation_error_message=_("单位提出异议，要附盖章的书面材料。"),
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(phone="") | Q(text=""),
                name="objection_says_who",
                violation_error_message=_("请留下姓名（或单位名称）和联系电话，答复时要找得到您。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def due_on(self) -> Any:
        return timezone.localdate(self.received_at) + timedelta(days=ANSWER_DAYS)

    @property
    def overdue(self) -> bool:
        return self.state == self.State.RECEIVED and self.due_on < timezone.localdate()

    def clean(self) -> None:
        if self.application and self.round_id and self.application.round_id != self.round_id:
            raise ValidationError({"application": _("请从这次评星里选。")})
