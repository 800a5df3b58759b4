"""Schemes, rounds, applications and scores by API."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CreateMixin, ScopedSerializer, ScopedViewSet, UpdateMixin
from centers.api.work import region_filters
from centers.models import Center
from funding import panels
from funding.models import Application, Criterion, RatingRound, RatingScheme, Sheet, Tier
from staffing.forms.people import centers_for
from workflow.api import StepsMixin


class TierSerializer(serializers.ModelSerializer[Tier]):
    class Meta:
        model = Tier
        fields = ["star", "threshold", "quota", "award"]


class CriterionSerializer(serializers.ModelSerializer[Criterion]):
    class Meta:
        model = Criterion
        fields = ["id", "number", "pillar", "source", "title", "guide", "weight", "fact"]


class SchemeSerializer(ScopedSerializer):
    tiers = TierSerializer(many=True, read_only=True)
    criteria = CriterionSerializer(many=True, read_only=True)

    class Meta:
        model = RatingScheme
        fields = [
            *("id", "region", "name", "version", "weight_representatives", "weight_township", "weight_district", "budget", "quorum"),
            *("trim_from", "gap", "veto_star", "correct_leniency", "frozen_at", "rules_hash", "tiers", "criteria"),
        ]


class SchemeViewSet(ScopedViewSet):
    """The rules of a rating: a frozen version is never changed. Amounts in fen."""

    model = RatingScheme
    serializer_class = SchemeSerializer
    filterset_class = region_filters(RatingScheme, "region__code", "name", "version")
    search_fields = ["name"]
    ordering_fields = ["id"]

    def tuned(self, rows: Any) -> Any:
        return rows.prefetch_related("tiers", "criteria").order_by("id")


class RoundSerializer(ScopedSerializer):
    phase = serializers.CharField(read_only=True)
    seed = serializers.SerializerMethodField()

    class Meta:
        model = RatingRound
        fields = [
            *("id", "region", "scheme", "year", "title", "facts_from", "facts_until", "apply_from", "apply_until", "review_until"),
            *("state", "phase", "seed_commitment", "seed", "notice_from", "notice_until", "final_at"),
        ]
        read_only_fields = ["state", "seed_commitment", "notice_from", "notice_until", "final_at"]

    @extend_schema_field(serializers.CharField())
    def get_seed(self, row: RatingRound) -> str:
        """Open once all scores are in."""
        return row.seed if row.revealed else ""


class RoundViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Rounds of star rating; they move by steps."""

    model = RatingRound
    serializer_class = RoundSerializer
    filterset_class = region_filters(RatingRound, "region__code", "year", "state")
    search_fields = ["title"]
    ordering_fields = ["id", "year"]
    http_method_names = ["get", "post", "patch", "head", "options"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")


class ResultSerializer(serializers.Serializer[Any]):
    """Of the last decision; null before."""

    total = serializers.DecimalField(5, 2, allow_null=True)
    star = serializers.IntegerField()
    award = serializers.IntegerField()


class ApplicationSerializer(ScopedSerializer):
    facts = serializers.ListField(child=serializers.DictField(), read_only=True)
    result = serializers.SerializerMethodField()

    class Meta:
        model = Application
        fields = ["id", "round", "center", "strengths", "plans", "state", "facts", "submitted_at", "remark", "veto", "result"]
        read_only_fields = ["state", "submitted_at", "remark", "veto"]

    def reachable(self, queryset: Any, user: Any) -> Any:
        if queryset.model is Center:
            return centers_for(user, "funding.add_application").exclude(level=Center.Level.TOWN)
        return super().reachable(queryset, user)

    @extend_schema_field(ResultSerializer(allow_null=True))
    def get_result(self, row: Application) -> dict[str, Any] | None:
        if not row.round.public:
            return None
        line = max(row.lines.all(), key=lambda one: one.decision_id, default=None)
        return ResultSerializer(line).data if line else None


class ApplicationViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """A village's application; its facts are the system's own, frozen when it is handed in."""

    model = Application
    serializer_class = ApplicationSerializer
    filterset_class = region_filters(Application, "center__region__code", "round", "center", "state")
    search_fields = ["center__name"]
    ordering_fields = ["id"]
    http_method_names = ["get", "post", "patch", "head", "options"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("round").prefetch_related("lines").order_by("id")


class SheetSerializer(ScopedSerializer):
    marks = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=100), read_only=True)
    own = serializers.SerializerMethodField()

    class Meta:
        model = Sheet
        fields = ["id", "application", "source", "number", "state", "marks", "done_at", "own"]
        read_only_fields = ["application", "source", "number", "state", "done_at"]

    @extend_schema_field(serializers.BooleanField())
    def get_own(self, row: Sheet) -> bool:
        """Whose sheet it is, is told to nobody but its owner: ballots are anonymous."""
        return bool(row.scorer_id == self.context["request"].user.pk)


class GivenSerializer(serializers.Serializer[Any]):
    """An officer's marks: criterion id → 0–100, whole, for every item of the officer's source."""

    application = serializers.PrimaryKeyRelatedField(queryset=Application.objects.all())
    marks = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=100))


class SheetViewSet(StepsMixin, ScopedViewSet):
    """Sheets of scores: one's own; everybody's in reach once all are in."""

    model = Sheet
    serializer_class = SheetSerializer
    filterset_class = region_filters(Sheet, "application__center__region__code", "application", "source", "state")
    ordering_fields = ["id"]

    def verb(self) -> str:
        return "score" if self.action == "create" else super().verb()

    @extend_schema(request=GivenSerializer, responses={201: SheetSerializer})
    def create(self, request: Request) -> Response:
        """Hands in an officer's sheet; a representative's is a step on the one that the lot gave."""
        given = GivenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seen = Application.objects.allowed(request.user, "view").select_related("round__scheme", "center__region")
        application: Any = get_object_or_404(seen, pk=given.validated_data["application"].pk)
        row = panels.give(application, request.user, given.validated_data["marks"])
        return Response(self.get_serializer(row).data, status=201)

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")
