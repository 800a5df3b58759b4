"""The staff door: idle limit, networks, TOTP; on every path, the admin's and the API's session too."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.addresses import network_allowed

OPEN_PATHS = ("/login/", "/logout/", "/static/", "/healthz", "/readyz", "/i18n/")
STAFF = "staff"  # the session's mark: set at a staff login, holds the time last seen


def staff_door(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Lets a staff session pass only from the allowed networks, not idle for 30 minutes, and verified where TOTP is demanded.

    A session that was not opened by a staff login carries no grant, whatever the account was given since.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            if STAFF not in request.session:
                known = request.user
                request.user = SimpleLazyObject(lambda: without_grants(known))  # type: ignore[assignment]
            elif not request.path.startswith(OPEN_PATHS) and (stopped := guard(request)):
                return stopped
        return get_response(request)

    return middleware


def without_grants(user: Any) -> Any:
    """The account as a resident."""
    user._grants = []
    return user


def guard(request: HttpRequest) -> HttpResponse | None:
    """The answer that stops a staff request; None lets it pass."""
    now = time.time()
    if now - request.session[STAFF] > settings.STAFF_IDLE_SECONDS:
        logout(request)
        return redirect(f"{settings.LOGIN_URL}")
    if now - request.session[STAFF] > 60:
        request.session[STAFF] = now
    if not network_allowed(request.client_address):  # type: ignore[attr-defined]
        return HttpResponseForbidden(_("工作人员功能只能在办公网络里使用。"), content_type="text/plain; charset=utf-8")
    if settings.STAFF_TOTP and not request.user.is_verified():  # type: ignore[union-attr]
        return redirect("totp")
    return None
