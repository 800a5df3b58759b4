"""The registry of centers."""

from datetime import date, time
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers import search
from records import data_class


class CenterQuerySet(ScopedQuerySet["Center"]):
    def published(self) -> "CenterQuerySet":
        return self.filter(published_at__isnull=False)  # type: ignore[return-value]

    def found(self, text: str) -> "CenterQuerySet":
        """By Chinese name or place, by pinyin or by initials; the empty text finds all."""
        typed = "".join(search.LATIN.findall(search.plain(text)))
        if not text.strip():
            return self
        if search.HAN.search(text):
            return self.filter(words=SearchQuery(search.phrase(text), search_type="raw", config="simple"))  # type: ignore[return-value]
        if not typed:
            return self.none()  # type: ignore[return-value]
        latin = Q(pinyin__startswith=typed) | Q(initials__startswith=typed) | Q(readings__contains=[typed])
        return self.filter(latin)  # type: ignore[return-value]

    def open_at(self, day: date, moment: time, kind: str) -> "CenterQuerySet":
        """Open at this time of a day of this kind: the shortest exception that covers the day overrides the hours."""
        from centers.models.hours import OpeningException, OpeningHours

        exceptions = OpeningException.objects.filter(center=OuterRef("pk"), first_day__lte=day, last_day__gte=day)
        shortest = exceptions.order_by("days", "-id")
        hours = OpeningHours.objects.covering(kind, moment).filter(center=OuterRef("pk"))
        return self.annotate(  # type: ignore[return-value]
            exception=models.Subquery(shortest.values("pk")[:1]),
        ).filter(
            Q(exception=None) & Exists(hours)
            | Exists(OpeningException.objects.filter(pk=OuterRef("exception"), opens__lte=moment, closes__gt=moment, closed=False))
        )


@pghistory.track(exclude=["words", "pinyin", "initials", "readings"])
class Center(models.Model):
    """A 党群服务中心 of a township, a village or a community."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Level(models.TextChoices):
        TOWN = "town", _("镇街级")
        VILLAGE = "village", _("村级")
        COMMUNITY = "community", _("社区级")

    name = models.CharField(_("名称"), max_length=80)
    level = models.CharField(_("层级"), max_length=10, choices=Level.choices)
    region = models.ForeignKey("accounts.Region", models.PROTECT, verbose_name=_("所在区划"), related_name="centers")
    address = models.CharField(_("地址"), max_length=120, blank=True)
    latitude = models.DecimalField(_("纬度（WGS-84）"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("经度（WGS-84）"), max_digits=9, decimal_places=6, null=True, blank=True)
    location_is_demo = models.BooleanField(_("坐标为演示数据"), default=False)
    area = models.DecimalField(
        _("建筑面积（㎡）"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(99999999)],
    )
    opened_on = models.DateField(_("启用日期"), null=True, blank=True)
    phone = models.CharField(_("大厅电话"), max_length=20, blank=True)
    introduction = models.TextField(_("简介"), max_length=2000, blank=True)
    published_at = models.DateTimeField(_("公开时间"), null=True, blank=True, editable=False)
    words = SearchVectorField(null=True, editable=False)
    pinyin = models.CharField(max_length=160, blank=True, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    readings = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    changed_at = models.DateTimeField(_("更新时间"), auto_now=True)

    objects = CenterQuerySet.as_manager()

    class Meta:
        verbose_name = _("中心")
        verbose_name_plural = _("中心")
        ordering = ["region__code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"], name="center_name_once", violation_error_message=_("这个村社已经有同名的中心。")
            ),
            models.CheckConstraint(
                condition=Q(area=None) | Q(area__gt=0),
                name="center_area_positive",
                violation_error_message=_("面积要大于 0；不清楚就留空。"),
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False, latitude__range=(3, 54), longitude__range=(73, 136)),
                name="center_point_in_china",
                violation_error_message=_("经纬度要一起填，并且在中国范围内（WGS-84，例如 29.10, 119.69）。"),
            ),
        ]
        indexes = [
            GinIndex(fields=["words"], name="center_words"),
            GinIndex(fields=["readings"], name="center_readings"),
            models.Index(fields=["pinyin"], opclasses=["varchar_pattern_ops"], name="center_pinyin"),
            models.Index(fields=["initials"], opclasses=["varchar_pattern_ops"], name="center_initials"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        return self.name.removesuffix("党群服务中心")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_search()
        super().save(*args, **kwargs)

    def fill_search(self) -> None:
        """Sets the search columns; ``bulk_create`` must call it. Stored positions make phrases of bigrams possible."""
        texts = [self.name, self.address, *([self.region.name, self.region.parent.name if self.region.parent else ""])]
        self.words = SearchVector(Value(" ".join(t for text in texts for t in [*search.tokens(text), "."])), config="simple")
        self.pinyin, self.initials = search.spelled(self.name)
        self.readings = sorted({r[:n] for r in search.initial_readings(self.short_name) for n in range(2, len(r) + 1)})

    @property
    def published(self) -> bool:
        return self.published_at is not None

    def publish(self) -> None:
        """Makes the center public; the caller saves and has checked ``centers.publish_center``."""
        self.published_at = self.published_at or timezone.now()


class PartQuerySet(ScopedQuerySet[Any]):
    """Rows that belong to a center and are as visible as it is."""

    region_lookup = "center__region__code"

    def published(self) -> "PartQuerySet":
        return self.filter(center__published_at__isnull=False)


@pghistory.track()
class CenterService(models.Model):
    """What can be had at a center."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Kind(models.TextChoices):
        DESK = "desk", _("一站式办事")
        CARE = "care", _("托管照护")
        LUNCH = "lunch", _("老年助餐")
        HEALTH = "health", _("健康服务")
        CLASS = "class", _("课程夜校")
        VENUE = "venue", _("场地共享")
        OTHER = "other", _("其他")

    center = models.ForeignKey(Center, models.CASCADE, related_name="services", verbose_name=_("所属中心"))
    kind = models.CharField(_("类别"), max_length=6, choices=Kind.choices)
    title = models.CharField(_("服务名称"), max_length=40)
    detail = models.CharField(_("说明"), max_length=200, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务")
        verbose_name_plural = _("服务")
        ordering = ["center", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "title"], name="service_once", violation_error_message=_("这项服务已经列出了。"))
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track(exclude=["name", "phone"])
class Contact(models.Model):
    """A person to ask at a center; shown publicly only where marked so."""

    data_class = data_class.PERSONAL
    scope = Scope.REGION

    center = models.ForeignKey(Center, models.CASCADE, related_name="contacts", verbose_name=_("所属中心"))
    name = models.CharField(_("姓名"), max_length=50)
    position = models.CharField(_("职务"), max_length=40, blank=True)
    phone = models.CharField(_("电话"), max_length=20)
    public = models.BooleanField(_("对外公开"), default=False)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("联系人")
        verbose_name_plural = _("联系人")
        ordering = ["center", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "name"], name="contact_once", violation_error_message=_("这位联系人已经列出了。"))
        ]

    def __str__(self) -> str:
        return self.position or f"#{self.pk}"
