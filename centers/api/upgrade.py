"""The campaign, its tasks and the month's lines by API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.base import CreateMixin, DestroyMixin, ScopedSerializer, ScopedViewSet, UpdateMixin
from centers import papers
from centers.api.work import region_filters
from centers.models import Campaign, GuidanceVisit, PlannedStep, ProgressReport, UpgradeTask
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
