"""Complaints and suggestions, with or without an account; answered by a named office, read by the asker at a secret address."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.phones import phone_validator
from accounts.scope import Scope, ScopedQuerySet
from centers.models.center import Center
from records import data_class

#: Working days to answer (the issue's).
DAYS = 5


class FeedbackQuerySet(ScopedQuerySet["Feedback"]):
    def own(self, user: object) -> Q:
        return Q(user=user)

    def open(self) -> "FeedbackQuerySet":
        return self.exclude(state="answered")  # type: ignore[return-value]

    def overdue(self, day: object = None) -> "FeedbackQuerySet":
        return self.open().filter(due_on__lt=day or timezone.localdate())  # type: ignore[return-value]


@pghistory.track(exclude=["phone", "text", "answer", "token_hash"])
class Feedback(models.Model):
    """What somebody told us. ``region`` is whose turn it is: the center's, its township's, the district's."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    class State(models.TextChoices):
        RECEIVED = "received", _("已收到")
        ASSIGNED = "assigned", _("办理中")
        ANSWERED = "answered", _("已答复")

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("投诉")
        SUGGESTION = "suggestion", _("建议")
        QUESTION = "question", _("咨询")

    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices, default=Kind.SUGGESTION)
    center = models.ForeignKey(
        Center,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="feedback",
        verbose_name=_("关于哪个中心"),
        help_text=_("不选就交给区里。"),
    )
    region = models.ForeignKey("accounts.Region", models.PROTECT, editable=False, related_name="+", verbose_name=_("由谁答复"))
    text = models.TextField(_("您想说的"), max_length=1000)
    phone = models.CharField(_("您的电话"), max_length=16, blank=True, validators=[phone_validator])
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    token_hash = models.CharField(max_length=64, editable=False, db_index=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RECEIVED, editable=False)
    received_at = models.DateTimeField(_("收到时间"), default=timezone.now, editable=False)
    due_on = models.DateField(_("答复期限"), editable=False)
    office = models.CharField(_("答复单位"), max_length=60, blank=True, editable=False)
    answer = models.TextField(_("答复"), max_length=1000, blank=True, editable=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True, editable=False)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("投诉建议")
        verbose_name_plural = _("投诉建议")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(state="answered", answered_at__isnull=False) & ~Q(answer="") & ~Q(office=""))
                | (~Q(state="answered") & Q(answered_at=None)),
                name="feedback_answered_by_an_office",
                violation_error_message=_("答复要写明答复单位和内容。"),
            )
        ]
        indexes = [models.Index(fields=["due_on"], condition=~Q(state="answered"), name="feedback_open_due")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def region_code(self) -> str:
        return str(self.region.code)

    @property
    def overdue(self) -> bool:
        return self.state != self.State.ANSWERED and self.due_on < timezone.localdate()
