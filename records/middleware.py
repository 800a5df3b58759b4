"""Gives row history its context: who and on which page. Ids and paths, no personal values."""

from collections.abc import Callable

import pghistory
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def history_context(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Attaches the account and the path to every history row that a writing request causes.

    Reads the session's own id, so that no query is spent on it; token authentication adds its account later.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in WRITES:
            return get_response(request)
        account = None if "HTTP_AUTHORIZATION" in request.META else request.session.get(SESSION_KEY)
        with pghistory.context(user=int(account) if account else None, path=request.path):
            return get_response(request)

    return middleware
