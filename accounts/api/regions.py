from typing import Any

import django_filters

from accounts.api.base import ScopedSerializer, ScopedViewSet
from accounts.models import Region


class RegionSerializer(ScopedSerializer):
    class Meta:
        model = Region
        fields = ["id", "code", "name", "short_name", "level", "parent", "provisional"]
        read_only_fields = ["short_name", "provisional"]


class RegionFilters(django_filters.FilterSet):
    under = django_filters.CharFilter(field_name="code", lookup_expr="startswith")

    class Meta:
        model = Region
        fields = ["parent", "level"]


class RegionViewSet(ScopedViewSet):
    """Divisions; public."""

    model = Region
    public = True
    serializer_class = RegionSerializer
    filterset_class = RegionFilters
    search_fields = ["name", "code"]
    ordering_fields = ["code", "name"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("code")
