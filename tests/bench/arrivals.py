"""``script/bench arrivals``: 2,000 residents arrive within one second for 25 places; the same with the cache down.

Exactly 25 are booked, nobody is lost, no place is given twice; a resident waits for the answer from the moment of arrival.
Ends with 1 when that is not so.
"""

import contextlib
import json
import math
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import psutil

from tests.bench._arrive import Arrived, arrive
from tests.bench._load import Call, run
from tests.bench._stack import Stack

PLACES, RESIDENTS, WITHIN = 25, 2000, 1.0


@contextlib.contextmanager
def cache_down(stack: Stack) -> Iterator[None]:
    """Valkey killed, and killed again as often as the supervisor brings it back."""
    over = threading.Event()

    def kill() -> None:
        while not over.is_set():
            with contextlib.suppress(psutil.Error):
                if process := stack.parts().get("valkey"):
                    process.kill()
            over.wait(0.05)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    time.sleep(1)
    try:
        yield
    finally:
        over.set()
        killer.join()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def call_of(person: dict[str, Any], intake: int) -> Call:
    n = person["user"]
    headers = {
        "Authorization": f"Token {person['token']}",
        "Content-Type": "application/json",
        "X-Forwarded-For": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
    }
    return Call("POST", "/api/v1/bookings/", headers, json.dumps({"intake": intake, "participant": person["participant"]}).encode())


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)], 1) if ordered else 0.0


def is_full(answer: Arrived) -> bool:
    return answer.status == 409 and b'"full"' in answer.body


def rush(stack: Stack, people: list[dict[str, Any]], warm: int, hot: int, down: bool) -> dict[str, Any]:
    """One rush: who was booked, who refused, how long each waited."""
    run(stack.port, [call_of(person, warm) for person in people[:150]])
    started = time.monotonic()
    with cache_down(stack) if down else contextlib.nullcontext():
        answers = arrive(stack.port, [call_of(person, hot) for person in people], WITHIN)
    booked = [a for a in answers if a.status == 201]
    refused = [a for a in answers if is_full(a)]
    waits = [a.ms for a in refused]
    with stack.database() as owner:
        query = "SELECT count(*), count(DISTINCT participant_id) FROM activities_booking WHERE intake_id = %s AND state = 'booked'"
        row = owner.execute(query, [hot]).fetchone() or (0, 0)
    wrong = len(booked) != PLACES or tuple(row) != (PLACES, PLACES)
    return {
        "places": PLACES,
        "residents": RESIDENTS,
        "booked": len(booked),
        "in_database": row[0],
        "refused": len(refused),
        "errors": len(answers) - len(booked) - len(refused) + wrong,
        "p50_ms": percentile(waits, 0.5),
        "p99_ms": percentile(waits, 0.99),
        "booked_p99_ms": percentile([a.ms for a in booked], 0.99),
        "wall_s": round(time.monotonic() - started, 2),
    }


def measured(name: str, down: bool = False) -> dict[str, Any]:
    with Stack() as stack:
        wishes = {"residents": RESIDENTS, "sessions": 0, "capacities": [10_000, PLACES]}
        made = json.loads(stack.run("-m", "tests.bench._people", json.dumps(wishes)).stdout)
        with stack.database() as owner:
            owner.execute("ANALYZE")
        found = rush(stack, made["people"], *made["intakes"], down)
    say(
        f"{name:<12} {found['booked']} booked, {found['refused']} refused, {found['errors']} errors in {found['wall_s']} s;"
        f" a refusal after {found['p50_ms']} ms (p50), {found['p99_ms']} ms (p99)"
    )
    return found


def main() -> int:
    result = measured("cache up")
    result["cache_down"] = measured("cache down", down=True)
    say(json.dumps(result))
    return 1 if result["errors"] or result["cache_down"]["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
