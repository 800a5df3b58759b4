"""Childcare by API: terms, who may collect (for the family), each day's coming and going. Health notes are on no API."""

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CreateMixin, MomentFilter, RegionFilter, ScopedSerializer, ScopedViewSet, UpdateMixin
from accounts.models import Participant
from accounts.views.family import own
from activities import care
from activities.models import Activity, CareProgram, Handover, Meeting, PickupPerson


class CareProgramSerializer(ScopedSerializer):
    """``ratio``: children for each of the staff, of those enrolled, rounded up."""

    ratio = serializers.IntegerField(read_only=True)

    class Meta:
        model = CareProgram
        fields = ["id", "activity", "kind", "starts_on", "ends_on", "staff", "checked_on", "fee_note", "filing_no", "floor", "ratio"]

    def reachable(self, queryset: Any, user: Any) -> Any:
        return queryset.allowed(user, "change") if queryset.model is Activity else super().reachable(queryset, user)


class CareProgramFilters(django_filters.FilterSet):
    region = RegionFilter("activity__center__region__code")
    on = django_filters.DateFilter(method="by_day", label="a day of the term")

    class Meta:
        model = CareProgram
        fields = ["activity", "kind"]

    def by_day(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(starts_on__lte=value, ends_on__gte=value)


class CareProgramViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """Terms of childcare; places and enrolments are the activity's intakes and bookings."""

    model = CareProgram
    http_method_names = ["get", "post", "patch", "head", "options"]
    serializer_class = CareProgramSerializer
    filterset_class = CareProgramFilters
    ordering_fields = ["id", "starts_on"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("activity__center__region").prefetch_related("activity__intakes")


class PickupPersonSerializer(ScopedSerializer):
    class Meta:
        model = PickupPerson
        fields = ["id", "participant", "name", "relation", "phone", "added_at", "ended_at"]
        read_only_fields = ["added_at", "ended_at"]

    def reachable(self, queryset: Any, user: Any) -> Any:
        return own(user).filter(kind=Participant.Kind.CHILD) if queryset.model is Participant else super().reachable(queryset, user)

    def create(self, known: dict[str, Any]) -> Any:
        return PickupPerson.objects.create(**known, added_by=self.context["request"].user)


class PickupPersonFilters(django_filters.FilterSet):
    class Meta:
        model = PickupPerson
        fields = ["participant"]


class PickupPersonViewSet(CreateMixin, ScopedViewSet):
    """Who besides the guardians may collect one's child; only the family reads it here."""

    model = PickupPerson
    serializer_class = PickupPersonSerializer
    filterset_class = PickupPersonFilters
    ordering_fields = ["id"]

    def verb(self) -> str:
        return "change" if self.action == "end" else super().verb()

    @extend_schema(request=None, responses=PickupPersonSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Takes the person off the list, from now on; twice is harmless."""
        row = self.get_object()
        care.take_off(request.user, row)
        row.refresh_from_db()
        return Response(self.get_serializer(row).data)


class HandoverSerializer(ScopedSerializer):
    """``collected``: ``guardian``, ``person`` (on the list), ``called`` (a guardian agreed by telephone), or empty: still here."""

    meeting = serializers.IntegerField(source="attendance.meeting_id", read_only=True)
    booking = serializers.IntegerField(source="attendance.booking_id", read_only=True)
    collected = serializers.SerializerMethodField()
    late = serializers.BooleanField(read_only=True)

    class Meta:
        model = Handover
        fields = ["id", "meeting", "booking", "in_at", "out_at", "collected", "late"]
        read_only_fields = fields

    def get_collected(self, row: Handover) -> str:
        return row.collected


class HandoverFilters(django_filters.FilterSet):
    region = RegionFilter("attendance__meeting__intake__activity__center__region__code")
    after = MomentFilter(field_name="in_at", lookup_expr="gte")

    class Meta:
        model = Handover
        fields = {"attendance__meeting": ["exact"], "attendance__booking": ["exact"]}


class ArriveSerializer(serializers.Serializer[Any]):
    meeting = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    booking = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class LeaveSerializer(ArriveSerializer):
    """``who``: as ``kind`` says, an account (``guardian``, ``called``) or somebody on the list (``person``).

    ``called`` asks for ``taken_by`` (who came), and takes ``who`` 0 for a child whose guardians have no account.
    """

    kind = serializers.ChoiceField(choices=["guardian", "person", "called"])
    who = serializers.IntegerField(min_value=0, max_value=2**63 - 1)
    taken_by = serializers.CharField(max_length=40, required=False, allow_blank=True)
    at = serializers.DateTimeField(required=False)


class UndoSerializer(ArriveSerializer):
    reason = serializers.CharField(max_length=200)


class HandoverViewSet(ScopedViewSet):
    """Children's days: arrived, collected. Written by who hands them over, read by the family too."""

    model = Handover
    serializer_class = HandoverSerializer
    filterset_class = HandoverFilters
    ordering_fields = ["id", "in_at"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("attendance__meeting")

    def day(self, request: Request, known: dict[str, Any]) -> tuple[Any, Any]:
        booking = care.enrolments(request.user).select_related("participant__region", "intake__activity__center__region")
        row = booking.filter(pk=known["booking"]).first()
        meeting = Meeting.objects.filter(pk=known["meeting"]).select_related("intake__activity__center__region").first()
        if row is None or meeting is None or meeting.intake_id != row.intake_id:
            raise ValidationError({"booking": ["没有这个托管报名，或者不归您管。"]})
        return meeting, row

    @extend_schema(request=ArriveSerializer, responses=HandoverSerializer)
    @action(detail=False, methods=["post"])
    def arrive(self, request: Request) -> Response:
        """The child is here; twice is harmless."""
        data = ArriveSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        row = care.arrive(request.user, *self.day(request, data.validated_data))
        return Response(self.get_serializer(row).data)

    @extend_schema(request=LeaveSerializer, responses=HandoverSerializer)
    @action(detail=False, methods=["post"])
    def leave(self, request: Request) -> Response:
        """The child goes, and with whom; twice is harmless."""
        data = LeaveSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        known = data.validated_data
        who = care.Collected(known["kind"], known["who"], known.get("taken_by", ""))
        row = care.leave(request.user, *self.day(request, known), who, known.get("at"))
        return Response(self.get_serializer(row).data)

    @extend_schema(request=UndoSerializer, responses={204: None})
    @action(detail=False, methods=["post"])
    def undo(self, request: Request) -> Response:
        """Takes back the last tap, meant for another child: the going, else the coming; the family hears."""
        data = UndoSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        care.undo(request.user, *self.day(request, data.validated_data), data.validated_data["reason"])
        return Response(status=204)
