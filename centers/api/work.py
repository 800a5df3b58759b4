"""Standards, inspections, findings, repairs, matters, feedback by API."""

import uuid
from typing import Any

import django_filters
from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers

from accounts.api.base import CreateMixin, DestroyMixin, RegionFilter, ScopedSerializer, ScopedViewSet, UpdateMixin
from centers import inspecting
from centers.inspecting import Seen
from centers.models import Center, Feedback, Finding, Inspection, InspectionAnswer, Matter, RepairTicket, StandardItem, StandardSet
from centers.models.feedback import DAYS
from centers.models.repair import new_secret
from centers.views.public import district
from centers.workflows import feedback as feedback_flow
from centers.workflows import rectification
from centers.workflows import repair as repair_flow
from records import working_days
from workflow.api import StepsMixin


def region_filters(of: Any, path: str, *names: str) -> Any:
    """Filters by region code prefix and by the named fields."""
    meta = type("Meta", (), {"model": of, "fields": list(names)})
    return type(f"{of.__name__}Filters", (django_filters.FilterSet,), {"region": RegionFilter(path), "Meta": meta})


class ItemSerializer(serializers.ModelSerializer[StandardItem]):
    class Meta:
        model = StandardItem
        fields = ["id", "number", "text", "evidence", "weight", "essential", "threshold", "unit", "origin"]


class StandardPartSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    name = serializers.CharField()
    origin = serializers.CharField()
    items = ItemSerializer(many=True, source="items.all")


class StandardSetSerializer(ScopedSerializer):
    standards = StandardPartSerializer(many=True, read_only=True)

    class Meta:
        model = StandardSet
        fields = ["id", "region", "name", "version", "state", "pass_percent", "in_force_from", "in_force_until", "note", "standards"]
        read_only_fields = ["state", "in_force_from", "in_force_until"]


