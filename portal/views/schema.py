"""The OpenAPI schema and its readable page."""

from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

#: Language → the schema: it is the same for everybody, and takes a second and more to put together.
KEPT: dict[str, Any] = {}


class Once(SchemaGenerator):
    """Makes the schema once a process and language; what an address makes up (``?version=``, ``?lang=``) is not kept."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        language = get_language() or ""
        if not public or self.api_version or language not in dict(settings.LANGUAGES):
            return super().get_schema(request, public)  # type: ignore[no-untyped-call]
        if language not in KEPT:
            KEPT[language] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        return KEPT[language]


class SchemaView(SpectacularAPIView):
    """Open to everybody: a program starts from it."""

    generator_class = Once
    permission_classes = [AllowAny]  # names and types alone, no row
    throttle_classes: list[Any] = []


@method_decorator(csp_update({"style-src": ["'self'", "'unsafe-inline'"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from the vendored sidecar; it writes inline styles, on this page alone."""

    permission_classes = [AllowAny]  # the same, readable
    throttle_classes: list[Any] = []
    url_name = "api-schema"
