"""Rate limits by account and by address: one counter a minute each, in the cache; none while the cache is away."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle


def looked(keys: list[str], **who: str) -> tuple[dict[str, Any], bool]:
    """Reads ``keys`` from the cache and counts one for each ``kind=who``: (what is known, whether a limit of requests in
    this minute is passed). One round trip."""
    minute = int(time.time() // 60)
    counters = [f"rate:{kind}:{name}:{minute}" for kind, name in who.items()]
    known, counts = cache.look(keys, counters, 70)  # type: ignore[attr-defined]
    return known, any(count > settings.RATES[kind] for kind, count in zip(who, counts, strict=True))


def over(**who: str) -> bool:
    """Counts one for each ``kind=who`` and says whether a limit is passed."""
    return looked([], **who)[1]


class Rates(BaseThrottle):
    """By account, and by the client's address as the trusted proxies vouch for it; strangers by address alone."""

    def allow_request(self, request: Any, view: Any) -> bool:
        who = {"address": str(getattr(request._request, "client_address", "local"))}
        if request.user.pk:
            who["account"] = str(request.user.pk)
        return not over(**who)

    def wait(self) -> float:
        return 60 - time.time() % 60
