"""What every collection and every error of the API has in common."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from config.api import router
from records.models import AuditEntry
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db
A = "/api/v1/"


def program(user: User, **more: Any) -> Client:
    return Client(HTTP_AUTHORIZATION=f"Token {tokens.issue(user, 1)}", **more)


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The body of an error, its form checked."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert {"type", "title", "status", "detail", "code"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    return body


# -- errors ---------------------------------------------------------------------------------------------------------
def test_400_names_the_fields(district: User) -> None:
    client = program(district)
    missing = problem(client.post(f"{A}centers/", {}, JSON), 400, "invalid")
    assert {"name", "level", "region"} <= set(missing["errors"])
    problem(client.post(f"{A}centers/", "{not json", JSON), 400, "parse_error")
    assert "region" in problem(client.post(f"{A}centers/", {"name": "x", "level": "town", "region": 10**9}, JSON), 400, "invalid")["errors"]
    assert "level" in problem(client.get(f"{A}centers/?level=nothing"), 400, "invalid")["errors"]


def test_401_for_strangers_and_void_tokens(resident: User) -> None:
    for client in (
        Client(),
        Client(HTTP_AUTHORIZATION="Token nonsense"),
        Client(HTTP_AUTHORIZATION="Token "),
        Client(HTTP_AUTHORIZATION="Token ñ"),
    ):
        response = client.get(f"{A}participants/")
        assert response.status_code == 401 and response["Content-Type"] == "application/problem+json"
        assert "WWW-Authenticate" in response.headers
    client = program(resident)
    assert client.get(f"{A}participants/").status_code == 200
    tokens.revoke(resident)
    assert client.get(f"{A}participants/").status_code == 401


def test_a_token_ends_on_its_day(resident: User) -> None:
    client = program(resident)
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1), tick=False):
        assert client.get(f"{A}participants/").status_code == 401


def test_403_is_you_may_not_and_404_is_not_in_your_region(village: User) -> None:
    elsewhere = make.center(make.OTHER_VILLAGE, published=False)
    problem(program(village).post(f"{A}centers/", {}, JSON), 403, "permission_denied")
    problem(program(village).get(f"{A}centers/{elsewhere.pk}/"), 404, "not_found")
    problem(program(village).get(f"{A}centers/nonsense/"), 404, "not_found")
    problem(program(village).get(f"{A}centers/{10**30}/"), 404, "not_found")
    problem(Client().get(f"{A}nothing/"), 404, "not_found")


def test_a_browsers_session_needs_its_token_to_write(village: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = enter(village).cookies
    assert client.get(f"{A}participants/").status_code == 200
    problem(client.post(f"{A}participants/", {}, JSON), 403, "permission_denied")


def test_a_row_can_not_be_moved_out_of_ones_region(village: User) -> None:
    own, other = make.center(), make.center(make.OTHER_VILLAGE)
    client, row = program(village), make.activity(own)
    for address, body in (
        (f"activities/{row.pk}/", {"center": other.pk}),
        (f"centers/{own.pk}/", {"region": make.region(make.OTHER_VILLAGE).pk}),
    ):
        assert client.patch(A + address, body, JSON).status_code in (400, 403)
    assert not AuditEntry.objects.filter(action__startswith="activities.change").exists()
    row.refresh_from_db()
    own.refresh_from_db()
    assert (row.center, own.region.code) == (own, make.VILLAGE)
    assert client.post(f"{A}activities/", {"center": other.pk, "kind": "care", "title": "x"}, JSON).status_code in (400, 403)


def test_every_write_is_audited_with_the_names_of_its_fields(village: User) -> None:
    client, center = program(village), make.center()
    body = {"center": center.pk, "kind": "lunch", "title": "老年助餐"}
    row = client.post(f"{A}center-services/", body, JSON).json()["id"]
    client.patch(f"{A}center-services/{row}/", {"detail": "每天中午"}, JSON)
    assert client.delete(f"{A}center-services/{row}/").status_code == 204
    written = AuditEntry.objects.filter(target_type="centers.centerservice", target_id=row, actor=village).order_by("id")
    assert [entry.action.split(".")[1].split("_")[0] for entry in written] == ["add", "change", "delete"]
    assert [entry.fields for entry in written] == [["center", "kind", "title"], ["detail"], []]
    assert {entry.region_code for entry in written} == {make.VILLAGE}


def test_no_viewset_saves_past_the_scope() -> None:
    """DRF's own mixins stand before the scoped base in the order of classes: with them nothing is checked or audited."""
    for _prefix, viewset, _name in router.registry:
        for name in ("perform_create", "perform_update", "perform_destroy"):
            method = getattr(viewset, name, None)
            assert method is None or not method.__module__.startswith("rest_framework"), (viewset, name)


