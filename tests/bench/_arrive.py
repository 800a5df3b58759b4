"""Arrivals at their own times, whatever the server does (an open loop): each with a connection of its own, timed from when it came."""

import asyncio
import resource
import time
from collections.abc import Sequence
from typing import NamedTuple

from tests.bench._load import Call


class Arrived(NamedTuple):
    """What one heard, and after how many milliseconds since it arrived; status 0 where there was no answer."""

    status: int
    body: bytes
    ms: float


def request_of(call: Call) -> bytes:
    head = [f"{call.method} {call.path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Content-Length: {len(call.body)}"]
    head += [f"{name}: {value}" for name, value in call.headers.items()]
    return "\r\n".join([*head, "", ""]).encode() + call.body


async def one(port: int, call: Call, at: float, seconds: float) -> Arrived:
    await asyncio.sleep(max(0.0, at - time.monotonic()))
    writer = None
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request_of(call))
            raw = await reader.read()
        head, _empty, body = raw.partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/") else 0
    except (OSError, TimeoutError, ValueError, IndexError):
        status, body = 0, b""
    finally:
        if writer is not None:
            writer.close()
    return Arrived(status, body, (time.monotonic() - at) * 1000)


def arrive(port: int, calls: Sequence[Call], within: float, seconds: float = 60) -> list[Arrived]:
    """All calls, evenly over ``within`` seconds; each is given ``seconds``."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))

    async def everybody() -> list[Arrived]:
        start = time.monotonic() + 0.5
        step = within / len(calls)
        return await asyncio.gather(*(one(port, call, start + n * step, seconds) for n, call in enumerate(calls)))

    return asyncio.run(everybody())
