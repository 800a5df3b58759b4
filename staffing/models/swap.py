"""Swaps: one asks another to take a duty, for one of theirs or for nothing; the owner is responsible until it is applied."""

from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class
from staffing.models.cadre import Cadre
from staffing.models.duty import Duty

OPEN = ("offered", "accepted")


class SwapQuerySet(ScopedQuerySet["Swap"]):
    region_lookup = "duty__shift__roster__center__region__code"

    def own(self, user: Any) -> Q:
        return Q(owner__user=user) | Q(to__user=user)

    def open(self) -> "SwapQuerySet":
        """Not decided, and the duty has not begun; ``Swap.expired`` says the rest of one."""
        return self.filter(state__in=OPEN, duty__starts_at__gt=timezone.now())  # type: ignore[return-value]

    def expired(self) -> "SwapQuerySet":
        return self.filter(state__in=OPEN, duty__starts_at__lte=timezone.now())  # type: ignore[return-value]


@pghistory.track(exclude=["note", "reply"])
class Swap(models.Model):
    """``duty`` of its owner goes to ``to``; ``back``, a duty of theirs, comes in exchange where one is named."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        OFFERED = "offered", _("等对方答应")
        ACCEPTED = "accepted", _("对方答应了，等负责人同意")
        APPLIED = "applied", _("换好了")
        REFUSED = "refused", _("没换成")
        WITHDRAWN = "withdrawn", _("自己收回了")

    duty = models.ForeignKey(Duty, models.CASCADE, related_name="swaps", verbose_name=_("哪个班"))
    owner = models.ForeignKey(Cadre, models.PROTECT, related_name="+", editable=False, verbose_name=_("谁的班"))
    to = models.ForeignKey(Cadre, models.PROTECT, related_name="+", verbose_name=_("请谁来"))
    back = models.ForeignKey(
        Duty,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("换他的哪个班"),
        help_text=_("不换就留空，是请他代班。"),
    )
    note = models.CharField(_("说一句"), max_length=100, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OFFERED, editable=False)
    reply = models.CharField(_("答复"), max_length=200, blank=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("谁提的"))
    created_at = models.DateTimeField(_("提出时间"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("办结时间"), null=True, blank=True, editable=False)

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = _("换班")
        verbose_name_plural = _("换班")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty"],
                condition=Q(state__in=OPEN),
                name="swap_one_open",
                violation_error_message=_("这个班已经在找人换了，想另找一位请先收回那一次。"),
            ),
            models.CheckConstraint(
                condition=~Q(owner=models.F("to")), name="swap_of_two", violation_error_message=_("请选另外一位，不能换给自己。")
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, decided_at=None) | Q(state__in=("applied", "refused", "withdrawn"), decided_at__isnull=False),
                name="swap_decided_is_dated",
                violation_error_message=_("办结的换班要有办结时间，没办结的没有。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner.masked_name} → {self.to.masked_name} {self.duty.shift}"

    @property
    def expired(self) -> bool:
        return self.state in OPEN and self.duty.begun

    def validate_constraints(self, exclude: Any = None) -> None:
        """With the state and the owner, which no form shows."""
        super().validate_constraints({*(exclude or ())} - {"state", "owner"})

    def clean_fields(self, exclude: Any = None) -> None:
        if self._state.adding and self.duty_id:
            self.owner = self.duty.cadre
        super().clean_fields(exclude)

    def clean(self) -> None:
        """What is asked for must be possible now; it is looked at again under lock before it is applied."""
        if not self._state.adding or not self.duty_id or not self.to_id:
            return
        from staffing import changing

        if self.duty.begun or self.duty.state != Duty.State.PLANNED or not self.duty.shift.roster.posted:
            raise ValidationError({"duty": _("只有公示了、还没开始的班能换。")})
        if self.back and (self.back.begun or self.back.state != Duty.State.PLANNED):
            raise ValidationError({"back": _("只有公示了、还没开始的班能换。")})
        if self.back and self.back.shift_id == self.duty.shift_id:
            raise ValidationError({"back": _("你们本来就在同一个班里。")})
        if self.back_id and self.back.cadre_id != self.to_id:  # type: ignore[union-attr]
            raise ValidationError({"back": _("这个班不是他的，请重新选。")})
        words = changing.bars(self.duty, self.to, giving=self.back)
        if not words and self.back:
            words = changing.bars(self.back, self.duty.cadre, giving=self.duty)
        if words:
            raise ValidationError({"to": words})
