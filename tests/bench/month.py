"""``script/bench month``: the monthly cycle (lines, three reminders, the frozen snapshot) over 1,000, 10,000 and 100,000 tasks.

Each size on a portal of its own, whose beat stands still meanwhile. The limit beside it is the database's own: the same number of
rows copied by one INSERT … SELECT between two bare tables without history. Ends with 1 where a size grows worse than linear by half.
"""

import json
import sys
import time
from typing import Any

from tests.bench._stack import Stack

SIZES = (1_000, 10_000, 100_000)
BARE = """
CREATE TABLE bare_from AS SELECT n AS id, n % 9 AS state, 'text ' || n AS text FROM generate_series(1, {size}) n;
CREATE TABLE bare_to (id bigint PRIMARY KEY, state int, text text)
"""


def measure(size: int) -> dict[str, Any]:
    with Stack(DEMO="0") as stack:
        beat = stack.parts()["beat"]
        beat.suspend()
        try:
            stack.run("-m", "tests.bench._month", "make", str(size))
            result: dict[str, Any] = json.loads(stack.run("-m", "tests.bench._month", "run").stdout.splitlines()[-1])
            return result | {"bare_seconds": bare(stack, size)}
        finally:
            beat.resume()


def bare(stack: Stack, size: int) -> float:
    with stack.database() as link:
        for statement in BARE.format(size=size).split(";"):
            link.execute(statement.strip())
        started = time.perf_counter()
        link.execute("INSERT INTO bare_to SELECT * FROM bare_from")
        return round(time.perf_counter() - started, 3)


def main() -> int:
    results = []
    for size in SIZES:
        found = measure(size)
        results.append(found)
        print(f"{size:>7} tasks: {found['seconds']:>6} s ({found['bare_seconds']} s bare copy), {found['queries']} queries,", end=" ")
        print(f"peak {found['peak_mb']} MB; {found['parts']}", flush=True)
    per_task = [found["seconds"] / size for found, size in zip(results, SIZES, strict=True)]
    keys = {
        "tasks": list(SIZES),
        "seconds": [found["seconds"] for found in results],
        "queries_per_task": [round(found["queries"] / size, 5) for found, size in zip(results, SIZES, strict=True)],
        "queries": [found["queries"] for found in results],
        "peak_mb": [found["peak_mb"] for found in results],
        "bare_seconds": [found["bare_seconds"] for found in results],
    }
    print(json.dumps(keys))
    return int(per_task[-1] > 1.5 * per_task[0])


if __name__ == "__main__":
    sys.exit(main())
