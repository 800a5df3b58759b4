"""Activities, intakes and meetings by API."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CreateMixin, DestroyMixin, MomentFilter, RegionFilter, ScopedSerializer, ScopedViewSet, UpdateMixin
from accounts.scope import holds
from activities import series
from activities.models import Activity, Intake, Meeting
from activities.refusal import NotHere
from workflow.api import StepsMixin


class ActivitySerializer(ScopedSerializer):
    class Meta:
        model = Activity
        fields = [
            "id",
            "center",
            "kind",
            "title",
            "summary",
            "description",
            "audience",
            *("price_fen", "special", "expected", "permit_no", "partner"),
            "state",
            "published_at",
            "cancelled_at",
            "cancel_reason",
            "created_at",
        ]
        read_only_fields = ["state", "published_at", "cancelled_at", "cancel_reason", "created_at"]

    def create(self, validated_data: dict[str, Any]) -> Activity:
        return super().create(validated_data | {"created_by": self.context["request"].user})


class SeriesRequest(serializers.Serializer[Any]):
    """``intakes``: only these of the activity; without it all that can be booked."""

    participant = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    intakes = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=100, required=False
    )
    answer = serializers.CharField(default="", allow_blank=True, max_length=200, help_text="对每个批次的问题的回答")


class SeriesSerializer(serializers.Serializer[Any]):
    intake = serializers.IntegerField()
    booking = serializers.IntegerField(allow_null=True)
    words = serializers.CharField()


class ActivityFilters(django_filters.FilterSet):
    region = RegionFilter("center__region__code")
    coming = django_filters.BooleanFilter(method="by_coming")

    class Meta:
        model = Activity
        fields = ["center", "kind", "state"]

    def by_coming(self, rows: Any, _name: str, value: bool) -> Any:
        return rows.coming() if value else rows


class ActivityViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """What centers offer; ``steps/`` publishes and calls off."""

    model = Activity
    public = True
    serializer_class = ActivitySerializer
    filterset_class = ActivityFilters
    search_fields = ["title", "center__name"]
    ordering_fields = ["id", "published_at"]

    @extend_schema(request=SeriesRequest, responses=SeriesSerializer(many=True))
    @action(
        detail=True,
        methods=["post"],
        url_path="book-all",
        pagination_class=None,
        filter_backends=[],
        permission_classes=[IsAuthenticated],  # residents book, though they hold nothing on activities
    )
    def book_all(self, request: Request, pk: str = "") -> Response:
        """Books every open intake, or those named, for one participant, past those that clash or are full; says what became of each."""
        if not holds(request.user, "activities.add_booking"):
            raise PermissionDenied
        data = SeriesRequest(data=request.data)
        data.is_valid(raise_exception=True)
        known = data.validated_data
        only = set(known["intakes"]) if "intakes" in known else None
        try:
            found = series.book_all(request.user, self.get_object(), known["participant"], only, channel="api", answer=known["answer"])
        except NotHere as error:
            raise NotFound from error
        rows = [{"intake": one.intake.pk, "booking": one.booking and one.booking.pk, "words": one.words} for one in found]
        return Response(SeriesSerializer(rows, many=True).data)


class IntakeSerializer(ScopedSerializer):
    phase = serializers.CharField(read_only=True)
    seats_left = serializers.IntegerField(read_only=True)

    class Meta:
        model = Intake
        fields = [
            "id",
            "activity",
            "name",
            "capacity",
            "seats_taken",
            "seats_left",
            "waiting",
            "phase",
            *("opens_at", "closes_at", "cancel_until", "mode", "wait_limit", "offer_hours", "min_age", "max_age", "residence"),
            *("family_limit", "person_limit", "refuse_clash", "min_participants", "question", "asks_photo"),
        ]
        read_only_fields = ["seats_taken", "waiting"]


class IntakeFilters(django_filters.FilterSet):
    region = RegionFilter("activity__center__region__code")
    open = django_filters.BooleanFilter(method="by_open")

    class Meta:
        model = Intake
        fields = ["activity"]

    def by_open(self, rows: Any, _name: str, value: bool) -> Any:
        return rows.open() if value else rows.exclude(pk__in=rows.open().values("pk"))


class IntakeViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """Capacity and rules of an activity's places."""

    model = Intake
    public = True
    serializer_class = IntakeSerializer
    filterset_class = IntakeFilters
    ordering_fields = ["id", "opens_at", "closes_at"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("activity")

    def perform_update(self, serializer: Any) -> None:
        from activities import turnstile

        super().perform_update(serializer)
        turnstile.forget(serializer.instance.pk)


class MeetingSerializer(ScopedSerializer):
    class Meta:
        model = Meeting
        fields = ["id", "intake", "starts_at", "ends_at", "place", "walk_ins"]
        read_only_fields = ["walk_ins"]


class MeetingFilters(django_filters.FilterSet):
    after = MomentFilter(field_name="ends_at", lookup_expr="gte")
    before = MomentFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = Meeting
        fields = ["intake", "intake__activity"]


class MeetingViewSet(CreateMixin, UpdateMixin, DestroyMixin, ScopedViewSet):
    """When and where."""

    model = Meeting
    public = True
    serializer_class = MeetingSerializer
    filterset_class = MeetingFilters
    ordering_fields = ["id", "starts_at"]

    def perform_destroy(self, instance: Any) -> None:
        if instance.attendance.exists():
            raise serializers.ValidationError(_("这一场已经有人签到，不能删除。"))
        super().perform_destroy(instance)
