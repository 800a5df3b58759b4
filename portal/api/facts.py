"""The article's table by API, open to everybody."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import facts
from portal.views.facts import rows_path


class FactSerializer(serializers.Serializer[Any]):
    """``value`` is a number in ``unit``; ``definition`` says what was counted; ``rows_url`` is the page of the rows behind it."""

    key = serializers.SlugField()
    label = serializers.CharField()  # type: ignore[assignment]  # a name of DRF's own, which takes its fields off the class
    value = serializers.FloatField()
    unit = serializers.CharField()
    definition = serializers.CharField()
    rows_url = serializers.URLField()


class FactsView(APIView):
    """The figures as of a day, today where none is named; in the article's order, not paginated."""

    permission_classes = [AllowAny]  # open data: figures, no row of anybody (CONTRACT: without an account)

    @extend_schema(
        operation_id="facts_list",
        parameters=[OpenApiParameter("as_of", OpenApiTypes.DATE, description="YYYY-MM-DD，今天或以前")],
        responses=FactSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        day = facts.day_asked(request.query_params.get("as_of", ""))
        found = []
        for fact in facts.FACTS:
            words: dict[str, Any] = {name: str(getattr(fact, name)) for name in ("key", "label", "unit", "definition")}
            url = request.build_absolute_uri(rows_path(fact, day))
            found.append(words | {"value": facts.number(fact.read(day).value), "rows_url": url})
        return Response(found)
