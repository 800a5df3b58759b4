"""Venues and requests for them, by API."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MomentFilter, RegionFilter, ScopedSerializer, ScopedViewSet
from activities import venues
from activities.models import Venue, VenueBooking
from workflow.api import StepsMixin


class VenueSerializer(ScopedSerializer):
    class Meta:
        model = Venue
        fields = [
            *("id", "center", "resource", "region", "parent", "name", "area", "holds", "equipment", "opens", "closes"),
            *("lead_days", "ahead_days", "buffer_minutes", "bookable"),
        ]
        read_only_fields = fields


class VenueFilters(django_filters.FilterSet):
    region = RegionFilter("region__code")

    class Meta:
        model = Venue
        fields = ["center", "parent"]


class VenueViewSet(ScopedViewSet):
    """Halls, rooms and grounds of centers, and those that other organisations share."""

    model = Venue
    public = True
    serializer_class = VenueSerializer
    filterset_class = VenueFilters
    search_fields = ["name", "center__name", "resource__name"]
    ordering_fields = ["id", "holds", "area"]


class VenueBookingSerializer(ScopedSerializer):
    class Meta:
        model = VenueBooking
        fields = ["id", "venue", "starts_at", "ends_at", "people", "purpose", "state", "answer", "created_at", "answered_at"]
        read_only_fields = ["state", "answer", "created_at", "answered_at"]


class VenueBookingFilters(django_filters.FilterSet):
    region = RegionFilter("venue__region__code")
    after = MomentFilter(field_name="ends_at", lookup_expr="gte")
    before = MomentFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = VenueBooking
        fields = ["venue", "state"]


class VenueBookingViewSet(StepsMixin, ScopedViewSet):
    """One's own requests, or those of one's region; ``steps/`` answers or cancels."""

    model = VenueBooking
    serializer_class = VenueBookingSerializer
    filterset_class = VenueBookingFilters
    ordering_fields = ["id", "starts_at"]

    def verb(self) -> str:
        return "view" if self.action == "create" else super().verb()  # whoever is logged in may ask

    @extend_schema(request=VenueBookingSerializer, responses={201: VenueBookingSerializer})
    def create(self, request: Request) -> Response:
        """Asks for a time; 400 says by field what stands against it."""
        data = self.get_serializer(data=request.data)
        data.is_valid(raise_exception=True)
        known: dict[str, Any] = data.validated_data
        if not Venue.objects.published().filter(pk=known["venue"].pk).exists():
            raise serializers.ValidationError({"venue": ["这个场地现在不接受预约。"]})
        row = venues.request(VenueBooking(**known), request.user)
        return Response(self.get_serializer(row).data, status=201)
