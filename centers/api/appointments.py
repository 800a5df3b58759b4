"""Openings by appointment by API."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from accounts.api.base import CreateMixin, ScopedSerializer, ScopedViewSet
from centers.api.work import region_filters
from centers.models import Appointment, Center
from centers.workflows import appointment as flow
from workflow.api import StepsMixin


class AppointmentSerializer(ScopedSerializer):
    overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = Appointment
        fields = [
            *("id", "center", "day", "starts_at", "ends_at", "people", "purpose"),
            *("state", "note", "created_at", "due_on", "answered_at", "overdue"),
        ]
        read_only_fields = ["day", "state", "note", "created_at", "due_on", "answered_at"]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if "center" in fields:
            fields["center"].queryset = Center.objects.published()
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return super().validate({**attrs, "asked_by": self.context["request"].user})

    def create(self, validated_data: dict[str, Any]) -> Appointment:
        with transaction.atomic():
            row: Appointment = super().create(validated_data)
            flow.tell_asked(row)
        return row


@extend_schema(description="预约开放：自己申请的，或自己要答复的。时间要在中心的预约开放时段里，一次最长 4 小时。")
class AppointmentViewSet(StepsMixin, CreateMixin, ScopedViewSet):
    """Openings by appointment: one's own, and those one's village answers."""

    model = Appointment
    serializer_class = AppointmentSerializer
    filterset_class = region_filters(Appointment, "center__region__code", "center", "state", "day")
    ordering_fields = ["id", "starts_at", "due_on"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region").order_by("-starts_at", "-id")
