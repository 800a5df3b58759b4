"""How many queries each page and list costs: committed in ``budgets.json``, the same with 3 rows and with 30.

After a change that means to cost more or less: ``BUDGETS=write script/test tests/portal/test_budgets.py`` writes the file anew.
"""

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from activities.models import Intake
from tests import make
from tests.conftest import for_a_while
from tests.portal import budgets_care, budgets_facts, budgets_funding, budgets_residents, budgets_staffing, budgets_work, world

FILE = Path(__file__).resolve().parent.parent / "budgets.json"
BUDGETS: dict[str, int] = json.loads(FILE.read_text()) if FILE.exists() else {}
FEW, MANY = 3, 30
PUBLIC = ("/", "/privacy/", "/centers/", "/centers/?q=光南", "/centers/?open=1", "/centers/{center}/", "/photos/{photo}/small/")
PUBLIC += ("/activities/", "/activities/?free=1", "/activities/{activity}/", "/login/", "/login/staff/")
PUBLIC_API = ("regions", "centers", "activities", "intakes", "meetings")
PUBLIC_API += ("opening-hours", "opening-exceptions", "center-services", "photos")
ME = ("/", "/centers/{center}/", "/activities/{activity}/", "/activities/{activity}/book/{intake}/", "/b/{code}/", "/b/{code}/calendar.ics")
ME += ("/me/", "/me/inbox/", "/me/bookings/", "/me/family/", "/me/family/add/", "/me/family/{child}/", "/me/data/", "/me/data/erase/")
DESK = ("/desk/", "/desk/people/", "/desk/people/{person}/", "/desk/centers/", "/desk/centers/{center}/", "/desk/centers/{center}/facts/")
DESK += ("/desk/centers/{center}/hours/add/", "/desk/activities/", "/desk/activities/new/", "/desk/activities/{activity}/")
DESK += ("/desk/activities/{activity}/edit/", "/desk/intakes/{intake}/", "/desk/intakes/{intake}/meetings/")
DESK += ("/desk/intakes/{intake}/bookings/", "/desk/intakes/{intake}/book/", "/b/{code}/")
DESK += tuple(f"/desk/export/{name}/" for name in ("regions", "organisations", "participants", "centers", "activities", "bookings"))
API = (*PUBLIC_API, "organisations", "participants", "bookings", "contacts", "messages")
LISTS = ("accounts/participant", "accounts/organisation", "accounts/region", "centers/center")
LISTS += ("activities/activity", "activities/intake", "activities/booking")
ADMIN = ("/admin/", *(f"/admin/{name}/" for name in LISTS), "/admin/centers/center/{center}/change/", "/admin/centers/center/add/")
ADMIN += ("/admin/activities/intake/{intake}/change/", "/admin/activities/activity/{activity}/change/")
COMMON: dict[str, tuple[str, ...]] = {
    "anonymous": (*PUBLIC, *(f"/api/v1/{name}/" for name in PUBLIC_API), "/api/v1/centers/{center}/", "/api/v1/activities/{activity}/"),
    "resident": (*ME, *(f"/api/v1/{name}/" for name in ("participants", "bookings", "messages", "me/data"))),
    "village": DESK,
    "township": (*DESK, *(f"/api/v1/{name}/" for name in API)),
    "district": ("/desk/", "/desk/centers/", *ADMIN),
    "security_admin": ("/admin/", "/admin/accounts/user/", "/admin/accounts/grant/", "/admin/records/auditentry/"),
    "auditor": ("/admin/", "/admin/records/auditentry/", "/admin/records/auditseal/"),
}

PARTS = (
    COMMON,
    budgets_work.WALK,
    budgets_residents.WALK,
    budgets_care.WALK,
    budgets_staffing.WALK,
    budgets_facts.WALK,
    budgets_funding.WALK,
)
WALK = {name: tuple(path for part in PARTS for path in part.get(name, ())) for name in COMMON | budgets_work.WALK}


