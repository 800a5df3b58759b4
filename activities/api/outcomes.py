"""What became of activities, who came, who is paused; by API."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import RegionFilter, ScopedSerializer, ScopedViewSet
from activities import checkin
from activities.models import Attendance, Meeting, Outcome, Pause, Survey
from workflow.api import StepsMixin


class SatisfactionSerializer(serializers.Serializer[Any]):
    answered = serializers.IntegerField()
    good = serializers.IntegerField()
    percent = serializers.IntegerField()


class OutcomeSerializer(ScopedSerializer):
    """``satisfaction`` is null where nobody was asked, or fewer than five answered."""

    satisfaction = serializers.SerializerMethodField()

    class Meta:
        model = Outcome
        fields = ["id", "activity", "held_on", "headcount", "lines", "reported_at", "released_at", "satisfaction"]
        read_only_fields = fields

    @extend_schema_field(SatisfactionSerializer(allow_null=True))
    def get_satisfaction(self, row: Outcome) -> dict[str, Any] | None:
        known = getattr(row, "surveys", None)
        if known is None:
            known = list(Survey.objects.counted().filter(activity=row.activity_id))
        return known[0].shown if known else None


class OutcomeFilters(django_filters.FilterSet):
    region = RegionFilter("activity__center__region__code")
    after = django_filters.DateFilter("held_on", "gte")
    before = django_filters.DateFilter("held_on", "lt")

    class Meta:
        model = Outcome
        fields = ["activity"]


class OutcomeViewSet(ScopedViewSet):
    """Headcounts (visits) and three lines; the step ``report`` of an activity makes one."""

    model = Outcome
    serializer_class = OutcomeSerializer
    filterset_class = OutcomeFilters
    ordering_fields = ["id", "held_on", "headcount"]

    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(queryset).select_related("activity")

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        surveys = {row.activity_id: row for row in Survey.objects.counted().filter(activity__in=[row.activity_id for row in rows or []])}
        for row in rows or []:
            row.surveys = [surveys[row.activity_id]] if row.activity_id in surveys else []
        return rows


class AttendanceSerializer(ScopedSerializer):
    class Meta:
        model = Attendance
        fields = ["id", "meeting", "booking", "seen", "channel", "marked_at"]
        read_only_fields = fields


class AttendanceFilters(django_filters.FilterSet):
    class Meta:
        model = Attendance
        fields = ["meeting", "booking", "seen"]


class SeenSerializer(serializers.Serializer[Any]):
    """``seen``: booking number → came or missed."""

    meeting = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    seen = serializers.DictField(child=serializers.ChoiceField(choices=Attendance.Seen.choices), allow_empty=True, default=dict)
    walk_ins = serializers.IntegerField(min_value=0, max_value=10_000, required=False)

    def validate_seen(self, seen: dict[str, str]) -> dict[int, str]:
        if not all(key.isdecimal() and len(key) < 19 for key in seen):
            raise serializers.ValidationError("booking numbers, please")
        return {int(key): value for key, value in seen.items()}


class AttendanceViewSet(ScopedViewSet):
    """Who came: rows apart from the bookings. A POST may be repeated, also after a lost connection."""

    model = Attendance
    serializer_class = AttendanceSerializer
    filterset_class = AttendanceFilters
    ordering_fields = ["id"]

    @extend_schema(request=SeenSerializer, responses=AttendanceSerializer(many=True))
    @action(detail=False, methods=["post"], pagination_class=None, filter_backends=[])
    def mark(self, request: Request) -> Response:
        """Writes down who came to a meeting; returns its rows."""
        data = SeenSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        known = data.validated_data
        rows = Meeting.objects.allowed(request.user, "checkin").select_related("intake__activity__center__region")
        meeting = rows.filter(pk=known["meeting"]).first()
        if meeting is None:
            raise serializers.ValidationError({"meeting": ["没有这一场，或者不归您管。"]})
        checkin.mark(request.user, meeting, known["seen"], Attendance.Channel.LIST, known.get("walk_ins"))
        return Response(self.get_serializer(Attendance.objects.filter(meeting=meeting), many=True).data)


class PauseSerializer(ScopedSerializer):
    class Meta:
        model = Pause
        fields = ["id", "participant", "starts_on", "ends_on", "state", "lifted_at"]
        read_only_fields = fields


class PauseFilters(django_filters.FilterSet):
    region = RegionFilter("participant__region__code")

    class Meta:
        model = Pause
        fields = ["participant", "state"]


class PauseViewSet(StepsMixin, ScopedViewSet):
    """Who books nothing for a while, and the step that lifts it."""

    model = Pause
    serializer_class = PauseSerializer
    filterset_class = PauseFilters
    ordering_fields = ["id", "starts_on"]
