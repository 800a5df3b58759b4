"""The campaign, its tasks and the month's lines, premises, applications and signs by API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from accounts.api.base import CreateMixin, DestroyMixin, ScopedSerializer, ScopedViewSet, UpdateMixin
from centers import papers
from centers.api.work import region_filters
from centers.models import (
    Campaign,
    CandidateSite,
    GuidanceVisit,
    Lease,
    Paper,
    PlacementApplication,
    PlannedStep,
    ProgressReport,
    Sign,
    UpgradeTask,
)
from workflow.api import StepsMixin


class CampaignSerializer(ScopedSerializer):
    class Meta:
        model = Campaign
        fields = ["id", "region", "name", "first_month", "last_month", "note"]


class CampaignViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """Drives of a district."""

    model = Campaign
    serializer_class = CampaignSerializer
    ordering_fields = ["id", "first_month"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region").order_by("-first_month", "id")


class TaskSerializer(ScopedSerializer):
    overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = UpgradeTask
        fields = [
            *("id", "campaign", "number", "center", "batch", "build_method", "content", "town_person", "village_person"),
            *("budget_fen", "target_month", "state", "overdue", "reviewer_note", "closure_note", "closed_on", "voided_on"),
        ]
        read_only_fields = ["state", "reviewer_note", "closure_note", "closed_on", "voided_on"]


class TaskViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Upgrade tasks; amounts in fen."""

    model = UpgradeTask
    serializer_class = TaskSerializer
    filterset_class = region_filters(UpgradeTask, "center__region__code", "campaign", "state", "batch", "target_month")
    search_fields = ["content", "center__name"]
    ordering_fields = ["id", "number", "target_month"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region", "campaign__region").order_by("campaign", "number")


def still_open(owner: Any) -> None:
    """The pages' rule: nothing is added to what is under review, or done."""
    if not papers.takes_parts(owner):
        raise serializers.ValidationError(
            {"non_field_errors": [_("现在是“%(state)s”，不能再改它的材料和步骤。") % {"state": owner.get_state_display()}]}
        )


class TaskPartSerializer(ScopedSerializer):
    """A part of a task that still takes parts."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for task in {t for t in (attrs.get("task"), self.instance.task if self.instance else None) if t is not None}:
            still_open(task)
        return super().validate(attrs)


class PlannedStepSerializer(TaskPartSerializer):
    class Meta:
        model = PlannedStep
        fields = ["id", "task", "number", "title", "due_month", "done_on"]


class TaskPartViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """Rows of a task."""

    filterset_fields = ["task"]
    ordering_fields = ["id"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("task__center__region").order_by("task", "id")


class PlannedStepViewSet(DestroyMixin, TaskPartViewSet):
    """The steps of a task's plan."""

    model = PlannedStep
    serializer_class = PlannedStepSerializer

    def perform_destroy(self, instance: Any) -> None:
        still_open(instance.task)
        super().perform_destroy(instance)


class VisitSerializer(TaskPartSerializer):
    class Meta:
        model = GuidanceVisit
        fields = ["id", "task", "visited_on", "visitors", "note"]

    def create(self, validated_data: dict[str, Any]) -> Any:
        return super().create({**validated_data, "recorded_by": self.context["request"].user})


class VisitViewSet(TaskPartViewSet):
    """Guidance visits."""

    model = GuidanceVisit
    serializer_class = VisitSerializer


class ReportSerializer(ScopedSerializer):
    due_on = serializers.DateField(read_only=True)
    late = serializers.BooleanField(read_only=True)

    class Meta:
        model = ProgressReport
        fields = [
            "id",
            "task",
            "month",
            "percent",
            "text",
            "spent_fen",
            "unchanged",
            "state",
            "due_on",
            "late",
            "reviewer_note",
            "filed_at",
        ]
        read_only_fields = fields


class ReportViewSet(StepsMixin, ScopedViewSet):
    """The month's lines; filed by the step ``file`` (``percent``, ``text``, ``spent_fen``) or ``unchanged``."""

    model = ProgressReport
    serializer_class = ReportSerializer
    filterset_class = region_filters(ProgressReport, "task__center__region__code", "task", "month", "state")
    ordering_fields = ["id", "month"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("task__center__region").order_by("-month", "task__number")


class SiteSerializer(ScopedSerializer):
    class Meta:
        model = CandidateSite
        fields = [
            *("id", "region", "name", "address", "mode", "channel", "area", "owner", "center", "latitude", "longitude"),
            *("found_on", "note", "state", "dropped_on"),
        ]
        read_only_fields = ["state", "dropped_on"]


class SiteViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Candidate sites."""

    model = CandidateSite
    serializer_class = SiteSerializer
    filterset_class = region_filters(CandidateSite, "region__code", "mode", "channel", "state")
    search_fields = ["name", "address"]
    ordering_fields = ["id", "area"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region", "owner__region", "center__region").order_by("region__code", "id")


class LeaseSerializer(ScopedSerializer):
    expiring = serializers.IntegerField(read_only=True, help_text="90 或 30：多少天内到期；0 不是")

    class Meta:
        model = Lease
        fields = [
            *("id", "site", "organisation", "area", "starts_on", "ends_on", "rent_fen", "signed_on", "ended_on"),
            *("state", "expiring", "note"),
        ]
        read_only_fields = ["signed_on", "ended_on", "state"]


class LeaseViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Leases; no two signed ones of a site overlap."""

    model = Lease
    serializer_class = LeaseSerializer
    filterset_class = region_filters(Lease, "site__region__code", "site", "organisation", "state")
    ordering_fields = ["id", "ends_on", "area"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("site__region", "organisation__region").order_by("ends_on", "id")


class PlacementSerializer(ScopedSerializer):
    class Meta:
        model = PlacementApplication
        fields = [
            *("id", "center", "organisation", "kind", "title", "place", "basis_title", "basis_number", "expires_on", "budget_fen"),
            *("note", "state", "design_note", "reviewer_note", "filing_no", "due_on", "approved_at", "removed_on"),
        ]
        read_only_fields = ["state", "design_note", "reviewer_note", "filing_no", "due_on", "approved_at", "removed_on"]

    def create(self, validated_data: dict[str, Any]) -> Any:
        return super().create({**validated_data, "applied_by": self.context["request"].user})


class PlacementViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Applications for signs, wall postings, site set-up, renovation; a unit sees its own."""

    model = PlacementApplication
    serializer_class = PlacementSerializer
    filterset_class = region_filters(PlacementApplication, "center__region__code", "center", "organisation", "kind", "state")
    search_fields = ["title"]
    ordering_fields = ["id", "due_on"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region", "organisation__region").order_by("-id")


class SignSerializer(ScopedSerializer):
    class Meta:
        model = Sign
        fields = ["id", "center", "title", "place", "unit", "origin", "placement", "action", "found_on", "removed_on"]
        read_only_fields = ["origin", "placement"]


class SignViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """The inventory of signs."""

    model = Sign
    serializer_class = SignSerializer
    filterset_class = region_filters(Sign, "center__region__code", "center", "origin", "action", "place")
    search_fields = ["title"]
    ordering_fields = ["id"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region", "placement").order_by("center", "id")


class PaperSerializer(ScopedSerializer):
    file = serializers.FileField(write_only=True, help_text="PDF、JPG、PNG、Word、Excel，最大 10 MB")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Paper
        fields = ["id", "placement", "lease", "site", "task", "kind", "name", "size", "uploaded_at", "url", "file"]
        read_only_fields = ["name", "size", "uploaded_at"]

    def get_url(self, paper: Paper) -> str:
        return f"/papers/{paper.pk}/"

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        owners = {"placement": PlacementApplication, "lease": Lease, "site": CandidateSite, "task": UpgradeTask}
        for name, model in owners.items():
            queryset = self.reachable(model._default_manager.all(), self.context["request"].user) if "request" in self.context else None
            fields[name] = serializers.PrimaryKeyRelatedField(
                queryset=model._default_manager.none() if queryset is None else queryset, required=False
            )
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        upload = attrs.pop("file")
        owners = [attrs[name] for name in ("placement", "lease", "site", "task") if attrs.get(name) is not None]
        if len(owners) != 1:
            raise serializers.ValidationError({"non_field_errors": ["一份材料只属于一件事：placement、lease、site、task 填一个。"]})
        still_open(owners[0])
        try:
            attrs |= {"content_type": papers.content_type(upload), "size": upload.size, "name": papers.file_name(upload.name)}
        except papers.ValidationError as error:
            raise serializers.ValidationError({"file": error.messages}) from error
        self.upload = upload
        return super().validate(attrs | {"region": papers.region_of(owners[0]), "uploaded_by": self.context["request"].user})

    def create(self, validated_data: dict[str, Any]) -> Paper:
        row = Paper(**validated_data)
        row.file.save("x", self.upload, save=False)
        row.save()
        return row


class PaperViewSet(CreateMixin, ScopedViewSet):
    """Papers of applications, leases, sites and tasks; uploads are multipart."""

    model = Paper
    serializer_class = PaperSerializer
    parser_classes = [MultiPartParser]
    filterset_fields = ["kind"]
    ordering_fields = ["id"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region").order_by("id")