def test_405_415_406(district: User) -> None:
    client = program(district)
    problem(client.delete(f"{A}centers/{make.center().pk}/"), 405, "method_not_allowed")
    problem(client.post(f"{A}centers/", {"name": "x"}), 415, "unsupported_media_type")
    problem(client.post(f"{A}photos/", {"caption": "x"}, JSON), 415, "unsupported_media_type")
    assert client.get(f"{A}centers/", HTTP_ACCEPT="application/xml").status_code == 406


def test_409_a_child_that_is_known_already(resident: User, neighbour: User) -> None:
    child = make.child(neighbour, name="黄小满")
    body = {"kind": "child", "name": "黄小满", "birthday": f"{child.birthday}", "region": child.region_id}
    problem(program(resident).post(f"{A}participants/", body, JSON), 409, "duplicate")


def test_429_after_the_accounts_limit_says_when_to_come_again(resident: User, settings: Any) -> None:
    settings.RATES = {**settings.RATES, "account": 3, "address": 100}
    with time_machine.travel(timezone.now().replace(second=10), tick=False) as clock:
        client = program(resident)
        assert [client.get(f"{A}centers/").status_code for _n in range(3)] == [200, 200, 200]
        response = client.get(f"{A}centers/")
        problem(response, 429, "throttled")
        assert 0 < int(response["Retry-After"]) <= 60
        assert program(make.resident()).get(f"{A}centers/").status_code == 200
        clock.shift(60)
        assert client.get(f"{A}centers/").status_code == 200


def test_an_address_has_a_limit_of_its_own(settings: Any) -> None:
    settings.RATES = {**settings.RATES, "address": 2}
    with time_machine.travel(timezone.now().replace(second=10), tick=False):
        assert [Client().get(f"{A}centers/").status_code for _n in range(3)] == [200, 200, 429]
        assert Client().get(f"{A}centers/", REMOTE_ADDR="198.51.100.7").status_code == 200
        assert Client().get(f"{A}centers/", HTTP_X_FORWARDED_FOR="198.51.100.8").status_code == 429
        assert Client().get("/centers/").status_code == 200


# -- collections ----------------------------------------------------------------------------------------------------
def test_pages_have_at_most_two_hundred_rows() -> None:
    center = make.center()
    for n in range(205):
        make.service(center, f"服务{n}")
    first = Client().get(f"{A}center-services/?page_size=1000").json()
    assert set(first) == {"count", "next", "previous", "results"}
    assert (first["count"], len(first["results"]), first["previous"]) == (205, 200, None)
    second = Client().get(first["next"]).json()
    assert (len(second["results"]), second["next"]) == (5, None)
    assert len(Client().get(f"{A}center-services/").json()["results"]) == 50
    assert len(Client().get(f"{A}center-services/?page_size=7&page=2").json()["results"]) == 7
    problem(Client().get(f"{A}center-services/?page=99"), 404, "not_found")


def names(query: str, client: Client | None = None) -> list[str]:
    answer = (client or Client()).get(f"{A}centers/?{query}")
    assert answer.status_code == 200
    return sorted(row["name"] for row in answer.json()["results"])


def test_centers_are_found_by_name_pinyin_and_initials() -> None:
    guangnan = make.center().name
    make.center(make.NEXT_VILLAGE)
    make.center(make.OTHER_VILLAGE)
    for text in ("光南", "光南社区", "guangnan", "GuangNan", "gnsq", "gn"):
        assert names(f"search={text}") == [guangnan], text
    assert names("search=nothinglikethis") == [] and names("search=%25") == []
    assert len(names("search=")) == len(names("search=%00")) == 3


