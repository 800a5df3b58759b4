"""Steps by API: which are open to the user, and taking one; a step asks programs what it asks people."""

import json
import re
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from workflow.engine import REGISTRY

StepSerializer = inline_serializer("Step", {"name": serializers.CharField(), "label": serializers.CharField()}, many=True)
#: What steps ask for; each step takes its own of these and says in ``errors`` which it misses.
StepDataSerializer = inline_serializer(
    "StepData",
    {
        "reason": serializers.CharField(required=False, max_length=200),
        "why": serializers.CharField(required=False, max_length=100),
        "note": serializers.CharField(required=False, max_length=500),
        "day": serializers.DateField(required=False),
        "office": serializers.CharField(required=False, max_length=60),
        "filing_no": serializers.CharField(required=False, max_length=40),
        "answer": serializers.CharField(required=False, max_length=1000),
        "closure_note": serializers.CharField(required=False, max_length=500),
        "design_note": serializers.CharField(required=False, max_length=300),
        "hazard": serializers.BooleanField(required=False),
        "percent": serializers.IntegerField(required=False, min_value=0, max_value=100),
        "text": serializers.CharField(required=False, max_length=300),
        "spent_fen": serializers.IntegerField(required=False, min_value=0),
        "starts_on": serializers.DateField(required=False),
        "ends_on": serializers.DateField(required=False),
        "checked_on": serializers.DateField(required=False),
        "review": serializers.CharField(required=False, max_length=200),
        "starts_at": serializers.DateTimeField(required=False),
        "headcount": serializers.IntegerField(required=False, min_value=0),
        "lines": serializers.CharField(required=False, max_length=600),
        "release": serializers.BooleanField(required=False),
        "count": serializers.IntegerField(required=False, min_value=0),
        "marks": serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=100), required=False),
        "tiers": serializers.ListField(child=serializers.DictField(), required=False),
        "budget": serializers.IntegerField(required=False, min_value=0),
        "criterion": serializers.IntegerField(required=False),
        "granted": serializers.DecimalField(13, 6, required=False),
        "until": serializers.DateField(required=False),
    },
)


#: Half of a character, which JSON can carry and no database takes.
SURROGATES = re.compile("[\ud800-\udfff]")


class StepsMixin:
    """``GET …/steps/`` lists the steps open to the user; ``POST …/steps/<name>/`` takes one."""

    @extend_schema(responses=StepSerializer, filters=False)
    @action(detail=True, methods=["get"], url_path="steps", pagination_class=None, filter_backends=[])
    def steps(self, request: Request, pk: str = "") -> Response:
        row = self.get_object()  # type: ignore[attr-defined]
        open_steps = REGISTRY[row._meta.label_lower].open_to(row, request.user)
        return Response([{"name": step.name, "label": str(step.label)} for step in open_steps])

    @extend_schema(request=StepDataSerializer, parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH)])
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<name>[a-z_]+)")
    def take(self, request: Request, pk: str = "", name: str = "") -> Response:
        model = self.model  # type: ignore[attr-defined]
        workflow = REGISTRY[model._meta.label_lower]
        if name not in workflow.steps:
            raise Http404
        rows, number = model._default_manager.all(), pk if pk.isdecimal() else None
        # What somebody may act on, they may name, though its contents be sealed to them.
        row = rows.visible(request.user).filter(pk=number).first() or rows.allowed(request.user, name).filter(pk=number).first()
        if row is None:
            raise Http404
        taken = workflow.take(row, name, by=request.user, **self.given(workflow, name, request))
        return Response(self.get_serializer(taken).data)  # type: ignore[attr-defined]

    @staticmethod
    def given(workflow: Any, name: str, request: Request) -> dict[str, Any]:
        """What came with the request, as the step's own form reads it; the form's words where it is wrong."""
        data = request.data if isinstance(request.data, dict) else {}
        # As a form would send them: a date field has no use for a number; a box knows what a number and a "no" are.
        boxes = {key for key, field in workflow.steps[name].form().fields.items() if isinstance(field, forms.BooleanField)}
        plain = {key: value for key, value in data.items() if isinstance(value, str | int | float | bool)}
        texts = {key: value if key in boxes else str(value) for key, value in plain.items()}
        texts |= {key: json.dumps(value) for key, value in data.items() if isinstance(value, dict | list)}
        broken = [key for key, value in texts.items() if isinstance(value, str) and SURROGATES.search(value)]
        if broken:
            raise serializers.ValidationError({key: [_("里面有不完整的字符，请重新输入。")] for key in broken})
        reason = serializers.CharField(max_length=200, allow_blank=True).run_validation(texts.get("reason", ""))
        form = workflow.steps[name].form(texts)
        fields = [key for key in form.fields if key not in workflow.steps[name].needs or texts.get(key)]
        form.full_clean()
        errors = {key: words for key, words in form.errors.items() if key in fields}
        if errors:
            raise serializers.ValidationError(errors)
        # What a program did not send is not "no": a step keeps what the row holds.
        return {"reason": reason} | {key: value for key, value in form.cleaned_data.items() if key in texts}
