"""``script/bench rota``: rosters of 400 centers for a month by the solver, least-loaded and in turn; a year; a sick leave.

Two processes, no server. The limit beside the costs is the solver's proven bound of the same run; ends with 1 where a goal is missed:
all proved optimal or within 1 % of the bound in 60 s, no drift over the year, at most 3 slots changed by a sick leave of 7 days.

``spread``: duties between the cadre furthest ahead and the one furthest behind after the month, mean of the centers (people exempt from
a kind left out). ``year_spread``: the same of the total balance that is carried, after each month. ``sick_changed``: pairs (slot,
cadre) of the roster before that are no longer there, beyond the sick cadre's own in those days, mean of the centers.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from multiprocessing import get_context
from statistics import mean, median
from typing import Any

from staffing.problem import KINDS, TOTAL
from tests.bench import _rota

SECONDS, WITHIN, CHANGED = 60, 0.01, 3
#: The spread after the last quarter against that after the first one, in duties: more is a drift.
DRIFT = 0.25


def spread(of: Iterable[dict[str, float]]) -> dict[str, float]:
    told = list(of)
    return {kind: round(mean(one[kind] for one in told), 2) for kind in KINDS}


def month(run: Callable[..., list[Any]], centers: list[_rota.Center]) -> dict[str, Any]:
    """The contract's keys for one month, and a line for each method."""
    found, seconds = {}, {}
    for method in _rota.METHODS:
        started = time.perf_counter()
        found[method] = run(_rota.measure_month, [(center, method) for center in centers])
        seconds[method] = round(time.perf_counter() - started, 1)
    bound = sum(one["bound"] for one in found["cp_sat"])
    for method, rows in found.items():
        cost = sum(one["cost"] for one in rows)
        fair = sum(one["fairness"] for one in rows) / sum(one["fairness"] for one in found["cp_sat"])
        print(
            f"{method:>12}: {seconds[method]} s, median {median(r['seconds'] for r in rows):.3f} s, cost {cost / bound:.4f} x bound,",
            end=" ",
        )
        print(f"fairness {fair:.2f} x, {sum(r['gaps'] for r in rows)} gaps, {sum(r['leadless'] for r in rows)} leadless,", end=" ")
        print(f"hard rules broken in {sum(bool(r['tired']) for r in rows)}; spread {spread(r['spread'] for r in rows)}", flush=True)
    solved = found["cp_sat"]
    return {
        "centers": len(solved),
        "optimal": sum(one["optimal"] for one in solved),
        "within_1_percent": sum(one["gap"] <= WITHIN for one in solved),
        "seconds": seconds["cp_sat"],
        "cpu_seconds": round(sum(one["cpu"] for one in solved), 1),
        "gaps": sum(one["gaps"] for one in solved),
        "leadless_days": sum(one["leadless"] for one in solved),
        "spread": {method: spread(one["spread"] for one in rows) for method, rows in found.items()},
        "cost_to_bound": {method: round(sum(one["cost"] for one in rows) / bound, 4) for method, rows in found.items()},
        "fell_back": sum(one["by"] != "cp_sat" for one in solved),
        "slowest": round(max(one["seconds"] for one in solved), 2),
    }


def year(run: Callable[..., list[Any]], centers: list[_rota.Center]) -> list[float]:
    """The total's spread after each month by the solver; every method and kind is told."""
    told: dict[str, list[dict[str, float]]] = {}
    for method in _rota.METHODS:
        rows = run(_rota.measure_year, [(center, method) for center in centers])
        told[method] = [spread(row[n] for row in rows) for n in range(12)]
        for kind in KINDS:
            print(f"{method:>12} {kind:>8} over a year: {[one[kind] for one in told[method]]}", flush=True)
    return [one[TOTAL] for one in told["cp_sat"]]


def sick(run: Callable[..., list[Any]], centers: list[_rota.Center]) -> dict[str, Any]:
    rows = run(_rota.measure_sick, centers)
    changed = [row["changed"] for row in rows]
    print(
        f"sick leave: must change {mean(r['must'] for r in rows):.1f}, beyond that {mean(changed):.2f} (median {median(changed)},", end=" "
    )
    print(
        f"most {max(changed)}, over 3 in {sum(n > CHANGED for n in changed)} of {len(rows)}); anew {mean(r['anew'] for r in rows):.1f};",
        end=" ",
    )
    print(f"fairness {sum(r['fair'] for r in rows) / sum(r['fair_anew'] for r in rows):.3f} x anew;", end=" ")
    print(f"{sum(r['gaps'] for r in rows)} more gaps, {sum(r['leadless'] for r in rows)} more leadless", flush=True)
    return {"sick_changed": round(mean(changed), 2), "sick_changed_most": max(changed), "sick_over_3": sum(n > CHANGED for n in changed)}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--centers", type=int, default=_rota.CENTERS, help="for the month")
    parser.add_argument("--sample", type=int, default=50, help="centers for the year and the sick leave")
    asked = parser.parse_args()
    centers = _rota.centers()[: asked.centers]
    sample = centers[:: max(1, len(centers) // asked.sample)] if asked.sample < len(centers) else centers
    with get_context("spawn").Pool(2) as pool:

        def run(work: Callable[[Any], Any], jobs: list[Any]) -> list[Any]:
            return pool.map(work, jobs, chunksize=1)

        run(_rota.warm, [0, 1])
        found = month(run, centers)
        found["year_spread"] = year(run, sample)
        found |= sick(run, sample)
    missed = {
        "within": found["within_1_percent"] < found["centers"],
        "seconds": found["seconds"] > SECONDS,
        "drift": mean(found["year_spread"][-3:]) > mean(found["year_spread"][:3]) + DRIFT,
        "changed": found["sick_changed"] > CHANGED,
    }
    print(json.dumps(found | {"missed": [name for name, is_so in missed.items() if is_so]}))
    return int(any(missed.values()))


if __name__ == "__main__":
    sys.exit(main())