def test_centers_are_filtered_by_region_and_level() -> None:
    town, village, other = make.center(make.TOWN), make.center(), make.center(make.OTHER_VILLAGE)
    assert names(f"region={make.TOWN}") == sorted([town.name, village.name])
    assert names(f"region={make.VILLAGE}") == [village.name]
    assert names("region=330703101") == [other.name]
    assert names("level=town") == [town.name]
    assert names("region=33070300_") == names("region=%25") == []


def test_open_now_is_now() -> None:
    make.calendar()
    early, late, never = make.center(), make.center(make.NEXT_VILLAGE), make.center(make.OTHER_VILLAGE)
    make.hours(early, opens="08:00", closes="12:00")
    make.hours(late, opens="12:00", closes="20:00")
    make.hours(never, day_type="rest_day", opens="00:00", closes="23:59")
    workday = timezone.make_aware(datetime(2026, 11, 24, 11, 59))  # noqa: DTZ001 - made aware here
    for shift, here in ((0, early), (1, late)):
        with time_machine.travel(workday + timedelta(minutes=shift), tick=False):
            assert names("open_now=true") == [here.name]
            assert names("open_now=false") == sorted({early.name, late.name, never.name} - {here.name})
            assert {r["name"]: r["open_now"] for r in Client().get(f"{A}centers/").json()["results"]}[here.name] is True


def test_ordering_is_what_is_offered() -> None:
    small, large = make.center(area=10), make.center(make.NEXT_VILLAGE, area=20)
    rows = Client().get(f"{A}centers/?ordering=-area").json()["results"]
    assert [row["id"] for row in rows] == [large.pk, small.pk]
    assert Client().get(f"{A}centers/?ordering=published_at").status_code == 200


def test_activities_and_meetings_are_filtered() -> None:
    row = make.activity(capacity=2, title="摄影夜校", kind="night")
    make.activity(make.center(make.OTHER_VILLAGE), capacity=1, full=True)
    client, later = Client(), (timezone.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for query, count in (
        ("activities/?search=摄影", 1), ("activities/?kind=night", 1), ("activities/?region=330703001", 1), ("activities/?coming=true", 2),
        ("activities/?state=draft", 0), ("intakes/?open=true", 1), ("intakes/?open=false", 1), (f"intakes/?activity={row.pk}", 1),
        (f"meetings/?after={later}", 0), (f"meetings/?before={later}", 2), ("regions/?level=village", 2), ("regions/?under=330703101", 2),
    ):  # fmt: skip
        assert client.get(A + query).json()["count"] == count, query


def test_strangers_read_what_is_public_and_nothing_else() -> None:
    make.contact(make.center())
    for noun in (
        "regions",
        "centers",
        "activities",
        "intakes",
        "meetings",
        "opening-hours",
        "opening-exceptions",
        "center-services",
        "photos",
    ):
        assert Client().get(f"{A}{noun}/").status_code == 200, noun
    for noun in ("participants", "organisations", "bookings", "contacts", "messages", "me/data"):
        assert Client().get(f"{A}{noun}/").status_code == 401, noun


def test_reading_marks_nothing_and_shows_the_own_inbox_alone(resident: User, neighbour: User) -> None:
    make.message(resident, "inbox", state="sent", sent_at=timezone.now())
    make.message(neighbour, "inbox", state="sent", sent_at=timezone.now())
    make.message(resident)
    assert program(resident).get(f"{A}messages/").json()["count"] == 1


def test_the_schema_is_kept_once_a_language_whatever_an_address_makes_up(client: Any, db: None) -> None:
    from portal.views import schema

    first = client.get("/api/v1/schema/").content
    for query in ("version=a", "version=b", "lang=xx", "lang=en"):
        assert client.get(f"/api/v1/schema/?{query}").status_code == 200
    assert set(schema.KEPT) <= {"zh-hans", "en"} and client.get("/api/v1/schema/").content == first
