"""Participants by API: a resident sees their family in full, an officer sees masked names."""

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import consents, families
from accounts.api.base import CreateMixin, ScopedSerializer, ScopedViewSet, UpdateMixin
from accounts.api.problems import Conflict
from accounts.models import ConsentRecord, Participant
from accounts.phones import masked, normal
from records import audit


class ParticipantSerializer(ScopedSerializer):
    kind = serializers.ChoiceField(choices=Participant.Kind.choices, help_text="self 由本人在网页上登记")
    consented = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="用途:版本")

    class Meta:
        model = Participant
        fields = ["id", "kind", "name", "birthday", "phone", "region", "consented", "created_at"]
        read_only_fields = ["created_at"]
        extra_kwargs = {"name": {"required": True, "allow_blank": False}}

    def validate_kind(self, value: str) -> str:
        own = Participant.Kind.SELF
        if (value == own) != (self.instance is not None and self.instance.kind == own):
            raise serializers.ValidationError("本人由本人登录网页登记；这里登记孩子和老人，登记后不能互换。")
        return value

    def validate_phone(self, value: str) -> str:
        return normal(value) if value else ""

    def to_representation(self, instance: Participant) -> dict[str, Any]:
        given = [f"{c.purpose}:{c.version}" for c in instance.consents.all() if c.withdrawn_at is None]
        data = {"id": instance.pk, "kind": instance.kind, "region": instance.region_id, "consented": given}
        full = instance.pk in self.context.get("own", set())
        data["name"] = instance.name if full else instance.masked_name
        data["birthday"] = instance.birthday.isoformat() if full and instance.birthday else None
        data["phone"] = instance.phone if full else masked(instance.phone)
        data["created_at"] = serializers.DateTimeField().to_representation(instance.created_at)
        return data

    def create(self, validated_data: dict[str, Any]) -> Participant:
        try:
            return families.add(self.context["request"].user, **validated_data)
        except families.AlreadyKnown as error:
            raise Conflict(error.sentence, "duplicate") from error


class UnmaskReason(serializers.Serializer[Any]):
    reason = serializers.CharField(min_length=4, max_length=120, help_text="会记入审计记录，不要写居民的姓名和电话")


class ParticipantViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """One's family, or the residents of one's region (masked)."""

    model = Participant
    serializer_class = ParticipantSerializer
    filterset_fields = ["kind", "region"]
    ordering_fields = ["id"]

    def tuned(self, rows: Any) -> Any:
        return rows.filter(erased_at=None).prefetch_related("consents")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        user = self.request.user
        if user and user.is_authenticated:
            rows = Participant.objects.all()
            context["own"] = set(rows.filter(rows.own(user)).values_list("pk", flat=True))
        return context

    def perform_create(self, serializer: Any) -> None:
        serializer.save()  # ``families.add`` makes the row the user's own, or an elder of their region, and audits it

    @extend_schema(
        request=inline_serializer("Consent", {"purpose": serializers.ChoiceField(choices=consents.BY_BUTTON)}),
        responses={201: inline_serializer("ConsentGiven", {"purpose": serializers.CharField(), "version": serializers.CharField()})},
    )
    @action(detail=True, methods=["post"])
    def consents(self, request: Request, pk: str = "") -> Response:
        """Records consent to the version in force of one purpose."""
        rows = self.tuned(Participant.objects.allowed(request.user, "change"))
        self.get_queryset = lambda: rows  # type: ignore[method-assign]
        participant = self.get_object()
        data = request.data if isinstance(request.data, dict) else {}
        purpose = serializers.ChoiceField(choices=consents.BY_BUTTON).run_validation(data.get("purpose"))
        if purpose == ConsentRecord.Purpose.CARE and not rows.filter(rows.own(request.user), pk=participant.pk).exists():
            raise PermissionDenied  # the agreement on childcare is a guardian's own
        given = consents.record(participant, request.user, purpose, ConsentRecord.Channel.API)
        return Response({"purpose": given.purpose, "version": given.version}, status=201)

    @extend_schema(request=UnmaskReason)
    @action(detail=True, methods=["post"])
    def unmask(self, request: Request, pk: str = "") -> Response:
        """The full name and phone, for a reason that is written down."""
        rows = self.tuned(Participant.objects.allowed(request.user, "unmask"))
        self.get_queryset = lambda: rows  # type: ignore[method-assign]
        person = self.get_object()
        reason = UnmaskReason(data=request.data)
        reason.is_valid(raise_exception=True)
        audit.write(
            "accounts.unmask_participant",
            by=request.user,
            on=person,
            fields=["name", "phone", "birthday"],
            reason=reason.validated_data["reason"],
            region_code=person.region.code,
        )
        context = self.get_serializer_context() | {"own": {person.pk}}
        return Response(ParticipantSerializer(person, context=context).data)
