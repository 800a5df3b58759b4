"""Rate limits by account and by address: one counter a minute each, in the cache; none while the cache is away."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle


def over(kind: str, who: str, limit: int | None = None) -> bool:
    """Counts one and says whether the limit of requests in this minute is passed."""
    minute = int(time.time() // 60)
    return cache.count(f"rate:{kind}:{who}:{minute}", 70) > (limit or settings.RATES[kind])  # type: ignore[attr-defined, no-any-return]


class _Rate(BaseThrottle):
    kind = ""

    def who(self, request: Any) -> str:
        raise NotImplementedError

    def allow_request(self, request: Any, view: Any) -> bool:
        who = self.who(request)
        return not who or not over(self.kind, who)

    def wait(self) -> float:
        return 60 - time.time() % 60


class AccountRate(_Rate):
    """By account; strangers are counted by address alone."""

    kind = "account"

    def who(self, request: Any) -> str:
        return str(request.user.pk or "")


class AddressRate(_Rate):
    """By the client's address, as the trusted proxies vouch for it."""

    kind = "address"

    def who(self, request: Any) -> str:
        return str(getattr(request._request, "client_address", ""))
