"""Rosters and runs by API: made, planned anew as a difference, changed by hand."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CreateMixin, ScopedSerializer, ScopedViewSet
from accounts.api.problems import Conflict
from centers.api.work import region_filters
from staffing import changing, checker, plan, replanning, runs
from staffing.api.people import OwnCenters
from staffing.forms.duty import PutForm
from staffing.models import Cadre, Roster, RosterRun
from workflow.api import StepsMixin

READ_AND_ADD = ["get", "post", "head", "options"]


class RosterSerializer(OwnCenters):
    quality = serializers.DictField(read_only=True)

    class Meta:
        model = Roster
        fields = ["id", "center", "month", "state", "method", "input_hash", "quality", "generated_at", "published_at", "closed_at"]
        read_only_fields = ["state", "method", "input_hash", "generated_at", "published_at", "closed_at"]


GapSerializer = inline_serializer(
    "Gap",
    {
        "day": serializers.DateField(),
        "slot": serializers.CharField(),
        "missing": serializers.IntegerField(),
        "reasons": serializers.DictField(child=serializers.IntegerField()),
        "unavoidable": serializers.BooleanField(),
    },
    many=True,
)


ChangeSerializer = inline_serializer(
    "RosterChange",
    {
        "shift": serializers.IntegerField(allow_null=True),
        "day": serializers.DateField(),
        "slot": serializers.CharField(),
        "spans": serializers.CharField(),
        "kind": serializers.CharField(),
        "out": serializers.ListField(child=serializers.IntegerField()),
        "into": serializers.ListField(child=serializers.IntegerField()),
        "stay": serializers.ListField(child=serializers.IntegerField()),
    },
    many=True,
)
ReplanSerializer = inline_serializer("Replan", {"mark": serializers.CharField(), "changes": ChangeSerializer})


PublishSerializer = inline_serializer("PublishReplan", {"mark": serializers.CharField(max_length=64)})
#: The largest number of a row.
LAST = 2**63 - 1


class PutSerializer(serializers.Serializer[Any]):
    """A shift of the roster, and the cadres who come off it and on it; one of the two may be left out."""

    shift = serializers.IntegerField(min_value=1, max_value=LAST)
    out = serializers.IntegerField(min_value=1, max_value=LAST, required=False, allow_null=True)
    into = serializers.IntegerField(min_value=1, max_value=LAST, required=False, allow_null=True)
    reason = serializers.CharField(max_length=100, required=False, allow_blank=True)


def given(request: Request) -> dict[str, Any]:
    return request.data if isinstance(request.data, dict) else {}


def shown(found: replanning.Difference) -> dict[str, Any]:
    changes = [
        {"shift": c.shift.pk, "day": c.shift.day, "slot": c.shift.key, "spans": c.shift.spans, "kind": c.kind}
        | {"out": c.out, "into": c.into, "stay": c.stay}
        for c in found.changes
    ]
    return {"mark": found.mark, "changes": changes}


class RosterViewSet(StepsMixin, CreateMixin, ScopedViewSet):
    """A center's months; the step ``generate`` makes one at once, ``roster-runs/`` many in the background."""

    model = Roster
    serializer_class = RosterSerializer
    filterset_class = region_filters(Roster, "center__region__code", "center", "month", "state")
    ordering_fields = ["id", "month"]
    http_method_names = READ_AND_ADD

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")

    @extend_schema(responses=GapSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def gaps(self, request: Request, pk: str = "") -> Response:
        """The places that stand empty, each with what bars whom."""
        found = changing.month(self.get_object())
        rows = checker.gaps(found.problem, found.now)
        names = ("day", "slot", "missing", "reasons", "unavoidable")
        return Response([{name: getattr(gap, name) for name in names} for gap in rows])

    def changeable(self) -> Any:
        roster = self.get_object()
        if not changing.may(self.request.user, roster):
            raise PermissionDenied
        return roster

    @extend_schema(methods=["get"], responses=ReplanSerializer, filters=False)
    @extend_schema(methods=["post"], request=PublishSerializer, responses=ReplanSerializer)
    @action(detail=True, methods=["get", "post"], pagination_class=None, filter_backends=[])
    def replan(self, request: Request, pk: str = "") -> Response:
        """What would change if the posted month were planned anew now; POST publishes it by its ``mark``, and nothing else: 409."""
        roster = self.changeable()
        if roster.state != Roster.State.PUBLISHED:
            raise NotFound
        found = replanning.replan(roster)
        if request.method == "POST":
            try:
                if given(request).get("mark") != found.mark:
                    raise replanning.conflict()
                replanning.apply(found, request.user)
            except ValidationError as error:
                raise Conflict(error.messages[0], "conflict") from error
        return Response(shown(found))

    @extend_schema(request=PutSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def put(self, request: Request, pk: str = "") -> Response:
        """One shift changed by hand: cadres off it and on it; refused with the words of the rule that would break."""
        roster = self.changeable()
        read = PutSerializer(data=request.data)
        read.is_valid(raise_exception=True)
        data = read.validated_data
        shift = get_object_or_404(roster.shifts, pk=data["shift"])
        people = Cadre.objects.filter(pk__in=[post.cadre_id for post in plan.postings(roster)])
        form = PutForm(data, shift=shift, people=people)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        changing.put(shift, form.cleaned_data["out"], form.cleaned_data["into"], request.user, form.cleaned_data["reason"])
        return Response(status=204)


class RunSerializer(ScopedSerializer):
    total = serializers.IntegerField(read_only=True)
    done = serializers.IntegerField(read_only=True)
    failed = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = RosterRun
        fields = ["id", "region", "month", "total", "done", "failed", "started_at", "finished_at", "cancelled_at"]
        read_only_fields = ["started_at", "finished_at", "cancelled_at"]

    def validate_month(self, value: Any) -> Any:
        return value.replace(day=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs  # runs.start looks what there is to make

    def create(self, validated_data: dict[str, Any]) -> RosterRun:
        try:
            return runs.start(self.context["request"].user, validated_data["region"], validated_data["month"])
        except ValidationError as error:
            raise serializers.ValidationError({"month": error.messages}) from error


class RunViewSet(CreateMixin, ScopedViewSet):
    """Months of many centers, made in the background: POST begins one, GET says how far it is."""

    model = RosterRun
    serializer_class = RunSerializer
    filterset_class = region_filters(RosterRun, "region__code", "month")
    ordering_fields = ["id"]
    http_method_names = READ_AND_ADD

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("-id")
