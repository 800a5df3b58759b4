"""Grants: who holds which role in which region, from when until when."""

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import SEPARATED, Role, roles_with
from accounts.scope import Scope, ScopedQuerySet, above
from records import data_class

DateRange = Func(F("valid_from"), F("valid_until"), models.Value("[]"), function="daterange", output_field=models.Field())


class GrantQuerySet(ScopedQuerySet["Grant"]):
    def in_force(self) -> "GrantQuerySet":
        today = timezone.localdate()
        return self.filter(  # type: ignore[return-value]
            Q(valid_until=None) | Q(valid_until__gte=today), valid_from__lte=today, user__is_active=True
        )

    def holding(self, permission: str) -> "GrantQuerySet":
        """Grants in force whose role holds the permission."""
        return self.in_force().filter(role__in=roles_with(permission))  # type: ignore[return-value]

    def nearest(self, permission: str, code: str) -> list[Any]:
        """The accounts that hold the permission for this region, of the nearest level alone: whom to tell that it is their turn."""
        rows = list(self.holding(permission).filter(region__code__in=[*above([code]), code]).select_related("user", "region"))
        longest = max((len(row.region.code) for row in rows), default=0)
        return list({row.user_id: row.user for row in rows if len(row.region.code) == longest}.values())


@pghistory.track()
class Grant(models.Model):
    """One role of one person in one region; dated, ended rather than deleted."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants", verbose_name=_("账号"))
    role = models.CharField(_("角色"), max_length=20, choices=[(r.value, r.label) for r in Role if r != Role.RESIDENT])
    region = models.ForeignKey("accounts.Region", models.PROTECT, verbose_name=_("区划"))
    valid_from = models.DateField(_("起"), default=timezone.localdate)
    valid_until = models.DateField(_("止"), null=True, blank=True, help_text=_("留空表示一直有效；到期当天仍有效。"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("授权人")
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("授权")
        verbose_name_plural = _("授权")
        ordering = ["user", "role"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="grant_dates_in_order",
                violation_error_message=_("授权的结束日期早于开始日期，请改正。"),
            ),
            ExclusionConstraint(
                name="grant_separated_admins",
                expressions=[("user", RangeOperators.EQUAL), ("role", RangeOperators.NOT_EQUAL), (DateRange, RangeOperators.OVERLAPS)],
                condition=Q(role__in=[r.value for r in SEPARATED]),
                violation_error_message=_("系统管理员、安全管理员、审计员不能由同一个人同时担任。"),
            ),
            ExclusionConstraint(
                name="grant_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    (DateRange, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("这个账号在这段时间里已经有同样的授权。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.region}"

    def clean(self) -> None:
        # Before the exclusion constraints are asked: PostgreSQL makes no range that ends before it begins.
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": _("授权的结束日期早于开始日期，请改正。")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.user.__dict__.pop("_grants", None)
        super().save(*args, **kwargs)
