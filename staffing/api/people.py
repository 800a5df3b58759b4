"""Cadres, postings, managers, safety lists, needs and partners by API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.base import CreateMixin, ScopedSerializer, ScopedViewSet, UpdateMixin
from accounts.phones import normal
from centers.api.work import region_filters
from centers.models import Center
from staffing.forms.people import centers_for
from staffing.models import Cadre, CenterManager, CommunityPartner, DutyNeed, Posting, SafetyList
from staffing.workflows.partner import tell_applied
from workflow.api import StepsMixin


class OwnCenters(ScopedSerializer):
    """The centers for which the user may add such a row, not all those that are public."""

    def reachable(self, queryset: Any, user: Any) -> Any:
        if queryset.model is Center:
            model: Any = self.Meta.model
            return centers_for(user, f"staffing.add_{model._meta.model_name}")
        return super().reachable(queryset, user)


class CadreSerializer(ScopedSerializer):
    """The number goes in, and comes out masked."""

    phone = serializers.CharField(required=False, allow_blank=True, write_only=True, max_length=20)
    masked_phone = serializers.CharField(read_only=True)

    class Meta:
        model = Cadre
        fields = ["id", "region", "name", "phone", "masked_phone"]

    def validate_phone(self, value: str) -> str:
        return normal(value) if value else ""


class CadreViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """People who take turns at halls, or manage centers: one row a person."""

    model = Cadre
    serializer_class = CadreSerializer
    filterset_class = region_filters(Cadre, "region__code")
    search_fields = ["name"]
    ordering_fields = ["id"]
    http_method_names = ["get", "post", "patch", "head", "options"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")


class PostingSerializer(OwnCenters):
    """Why somebody is exempt goes in and does not come out."""

    class Meta:
        model = Posting
        fields = ["id", "cadre", "center", "position", "lead", "exempt", "exempt_note", "valid_from", "valid_until"]
        extra_kwargs = {"exempt_note": {"write_only": True}}


class PostingViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """A cadre's posts, dated; ended rather than deleted."""

    model = Posting
    serializer_class = PostingSerializer
    filterset_class = region_filters(Posting, "center__region__code", "cadre", "center", "lead")
    ordering_fields = ["id", "valid_from"]
    http_method_names = ["get", "post", "patch", "head", "options"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")


class ManagerSerializer(OwnCenters):
    class Meta:
        model = CenterManager
        fields = ["id", "cadre", "center", "valid_from", "valid_until"]


class ManagerViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """Dedicated managers by appointment."""

    model = CenterManager
    serializer_class = ManagerSerializer
    filterset_class = region_filters(CenterManager, "center__region__code", "cadre", "center")
    ordering_fields = ["id", "valid_from"]
    http_method_names = ["get", "post", "patch", "head", "options"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")


class NeedSerializer(OwnCenters):
    class Meta:
        model = DutyNeed
        fields = ["id", "center", "kind", "people", "lead"]


class NeedViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """How many people a center's shifts want, where that differs from the usual."""

    model = DutyNeed
    serializer_class = NeedSerializer
    filterset_class = region_filters(DutyNeed, "center__region__code", "center", "kind")
    ordering_fields = ["id"]
    http_method_names = ["get", "post", "patch", "head", "options"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")


class SafetySerializer(ScopedSerializer):
    fine = serializers.ListField(child=serializers.CharField(max_length=20), read_only=True)
    wrong = serializers.ListField(child=serializers.CharField(max_length=20), read_only=True)

    class Meta:
        model = SafetyList
        fields = ["id", "center", "month", "fine", "wrong", "note", "done_at"]


class SafetyViewSet(ScopedViewSet):
    """The month's lists on safety, as they were filled in at the center."""

    model = SafetyList
    serializer_class = SafetySerializer
    filterset_class = region_filters(SafetyList, "center__region__code", "center", "month")
    ordering_fields = ["id", "month"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")


class PartnerSerializer(ScopedSerializer):
    active = serializers.BooleanField(read_only=True)
    days_left = serializers.SerializerMethodField()

    class Meta:
        model = CommunityPartner
        fields = [
            *("id", "organisation", "center", "services", "gives_back", "space", "area", "with_children", "checked_on"),
            *("state", "remark", "starts_on", "ends_on", "review", "active", "days_left"),
        ]
        read_only_fields = ["state", "remark", "starts_on", "ends_on", "review"]

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_days_left(self, row: CommunityPartner) -> int | None:
        return row.days_left

    def create(self, validated_data: dict[str, Any]) -> Any:
        row = super().create(validated_data)
        tell_applied(row)
        return row


class PartnerViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Community partners; they move by steps."""

    model = CommunityPartner
    serializer_class = PartnerSerializer
    filterset_class = region_filters(CommunityPartner, "center__region__code", "center", "organisation", "state")
    search_fields = ["organisation__name", "services"]
    ordering_fields = ["id", "ends_on"]
    http_method_names = ["get", "post", "patch", "head", "options"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")
