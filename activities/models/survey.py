"""Was it good? One question to a drawn sample of those who came; the answer holds no link to a person."""

from typing import Any

from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from activities.models.activity import Activity
from records import data_class

#: Fewer answers than this are told to nobody: the village could guess whose they are.
AT_LEAST = 5


class SurveyQuerySet(ScopedQuerySet["Survey"]):
    region_lookup = "activity__center__region__code"

    def counted(self) -> "SurveyQuerySet":
        """With ``answered`` and ``good``."""
        answered = Count("answers", filter=Q(answers__value__isnull=False))
        good = Count("answers", filter=Q(answers__value=SurveyAnswer.Value.GOOD))
        return self.annotate(answered=answered, good=good)  # type: ignore[return-value]


class Survey(models.Model):
    """One draw of one activity: how many came, how many were asked."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    activity = models.OneToOneField(Activity, models.PROTECT, related_name="survey", verbose_name=_("活动"))
    drawn_at = models.DateTimeField(_("抽取时间"), default=timezone.now)
    came = models.PositiveIntegerField(_("到场（有预约的）"))
    asked = models.PositiveIntegerField(_("问了几位"))

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("满意度抽样")
        verbose_name_plural = _("满意度抽样")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(asked__lte=F("came")), name="survey_asked_came", violation_error_message=_("问的人不能多于到场的人。")
            )
        ]

    def __str__(self) -> str:
        return str(self.activity)

    @property
    def shown(self) -> dict[str, Any] | None:
        """answered, good and the share in percent; None while there are too few answers to stay anonymous."""
        row: Any = self if hasattr(self, "answered") else Survey.objects.counted().get(pk=self.pk)
        if row.answered < AT_LEAST:
            return None
        return {"answered": row.answered, "good": row.good, "percent": round(100 * row.good / row.answered)}


class SurveyAnswer(models.Model):
    """One of those asked; whose it is stands nowhere: the address in the message is all that leads here."""

    data_class = data_class.INTERNAL

    class Value(models.TextChoices):
        GOOD = "good", _("好")
        FAIR = "fair", _("一般")
        POOR = "poor", _("不好")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    token_hash = models.CharField(max_length=64, unique=True)
    value = models.CharField(max_length=4, choices=Value.choices, null=True, blank=True)

    class Meta:
        verbose_name = _("满意度回答")
        verbose_name_plural = _("满意度回答")

    def __str__(self) -> str:
        return f"#{self.pk}"