def grow(resident: User, rows: dict[str, Any], times: int) -> None:
    """So many more of everything that a page may list."""
    center, activity, intake = rows["center"], rows["activity"], rows["intake"]
    for n in range(times):
        more = make.center(name=f"分中心{make.number()}")
        for place in (center, more):
            second, rest = divmod(make.number(), 1200)
            hour, minute = divmod(rest, 60)
            make.hours(place, opens=f"{hour:02}:{minute:02}:{second % 59 + 1:02}", closes="23:59")  # that no other row has
            make.exception(place, timezone.localdate() + timedelta(days=10 + n))
            make.service(place, f"服务{make.number()}")
            make.contact(place, name=f"联系人{make.number()}", public=True)
            world.photo(place)
        shown = make.activity(more, capacity=5)
        make.meeting(shown.intakes.get(), timezone.now() + timedelta(days=9))
        make.activity(center, capacity=5)
        make.activity(center, published=False, capacity=5)
        make.meeting(make.intake(activity), timezone.now() + timedelta(minutes=1))
        make.meeting(intake, timezone.now() + timedelta(days=20, minutes=make.number()))
        child = make.child(resident)
        make.guardianship(make.resident(), child, confirmed=False)
        make.booking(shown.intakes.get(), child, by=resident)
        make.booking(make.intake(activity, capacity=50), child, by=resident)
        make.booking(intake)
        make.message(resident, "inbox", state="sent", sent_at=timezone.now(), read_at=timezone.now())
        make.organisation(make.VILLAGE)
        officer = make.officer("village")
        make.entry(by=officer)
        budgets_work.grow(resident, rows, more)
        budgets_residents.grow(resident, rows, n)
        budgets_care.grow(resident, rows, n)
        budgets_staffing.grow(resident, rows, n)
        budgets_facts.grow(resident, rows, n)
        budgets_funding.grow(resident, rows, n)


Counts = dict[str, int]


@pytest.fixture(scope="module")
def measured(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counts, Counts]]:
    """Queries by "persona address", with few and with many rows, on a workday at ten (a closed center asks when it opens)."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path_factory.mktemp("files")}}
    storages = {**settings.STORAGES, "default": files}
    workday = time_machine.travel(timezone.make_aware(datetime(2026, 11, 24, 10)), tick=False)  # noqa: DTZ001 - made aware here
    with for_a_while(django_db_blocker), override_settings(STORAGES=storages), workday:
        people = world.people()
        resident = people["resident"]
        assert resident is not None
        rows = world.district(resident, people["unit"])
        Intake.objects.filter(pk__in=[rows["intake"].pk, rows["evening"].intake_id, rows["care_meeting"].intake_id]).update(capacity=1000)
        clients = {name: world.enter(people[name]) for name in WALK}
        grow(resident, rows, FEW - 1)
        few = measure(clients, world.where(rows))
        grow(resident, rows, MANY - FEW)
        yield few, measure(clients, world.where(rows))


def measure(clients: dict[str, Client], names: dict[str, Any]) -> Counts:
    """Each address twice, the second time counted: what is remembered for good is remembered then."""
    found = {}
    for persona, paths in WALK.items():
        for path in paths:
            cache.clear()
            connection.queries_log.clear()  # it holds 9,000 and then forgets
            for _n in range(2):
                with CaptureQueriesContext(connection) as captured:
                    response = clients[persona].get(path.format(**names))
                    assert response.status_code == 200, (persona, path, response.status_code)
                    b"".join(response.streaming_content) if response.streaming else response.content
            found[f"{persona} {path}"] = len([q for q in captured.captured_queries if "SAVEPOINT" not in q["sql"]])
    return found


def test_thirty_rows_cost_no_more_queries_than_three(measured: tuple[Counts, Counts]) -> None:
    few, many = measured
    assert {path: (few[path], count) for path, count in many.items() if count != few[path]} == {}


def test_every_page_costs_what_is_committed(measured: tuple[Counts, Counts]) -> None:
    if os.environ.get("BUDGETS") == "write":
        FILE.write_text(json.dumps(measured[1], ensure_ascii=False, indent=1) + "\n")
        return
    assert measured[1] == BUDGETS


def test_no_page_costs_more_than_thirty_queries() -> None:
    assert {path: count for path, count in BUDGETS.items() if count > 30} == {}


def test_the_counting_sees_a_query(measured: tuple[Counts, Counts], django_db_blocker: Any) -> None:
    """The control."""
    connection.queries_log.clear()
    with django_db_blocker.unblock(), CaptureQueriesContext(connection) as captured:
        User.objects.count()
    assert len(captured.captured_queries) == 1
    assert measured[0]["anonymous /centers/"] > 2
