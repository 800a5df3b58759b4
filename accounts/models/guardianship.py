"""Guardianships: who may act for a participant, since when, and who agreed."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class


class GuardianshipQuerySet(ScopedQuerySet["Guardianship"]):
    region_lookup = "participant__region__code"

    def in_force(self) -> "GuardianshipQuerySet":
        today = timezone.localdate()
        return self.filter(  # type: ignore[return-value]
            Q(valid_until=None) | Q(valid_until__gte=today), valid_from__lte=today, confirmed_at__isnull=False
        )

    def wards_of(self, user: Any) -> Any:
        """Primary keys of those whose guardian the user is today: the one place that every ``own`` asks."""
        return self.in_force().filter(user=user).values("participant")

    def requested(self) -> "GuardianshipQuerySet":
        """Asked for and not answered yet."""
        return self.filter(confirmed_at=None, valid_until=None)  # type: ignore[return-value]


@pghistory.track()
class Guardianship(models.Model):
    """A dated tie of a user to a participant. A second parent's is confirmed by the first: it never joins silently."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    class Relation(models.TextChoices):
        PARENT = "parent", _("父母")
        GRANDPARENT = "grandparent", _("祖父母、外祖父母")
        CHILD = "child", _("子女")
        OTHER = "other", _("其他监护人")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="guardianships", verbose_name=_("监护人"))
    participant = models.ForeignKey("accounts.Participant", models.CASCADE, related_name="guardianships", verbose_name=_("参与人"))
    relation = models.CharField(_("关系"), max_length=12, choices=Relation.choices, default=Relation.PARENT)
    valid_from = models.DateField(_("起"), default=timezone.localdate)
    valid_until = models.DateField(_("止"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )

    objects = GuardianshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("监护关系")
        verbose_name_plural = _("监护关系")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "participant"],
                condition=Q(valid_until=None),
                name="guardianship_once",
                violation_error_message=_("您已经是这位家人的监护人，或已经提出过申请。"),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="guardianship_dates_in_order",
                violation_error_message=_("结束日期早于开始日期，请改正。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
