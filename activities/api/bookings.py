"""Bookings by API: the same rules as the page, told by codes."""

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import RegionFilter, ScopedSerializer, ScopedViewSet
from accounts.api.problems import Conflict, Unprocessable
from activities import seats
from activities.models import Booking
from activities.refusal import KeyReused, NotHere, Refused


class BookingSerializer(ScopedSerializer):
    class Meta:
        model = Booking
        fields = ["id", "intake", "participant", "state", "code", "channel", "created_at", "cancelled_at"]
        read_only_fields = fields


def shown(booking: Booking) -> dict[str, Any]:
    """What ``BookingSerializer`` shows, without the price of building it (a test holds them equal)."""
    return {
        "id": booking.pk,
        "intake": booking.intake_id,
        "participant": booking.participant_id,
        "state": booking.state,
        "code": booking.code,
        "channel": booking.channel,
        "created_at": timezone.localtime(booking.created_at).isoformat(),
        "cancelled_at": booking.cancelled_at and timezone.localtime(booking.cancelled_at).isoformat(),
    }


class BookingRequest(serializers.Serializer[Any]):
    intake = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    participant = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    wait = serializers.BooleanField(default=False, help_text="名额满时愿意候补；本批次没有候补名单时按已满答复")


class BookingFilters(django_filters.FilterSet):
    region = RegionFilter("intake__activity__center__region__code")

    class Meta:
        model = Booking
        fields = ["intake", "participant", "state"]


class BookingViewSet(ScopedViewSet):
    """One's own bookings, or those of the centers in one's region."""

    model = Booking
    serializer_class = BookingSerializer
    filterset_class = BookingFilters
    ordering_fields = ["id", "created_at"]

    @extend_schema(
        request=BookingRequest,
        responses={201: BookingSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="同一个键 24 小时内返回同一个预约")],
    )
    def create(self, request: Request) -> Response:
        data = BookingRequest(data=request.data)
        data.is_valid(raise_exception=True)
        wanted = data.validated_data
        key = request.headers.get("Idempotency-Key", "")[:80]
        try:
            booking = seats.book(
                request.user, wanted["intake"], wanted["participant"], channel=Booking.Channel.API, key=key, wait=wanted["wait"]
            )
        except Refused as error:
            raise Conflict(error.detail, error.code) from error
        except KeyReused as error:
            raise Unprocessable(_("这个幂等键已经用于另一个请求。")) from error
        except NotHere as error:
            raise NotFound from error
        return Response(shown(booking), status=201)

    @extend_schema(
        request=inline_serializer("CancelReason", {"reason": serializers.CharField(required=False, max_length=120)}),
        responses=BookingSerializer,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str = "") -> Response:
        """Gives the place back."""
        booking = self.get_object()
        data = request.data if isinstance(request.data, dict) else {}
        reason = serializers.CharField(max_length=120, allow_blank=True).run_validation(data.get("reason", ""))
        try:
            return Response(BookingSerializer(seats.cancel(request.user, booking, reason=reason)).data)
        except Refused as error:
            raise Conflict(error.detail, error.code) from error
