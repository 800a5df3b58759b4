"""The column, brands and polls by API: published ones to everybody, drafts to who edits them."""

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CreateMixin, RegionFilter, ScopedSerializer, ScopedViewSet, UpdateMixin
from accounts.api.problems import Conflict
from activities import poll as polls
from activities.models import Brand, Digest, DigestItem, Poll, PollOption
from centers.models import Center
from workflow.api import StepsMixin


class DigestItemSerializer(ScopedSerializer):
    class Meta:
        model = DigestItem
        fields = ["kind", "title", "text", "link"]
        read_only_fields = fields


class DigestSerializer(ScopedSerializer):
    """``items``: what is printed, in order."""

    items = DigestItemSerializer(source="chosen", many=True, read_only=True)

    class Meta:
        model = Digest
        fields = ["id", "region", "month", "title", "lead", "state", "published_at", "items"]
        read_only_fields = fields


class DigestFilters(django_filters.FilterSet):
    region = RegionFilter("region__code")

    class Meta:
        model = Digest
        fields = ["month", "state"]


class DigestViewSet(StepsMixin, ScopedViewSet):
    """A month's column each; ``steps/`` sends it to be checked and publishes it."""

    model = Digest
    serializer_class = DigestSerializer
    filterset_class = DigestFilters
    search_fields = ["title"]
    ordering_fields = ["id", "month"]

    def tuned(self, rows: Any) -> Any:
        return rows.prefetch_related("items")


class NoticeViewSet(ScopedViewSet):
    """What is published for everybody to read: the columns."""

    model = Digest
    public = True
    serializer_class = DigestSerializer
    filterset_class = DigestFilters
    ordering_fields = ["id", "month"]

    def tuned(self, rows: Any) -> Any:
        return rows.published().prefetch_related("items")


class BrandSerializer(ScopedSerializer):
    class Meta:
        model = Brand
        fields = ["id", "center", "name", "summary", "story", "organisation", "roadshow", "state", "recognised_on"]
        read_only_fields = ["state", "recognised_on", "roadshow"]

    def reachable(self, queryset: Any, user: Any) -> Any:
        return queryset.allowed(user, "change") if queryset.model is Center else super().reachable(queryset, user)


class BrandFilters(django_filters.FilterSet):
    region = RegionFilter("center__region__code")

    class Meta:
        model = Brand
        fields = ["center", "state"]


class BrandViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Brands; ``steps/`` nominates and recognises."""

    model = Brand
    http_method_names = ["get", "post", "patch", "head", "options"]
    serializer_class = BrandSerializer
    filterset_class = BrandFilters
    search_fields = ["name", "center__name"]
    ordering_fields = ["id", "recognised_on"]


class PollOptionSerializer(serializers.Serializer[Any]):
    """``votes`` is null until the result is published."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    summary = serializers.CharField()
    votes = serializers.IntegerField(allow_null=True)


class PollSerializer(ScopedSerializer):
    options = serializers.SerializerMethodField()

    class Meta:
        model = Poll
        fields = ["id", "region", "title", "lead", "opens_at", "closes_at", "choices", "state", "options"]
        read_only_fields = fields

    @extend_schema_field(PollOptionSerializer(many=True))
    def get_options(self, row: Poll) -> list[dict[str, Any]]:
        told = row.state == "published"
        return [{"id": o.pk, "title": o.title, "summary": o.summary, "votes": o.votes if told else None} for o in row.options.all()]


class PollFilters(django_filters.FilterSet):
    region = RegionFilter("region__code")

    class Meta:
        model = Poll
        fields = ["state"]


class VoteSerializer(serializers.Serializer[Any]):
    options = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=20)


class PollViewSet(StepsMixin, ScopedViewSet):
    """Polls: advisory, one secret vote for each verified phone; they never feed a star."""

    model = Poll
    serializer_class = PollSerializer
    filterset_class = PollFilters
    search_fields = ["title"]
    ordering_fields = ["id", "opens_at"]

    def tuned(self, rows: Any) -> Any:
        return rows.prefetch_related(Prefetch("options", PollOption.objects.select_related("tally").order_by("id")))

    def verb(self) -> str:
        return "vote" if self.action == "vote" else super().verb()

    @extend_schema(request=VoteSerializer, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def vote(self, request: Request, pk: str) -> Response:
        """Votes once; 409 ``closed`` outside its time, ``duplicate`` the second time."""
        data = VoteSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        poll = self.get_object()
        try:
            polls.vote(request.user, poll, data.validated_data["options"])
        except ValidationError as error:
            if getattr(error, "code", None) in ("closed", "duplicate"):
                raise Conflict(error.messages[0], error.code) from error
            raise
        return Response(self.get_serializer(poll).data)
