"""Errors as RFC 9457 problem details: ``type, title, status, detail, code`` and ``errors`` by field."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

#: Codes of a ValidationError that speak of the row's state rather than of a field: 409 instead of 400.
CONFLICTS = ("not_open", "not_yours")


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


class Conflict(exceptions.APIException):
    """409 with a code of the contract."""

    status_code = 409
    default_code = "conflict"


class Unprocessable(exceptions.APIException):
    """422: an idempotency key that came before with another body."""

    status_code = 422
    default_code = "key_reused"


def problem(status: int, code: str, detail: Any, errors: Any = None) -> dict[str, Any]:
    """The body of an error."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": str(detail), "code": code}
    return body | ({"errors": errors} if errors is not None else {})


def known(error: Exception) -> Exception:
    """Django's and our own exceptions as DRF's."""
    if isinstance(error, ValidationError):
        if getattr(error, "code", None) in CONFLICTS:
            return Conflict(error.messages[0], error.code)
        return exceptions.ValidationError(serializers.as_serializer_error(error))
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return error


def handler(raised: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None lets the server answer 500."""
    error = known(raised)
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = f"{int(error.wait) + 1}"  # type: ignore[attr-defined]
    if isinstance(error, exceptions.ValidationError):
        detail = error.detail if isinstance(error.detail, dict) else {NON_FIELD_ERRORS: error.detail}
        fields = {"non_field_errors" if name == NON_FIELD_ERRORS else name: words for name, words in detail.items()}
        body = problem(400, "invalid", _("有几处需要改正，请看各字段的说明。"), fields)
    else:
        codes = error.get_codes()
        body = problem(error.status_code, codes if isinstance(codes, str) else error.default_code, error.detail)
    response = Response(body, status=error.status_code, headers=headers, content_type="application/problem+json")
    from rest_framework.views import set_rollback

    set_rollback()
    return response
