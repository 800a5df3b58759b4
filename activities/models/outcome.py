"""What became of an activity: how many came, in three lines; the text for the public."""

from datetime import date

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from activities.models.activity import Activity
from records import data_class


class OutcomeQuerySet(ScopedQuerySet["Outcome"]):
    region_lookup = "activity__center__region__code"

    def held_between(self, first: date, last: date) -> "OutcomeQuerySet":
        """Of activities whose last meeting was on one of these days."""
        return self.filter(held_on__range=(first, last))  # type: ignore[return-value]

    def published(self) -> "OutcomeQuerySet":
        """Those whose text was released, of published centers."""
        return self.filter(released_at__isnull=False, activity__center__published_at__isnull=False)  # type: ignore[return-value]


@pghistory.track()
class Outcome(models.Model):
    """The result of a held activity; ``headcount`` counts visits (人次) over all its meetings, walk-ins included."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    activity = models.OneToOneField(Activity, models.PROTECT, related_name="outcome", verbose_name=_("活动"))
    held_on = models.DateField(_("最后一场的日期"))
    headcount = models.PositiveIntegerField(_("到场人次"), validators=[MaxValueValidator(100_000)])
    lines = models.TextField(_("三句话总结"), max_length=600, help_text=_("做了什么、大家怎么说、下次怎么改；不要写出居民的姓名。"))
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("填报人")
    )
    reported_at = models.DateTimeField(_("填报时间"), default=timezone.now, editable=False)
    released_at = models.DateTimeField(_("公开时间"), null=True, blank=True, editable=False)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动总结")
        verbose_name_plural = _("活动总结")
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(headcount__lte=100_000), name="outcome_headcount_bounded", violation_error_message=_("人次最多 10 万，请核对。")
            )
        ]
        indexes = [models.Index(fields=["held_on"], name="outcome_by_day")]

    def __str__(self) -> str:
        return str(self.activity)
