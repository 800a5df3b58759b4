"""The OpenAPI schema and its readable page."""

from typing import Any

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

#: Language → the schema: it is the same for everybody, and takes a second and more to put together.
KEPT: dict[str, Any] = {}


class Once(SchemaGenerator):
    """Makes the schema once a process and language."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        key = f"{get_language()} {public} {self.api_version}"
        if key not in KEPT:
            KEPT[key] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        return KEPT[key]


class SchemaView(SpectacularAPIView):
    """Open to everybody: a program starts from it."""

    generator_class = Once

    permission_classes = [AllowAny]
    throttle_classes: list[Any] = []


@method_decorator(csp_update({"style-src": ["'self'", "'unsafe-inline'"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from the vendored sidecar; it writes inline styles, on this page alone."""

    permission_classes = [AllowAny]
    throttle_classes: list[Any] = []
    url_name = "api-schema"
