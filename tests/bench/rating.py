"""``script/bench rating``: a round of 400, 4,000 and 40,000 applications: scoring, what-if, deciding; then the board and the table.

On a portal of its own whose beat stands still, each size in a process of its own. The limit beside it is the arithmetic alone over the
same round in memory. Ends with 1 where an application costs half as much processor time again at 40,000 as at 4,000 (``growth``: 1 is
linear; neighbours on the machine slow the clock alone), or where a page takes 200 ms. ``script/bench rating rounds`` and ``… pages``
measure one part; ``… grown`` reads the same pages once more over 108 copies of the district, which takes minutes to make.
"""

import json
import os
import sys
from typing import Any

from tests.bench import pages
from tests.bench._stack import Stack

SIZES = (400, 4_000, 40_000)
#: How much more one application may cost at the largest size than at the one before; server time of a page, in ms.
GROWTH, LIMIT_MS = 1.5, 200
#: Of the demonstration's district, so that there are 40,000 centers.
COPIES = 108
PARTS = ("", "what_if_", "decide_", "arithmetic_", "read_", "kept_", "page_")
SECONDS, CPU = [f"{part}seconds" for part in PARTS], [f"{part}cpu_seconds" for part in PARTS]
OTHERS = ["peak_mb", "peak_before_mb", "peak_scored_mb", "peak_what_if_mb", "peak_decide_mb", "database_cpu_seconds", "kept_mb", "load"]
PATHS = ("/board/", "/board/?until=2024-12", "/open-data/?as_of=2024-12-18", "/api/v1/facts/?as_of=2024-12-18", "/api/v1/facts/")


def measure(stack: Stack, size: int) -> dict[str, Any]:
    stack.run("-m", "tests.bench._round", "make", str(size))
    before = stack.cpu()["postgres"]
    found: dict[str, Any] = json.loads(stack.run("-m", "tests.bench._round", "run", str(size)).stdout.splitlines()[-1])
    return found | {"database_cpu_seconds": round(stack.cpu()["postgres"] - before, 2)}


def rounds() -> tuple[dict[str, Any], bool]:
    """The contract's keys, and whether it grows as the applications do."""
    results = []
    with Stack(DEMO="0") as stack:
        beat = stack.parts()["beat"]
        beat.suspend()
        try:
            for size in SIZES:
                found = measure(stack, size)
                results.append(found)
                said = {key: found[key] for key in (*SECONDS, *CPU, *OTHERS)}
                print(f"{size:>6}: {said}", flush=True)
        finally:
            beat.resume()
    keys: dict[str, Any] = {"applications": list(SIZES)}
    keys |= {key: [found[key] for found in results] for key in (*SECONDS, *CPU, *OTHERS)}
    growth = {key: round(results[-1][key] / results[-2][key] * SIZES[-2] / SIZES[-1], 2) for key in (*CPU, "database_cpu_seconds")}
    whole = all(found["lines"] == size and found["page_status"] == 200 for found, size in zip(results, SIZES, strict=True))
    return keys | {"growth": growth}, whole and growth["cpu_seconds"] <= GROWTH


def inside() -> dict[str, Any]:
    """Runs in the demonstration's portal: server time of the board, for the district, and of the table, for everybody."""
    import django
    from django.conf import settings

    django.setup()
    settings.ALLOWED_HOSTS.append("127.0.0.1")
    from accounts.models import User
    from centers.models import Center

    district = User.objects.get(login="district")
    found: dict[str, Any] = {path: pages.measure(path, district if "board" in path else None) for path in PATHS}
    return {"centers": Center.objects.count(), "paths": found}


def said(found: dict[str, Any]) -> dict[str, float]:
    print(f"pages at {found['centers']} centers:")
    for path, row in found["paths"].items():
        times = f"{row['server_ms_p50']:>7.1f} ms (95 %: {row['server_ms_p95']:.1f})"
        print(f"  {path:<36} {row['queries']:>3} queries {times}", flush=True)
    return {path: row["server_ms_p50"] for path, row in found["paths"].items()}


def table(grown: bool) -> tuple[dict[str, Any], bool]:
    """Server time on the demonstration's data, and, where it is asked for, on many times as much."""
    with Stack(DEMO="1") as stack:
        beat = stack.parts()["beat"]
        beat.suspend()
        try:
            with stack.database() as link:
                link.execute("SET statement_timeout = 0")
                link.execute("ANALYZE")  # as autovacuum does within a minute; before it the planner knows nothing of these tables
            found = json.loads(stack.run("-m", "tests.bench.rating", "inside").stdout.splitlines()[-1])
            keys: dict[str, Any] = {"pages": said(found), "centers": found["centers"]}
            if grown:
                stack.run("-m", "tests.bench._grown", "make", str(COPIES))
                more = json.loads(stack.run("-m", "tests.bench._grown", "run").stdout.splitlines()[-1])
                keys["grown"] = {
                    "centers": more["centers"],
                    "pages": said(more),
                    "facts_ms": more["facts_ms"],
                    "refresh_ms": more["refresh_ms"],
                }
        finally:
            beat.resume()
    good = all(row["status"] == 200 and row["server_ms_p50"] < LIMIT_MS for row in found["paths"].values())
    return keys, good


def main(parts: set[str]) -> int:
    keys: dict[str, Any] = {}
    good = True
    if not parts or "rounds" in parts:
        keys, good = rounds()
    if not parts or parts & {"pages", "grown"}:
        found, held = table("grown" in parts)
        keys, good = keys | found, good and held
    print(json.dumps(keys))
    return int(not good)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:] == ["inside"]:
        print(json.dumps(inside()))
        sys.exit(0)
    if set(sys.argv[1:]) - {"rounds", "pages", "grown"}:
        print("script/bench rating takes rounds, pages, grown, or nothing for the first two", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(set(sys.argv[1:])))
