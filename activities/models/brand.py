"""Brands and 一社一品 roadshows: what a center is known for; nominated, shown, recognised, listed."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class


class RoadshowQuerySet(ScopedQuerySet["Roadshow"]):
    def published(self) -> "RoadshowQuerySet":
        return self.all()  # type: ignore[return-value]

    def own(self, user: Any) -> Q:
        """Everybody may read all."""
        return Q(pk__isnull=False)


@pghistory.track()
class Roadshow(models.Model):
    """一社一品 roadshow: a day on which brands are shown."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    title = models.CharField(_("名称"), max_length=60)
    held_on = models.DateField(_("哪一天"))
    place = models.CharField(_("地点"), max_length=60, blank=True)

    objects = RoadshowQuerySet.as_manager()

    class Meta:
        verbose_name = _("路演")
        verbose_name_plural = _("路演")
        ordering = ["-held_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "held_on", "title"], name="roadshow_once", violation_error_message=_("这场路演已经登记过了。")
            )
        ]

    def __str__(self) -> str:
        return self.title


class BrandQuerySet(ScopedQuerySet["Brand"]):
    region_lookup = "center__region__code"
    changed_in = ("draft", "declined")  # what the district reads is what it recognises

    def published(self) -> "BrandQuerySet":
        return self.filter(self.own(None))  # type: ignore[return-value]

    def own(self, user: Any) -> Q:
        """What everybody may read: recognised ones of centers that are public."""
        return Q(state="recognised", center__published_at__isnull=False)


@pghistory.track()
class Brand(models.Model):
    """A service that a center is known for (一社一品)."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        NOMINATED = "nominated", _("已推荐")
        RECOGNISED = "recognised", _("已认定")
        DECLINED = "declined", _("没有认定")
        ENDED = "ended", _("不再使用")

    center = models.ForeignKey("centers.Center", models.PROTECT, related_name="brands", verbose_name=_("所属中心"))
    name = models.CharField(_("品牌名称"), max_length=40)
    summary = models.CharField(_("一句话介绍"), max_length=120)
    story = models.TextField(_("做了什么"), max_length=2000, blank=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, null=True, blank=True, related_name="brands", verbose_name=_("和谁一起办")
    )
    roadshow = models.ForeignKey(Roadshow, models.SET_NULL, null=True, blank=True, related_name="brands", verbose_name=_("参加的路演"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    recognised_on = models.DateField(_("认定日期"), null=True, blank=True, editable=False)
    nominated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("推荐人")
    )
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务品牌")
        verbose_name_plural = _("服务品牌")
        ordering = ["-recognised_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["center", "name"], name="brand_name_once", violation_error_message=_("这个中心已经有同名的品牌。")
            ),
            models.CheckConstraint(
                condition=Q(state__in=("recognised", "ended"), recognised_on__isnull=False)
                | Q(state__in=("draft", "nominated", "declined"), recognised_on=None),
                name="brand_recognised_is_dated",
                violation_error_message=_("认定了的要有认定日期。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
