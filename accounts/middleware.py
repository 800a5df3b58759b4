"""The staff door: idle limit, networks, TOTP; on every path, the admin's and the API's session too."""

import ipaddress
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.utils.translation import gettext as _

OPEN_PATHS = ("/login/", "/logout/", "/static/", "/healthz", "/readyz", "/i18n/")
STAFF = "staff"  # the session's mark: set at a staff login, holds the time last seen


def staff_door(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Lets a staff session pass only from the allowed networks, not idle for 30 minutes, and verified where TOTP is demanded.

    A session that was opened by phone and code never carries staff rights: ``accounts.views.login`` refuses it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if STAFF in request.session and SESSION_KEY in request.session and not request.path.startswith(OPEN_PATHS):
            stopped = guard(request)
            if stopped:
                return stopped
        return get_response(request)

    return middleware


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


def network_allowed(address: str) -> bool:
    """Whether STAFF_NETWORKS admits the address; an empty list admits all."""
    if not settings.STAFF_NETWORKS:
        return True
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in settings.STAFF_NETWORKS)
