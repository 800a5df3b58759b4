"""Lotteries by API: how each is drawn, and the evidence once it is."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CreateMixin, RegionFilter, ScopedSerializer, ScopedViewSet, UpdateMixin
from activities import lottery
from activities.models import Draw, Intake


class NumberSerializer(serializers.Serializer[Any]):
    number = serializers.RegexField(r"\A[0-9]{3,40}\Z", max_length=40)


class DrawSerializer(ScopedSerializer):
    """The secret shows only once it is drawn."""

    stage = serializers.CharField(read_only=True)
    secret = serializers.SerializerMethodField()

    class Meta:
        model = Draw
        fields = [
            *("id", "intake", "source", "draws_on", "stage", "commitment", "capacity", "entries", "list_hash", "closed_at"),
            *("public_number", "drawn_at", "secret"),
        ]
        read_only_fields = ["commitment", "capacity", "entries", "list_hash", "closed_at", "public_number", "drawn_at"]

    def get_secret(self, row: Draw) -> str:
        return row.secret if row.drawn_at else ""

    def validate_intake(self, intake: Intake) -> Intake:
        """An officer announces for their own intakes; one that has a draw keeps it."""
        if self.instance is None and not Intake.objects.allowed(self.context["request"].user, "change").filter(pk=intake.pk).exists():
            raise PermissionDenied
        return intake

    def create(self, validated_data: dict[str, Any]) -> Draw:
        made = lottery.announce(Draw(**validated_data))
        return super().create(validated_data | {"secret": made.secret, "commitment": made.commitment})


class DrawFilters(django_filters.FilterSet):
    region = RegionFilter("intake__activity__center__region__code")

    class Meta:
        model = Draw
        fields = ["intake"]


class DrawViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """What was announced, the closed list, the public number."""

    model = Draw
    public = True
    serializer_class = DrawSerializer
    filterset_class = DrawFilters
    ordering_fields = ["id", "draws_on"]

    @extend_schema(
        request=NumberSerializer,
        responses=DrawSerializer,
    )
    @action(detail=True, methods=["post"])
    def draw(self, request: Request, pk: str = "") -> Response:
        """Draws with the public number."""
        row = self.get_object()
        if not Draw.objects.allowed(request.user, "draw").filter(pk=row.pk).exists():
            raise PermissionDenied
        data = NumberSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(self.get_serializer(lottery.run(row, data.validated_data["number"], request.user)).data)
