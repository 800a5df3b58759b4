"""Findings of inspections and their rectification; repairs stand apart (``repair.py``)."""

from datetime import date
from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from centers.models.center import Center, PartQuerySet
from centers.models.inspection import Inspection
from centers.models.picture import Picture
from centers.models.standard import StandardItem
from records import data_class, working_days

#: Working days to mend, by urgency (DOMAIN §2.2, defaults of ours).
DAYS = {"now": 3, "ordinary": 15, "long": 60}


class FindingQuerySet(PartQuerySet):
    published = None  # type: ignore[assignment]
    changed_in = ("issued", "accepted", "extended", "returned")

    def open(self) -> "FindingQuerySet":
        return self.exclude(state="closed")  # type: ignore[return-value]

    def with_village(self) -> "FindingQuerySet":
        """Those on which the village has to act: only these can be late."""
        return self.filter(state__in=Finding.WITH_VILLAGE)  # type: ignore[return-value]

    def overdue(self, day: date | None = None) -> "FindingQuerySet":
        return self.with_village().filter(due_on__lt=day or timezone.localdate())  # type: ignore[return-value]


@pghistory.track()
class Finding(models.Model):
    """Something that does not meet the standard, and who has to mend it by when."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        ISSUED = "issued", _("已下发")
        ACCEPTED = "accepted", _("整改中")
        EXTENDED = "extended", _("已延期")
        SUBMITTED = "submitted", _("待验收")
        VERIFIED = "verified", _("已验收")
        CLOSED = "closed", _("已销号")
        RETURNED = "returned", _("已退回")

    class Urgency(models.TextChoices):
        NOW = "now", _("立行立改")
        ORDINARY = "ordinary", _("限期整改")
        LONG = "long", _("长期整改")

    #: The village's turn.
    WITH_VILLAGE = (State.ISSUED, State.ACCEPTED, State.EXTENDED, State.RETURNED)

    center = models.ForeignKey(Center, models.PROTECT, related_name="findings", verbose_name=_("中心"))
    inspection = models.ForeignKey(
        Inspection, models.PROTECT, null=True, blank=True, related_name="findings", editable=False, verbose_name=_("出自检查")
    )
    item = models.ForeignKey(
        StandardItem, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("标准项")
    )
    text = models.CharField(_("问题"), max_length=300)
    urgency = models.CharField(_("整改类别"), max_length=8, choices=Urgency.choices, default=Urgency.ORDINARY)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.ISSUED, editable=False)
    issued_on = models.DateField(_("下发日期"), default=timezone.localdate, editable=False)
    due_on: Any = models.DateField(_("整改期限"), blank=True)
    extended_on = models.DateField(_("延期日期"), null=True, blank=True, editable=False)
    repeats = models.ForeignKey("self", models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("重复出现"))
    note = models.CharField(_("整改情况"), max_length=500, blank=True, editable=False)
    reviewer_note = models.CharField(_("退回原因"), max_length=200, blank=True, editable=False)
    before = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("整改前"))
    after = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("整改后"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("下发人")
    )
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True, editable=False)
    closed_on = models.DateField(_("销号日期"), null=True, blank=True, editable=False)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("问题整改")
        verbose_name_plural = _("问题整改")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) | (~Q(state="closed") & Q(closed_on=None)),
                name="finding_closed_is_dated",
                violation_error_message=_("销号的问题要有销号日期，没销号的没有。"),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")),
                name="finding_due_after_issue",
                violation_error_message=_("整改期限不能早于下发日期。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="extended") | Q(extended_on__isnull=False),
                name="finding_extended_is_dated",
                violation_error_message=_("延期要有延期日期。"),
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=~Q(state="closed"), name="finding_open_due")]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        if self.due_on is None and self.issued_on:
            self.due_on = working_days.add_working_days(self.issued_on, DAYS[self.urgency])

    @property
    def overdue(self) -> bool:
        """Late, and the village's turn; computed."""
        return bool(self.state in self.WITH_VILLAGE and self.due_on < timezone.localdate())

    @property
    def from_above(self) -> bool:
        """Whether the district found it: then the district closes it."""
        return self.inspection is not None and self.inspection.kind in (Inspection.Kind.DISTRICT, Inspection.Kind.SPOT)
