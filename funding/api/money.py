"""Objections, awards, projects and the ledger by API."""

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CreateMixin, ScopedSerializer, ScopedViewSet, UpdateMixin
from accounts.models import Region
from accounts.scope import prefixes
from centers.api.work import region_filters
from centers.models import Center
from funding import ledger
from funding.models import Award, Book, LedgerEntry, Objection, Project
from staffing.forms.people import centers_for
from workflow.api import StepsMixin


class ObjectionSerializer(ScopedSerializer):
    """Who objects stands on the desk's page alone."""

    class Meta:
        model = Objection
        fields = ["id", "round", "application", "kind", "text", "state", "received_at", "answer", "answered_at"]
        read_only_fields = ["application", "kind", "text", "state", "received_at", "answer", "answered_at"]


class ObjectionViewSet(StepsMixin, ScopedViewSet):
    """Objections; they are made on the public page, and answered by a step."""

    model = Objection
    serializer_class = ObjectionSerializer
    filterset_class = region_filters(Objection, "round__region__code", "round", "state")
    ordering_fields = ["id", "received_at"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")


class AwardSerializer(ScopedSerializer):
    class Meta:
        model = Award
        fields = ["id", "round", "center", "star", "amount", "allocated", "paid"]


class AwardViewSet(ScopedViewSet):
    """What a star brings a center, in fen, with what the ledger says of it."""

    model = Award
    serializer_class = AwardSerializer
    filterset_class = region_filters(Award, "center__region__code", "round", "center", "star")
    ordering_fields = ["id"]

    def verb(self) -> str:
        return "pay" if self.action == "pay" else super().verb()

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def allocate(self, request: Request, pk: str = "") -> Response:
        """Puts in place anew what was reversed."""
        return allocated(self, request)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def pay(self, request: Request, pk: str = "") -> Response:
        """Pays what is in place and not paid yet; not by who put it in place."""
        award = self.get_object()
        ledger.pay(award, by=request.user)
        award.refresh_from_db()
        return Response(self.get_serializer(award).data)


def allocated(view: Any, request: Request) -> Response:
    """What was reversed of the view's row is put in place anew."""
    row = view.get_object()
    ledger.allocate_rest(row, by=request.user)
    row.refresh_from_db()
    return Response(view.get_serializer(row).data)


class ProjectSerializer(ScopedSerializer):
    in_notice = serializers.BooleanField(read_only=True)

    class Meta:
        model = Project
        fields = [
            *("id", "center", "year", "title", "purpose", "asked", "council_on", "present", "agreed", "state", "remark", "granted"),
            *("approved_on", "notice_until", "in_notice", "accepted_on", "acceptance", "allocated", "paid"),
        ]
        read_only_fields = [
            *("state", "remark", "granted", "approved_on", "notice_until", "accepted_on", "acceptance", "allocated", "paid"),
        ]

    def reachable(self, queryset: Any, user: Any) -> Any:
        return centers_for(user, "funding.add_project") if queryset.model is Center else super().reachable(queryset, user)


class ProjectViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """一事一议 projects; they move by steps. ``granted`` of a step is in 万元, as at the desk; fields are in fen."""

    model = Project
    serializer_class = ProjectSerializer
    filterset_class = region_filters(Project, "center__region__code", "center", "year", "state")
    search_fields = ["title"]
    ordering_fields = ["id", "year"]
    http_method_names = ["get", "post", "patch", "head", "options"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def allocate(self, request: Request, pk: str = "") -> Response:
        """Puts in place anew what was reversed."""
        return allocated(self, request)


class BudgetSerializer(serializers.Serializer[Any]):
    """``amount`` in fen, added to the year's book."""

    region = serializers.PrimaryKeyRelatedField(queryset=Region.objects.filter(level=Region.Level.DISTRICT))
    year = serializers.IntegerField(min_value=2020, max_value=2099)
    purpose = serializers.ChoiceField(choices=Book.Purpose.choices)
    amount = serializers.IntegerField(min_value=1, max_value=10**15)
    reason = serializers.CharField(max_length=200)


class ReversalSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)


class EntrySerializer(ScopedSerializer):
    year = serializers.IntegerField(source="book.year", read_only=True)
    purpose = serializers.CharField(source="book.purpose", read_only=True)

    class Meta:
        model = LedgerEntry
        fields = [
            *(
                "id",
                "year",
                "purpose",
                "region",
                "kind",
                "account",
                "amount",
                "award",
                "project",
                "star",
                "reverses",
                "reason",
                "posted_on",
            ),
        ]


class EntryViewSet(ScopedViewSet):
    """The ledger: entries are added and reversed, never changed. Amounts in fen; a reversal's is negative."""

    model = LedgerEntry
    serializer_class = EntrySerializer
    filterset_class = region_filters(LedgerEntry, "region__code", "kind", "account", "star", "posted_on", "book__year", "book__purpose")
    ordering_fields = ["id", "posted_on"]

    def verb(self) -> str:
        return "reverse" if self.action == "reverse" else super().verb()

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("book").order_by("id")

    @extend_schema(request=BudgetSerializer, responses={201: EntrySerializer})
    def create(self, request: Request) -> Response:
        """Adds to a year's budget."""
        given = BudgetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        if not any(values["region"].code.startswith(code) for code in prefixes(request.user, "funding.add_ledgerentry")):
            raise PermissionDenied
        row = ledger.budget(values.pop("region"), **values, by=request.user)
        return Response(self.get_serializer(row).data, status=201)

    @extend_schema(request=ReversalSerializer)
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str = "") -> Response:
        """Undoes the entry by another of the opposite sign."""
        given = ReversalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        entry = LedgerEntry.objects.select_related("book", "region", "award", "project").get(pk=self.get_object().pk)
        row = ledger.reverse(entry, by=request.user, reason=given.validated_data["reason"])
        return Response(self.get_serializer(row).data)
