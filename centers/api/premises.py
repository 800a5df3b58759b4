"""Premises, applications, signs and papers by API."""

from typing import Any

from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from accounts.api.base import CreateMixin, ScopedSerializer, ScopedViewSet, UpdateMixin
from centers import papers
from centers.api.upgrade import still_open
from centers.api.work import region_filters
from centers.models import CandidateSite, Lease, Paper, PlacementApplication, Sign, UpgradeTask
from workflow.api import StepsMixin


class SiteSerializer(ScopedSerializer):
    class Meta:
        model = CandidateSite
        fields = [
            *("id", "region", "name", "address", "mode", "channel", "area", "owner", "center", "latitude", "longitude"),
            *("found_on", "note", "state", "dropped_on"),
        ]
        read_only_fields = ["state", "dropped_on"]


class SiteViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Candidate sites."""

    model = CandidateSite
    serializer_class = SiteSerializer
    filterset_class = region_filters(CandidateSite, "region__code", "mode", "channel", "state")
    search_fields = ["name", "address"]
    ordering_fields = ["id", "area"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region", "owner__region", "center__region").order_by("region__code", "id")


class LeaseSerializer(ScopedSerializer):
    expiring = serializers.IntegerField(read_only=True, help_text="90 或 30：多少天内到期；0 不是")

    class Meta:
        model = Lease
        fields = [
            *("id", "site", "organisation", "area", "starts_on", "ends_on", "rent_fen", "signed_on", "ended_on"),
            *("state", "expiring", "note"),
        ]
        read_only_fields = ["signed_on", "ended_on", "state"]


class LeaseViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Leases; no two signed ones of a site overlap."""

    model = Lease
    serializer_class = LeaseSerializer
    filterset_class = region_filters(Lease, "site__region__code", "site", "organisation", "state")
    ordering_fields = ["id", "ends_on", "area"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("site__region", "organisation__region").order_by("ends_on", "id")


class PlacementSerializer(ScopedSerializer):
    class Meta:
        model = PlacementApplication
        fields = [
            *("id", "center", "organisation", "kind", "title", "place", "basis_title", "basis_number", "expires_on", "budget_fen"),
            *("note", "state", "design_note", "reviewer_note", "filing_no", "due_on", "approved_at", "removed_on"),
        ]
        read_only_fields = ["state", "design_note", "reviewer_note", "filing_no", "due_on", "approved_at", "removed_on"]

    def create(self, validated_data: dict[str, Any]) -> Any:
        return super().create({**validated_data, "applied_by": self.context["request"].user})


class PlacementViewSet(StepsMixin, CreateMixin, UpdateMixin, ScopedViewSet):
    """Applications for signs, wall postings, site set-up, renovation; a unit sees its own."""

    model = PlacementApplication
    serializer_class = PlacementSerializer
    filterset_class = region_filters(PlacementApplication, "center__region__code", "center", "organisation", "kind", "state")
    search_fields = ["title"]
    ordering_fields = ["id", "due_on"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region", "organisation__region").order_by("-id")


class SignSerializer(ScopedSerializer):
    class Meta:
        model = Sign
        fields = ["id", "center", "title", "place", "unit", "origin", "placement", "action", "found_on", "removed_on"]
        read_only_fields = ["origin", "placement"]


class SignViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """The inventory of signs."""

    model = Sign
    serializer_class = SignSerializer
    filterset_class = region_filters(Sign, "center__region__code", "center", "origin", "action", "place")
    search_fields = ["title"]
    ordering_fields = ["id"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region", "placement").order_by("center", "id")


class PaperSerializer(ScopedSerializer):
    file = serializers.FileField(write_only=True, help_text="PDF、JPG、PNG、Word、Excel，最大 10 MB")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Paper
        fields = ["id", "placement", "lease", "site", "task", "kind", "name", "size", "uploaded_at", "url", "file"]
        read_only_fields = ["name", "size", "uploaded_at"]

    def get_url(self, paper: Paper) -> str:
        return f"/papers/{paper.pk}/"

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        owners = {"placement": PlacementApplication, "lease": Lease, "site": CandidateSite, "task": UpgradeTask}
        for name, model in owners.items():
            queryset = self.reachable(model._default_manager.all(), self.context["request"].user) if "request" in self.context else None
            fields[name] = serializers.PrimaryKeyRelatedField(
                queryset=model._default_manager.none() if queryset is None else queryset, required=False, allow_null=True
            )
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        upload = attrs.pop("file")
        owners = [attrs[name] for name in ("placement", "lease", "site", "task") if attrs.get(name) is not None]
        if len(owners) != 1:
            raise serializers.ValidationError({"non_field_errors": ["一份材料只属于一件事：placement、lease、site、task 填一个。"]})
        still_open(owners[0])
        try:
            attrs |= {"content_type": papers.content_type(upload), "size": upload.size, "name": papers.file_name(upload.name)}
        except papers.ValidationError as error:
            raise serializers.ValidationError({"file": error.messages}) from error
        self.upload = upload
        return super().validate(attrs | {"region": papers.region_of(owners[0]), "uploaded_by": self.context["request"].user})

    def create(self, validated_data: dict[str, Any]) -> Paper:
        row = Paper(**validated_data)
        row.file.save("x", self.upload, save=False)
        row.save()
        return row


class PaperViewSet(CreateMixin, ScopedViewSet):
    """Papers of applications, leases, sites and tasks; uploads are multipart."""

    model = Paper
    serializer_class = PaperSerializer
    parser_classes = [MultiPartParser]
    filterset_fields = ["kind"]
    ordering_fields = ["id"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region").order_by("id")
