"""The OpenAPI schema and its readable page."""

from typing import Any

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


class SchemaView(SpectacularAPIView):
    """Open to everybody: a program starts from it."""

    permission_classes = [AllowAny]
    throttle_classes: list[Any] = []


@method_decorator(csp_update({"style-src": ["'self'", "'unsafe-inline'"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from the vendored sidecar; it writes inline styles, on this page alone."""

    permission_classes = [AllowAny]
    throttle_classes: list[Any] = []
    url_name = "api-schema"
