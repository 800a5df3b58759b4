"""Duties, leave, swaps and balances by API."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.base import CreateMixin, RegionFilter, ScopedSerializer, ScopedViewSet
from accounts.scope import prefixes
from centers.api.work import region_filters
from staffing.api.roster import READ_AND_ADD
from staffing.models import Cadre, Duty, DutyBalance, Leave, Shift, Swap
from staffing.workflows.leave import tell_asked
from staffing.workflows.swap import tell_offered
from workflow.api import StepsMixin


class ShiftSerializer(serializers.ModelSerializer[Shift]):
    class Meta:
        model = Shift
        fields = ["id", "roster", "day", "kind", "day_kind", "starts_at", "ends_at", "spans", "people", "lead"]


class DutySerializer(ScopedSerializer):
    shift = ShiftSerializer(read_only=True)
    center = serializers.IntegerField(source="shift.roster.center_id", read_only=True)

    class Meta:
        model = Duty
        fields = ["id", "shift", "center", "cadre", "position", "lead", "state", "confirmed_at", "finding", "answer"]
        read_only_fields = ["cadre", "position", "lead", "state", "confirmed_at", "finding", "answer"]

    def to_representation(self, instance: Any) -> Any:
        """What was found and answered is for who decides, and for the cadre."""
        shown = super().to_representation(instance)
        user = self.context["request"].user
        codes = prefixes(user, "staffing.uphold_duty")
        code = instance.shift.roster.center.region.code
        if instance.cadre.user_id != user.pk and not any(code.startswith(own) for own in codes):
            shown["finding"] = shown["answer"] = ""
        return shown


class DutyFilters(django_filters.FilterSet):
    region = RegionFilter("shift__roster__center__region__code")
    center = django_filters.NumberFilter("shift__roster__center")
    first_day = django_filters.DateFilter("shift__day", "gte")
    last_day = django_filters.DateFilter("shift__day", "lte")

    class Meta:
        model = Duty
        fields = ["cadre", "state"]


class DutyViewSet(StepsMixin, ScopedViewSet):
    """Who is on duty when; confirmed, found absent, answered by steps."""

    model = Duty
    serializer_class = DutySerializer
    filterset_class = DutyFilters
    ordering_fields = ["id", "starts_at"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("shift__roster__center__region", "cadre").order_by("id")


class LeaveSerializer(ScopedSerializer):
    """A cadre's own, or one of the region for whom an officer asks."""

    class Meta:
        model = Leave
        fields = ["id", "cadre", "kind", "first_day", "last_day", "note", "state", "created_at", "answered_at", "reply"]
        read_only_fields = ["state", "created_at", "answered_at", "reply"]

    def reachable(self, queryset: Any, user: Any) -> Any:
        own = queryset.filter(user=user)
        return (queryset.allowed(user, "view") | own).distinct() if queryset.model is Cadre else super().reachable(queryset, user)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return super().validate(attrs | {"asked_by": self.context["request"].user})

    def create(self, validated_data: dict[str, Any]) -> Any:
        row = super().create(validated_data | {"asked_by": self.context["request"].user})
        tell_asked(row)
        return row


class LeaveViewSet(StepsMixin, CreateMixin, ScopedViewSet):
    """Leave, asked for and answered by steps."""

    model = Leave
    serializer_class = LeaveSerializer
    filterset_class = region_filters(Leave, "cadre__region__code", "cadre", "kind", "state")
    ordering_fields = ["id", "first_day"]
    http_method_names = READ_AND_ADD

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")


class SwapSerializer(ScopedSerializer):
    class Meta:
        model = Swap
        fields = ["id", "duty", "owner", "to", "back", "note", "state", "reply", "created_at", "decided_at"]
        read_only_fields = ["owner", "state", "reply", "created_at", "decided_at"]

    def reachable(self, queryset: Any, user: Any) -> Any:
        """One's own duty is offered to those who are posted at its center, for a duty of theirs."""
        mine = Duty.objects.posted().filter(cadre__user=user).values("shift__roster__center")
        if queryset.model is Cadre:
            return queryset.filter(postings__center__in=mine).distinct()
        return queryset.posted().filter(shift__roster__center__in=mine) if queryset.model is Duty else super().reachable(queryset, user)

    def validate_duty(self, value: Duty) -> Duty:
        if value.cadre.user_id != self.context["request"].user.pk:
            raise serializers.ValidationError(_("请选自己的班；别人的班由负责人在值班表上直接改。"))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        asked = {"asked_by": self.context["request"].user, "owner": attrs["duty"].cadre}
        return super().validate(attrs | asked)

    def create(self, validated_data: dict[str, Any]) -> Any:
        row = super().create(validated_data)
        tell_offered(row)
        return row


class SwapViewSet(StepsMixin, CreateMixin, ScopedViewSet):
    """Swaps of duties: offered here by the owner, accepted and agreed by steps."""

    model = Swap
    serializer_class = SwapSerializer
    filterset_class = region_filters(Swap, "duty__shift__roster__center__region__code", "state", "owner", "to")
    ordering_fields = ["id", "created_at"]
    http_method_names = READ_AND_ADD

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")


class BalanceSerializer(serializers.ModelSerializer[DutyBalance]):
    class Meta:
        model = DutyBalance
        fields = ["id", "cadre", "center", "month", "kind", "entry", "amount", "created_at"]


class BalanceViewSet(ScopedViewSet):
    """The fairness accounts: entries in hundredths of a duty, never changed."""

    model = DutyBalance
    serializer_class = BalanceSerializer
    filterset_class = region_filters(DutyBalance, "center__region__code", "cadre", "center", "month", "kind")
    ordering_fields = ["id", "month"]

    def tuned(self, rows: Any) -> Any:
        return rows.order_by("id")