class StandardSetViewSet(StepsMixin, ScopedViewSet):
    """Standards with their items; edited in the admin site, published by a step."""

    model = StandardSet
    serializer_class = StandardSetSerializer
    filterset_fields = ["state", "version"]
    ordering_fields = ["id", "version"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region").prefetch_related("standards__items").order_by("region__code", "-version")


class AnswerSerializer(serializers.ModelSerializer[InspectionAnswer]):
    class Meta:
        model = InspectionAnswer
        fields = ["item", "result", "remark"]


class InspectionSerializer(ScopedSerializer):
    client_uuid = serializers.UUIDField(required=False, help_text="设备自己的编号：同一编号只记一次")
    answers = AnswerSerializer(many=True)

    class Meta:
        model = Inspection
        fields = ["id", "center", "standard_set", "kind", "inspected_on", "remark", "client_uuid", "submitted_at", "answers"]
        read_only_fields = ["standard_set", "submitted_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs  # inspecting.record runs the model's rules, once the set is known

    def create(self, validated_data: dict[str, Any]) -> Inspection:
        seen = {a["item"].pk: Seen(a.get("result", "unknown"), a.get("remark", "")) for a in validated_data["answers"]}
        number = validated_data.get("client_uuid") or uuid.uuid4()
        day = validated_data.get("inspected_on") or timezone.localdate()
        user = self.context["request"].user
        remark = validated_data.get("remark", "")
        return inspecting.record(validated_data["center"], validated_data["kind"], day, user, number, seen, remark)[0]


class InspectionViewSet(CreateMixin, ScopedViewSet):
    """Inspections; sent twice with the same ``client_uuid`` they count once."""

    model = Inspection
    serializer_class = InspectionSerializer
    filterset_class = region_filters(Inspection, "center__region__code", "center", "kind")
    ordering_fields = ["id", "inspected_on"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region").prefetch_related("answers").order_by("-inspected_on", "-id")

    def keep(self, serializer: Any, verb: str) -> None:
        serializer.save()  # inspecting.record checks the scope and writes the audit


class FindingSerializer(ScopedSerializer):
    overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = Finding
        fields = [
            *("id", "center", "inspection", "item", "text", "urgency", "state", "issued_on", "due_on", "extended_on", "overdue"),
            *("repeats", "note", "reviewer_note", "closed_on"),
        ]
        read_only_fields = [
            *("inspection", "item", "state", "issued_on", "extended_on", "repeats", "note", "reviewer_note", "closed_on"),
        ]
        extra_kwargs = {"due_on": {"required": False}}

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if self.instance is not None:  # the place stays; the deadline moves by the step ``extend`` alone
            fields["center"].read_only = fields["due_on"].read_only = True
        return fields

    def create(self, validated_data: dict[str, Any]) -> Finding:
        row: Finding = super().create({**validated_data, "issued_by": self.context["request"].user})
        rectification.tell_issued(row)
        return row


class FindingViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Findings and their rectification."""

    model = Finding
    serializer_class = FindingSerializer
    filterset_class = region_filters(Finding, "center__region__code", "center", "state", "urgency")
    search_fields = ["text"]
    ordering_fields = ["id", "due_on"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region").order_by("due_on", "id")


class RepairSerializer(ScopedSerializer):
    overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = RepairTicket
        fields = ["id", "center", "text", "place", "hazard", "state", "reported_at", "due_at", "overdue", "office", "note", "fixed_at"]
        read_only_fields = ["state", "reported_at", "due_at", "office", "note", "fixed_at"]

    def create(self, validated_data: dict[str, Any]) -> RepairTicket:
        row: RepairTicket = super().create(validated_data)
        repair_flow.tell_reported(row)
        return row


class RepairViewSet(StepsMixin, CreateMixin, ScopedViewSet):
    """Repair tickets; residents report on the center's page, without an account."""

    model = RepairTicket
    serializer_class = RepairSerializer
    filterset_class = region_filters(RepairTicket, "center__region__code", "center", "state", "hazard")
    ordering_fields = ["id", "due_at"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region").order_by("due_at", "id")


class MatterSerializer(ScopedSerializer):
    class Meta:
        model = Matter
        fields = ["id", "center", "title", "papers", "window", "when", "note"]


class MatterViewSet(CreateMixin, UpdateMixin, DestroyMixin, ScopedViewSet):
    """What can be done at a center."""

    model = Matter
    serializer_class = MatterSerializer
    filterset_class = region_filters(Matter, "center__region__code", "center", "window")
    search_fields = ["title"]
    ordering_fields = ["id", "title"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region").order_by("center", "window", "id")


class FeedbackSerializer(ScopedSerializer):
    region_code = serializers.CharField(source="region.code", read_only=True)
    secret = serializers.SerializerMethodField(help_text="只在提交时给一次：/f/<secret>/ 查看答复")

    class Meta:
        model = Feedback
        fields = ["id", "kind", "center", "text", "state", "region_code", "received_at", "due_on", "office", "answer", "secret"]
        read_only_fields = ["state", "received_at", "due_on", "office", "answer"]

    @extend_schema_field(serializers.CharField)
    def get_secret(self, row: Feedback) -> str:
        return str(getattr(row, "secret", ""))

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if "center" in fields:
            fields["center"].queryset = Center.objects.published()
        return fields

    def create(self, validated_data: dict[str, Any]) -> Feedback:
        secret, digest = new_secret()
        center = validated_data.get("center")
        due = working_days.add_working_days(timezone.localdate(), DAYS)
        own = {"token_hash": digest, "user": self.context["request"].user, "due_on": due}
        with transaction.atomic():
            row: Feedback = super().create({**validated_data, **own, "region": center.region if center else district()})
            feedback_flow.tell_new(row)
        row.secret = secret  # type: ignore[attr-defined]
        return row


@extend_schema(description="投诉建议：自己提的，或自己要答复的。")
class FeedbackViewSet(StepsMixin, CreateMixin, ScopedViewSet):
    """Complaints and suggestions: one's own, and those one's office answers."""

    model = Feedback
    serializer_class = FeedbackSerializer
    filterset_fields = ["state", "kind", "center"]
    ordering_fields = ["id", "due_on"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region", "region").order_by("-id")
