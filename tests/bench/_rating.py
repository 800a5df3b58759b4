"""Synthetic rounds for ``script/bench rating``, and what the arithmetic of one comes to. No server, no database.

``python -m tests.bench._rating N`` prints seconds and memory of N applications as JSON: one size a process, so that peaks are its own.
"""

import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from funding import scoring
from funding.scoring import DISTRICT, REPRESENTATIVES, TOWNSHIP, Entry, Rules, Tier

#: Representatives of each village, and items of each source.
BALLOTS, ITEMS, TOWNS = 11, 6, 18
#: Points as a database gives them: whole and half ones, each an object of its own.
SCALE = [Decimal(n) / 2 for n in range(201)]


def rules() -> Rules:
    items = {source: {f"{source[0]}{n}": n + 2 for n in range(ITEMS)} for source in scoring.SOURCES}
    tiers = (Tier(5, Decimal(90), 30_000_00, 40), Tier(4, Decimal(80), 20_000_00, None), Tier(3, Decimal(70), 10_000_00, None))
    weights = {REPRESENTATIVES: 30, TOWNSHIP: 30, DISTRICT: 40}
    return Rules(weights, items, tiers, budget=1_100_000_00, veto_star=3, correct_leniency=True)


def sheet(dice: random.Random, source: str, level: int) -> dict[str, Decimal]:
    return {f"{source[0]}{n}": SCALE[max(0, min(200, level + dice.randint(-16, 16)))] for n in range(ITEMS)}


def entries(count: int) -> Iterator[Entry]:
    """Villages of 60–95 points; one in fifty is vetoed, one in a hundred lacks its quorum."""
    dice = random.Random(count)
    for key in range(count):
        level = dice.randint(120, 190)
        ballots = BALLOTS if key % 100 else 4
        yield Entry(
            key,
            f"town {key % TOWNS}",
            ballots=tuple(sheet(dice, REPRESENTATIVES, level) for _ in range(ballots)),
            township=tuple(sheet(dice, TOWNSHIP, level + 4 * (key % TOWNS)) for _ in range(2)),
            district=(sheet(dice, DISTRICT, level),),
            vetoed=key % 50 == 0,
            inspection=Decimal(dice.randint(0, 1000)) / 10,
            complaints=dice.randint(0, 3),
            lot=f"{dice.getrandbits(256):064x}",
        )


class Timed(NamedTuple):
    """By the clock, and of the processor: neighbours slow the first alone."""

    found: Any
    seconds: float
    cpu: float


def timed(call: Callable[[], Any]) -> Timed:
    started, used = time.perf_counter(), time.process_time()
    found = call()
    return Timed(found, time.perf_counter() - started, time.process_time() - used)


def peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def measure(count: int) -> dict[str, Any]:
    """``peak_stream_mb``: of this process after the whole result from entries that were made one at a time; ``peak_mb``: after all of
    them were held in memory as well, to time what is scored and nothing else.
    """
    these = rules()
    streamed, peak_stream = scoring.outcome(these, entries(count)), peak_mb()
    held = list(entries(count))
    scored, seconds, cpu = timed(lambda: scoring.score_all(these, held))
    hashed = timed(lambda: scoring.inputs_hash(these, held))
    bare = [scoring.bare(entry) for entry in held]
    held.clear()  # as in the portal: no sheet is kept between two what-ifs
    variant = replace(these, tiers=(Tier(5, Decimal(85), 25_000_00, None), *these.tiers[1:]))
    before = scoring.what_if(these, scored, bare)
    after = timed(lambda: scoring.what_if(variant, scored, bare))
    told = timed(lambda: scoring.changes(before, after.found))
    return {
        **{"applications": count, "seconds": round(seconds, 3), "cpu_seconds": round(cpu, 3)},
        **{"what_if_seconds": round(after.seconds + told.seconds, 3), "what_if_cpu_seconds": round(after.cpu + told.cpu, 3)},
        **{"hash_seconds": round(hashed.seconds, 3), "hash_cpu_seconds": round(hashed.cpu, 3)},
        **{"peak_stream_mb": peak_stream, "peak_mb": peak_mb(), "same": streamed == before, "changed": len(told.found.keys)},
        "paid_fen": sum(line.award for line in after.found),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
