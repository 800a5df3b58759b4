"""Community partners (城市社区合伙人): organisations that use a center's rooms and give services back, by agreement."""

from datetime import date, timedelta

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models import Center
from records import data_class

#: Days before its end on which an agreement is called to mind; a default of ours, as for leases.
REMIND = (90, 30)
#: The check for records of people who work with children is renewed each year (未成年人保护法 art. 62).
CHECK_HOLDS = timedelta(days=365)
AGREED = ("agreed", "reviewed")


class PartnerQuerySet(ScopedQuerySet["CommunityPartner"]):
    region_lookup = "center__region__code"
    unit_lookup = "organisation"
    changed_in = ("applied", "returned")

    def published(self) -> "PartnerQuerySet":
        """At work today, at centers that are published."""
        return self.active().filter(center__published_at__isnull=False)  # type: ignore[return-value]

    def active(self, day: date | None = None) -> "PartnerQuerySet":
        """Agreed, and within the agreement's days; ``CommunityPartner.active`` says the same of one."""
        on = day or timezone.localdate()
        return self.filter(state__in=AGREED, starts_on__lte=on, ends_on__gte=on)  # type: ignore[return-value]

    def expiring(self, day: date | None = None) -> "PartnerQuerySet":
        on = day or timezone.localdate()
        return self.active(on).filter(ends_on__lte=on + timedelta(REMIND[0]))  # type: ignore[return-value]


@pghistory.track()
class CommunityPartner(models.Model):
    """One organisation's partnership with one center. Who has to do with children needs the date of the checks."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        APPLIED = "applied", _("已申请")
        RETURNED = "returned", _("退回补充")
        VETTED = "vetted", _("审核过了，等签协议")
        AGREED = "agreed", _("协议有效")
        REVIEWED = "reviewed", _("评估过了")
        ENDED = "ended", _("已结束")
        REFUSED = "refused", _("没有通过")

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="partnerships", verbose_name=_("单位"))
    center = models.ForeignKey(Center, models.PROTECT, related_name="partners", verbose_name=_("中心"))
    services = models.CharField(_("提供什么服务"), max_length=200)
    gives_back = models.CharField(_("给居民的回馈"), max_length=200, help_text=_("例如“每周两个下午免费托管”。"))
    space = models.CharField(_("用哪些地方"), max_length=120, blank=True)
    area = models.DecimalField(_("面积（㎡）"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)])
    with_children = models.BooleanField(_("会接触孩子"), default=False)
    checked_on = models.DateField(_("从业人员查询日期"), null=True, blank=True, help_text=_("违法犯罪记录查询，每年一次。"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.APPLIED, editable=False)
    remark = models.CharField(_("意见"), max_length=200, blank=True, editable=False)
    starts_on = models.DateField(_("协议起"), null=True, blank=True, editable=False)
    ends_on = models.DateField(_("协议止"), null=True, blank=True, editable=False)
    review = models.CharField(_("评估"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("申请时间"), default=timezone.now, editable=False)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("社区合伙人")
        verbose_name_plural = _("社区合伙人")
        ordering = ["center__region__code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "center"],
                condition=~Q(state__in=("ended", "refused")),
                name="partner_once",
                violation_error_message=_("这个单位和这个中心已经有一份合作了，请打开那一份。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=AGREED) | Q(starts_on__isnull=False, ends_on__isnull=False),
                name="partner_agreed_is_dated",
                violation_error_message=_("签了协议的要有起止日期。"),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="partner_days_in_order",
                violation_error_message=_("协议的最后一天早于第一天，请改正。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=AGREED) | Q(with_children=False) | Q(checked_on__isnull=False),
                name="partner_children_checked",
                violation_error_message=_("会接触孩子的，要先填从业人员违法犯罪记录的查询日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.center}"

    @property
    def active(self) -> bool:
        today = timezone.localdate()
        return bool(self.state in AGREED and self.starts_on and self.ends_on and self.starts_on <= today <= self.ends_on)

    @property
    def days_left(self) -> int | None:
        return (self.ends_on - timezone.localdate()).days if self.ends_on and self.state in AGREED else None

    @property
    def check_due(self) -> bool:
        """Whether those who work with children have to be checked again."""
        return self.with_children and (self.checked_on is None or self.checked_on + CHECK_HOLDS < timezone.localdate())

    def clean(self) -> None:
        if self.checked_on and self.checked_on > timezone.localdate():
            raise ValidationError({"checked_on": _("查询日期写已经查过的那天。")})
