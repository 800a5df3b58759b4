"""One size of ``script/bench month``, in the portal that the environment names.

``python -m tests.bench._month make N`` makes N tasks over all centers of the district, with an officer in every village and township;
``… run`` runs a whole month's cycle over them and prints seconds, queries and peak memory as JSON.
"""

import json
import resource
import sys
import time
from datetime import date, datetime
from datetime import time as time_of_day
from typing import Any

import django

MONTH = date(2024, 11, 1)
#: When the cycle runs: lines open, three reminders, and the first day of the next month, which freezes.
MOMENTS = (date(2024, 11, 1), date(2024, 11, 20), date(2024, 11, 25), date(2024, 11, 29), date(2024, 12, 1))


def officers() -> int:
    """An account with a grant for every village and township, two for the district."""
    from accounts.models import Grant, Region, User

    regions = list(Region.objects.filter(level__in=("village", "town", "district")))
    users = User.objects.bulk_create([User(login=f"m{r.code}", password="!") for r in regions])
    roles = {"village": "village_manager", "town": "township_officer", "district": "district_admin"}
    since = date(2024, 1, 1)
    Grant.objects.bulk_create([Grant(user=u, role=roles[r.level], region=r, valid_from=since) for u, r in zip(users, regions, strict=True)])
    return len(users)


def make(count: int) -> dict[str, Any]:
    """Centers for every village, and tasks over them in every state."""
    from accounts.models import Region
    from centers.models import Campaign, Center, UpgradeTask

    villages = list(Region.objects.filter(level="village").select_related("parent"))
    centers = [Center(name=f"{v.short_name}中心", level="village", region=v) for v in villages]
    Center.objects.bulk_create(centers, 1000)
    # A campaign of one month: its lines, its reminders, its snapshot, and nothing after.
    campaign = Campaign.objects.create(region=Region.objects.get(level="district"), name="测试", first_month=MONTH, last_month=MONTH)
    states = ("in_progress", "in_progress", "in_progress", "plan_set", "returned", "closed", "closure_requested", "town_verified")
    for start in range(0, count, 5000):
        rows = [
            UpgradeTask(
                campaign=campaign,
                number=n + 1,
                center=centers[n % len(centers)],
                batch=("demonstration", "improvement", "new")[n % 3],
                build_method="conversion",
                content="测试",
                budget_fen=1_000_000,
                target_month=MONTH,
                state=states[n % len(states)],
                closed_on=date(2024, 11, 10) if states[n % len(states)] == "closed" else None,
            )
            for n in range(start, min(start + 5000, count))
        ]
        UpgradeTask.objects.bulk_create(rows, 2500)
    return {"tasks": count, "officers": officers()}


def run() -> dict[str, Any]:
    """The whole month; queries are counted on the connection itself, so that counting keeps nothing in memory."""
    from django.db import connection
    from django.utils import timezone

    from centers import monthly

    counted = [0]

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        counted[0] += 1
        return execute(sql, params, many, context)

    parts: dict[str, float] = {}
    started = time.perf_counter()
    with connection.execute_wrapper(count):
        for day in MOMENTS:
            begun = time.perf_counter()
            moment = timezone.make_aware(datetime.combine(day, time_of_day(8)))
            for _name, due, number in monthly.run(moment):
                parts[f"{due.event} {number}"] = round(time.perf_counter() - begun, 2)
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "queries": counted[0],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "parts": parts,
    }


if __name__ == "__main__":
    django.setup()
    verbs: dict[str, Any] = {"make": lambda: make(int(sys.argv[2])), "run": run}
    print(json.dumps(verbs[sys.argv[1]](), ensure_ascii=False))
