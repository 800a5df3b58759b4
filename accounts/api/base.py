"""The scoped bases of the API: a viewset that can't forget its guard, a serializer that runs the model's rules."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scope import ScopedQuerySet, holds, permission
from records import audit
from workflow.engine import REGISTRY, region_code

VERBS = {"create": "add", "update": "change", "partial_update": "change", "destroy": "delete"}


class MayInGeneral(BasePermission):
    """The verb at all: strangers may read what is public, others what their roles or their own rows allow."""

    def has_permission(self, request: Request, view: Any) -> bool:
        verb = view.verb()
        if request.method in SAFE_METHODS and view.public:
            return True
        return bool(request.user and request.user.is_authenticated) and holds(request.user, permission(view.model, verb))


class ScopedSerializer(serializers.ModelSerializer[Any]):
    """Runs the model's own rules (``full_clean`` with its constraints) and offers only related rows within reach."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        user = self.context["request"].user if "request" in self.context else None
        for field in fields.values():
            queryset = getattr(field, "queryset", None)
            if user is not None and isinstance(queryset, ScopedQuerySet):
                field.queryset = self.reachable(queryset, user)
        return fields

    def reachable(self, queryset: Any, user: Any) -> Any:
        """Related rows this user may refer to."""
        return queryset.visible(user)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        instance = self.instance or self.Meta.model()
        row = type(instance)(**{f.attname: getattr(instance, f.attname) for f in instance._meta.concrete_fields if not f.generated})
        row._state.adding = instance._state.adding
        for name, value in attrs.items():
            if name in {f.name for f in row._meta.concrete_fields}:
                setattr(row, name, value)
        exclude = {f.name for f in row._meta.concrete_fields if f.name not in self.fields and f.name not in attrs}
        row.full_clean(exclude=exclude - self.constrained(row), validate_unique=True)
        return attrs

    def constrained(self, row: models.Model) -> set[str]:
        """Fields outside the serializer that a constraint names and that have a value: the constraint still runs."""
        return {f.name for f in row._meta.concrete_fields if getattr(row, f.attname) is not None and f.name != "id"}


class ScopedViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Rows by ``allowed``; public ones to strangers where ``public``; re-checked after save. Add the write mixins wanted."""

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

    def perform_create(self, serializer: Any) -> None:
        self.keep(serializer, "add")

    def perform_update(self, serializer: Any) -> None:
        self.keep(serializer, "change")

    def keep(self, serializer: Any, verb: str) -> None:
        """Saves, then looks whether the row still lies in the user's scope; audits the names of the fields."""
        with transaction.atomic():
            row = serializer.save()
            if not type(row)._default_manager.all().allowed(self.request.user, verb).filter(pk=row.pk).exists():
                raise PermissionDenied
            names = [name for name in serializer.validated_data if name != "id"]
            audit.write(permission(self.model, verb), by=self.request.user, on=row, fields=names, region_code=region_code(row))

    def perform_destroy(self, instance: models.Model) -> None:
        with transaction.atomic():
            audit.write(permission(self.model, "delete"), by=self.request.user, on=instance, region_code=region_code(instance))
            instance.delete()


StepSerializer = inline_serializer("Step", {"name": serializers.CharField(), "label": serializers.CharField()}, many=True)


class StepsMixin:
    """``GET …/steps/`` lists the steps open to the user; ``POST …/steps/<name>/`` takes one."""

    @extend_schema(responses=StepSerializer, filters=False)
    @action(detail=True, methods=["get"], url_path="steps", pagination_class=None, filter_backends=[])
    def steps(self, request: Request, pk: str = "") -> Response:
        row = self.get_object()  # type: ignore[attr-defined]
        open_steps = REGISTRY[row._meta.label_lower].open_to(row, request.user)
        return Response([{"name": step.name, "label": str(step.label)} for step in open_steps])

    @extend_schema(
        request=inline_serializer("StepData", {"reason": serializers.CharField(required=False, max_length=120)}),
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<name>[a-z_]+)")
    def take(self, request: Request, pk: str = "", name: str = "") -> Response:
        model = self.model  # type: ignore[attr-defined]
        workflow = REGISTRY[model._meta.label_lower]
        if name not in workflow.steps:
            raise Http404
        row = model._default_manager.all().visible(request.user).filter(pk=pk if pk.isdigit() else None).first()
        if row is None:
            raise Http404
        data = request.data if isinstance(request.data, dict) else {}
        reason = serializers.CharField(max_length=120, allow_blank=True).run_validation(data.get("reason", ""))
        taken = workflow.take(row, name, by=request.user, reason=reason)
        return Response(self.get_serializer(taken).data)  # type: ignore[attr-defined]


class RegionFilter(django_filters.CharFilter):
    """``region=`` a code prefix."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        super().__init__(field_name=path, lookup_expr="startswith", **kwargs)
