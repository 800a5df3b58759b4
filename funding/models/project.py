"""一事一议: a village's special project, with the minutes of its residents' council; township, district, notice, acceptance, paid."""

from datetime import date
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models import Center
from records import data_class

#: Approved: money is put in place (落实), which the ledger says too.
GRANTED = ("approved", "accepted")


class ProjectQuerySet(ScopedQuerySet["Project"]):
    region_lookup = "center__region__code"
    changed_in = ("draft", "returned")

    def published(self) -> "ProjectQuerySet":
        """From the notice on."""
        return self.filter(state__in=GRANTED)  # type: ignore[return-value]

    def in_notice(self, day: date | None = None) -> "ProjectQuerySet":
        """``Project.in_notice`` says the same of one."""
        on = day or timezone.localdate()
        return self.filter(state="approved", notice_until__gte=on)  # type: ignore[return-value]


@pghistory.track(exclude=["allocated", "paid"])
class Project(models.Model):
    """Amounts in fen; ``allocated`` and ``paid`` are what the ledger posted, kept by its trigger."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("镇街初审中")
        ENDORSED = "endorsed", _("区级审批中")
        APPROVED = "approved", _("已批准，公示")
        ACCEPTED = "accepted", _("已验收")
        RETURNED = "returned", _("退回补充")
        REFUSED = "refused", _("没有批准")

    center = models.ForeignKey(Center, models.PROTECT, related_name="projects", verbose_name=_("中心"))
    year = models.PositiveSmallIntegerField(_("年度"), validators=[MinValueValidator(2020), MaxValueValidator(2099)])
    title = models.CharField(_("项目名称"), max_length=60)
    purpose = models.CharField(_("做什么、为什么"), max_length=300)
    asked = models.PositiveBigIntegerField(_("申请多少（分）"), validators=[MinValueValidator(1)])
    council_on = models.DateField(_("居民议事会哪天开的"))
    present = models.PositiveSmallIntegerField(_("到会几人"), validators=[MinValueValidator(1)])
    agreed = models.PositiveSmallIntegerField(_("同意几人"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    remark = models.CharField(_("意见"), max_length=200, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("申请人")
    )
    endorsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("初审人")
    )
    granted = models.PositiveBigIntegerField(_("批准多少（分）"), null=True, blank=True, editable=False)
    approved_on = models.DateField(_("批准日期"), null=True, blank=True, editable=False)
    notice_until = models.DateField(_("公示到"), null=True, blank=True, editable=False)
    accepted_on = models.DateField(_("验收日期"), null=True, blank=True, editable=False)
    acceptance = models.CharField(_("验收意见"), max_length=200, blank=True, editable=False)
    allocated = models.BigIntegerField(_("已落实（分）"), default=0, editable=False)
    paid = models.BigIntegerField(_("已拨付（分）"), default=0, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("一事一议项目")
        verbose_name_plural = _("一事一议项目")
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["center", "year", "title"], name="project_once", violation_error_message=_("这一年已经有同名的项目了。")
            ),
            models.CheckConstraint(
                condition=Q(agreed__lte=F("present")),
                name="project_votes_fit",
                violation_error_message=_("同意的比到会的还多，请核对。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=GRANTED, granted__isnull=False, approved_on__isnull=False, notice_until__isnull=False)
                | ~Q(state__in=GRANTED) & Q(granted=None),
                name="project_granted_is_dated",
                violation_error_message=_("批准的要有金额、日期和公示期。"),
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_on__isnull=False) & ~Q(acceptance="") | ~Q(state="accepted"),
                name="project_accepted_is_dated",
                violation_error_message=_("验收要写日期和意见。"),
            ),
            models.CheckConstraint(
                condition=Q(granted=None) | Q(granted__lte=F("asked")),
                name="project_granted_within_asked",
                violation_error_message=_("批准的不能多于申请的。"),
            ),
            models.CheckConstraint(
                condition=Q(allocated__range=(0, F("granted"))) | Q(granted=None, allocated=0),
                name="project_allocated_within_granted",
                violation_error_message=_("落实的钱超过了批准的数。"),
            ),
            models.CheckConstraint(
                condition=Q(paid__range=(0, F("allocated"))),
                name="project_paid_within_allocated",
                violation_error_message=_("拨付的钱超过了已落实的数。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center} {self.title}"

    @property
    def in_notice(self) -> bool:
        return bool(self.state == self.State.APPROVED and self.notice_until and timezone.localdate() <= self.notice_until)

    @property
    def reviewer_note(self) -> str:
        return self.remark if self.state == self.State.RETURNED else ""

    def validate_constraints(self, exclude: Any = None) -> None:
        super().validate_constraints({*(exclude or ())} - {"state", "granted", "allocated", "paid"})

    def clean(self) -> None:
        if self.council_on and self.council_on > timezone.localdate():
            raise ValidationError({"council_on": _("议事会开过了再申请。")})
        if self.present is not None and self.agreed is not None and 2 * self.agreed <= self.present:
            raise ValidationError({"agreed": _("到会的人要过半数同意才能申请。")})
