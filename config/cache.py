"""The cache: Redis or Valkey, and no cache at all while that server is away (a booking must not fail for it)."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class OneClient(RedisCacheClient):
    """Keeps its client: Django makes a new one for each call, which costs as much as the call itself."""

    _kept: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if self._kept is None:
            self._kept = super().get_client(key, write=write)
        return self._kept


class Cache(RedisCache):
    """Answers as if empty while the server is away; tries it again after two seconds."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient

    away_until = 0.0

    def _quietly(self, call: Callable[[], Any], default: Any) -> Any:
        if time.monotonic() < Cache.away_until:
            return default
        try:
            return call()
        except (RedisError, OSError) as error:
            Cache.away_until = time.monotonic() + 2
            log.warning("cache is away: %s", type(error).__name__)
            return default

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._quietly(lambda: super(Cache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        self._quietly(lambda: super(Cache, self).set(key, value, timeout, version), None)

    def add(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        return bool(self._quietly(lambda: super(Cache, self).add(key, value, timeout, version), False))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._quietly(lambda: super(Cache, self).delete(key, version), False))

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        return dict(self._quietly(lambda: super(Cache, self).get_many(keys, version), {}))

    def set_many(self, data: Any, timeout: Any = 300, version: int | None = None) -> list[Any]:
        return list(self._quietly(lambda: super(Cache, self).set_many(data, timeout, version), []))

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._quietly(lambda: super(Cache, self).delete_many(keys, version), None)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._quietly(lambda: super(Cache, self).has_key(key, version), False))

    def look(self, keys: list[str], counters: list[str], seconds: int) -> tuple[dict[str, Any], list[int]]:
        """Reads ``keys`` and adds one to ``counters``, which expire after ``seconds``: (what is known, the new counts).

        One round trip; nothing known and zeros while the server is away.
        """

        def call() -> tuple[dict[str, Any], list[int]]:
            client: Any = self._cache
            pipe = client.get_client(None, write=True).pipeline(transaction=False)
            if keys:
                pipe.mget([self.make_and_validate_key(key) for key in keys])
            for counter in map(self.make_and_validate_key, counters):
                pipe.set(counter, 0, ex=seconds, nx=True)
                pipe.incr(counter)
            answers = pipe.execute()
            values = answers.pop(0) if keys else []
            known = {key: client._serializer.loads(value) for key, value in zip(keys, values, strict=True) if value is not None}
            return known, [int(value) for value in answers[1::2]]

        found: tuple[dict[str, Any], list[int]] = self._quietly(call, ({}, [0] * len(counters)))
        return found

    def ping(self) -> bool:
        """Whether the server answers now."""
        return bool(self._cache.get_client(write=True).ping())
