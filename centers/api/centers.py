"""Centers by API."""

from datetime import date
from functools import cached_property
from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.base import ClockField, CreateMixin, RegionFilter, ScopedSerializer, ScopedViewSet, UpdateMixin
from centers import opening
from centers.models import Center


class HoursSerializer(serializers.Serializer[Any]):
    opens = ClockField()
    closes = ClockField()
    kind = serializers.CharField()


class CenterSerializer(ScopedSerializer):
    region_code = serializers.CharField(source="region.code", read_only=True)
    open_now = serializers.SerializerMethodField()
    today = serializers.SerializerMethodField()
    announced = serializers.SerializerMethodField(help_text="今天的放假安排是否已公布；没公布时按平常的周几算")
    services: Any = serializers.SlugRelatedField("title", many=True, read_only=True)

    class Meta:
        model = Center
        fields = [
            "id",
            "name",
            "level",
            "region",
            "region_code",
            "address",
            "latitude",
            "longitude",
            "location_is_demo",
            "area",
            "opened_on",
            "phone",
            "introduction",
            "services",
            "open_now",
            "today",
            "announced",
            "published_at",
            "changed_at",
        ]
        read_only_fields = ["location_is_demo", "published_at", "changed_at"]

    @cached_property
    def kinds(self) -> dict[date, Any]:
        """Calendar kinds asked for so far; one serializer serves a whole page of rows."""
        return {}

    def plans(self, center: Center) -> opening.DayPlan:
        """Today's plan, once per row; the calendar's kind of today once per answer."""
        from django.utils import timezone

        today = timezone.localdate()
        known = self.kinds
        if today not in known:
            known.update(opening.kinds_between(today, today))
        return opening.plan(today, known[today], list(center.hours.all()), list(center.exceptions.all()))

    @extend_schema_field(serializers.BooleanField)
    def get_open_now(self, center: Center) -> bool:
        from django.utils import timezone

        return self.plans(center).open_at(timezone.localtime().time())

    @extend_schema_field(HoursSerializer(many=True))
    def get_today(self, center: Center) -> Any:
        return HoursSerializer(self.plans(center).windows, many=True).data

    @extend_schema_field(serializers.BooleanField)
    def get_announced(self, center: Center) -> bool:
        return self.plans(center).announced


class CenterFilters(django_filters.FilterSet):
    region = RegionFilter("region__code")
    open_now = django_filters.BooleanFilter(method="by_open")

    class Meta:
        model = Center
        fields = ["level"]

    def by_open(self, rows: Any, _name: str, value: bool) -> Any:
        open_rows = opening.open_centers(rows)
        return open_rows if value else rows.exclude(pk__in=open_rows.values("pk"))


class CenterSearch:
    """``search=`` by name, pinyin or initials, through the index."""

    def filter_queryset(self, request: Any, rows: Any, view: Any) -> Any:
        return rows.found(request.query_params.get("search", "").replace("\x00", ""))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [{"name": "search", "in": "query", "required": False, "description": "名称、拼音、首字母", "schema": {"type": "string"}}]


class CenterViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """The registry of centers; published ones are public."""

    model = Center
    public = True
    serializer_class = CenterSerializer
    filterset_class = CenterFilters
    ordering_fields = ["id", "name", "area", "opened_on"]

    @property
    def filter_backends(self) -> list[Any]:  # type: ignore[override]
        from rest_framework.filters import OrderingFilter

        return [django_filters.rest_framework.DjangoFilterBackend, CenterSearch, OrderingFilter]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region").prefetch_related("hours", "exceptions", "services")
