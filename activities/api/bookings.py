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
from activities import seats, waiting
from activities.models import Booking
from activities.refusal import KeyReused, NotHere, Refused


class BookingSerializer(ScopedSerializer):
    place_in_queue = serializers.SerializerMethodField()
    priority = serializers.ChoiceField(choices=Booking.Priority.choices, allow_blank=True, read_only=True)

    class Meta:
        model = Booking
        fields = [
            *("id", "intake", "participant", "party", "state", "code", "channel"),
            *("created_at", "cancelled_at", "queued_at", "offered_until", "place_in_queue", "priority", "answer", "photo_consent"),
        ]
        read_only_fields = fields

    def get_place_in_queue(self, row: Booking) -> int | None:
        """How many families and single people are ahead of those who wait, and oneself."""
        return row.place if row.state == Booking.State.WAITLISTED else None


def shown(booking: Booking) -> dict[str, Any]:
    """What ``BookingSerializer`` shows, without the price of building it (a test holds them equal)."""

    def at(moment: Any) -> str | None:
        return moment and timezone.localtime(moment).isoformat()

    return {
        "id": booking.pk,
        "intake": booking.intake_id,
        "participant": booking.participant_id,
        "party": str(booking.party),
        "state": booking.state,
        "code": booking.code,
        "channel": booking.channel,
        "created_at": at(booking.created_at),
        "cancelled_at": at(booking.cancelled_at),
        "queued_at": at(booking.queued_at),
        "offered_until": at(booking.offered_until),
        "place_in_queue": booking.place if booking.state == Booking.State.WAITLISTED else None,
        "priority": booking.priority,
        "answer": booking.answer,
        "photo_consent": booking.photo_consent,
    }


class BookingRequest(serializers.Serializer[Any]):
    intake = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    participant = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    others = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        default=list,
        max_length=19,
        help_text="一家人里一起来的其他人：要么都有名额，要么都没有，候补和抽签也算一组",
    )
    wait = serializers.BooleanField(default=False, help_text="名额满时愿意候补（抽签的：没轮上愿意候补）；没有候补名单时按已满答复")
    answer = serializers.CharField(default="", allow_blank=True, max_length=200, help_text="对本批次问题的回答")
    photo = serializers.BooleanField(default=False, help_text="同意活动中拍照；默认不同意")


class BookingFilters(django_filters.FilterSet):
    region = RegionFilter("intake__activity__center__region__code")

    class Meta:
        model = Booking
        fields = ["intake", "participant", "state", "party"]


class BookingViewSet(ScopedViewSet):
    """One's own bookings, or those of the centers in one's region."""

    model = Booking
    serializer_class = BookingSerializer
    filterset_class = BookingFilters
    ordering_fields = ["id", "created_at"]

    def tuned(self, rows: Any) -> Any:
        return rows.with_place()

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
            people = list(dict.fromkeys([wanted["participant"], *wanted["others"]]))
            how = {name: wanted[name] for name in ("wait", "answer", "photo")}
            booking = seats.book_party(request.user, wanted["intake"], people, channel=Booking.Channel.API, key=key, **how)[0]
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

    @extend_schema(request=None, responses=BookingSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str = "") -> Response:
        """Takes the place that is held, for all who wait as one unit."""
        try:
            return Response(BookingSerializer(waiting.accept(request.user, self.get_object())).data)
        except Refused as error:
            raise Conflict(error.detail, error.code) from error
