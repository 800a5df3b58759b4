"""The report of a held activity: drafted from the lists, counted in visits, shown to the public only when released."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from activities import reporting
from activities.models import Activity, Outcome
from activities.workflows.activity import ACTIVITY
from tests import make
from tests.portal.test_api import program
from tests.portal.world import JSON, enter
from workflow.engine import NotOpen, NotYours

pytestmark = pytest.mark.django_db
LINES = "教了八段锦。"


def held(**fields: Any) -> Activity:
    """Two meetings, the last one ended yesterday."""
    made = make.activity(**fields)
    places = make.intake(made)
    for days in (8, 1):
        make.meeting(places, timezone.now() - timedelta(days=days, hours=3))
    return made


def report(row: Activity, by: User, **data: Any) -> Activity:
    made: Activity = ACTIVITY.take(row, "report", by=by, **({"headcount": 12, "lines": LINES, "release": True} | data))
    return made


def test_a_report_keeps_headcount_lines_day_and_reporter(village: User) -> None:
    row = held()
    assert report(row, village).state == "reported"
    outcome = Outcome.objects.get(activity=row)
    assert (outcome.headcount, outcome.lines, outcome.reported_by) == (12, LINES, village)
    assert outcome.held_on == timezone.localdate(timezone.now() - timedelta(days=1, hours=1))
    assert outcome.released_at


@pytest.mark.parametrize(("box", "released"), [(0, False), (False, False), ("false", False), (1, True), (True, True), ("true", True)])
def test_programs_release_by_a_yes_alone(village: User, box: Any, released: bool) -> None:
    row = held()
    given = {"headcount": 12, "lines": LINES, "release": box}
    answer = program(village).post(f"/api/v1/activities/{row.pk}/steps/report/", given, JSON)
    assert answer.status_code == 200 and bool(Outcome.objects.get(activity=row).released_at) is released


def test_nobody_came_is_a_headcount_of_nought_and_no_headcount_is_none(village: User) -> None:
    for data in ({"headcount": None}, {"headcount": -1}, {"headcount": 100_001}):
        with pytest.raises(ValidationError):
            report(held(), village, **data)
    report(row := held(), village, headcount=0)
    assert row.outcome.headcount == 0


def test_before_the_last_meeting_is_over_nothing_is_reported(village: User) -> None:
    row = held()
    make.meeting(row.intakes.get(), timezone.now() + timedelta(days=6))
    with pytest.raises(NotYours, match="最后一场还没有结束"):
        report(row, village)
    assert not Outcome.objects.exists()


def test_a_second_report_finds_the_first(village: User, head: User) -> None:
    row = held()
    report(row, village)
    with pytest.raises(NotOpen):
        report(row, head, headcount=99)
    assert Outcome.objects.get().headcount == 12


def test_it_is_drafted_from_who_came(village: User) -> None:
    row = held(title="八段锦")
    first, second = row.intakes.get().meetings.order_by("starts_at")
    bookings = [make.booking(first.intake) for _n in range(3)]
    for booking in bookings[:2]:
        make.attendance(booking, first)
    make.attendance(bookings[0], second)
    make.attendance(bookings[2], first, "missed")
    first.walk_ins = 4
    first.save()
    draft = reporting.draft(row)
    assert draft["headcount"] == 3 + 4
    assert "共 2 场" in draft["lines"] and "预约 3 人，到场 3 人次，直接来的 4 人" in draft["lines"]
    local = timezone.localtime(first.starts_at)
    assert f"{local.year}年{local.month}月{local.day}日" in draft["lines"]
    page = enter(village).get(f"/desk/activities/{row.pk}/steps/report/").content.decode()
    assert 'value="7"' in page and "共 2 场" in page


def test_without_any_list_the_headcount_stays_open() -> None:
    assert reporting.draft(held())["headcount"] is None


def test_the_page_takes_it_and_keeps_what_was_typed_when_something_lacks(village: User) -> None:
    row, client = held(), enter(village)
    path = f"/desk/activities/{row.pk}/steps/report/"
    for form in ({"headcount": "", "lines": LINES}, {"headcount": "-3", "lines": LINES}, {"headcount": "5", "lines": "  "}):
        page = client.post(path, form)
        assert page.status_code == 200
        assert form["lines"].strip() in page.content.decode()
    assert client.post(path, {"headcount": "0", "lines": LINES}).status_code == 302
    assert (row.outcome.headcount, row.outcome.released_at) == (0, None)


def test_a_program_reports_by_the_same_rules(village: User, other_township: User) -> None:
    row = held()
    path = f"/api/v1/activities/{row.pk}/steps/report/"
    body = {"headcount": 8, "lines": LINES, "release": False}
    assert enter(other_township).post(path, json.dumps(body), content_type=JSON).status_code == 403
    for wrong in (
        {"lines": LINES},
        {"headcount": 8},
        body | {"headcount": "viele"},
        body | {"headcount": -1},
        body | {"lines": "长" * 601},
    ):
        assert enter(village).post(path, json.dumps(wrong), content_type=JSON).status_code == 400
    assert enter(village).post(path, json.dumps(body), content_type=JSON).status_code == 200
    assert enter(village).post(path, json.dumps(body), content_type=JSON).status_code == 409
    assert (row.outcome.headcount, row.outcome.released_at) == (8, None)


def test_residents_read_what_was_released_and_nothing_else(resident: User) -> None:
    shown, kept = (make.activity(state="reported", capacity=1) for _n in range(2))
    make.outcome(shown, released_at=timezone.now(), lines=f"<b>{LINES}</b>")
    make.outcome(kept, lines="内部意见")
    page = Client().get(f"/activities/{shown.pk}/").content.decode()
    assert f"&lt;b&gt;{LINES}" in page and "<b>教" not in page
    assert "内部意见" not in Client().get(f"/activities/{kept.pk}/").content.decode()
    assert enter(resident).get("/api/v1/outcomes/").status_code == 403
    assert Client().get("/api/v1/outcomes/").status_code == 401


def test_the_villages_officer_mends_the_lines_but_not_the_day_or_the_activity(village: User, other_township: User) -> None:
    outcome = make.outcome()
    path, other = f"/desk/outcomes/{outcome.pk}/edit/", make.activity()
    form = {"headcount": "20", "lines": "改过了。", "held_on": "2020-01-01", "activity": other.pk, "released_at": ""}
    assert enter(other_township).post(path, form).status_code == 404
    assert enter(village).post(path, form).status_code == 302
    now = Outcome.objects.get()
    assert (now.headcount, now.lines) == (20, "改过了。")
    assert (now.held_on, now.activity_id) == (outcome.held_on, outcome.activity_id)


def test_a_past_one_of_the_same_kind_and_center_is_the_pattern() -> None:
    center, kind = make.center(), Activity.Kind.HEALTH
    near = make.activity(center, kind=kind, state="reported")
    make.outcome(near)
    for kinds, code in ((Activity.Kind.CARE, make.VILLAGE), (kind, make.OTHER_VILLAGE)):
        make.outcome(make.activity(kind=kinds, code=code, state="reported"))
    assert reporting.similar(make.activity(center, kind=kind, published=False)) == [near]


LISTS = (
    *("/desk/", "/desk/activities/", "/desk/outcomes/", "/desk/pauses/", "/desk/export/outcomes/", "/desk/export/pauses/"),
    *("/api/v1/outcomes/", "/api/v1/attendance/", "/api/v1/pauses/"),
    *("/admin/activities/outcome/", "/admin/activities/attendance/", "/admin/activities/pause/"),
)


def test_lists_ask_as_often_for_twenty_rows_as_for_two(township: User) -> None:
    client, numbers = enter(township), []
    for more in (2, 18):
        for _n in range(more):
            row = held()
            first = row.intakes.get().meetings.first()
            assert first
            make.attendance(make.booking(first.intake), first)
            make.activity(published=False, special=True, state="submitted", capacity=2)
            make.outcome(make.activity(state="reported"))
            make.pause()
        found = {}
        for path in LISTS:
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200, path
            found[path] = len(queries)
        numbers.append(found)
    assert numbers[0] == numbers[1]
