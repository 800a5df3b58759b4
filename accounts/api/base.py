"""The scoped bases of the API: a viewset that can't forget its guard, a serializer that runs the model's rules."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.scope import ScopedQuerySet, holds, permission, region_code
from records import audit

VERBS = {"create": "add", "update": "change", "partial_update": "change", "destroy": "delete"}


class MayInGeneral(BasePermission):
    """The verb at all: strangers may read what is public, others what their roles or their own rows allow."""

    def has_permission(self, request: Request, view: Any) -> bool:
        verb = view.verb()
        if request.method in SAFE_METHODS and view.public:
            return True
        return bool(request.user and request.user.is_authenticated) and holds(request.user, permission(view.model, verb))


@extend_schema_field({"type": "string", "pattern": r"^\d\d:\d\d(:\d\d(\.\d+)?)?$", "example": "08:30:00"})
class ClockField(serializers.TimeField):
    """A time of day in Shanghai (OpenAPI's own ``time`` demands an offset)."""


class ScopedSerializer(serializers.ModelSerializer[Any]):
    """Runs the model's own rules (``full_clean`` with its constraints) and offers only related rows within reach."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {models.TimeField: ClockField}

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        user = self.context["request"].user if "request" in self.context else None
        field: Any
        for field in fields.values():
            queryset = getattr(field, "queryset", None)
            if user is not None and isinstance(queryset, ScopedQuerySet):
                field.queryset = self.reachable(queryset, user)
        return fields

    def reachable(self, queryset: Any, user: Any) -> Any:
        """Related rows this user may refer to."""
        return queryset.visible(user)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        model: Any = self.Meta.model
        instance = self.instance or model()
        row = type(instance)(**{f.attname: getattr(instance, f.attname) for f in instance._meta.concrete_fields if not f.generated})
        row._state.adding = instance._state.adding
        names = {f.name for f in row._meta.concrete_fields}
        for name, value in attrs.items():
            if name in names:
                setattr(row, name, value)
        exclude = {f.name for f in row._meta.concrete_fields if f.name not in self.fields and f.name not in attrs}
        row.full_clean(exclude=exclude, validate_constraints=False)
        row.validate_constraints()  # also those that name a field outside the serializer
        # The model's ``clean`` may have put a value into its normal form.
        return {name: getattr(row, name) if name in names else value for name, value in attrs.items()}


class ScopedViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Rows by ``allowed``; public ones to strangers where ``public``. Writes come by the three mixins below, never by DRF's."""

    model: type[models.Model]
    public = False
    permission_classes = [MayInGeneral]

    def verb(self) -> str:
        return VERBS.get(self.action or "", "view")

    def get_queryset(self) -> Any:
        rows = self.model._default_manager.all()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        user, verb = self.request.user, self.verb()
        scoped = rows.visible(user) if verb == "view" and self.public else rows.allowed(user, verb)  # type: ignore[attr-defined]
        return self.tuned(scoped)

    def tuned(self, rows: Any) -> Any:
        """Joins and prefetches."""
        return rows

    def keep(self, serializer: Any, verb: str) -> None:
        """Saves, then looks whether the row still lies in the user's scope; audits the names of the fields."""
        with transaction.atomic():
            row = serializer.save()
            if not type(row)._default_manager.all().allowed(self.request.user, verb).filter(pk=row.pk).exists():
                raise PermissionDenied
            names = [name for name in serializer.validated_data if name != "id"]
            audit.write(permission(self.model, verb), by=self.request.user, on=row, fields=names, region_code=region_code(row))


class CreateMixin(mixins.CreateModelMixin):
    """Adds rows that lie in the user's scope, audited."""

    keep: Callable[[Any, str], None]

    def perform_create(self, serializer: Any) -> None:
        self.keep(serializer, "add")


class UpdateMixin(mixins.UpdateModelMixin):
    """Changes rows that stay in the user's scope, audited."""

    keep: Callable[[Any, str], None]

    def perform_update(self, serializer: Any) -> None:
        self.keep(serializer, "change")


class DestroyMixin(mixins.DestroyModelMixin):
    """Deletes rows of the user's scope, audited."""

    def perform_destroy(self, instance: Any) -> None:
        view: Any = self
        with transaction.atomic():
            audit.write(permission(view.model, "delete"), by=view.request.user, on=instance, region_code=region_code(instance))
            instance.delete()


class MomentField(IsoDateTimeField):
    """Any offset that ISO 8601 can write; the database takes up to 16 hours, and years from 1 on."""

    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value)
        if moment is None:
            return None
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            moment = None
        if moment is None or not 1900 <= moment.year <= 9998:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A date and time with its offset."""

    field_class = MomentField


class RegionFilter(django_filters.CharFilter):
    """``region=`` a code prefix."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        super().__init__(field_name=path, lookup_expr="startswith", **kwargs)
