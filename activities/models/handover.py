"""A child's day in childcare: who may collect it, what to mind, when it came and with whom it left."""

from datetime import timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Guardianship
from accounts.phones import masked_name, phone_validator
from accounts.scope import Scope, ScopedQuerySet
from records import data_class

#: Minutes after the end that are not late yet; times late in a term; how many besides the guardians may collect one child.
GRACE, LATE_LIMIT, PICKERS = timedelta(minutes=15), 3, 5


class PickupPersonQuerySet(ScopedQuerySet["PickupPerson"]):
    region_lookup = "participant__region__code"

    def own(self, user: Any) -> Q:
        return Q(participant__in=Guardianship.objects.wards_of(user), participant__erased_at=None)

    def listed(self) -> "PickupPersonQuerySet":
        return self.filter(ended_at=None)  # type: ignore[return-value]


@pghistory.track(exclude=["name", "phone", "relation"])
class PickupPerson(models.Model):
    """Who besides the guardians may collect a child; put on the list and taken off by a guardian."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    participant = models.ForeignKey("accounts.Participant", models.CASCADE, related_name="pickers", verbose_name=_("孩子"))
    name = models.CharField(_("姓名"), max_length=50)
    relation = models.CharField(_("是孩子的"), max_length=20, help_text=_("例如“外婆”“邻居”。"))
    phone = models.CharField(_("手机号"), max_length=16, validators=[phone_validator])
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("登记人"))
    added_at = models.DateTimeField(_("登记时间"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("取消时间"), null=True, blank=True, editable=False)

    objects = PickupPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("接送人")
        verbose_name_plural = _("接送人")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "phone"],
                condition=Q(ended_at=None),
                name="picker_once",
                violation_error_message=_("这个手机号已经在名单上了。"),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("added_at")),
                name="picker_dates_in_order",
                violation_error_message=_("取消早于登记。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.relation} {masked_name(self.name)}"

    def clean(self) -> None:
        if self.ended_at or not self.participant_id:
            return
        if PickupPerson.objects.listed().filter(participant=self.participant_id).exclude(pk=self.pk).count() >= PICKERS:
            raise ValidationError(_("除了监护人，最多登记 %(n)d 位接送人。请先取消一位。") % {"n": PICKERS})


class CareNoteQuerySet(ScopedQuerySet["CareNote"]):
    region_lookup = "participant__region__code"

    def own(self, user: Any) -> Q:
        return Q(participant__in=Guardianship.objects.wards_of(user), participant__erased_at=None)


class CareNote(models.Model):
    """Allergies and what to mind: encrypted, read one by one, each reading logged. No history: a change leaves nothing behind."""

    data_class = data_class.SENSITIVE
    scope = Scope.REGION

    participant = models.OneToOneField("accounts.Participant", models.CASCADE, related_name="care_note", verbose_name=_("孩子"))
    sealed = models.TextField(_("密文"), editable=False)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("填写人"))
    updated_at = models.DateTimeField(_("更新时间"), default=timezone.now, editable=False)

    objects = CareNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("过敏和健康说明")
        verbose_name_plural = _("过敏和健康说明")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class HandoverQuerySet(ScopedQuerySet["Handover"]):
    region_lookup = "attendance__meeting__intake__activity__center__region__code"

    def own(self, user: Any) -> Q:
        return Q(attendance__booking__participant__in=Guardianship.objects.wards_of(user))

    def late(self) -> "HandoverQuerySet":
        """Collected later than the minutes of grace after the end (the named queryset of ``Handover.late``)."""
        return self.filter(out_at__gt=F("attendance__meeting__ends_at") + GRACE)  # type: ignore[return-value]


@pghistory.track(exclude=["taken_by"])
class Handover(models.Model):
    """A child's day: when it came, when it left and with whom: a guardian, somebody on the list, or whom a called guardian named."""

    data_class = data_class.SENSITIVE
    scope = Scope.REGION

    attendance = models.OneToOneField("activities.Attendance", models.CASCADE, related_name="handover", verbose_name=_("到场记录"))
    in_at = models.DateTimeField(_("到的时间"), default=timezone.now, editable=False)
    in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("接收人"))
    out_at = models.DateTimeField(_("接走时间"), null=True, blank=True, editable=False)
    out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("交出人")
    )
    guardian = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("监护人接走")
    )
    person = models.ForeignKey(
        PickupPerson, models.PROTECT, null=True, blank=True, related_name="handovers", editable=False, verbose_name=_("接送人接走")
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("打电话同意的监护人"),
    )  # fmt: skip
    taken_by = models.CharField(_("不在名单上的人（关系、姓）"), max_length=40, blank=True, editable=False)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("接送记录")
        verbose_name_plural = _("接送记录")
        ordering = ["-in_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(out_at=None) | Q(out_at__gte=F("in_at")),
                name="handover_times_in_order",
                violation_error_message=_("接走早于送到。"),
            ),
            models.CheckConstraint(
                condition=Q(out_at=None, out_by=None, guardian=None, person=None, agreed_by=None, taken_by="")
                | Q(out_at__isnull=False, out_by__isnull=False)
                & (
                    Q(guardian__isnull=False, person=None, agreed_by=None, taken_by="")
                    | Q(guardian=None, person__isnull=False, agreed_by=None, taken_by="")
                    | Q(guardian=None, person=None) & ~Q(taken_by="")
                ),
                name="handover_has_one_collector",
                violation_error_message=_("接走要写明是谁接的，只能有一位。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def clean(self) -> None:
        person = self.person
        if person and person.participant_id != self.attendance.booking.participant_id:
            raise ValidationError(_("这位接送人不是这个孩子的。"))

    @property
    def late(self) -> bool:
        return self.out_at is not None and self.out_at > self.attendance.meeting.ends_at + GRACE

    @property
    def collected(self) -> str:
        """``guardian``, ``person`` (on the list), ``called`` (named by a guardian on the telephone), or "" while the child is here."""
        return "guardian" if self.guardian_id else "person" if self.person_id else "called" if self.taken_by else ""
