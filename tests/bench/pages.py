"""``script/bench pages``: queries, server time and bytes of every public page and each persona's home, on the demonstration data.

In one process, through the whole middleware, on a portal of its own (DEMO=1). Ends with 1 when a page does not answer 200.
"""

import json
import os
import sys
import time
from typing import Any

TIMES = 15
STAFF_LOGINS = (
    *("district", "town", "othertown", "village", "head", "cadre"),
    *("unit", "partner", "representative", "auditor", "sysadmin", "secadmin"),
)
PUBLIC = ("/", "/centers/", "/centers/?q=gnsq", "/activities/", "/login/", "/api/v1/centers/", "/api/v1/activities/", "/api/v1/intakes/")
PUBLIC += ("/open-data/", "/open-data/?as_of=2024-12-18", "/open-data/cadres/?as_of=2024-12-18", "/api/v1/facts/?as_of=2024-12-18")
#: By district staff and a township: the board of now, and of the year that the demonstration tells of.
BOARDS = ("/board/", "/board/?until=2024-12")


def paths() -> list[tuple[str, str, Any]]:
    """(key, path, account or None)."""
    from accounts.models import User
    from activities.models import Activity
    from centers.models import Center

    center, activity = Center.objects.published().first(), Activity.objects.filter(state="published").first()
    public = [*PUBLIC, *([f"/centers/{center.pk}/"] if center else []), *([f"/activities/{activity.pk}/"] if activity else [])]
    resident = User.objects.get(phone="+8613800000001")
    found: list[tuple[str, str, Any]] = [(path, path, None) for path in public]
    found += [(f"resident {path}", path, resident) for path in ("/me/", "/me/bookings/", "/")]
    for account in User.objects.filter(login__in=STAFF_LOGINS).order_by("pk"):
        found.append((f"{account.login} {home(account)}", home(account), account))
    boards = User.objects.filter(login__in=("district", "town")).order_by("pk")
    found += [(f"{account.login} {path}", path, account) for account in boards for path in BOARDS]
    return found


def home(account: Any) -> str:
    """The door that the account's roles open; the district's staff and the three administrators work in the admin site."""
    if account.login in {"town", "othertown"} or not account.has_perm("accounts.use_admin"):
        return "/desk/" if account.has_perm("accounts.use_desk") else "/me/"
    return "/admin/"


def client_of(account: Any) -> Any:
    """Asks as this account, or as nobody."""
    from django.conf import settings
    from django.test import Client

    from accounts.middleware import STAFF

    client = Client(REMOTE_ADDR="127.0.0.1", HTTP_HOST="127.0.0.1")
    if account is not None:
        client.force_login(account, settings.AUTHENTICATION_BACKENDS[0])
        if account.is_officer:
            session = client.session
            session[STAFF] = time.time()
            session.save()
    return client


def measure(path: str, account: Any) -> dict[str, Any]:
    """Follows redirects once, then times the page itself."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(account)
    for _warm in range(2):
        response = client.get(path, follow=True)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, follow=True)
        count = len(queries)
    spent = []
    for _n in range(TIMES):
        started = time.perf_counter()
        client.get(path, follow=True).content  # noqa: B018 - rendering is what is timed
        spent.append(round((time.perf_counter() - started) * 1000, 1))
    spent.sort()
    times = {"server_ms_p50": spent[len(spent) // 2], "server_ms_p95": spent[-1 - len(spent) // 20]}
    return {"queries": count, **times, "bytes": len(response.content), "status": response.status_code}


def inside() -> dict[str, Any]:
    """What runs in the portal's own environment."""
    import django
    from django.conf import settings

    django.setup()
    settings.ALLOWED_HOSTS.append("127.0.0.1")
    return {key: measure(path, account) for key, path, account in paths()}


def main() -> int:
    from tests.bench._stack import Stack

    with Stack(DEMO="1") as stack:
        result = json.loads(stack.run("-m", "tests.bench.pages", "inside").stdout.splitlines()[-1])
    bad = [key for key, row in result.items() if row.pop("status") != 200]
    for key, row in result.items():
        times = f"{row['server_ms_p50']:>7.1f} ms (95 %: {row['server_ms_p95']:.1f})"
        mark = "  NOT 200" if key in bad else ""
        sys.stdout.write(f"{key:<32} {row['queries']:>3} queries {times} {row['bytes'] / 1024:>6.0f} KiB{mark}\n")
    sys.stdout.write(json.dumps(result) + "\n")
    return 1 if bad else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:] == ["inside"]:
        sys.stdout.write(json.dumps(inside()) + "\n")
        sys.exit(0)
    sys.exit(main())
