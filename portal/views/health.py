"""``/healthz`` the process lives, ``/readyz`` each server by name, ``/metrics`` for Prometheus."""

import hmac
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from accounts.addresses import trusted
from activities.models import Booking, Intake
from records.models import AuditEntry, Message
from records.tasks import HEARTBEAT


def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return HttpResponse("ok\n", content_type="text/plain")


def database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def cache_answers() -> bool:
    return bool(cache.ping())  # type: ignore[attr-defined]


def broker() -> bool:
    with current_app.connection_for_write() as link:
        link.ensure_connection(max_retries=1, timeout=1)
    return True


def worker() -> bool:
    """Whether beat asked and a worker answered within the last minute."""
    return cache.get(HEARTBEAT) is not None


CHECKS: dict[str, Callable[[], bool]] = {"database": database, "cache": cache_answers, "broker": broker, "worker": worker}


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all answer, else 503 with each by name."""
    result = {}
    for name, check in CHECKS.items():
        try:
            result[name] = "ok" if check() else "no answer"
        except Exception as error:  # every client raises its own kinds
            result[name] = type(error).__name__
    response = JsonResponse(result, status=200 if set(result.values()) == {"ok"} else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # whoever asks reads it; the log would fill at every start
    return response


def metrics(request: HttpRequest) -> HttpResponse:
    """Counts that an operator watches; by token, or from this machine without a proxy."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    local = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1", "") and "HTTP_X_FORWARDED_FOR" not in request.META
    direct = local and not trusted(request.META.get("REMOTE_ADDR", ""))
    if not direct and not (settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())):
        return HttpResponse("not from here\n", status=403, content_type="text/plain")
    registry = CollectorRegistry()
    gauges = {
        "portal_bookings_live": ("Live bookings", Booking.objects.live().count()),
        "portal_intakes_open": ("Intakes that take bookings", Intake.objects.open().count()),
        "portal_messages_pending": ("Messages waiting to be sent", Message.objects.due().exclude(channel="inbox").count()),
        "portal_messages_unknown": ("Messages of which nobody knows", Message.objects.filter(state="unknown").count()),
        "portal_audit_unsealed": ("Audit entries not sealed yet", AuditEntry.objects.filter(seal=None).count()),
    }
    for name, (text, value) in gauges.items():
        Gauge(name, text, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
