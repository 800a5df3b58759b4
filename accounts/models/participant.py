"""Participants: the person a place is booked for. A child or an elder needs no login."""

from datetime import date
from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.phones import masked_name, phone_validator
from accounts.scope import Scope, ScopedQuerySet
from records import data_class


class ParticipantQuerySet(ScopedQuerySet["Participant"]):
    def own(self, user: Any) -> Q:
        """Oneself, and those whose guardian one is today."""
        from accounts.models.guardianship import Guardianship

        return Q(erased_at=None) & (Q(user=user) | Q(pk__in=Guardianship.objects.wards_of(user)))

    def alive(self) -> "ParticipantQuerySet":
        return self.filter(erased_at=None)  # type: ignore[return-value]

    def same_person(self, name: str, birthday: date | None, region: Any) -> "ParticipantQuerySet":
        """Children of that name and birthday in that village: perhaps the other parent has entered them already."""
        return self.alive().filter(kind=Participant.Kind.CHILD, name=name, birthday=birthday, region=region)  # type: ignore[return-value]


@pghistory.track(exclude=["name", "birthday", "phone"])
class Participant(models.Model):
    """A resident, child or elder. Two parents of one child meet in one row, through two guardianships."""

    data_class = data_class.SENSITIVE
    scope = Scope.REGION

    class Kind(models.TextChoices):
        SELF = "self", _("本人")
        CHILD = "child", _("孩子")
        ELDER = "elder", _("老人")

    kind = models.CharField(_("类别"), max_length=5, choices=Kind.choices)
    name = models.CharField(_("姓名"), max_length=50, blank=True)
    birthday = models.DateField(_("出生日期"), null=True, blank=True)
    phone = models.CharField(_("联系电话"), max_length=16, blank=True, validators=[phone_validator])
    region = models.ForeignKey("accounts.Region", models.PROTECT, verbose_name=_("居住村社"))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="participant", verbose_name=_("账号")
    )
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    erased_at = models.DateTimeField(_("删除时间"), null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("参与人")
        verbose_name_plural = _("参与人")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="child") | Q(birthday__isnull=False) | Q(erased_at__isnull=False),
                name="participant_child_has_birthday",
                violation_error_message=_("请填写孩子的出生日期，用来核对活动的年龄要求。"),
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(name="", birthday=None, phone=""),
                name="participant_erased_is_empty",
                violation_error_message=_("已删除的参与人不能保留个人信息。"),
            ),
            models.CheckConstraint(
                condition=~Q(name="") | Q(erased_at__isnull=False),
                name="participant_has_name",
                violation_error_message=_("请填写姓名。"),
            ),
        ]
        indexes = [models.Index(fields=["region", "name"], name="participant_in_region")]

    def __str__(self) -> str:
        """Never a personal value: logs and select boxes print it."""
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def masked_name(self) -> str:
        return masked_name(self.name) or str(_("已删除"))

    def age_on(self, day: date) -> int | None:
        """Full years on that day; None where the birthday is unknown."""
        if self.birthday is None:
            return None
        return day.year - self.birthday.year - ((day.month, day.day) < (self.birthday.month, self.birthday.day))
