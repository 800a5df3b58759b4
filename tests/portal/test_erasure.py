"""A rare name goes in through the pages, is erased through ``/me/``, and is then nowhere: no table, no file, no cache."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import Guardianship, LoginCode, Participant, User
from activities.models import Booking, Intake
from funding.models import Objection, RatingRound, Representative, Sheet
from records import sms
from records.models import Message
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db
LOCAL, PHONE = "13987650321", "+8613987650321"
NAME, CHILD, ELDER, SHARED, MAIL = "尉迟漱玉", "尉迟栖梧", "尉迟松龄", "尉迟共鸣", "shuyu.weichi@example.org"
BIRTHDAY, SHARED_BIRTHDAY = date(2017, 3, 29), date(2016, 2, 29)
RARE = ("尉迟", LOCAL, MAIL, BIRTHDAY.isoformat())


class Telephone:
    deduplicates = False

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}

    def code(self, phone: str, code: str, identifier: str) -> str:
        self.codes[phone] = code
        return identifier


@pytest.fixture
def telephone(monkeypatch: pytest.MonkeyPatch) -> Telephone:
    made = Telephone()
    monkeypatch.setattr(sms, "provider", lambda: made)
    return made


@pytest.fixture
def intake(db: None) -> Intake:
    return make.activity(capacity=5).intakes.get()


def post(client: Client, path: str, data: dict[str, Any] | None = None) -> Any:
    """A form sent; it must be taken."""
    response = client.post(path, data or {})
    assert response.status_code in (200, 302), response.content.decode()
    assert "field-error" not in response.content.decode()
    return response


def log_in(telephone: Telephone, local: str) -> Client:
    client = Client()
    post(client, "/login/", {"phone": local})
    assert post(client, "/login/code/", {"code": telephone.codes[f"+86{local}"]})["Location"] == "/me/"
    return client


def add(client: Client, kind: str, name: str, birthday: date | None = None, **more: Any) -> None:
    form = {"kind": kind, "name": name, "birthday": f"{birthday or ''}", "region": make.region().pk, "consent": "on", **more}
    assert post(client, f"/me/family/add/?kind={kind}", form).status_code == 302


def book(client: Client, intake: Intake, name: str) -> str:
    person = Participant.objects.get(name=name)
    where = post(client, f"/activities/{intake.activity_id}/book/{intake.pk}/", {"participant": person.pk, "consent": "on"})
    return str(where["Location"]).split("/")[2]


def live(telephone: Telephone, intake: Intake) -> tuple[Client, str]:
    """Everything a resident does, through the pages; the browser and an API token."""
    client = log_in(telephone, LOCAL)
    add(client, "self", NAME, date(1986, 7, 17), phone=LOCAL)
    add(client, "child", CHILD, BIRTHDAY)
    add(client, "elder", ELDER, date(1944, 1, 3), phone=LOCAL)
    post(client, "/me/data/", {"name": NAME, "email": MAIL})
    post(client, f"/me/family/{Participant.objects.get(name=ELDER).pk}/", correction(ELDER))
    code = book(client, intake, CHILD)
    post(client, f"/b/{code}/cancel/", {"reason": f"{CHILD}病了，请打{LOCAL}"})
    book(client, intake, CHILD)
    book(client, intake, NAME)
    client.get(f"/b/{code}/calendar.ics")
    assert NAME in post(client, "/me/data/export/").content.decode()
    token = tokens.issue(User.objects.get(phone=PHONE), 30)
    body = {"intake": intake.pk, "participant": Participant.objects.get(name=ELDER).pk}
    head = {"HTTP_AUTHORIZATION": f"Token {token}", "HTTP_IDEMPOTENCY_KEY": f"{NAME}-{LOCAL}"}
    assert Client().post("/api/v1/bookings/", body, JSON, **head).status_code == 201
    asked = make.appointment(intake.activity.center, state="cancelled")
    day, hours = f"{asked.day}", {"opens": "20:00", "closes": "21:00", "people": "3"}
    post(client, f"/centers/{asked.center_id}/appointments/new/", {"day": day, **hours, "purpose": f"{NAME}过生日，电话{LOCAL}"})
    elsewhere = Client()
    post(elsewhere, "/login/", {"phone": LOCAL})  # another browser that never enters the code
    return client, token


def correction(name: str) -> dict[str, Any]:
    return {"name": name, "birthday": "1944-01-30", "phone": LOCAL, "region": make.region().pk}


def cells() -> dict[str, str]:
    """Every row of every table as text: also history, sessions (unpacked), outbox, audit, tokens, the admin's log."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT string_agg(row_to_json(t)::text, chr(10)) FROM "{table}" AS t')
            found[table] = cursor.fetchone()[0] or ""
    found["django_session unpacked"] = str([session.get_decoded() for session in Session.objects.all()])
    return found


def cached() -> str:
    """Every key and value of this test's cache database, raw."""
    client: Any = cache._cache.get_client(write=True)  # type: ignore[attr-defined]
    keys = list(client.scan_iter("*"))
    kept = {bytes(key): client.dump(key) for key in keys}
    return repr([key.decode(errors="replace") for key in kept]) + "".join(
        client.get(key).decode("utf-8", errors="replace") for key in keys if client.type(key) == b"string"
    )


def stored(files: Path) -> str:
    return "".join(path.name + path.read_bytes().decode(errors="replace") for path in files.rglob("*") if path.is_file())


def traces(files: Path) -> dict[str, list[str]]:
    """Where a rare word stands: table → words."""
    places = cells() | {"the cache": cached(), "the files": stored(files)}
    return {place: words for place, text in places.items() if (words := [w for w in RARE if w in text])}


def erase(client: Client) -> None:
    assert post(client, "/me/data/erase/", {"sure": "on"})["Location"] == "/"


def test_after_erasing_the_name_is_nowhere(telephone: Telephone, intake: Intake, files: Path) -> None:
    client, _token = live(telephone, intake)
    planted = traces(files)
    assert {"accounts_user", "accounts_participant", "accounts_logincode", "activities_idempotencykey"} <= set(planted)
    assert "django_session unpacked" in planted  # the control: the search sees what is packed too
    erase(client)
    assert traces(files) == {}


def rate(client: Client) -> None:
    """Objects as a person and under a seal; recuses from one review that goes on and one that is over."""
    path, user = f"/funding/rounds/{make.decided().pk}/object/", User.objects.get(phone=PHONE)
    said = {"application": "", "name": NAME, "phone": LOCAL, "text": f"{NAME}觉得分数不对"}
    post(client, path, said | {"kind": "person"})
    seal = SimpleUploadedFile(f"{NAME}.pdf", make.PDF + f"{NAME} {LOCAL}".encode(), "application/pdf")
    post(client, path, said | {"kind": "unit", "seal": seal})
    for state in ("open", "scored"):
        sheet = make.sheet(make.application(), who=user)
        make.reviewing(sheet.application.round)
        post(client, f"/me/reviews/{sheet.pk}/recuse/", {"why": f"{NAME}的姐姐在这里上班"})
        RatingRound.objects.filter(pk=sheet.application.round_id).update(state=state)
    make.representative_of(make.NEXT_VILLAGE, user)


def test_what_one_said_of_a_rating_is_erased_and_the_numbers_stay(
    telephone: Telephone, files: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client = log_in(telephone, LOCAL)
    add(client, "self", NAME, date(1986, 7, 17), phone=LOCAL)
    rate(client)
    planted = set(traces(files))
    assert {"funding_objection", "funding_sheet", "the files"} <= planted
    assert not [place for place in planted if place.startswith("records_audit") or place.endswith("event")]
    exported = post(client, "/me/data/export/").content.decode()
    assert "觉得分数不对" in exported and "的姐姐在这里上班" in exported
    with django_capture_on_commit_callbacks(execute=True):  # the sealed letter goes once the rest is certain
        erase(client)
    assert traces(files) == {}
    assert (Objection.objects.count(), Sheet.objects.filter(state="recused").count()) == (2, 2)
    assert not Representative.objects.in_force(timezone.localdate() + timedelta(1)).exists()  # type: ignore[attr-defined]


def test_no_history_table_is_forgotten_by_the_search(telephone: Telephone, intake: Intake) -> None:
    live(telephone, intake)
    looked = cells()
    for table in ("accounts_participantevent", "accounts_guardianshipevent", "activities_bookingevent", "records_auditentry"):
        assert looked[table], table
    assert {"django_session", "knox_authtoken", "records_message", "django_admin_log"} <= set(looked)


def test_the_sessions_are_dead_and_the_tokens_void(telephone: Telephone, intake: Intake) -> None:
    client, token = live(telephone, intake)
    second = log_in(telephone, LOCAL)
    head = {"HTTP_AUTHORIZATION": f"Token {token}"}
    assert Client().get("/api/v1/me/data/", **head).status_code == 200
    erase(client)
    for browser in (client, second):
        assert browser.get("/me/").headers["Location"].startswith("/login/")
    assert Client().get("/api/v1/me/data/", **head).status_code == 401


def test_the_seats_are_given_back(telephone: Telephone, intake: Intake) -> None:
    client, _token = live(telephone, intake)
    intake.refresh_from_db()
    assert intake.seats_taken == 3
    erase(client)
    intake.refresh_from_db()
    assert intake.seats_taken == 0
    assert set(Booking.objects.values_list("state", flat=True)) == {"cancelled"}
    assert Booking.objects.count() == 4  # as numbers without a person


def test_the_phone_may_come_again_as_a_stranger(telephone: Telephone, intake: Intake) -> None:
    client, _token = live(telephone, intake)
    before = User.objects.get(phone=PHONE)
    erase(client)
    cache.clear()
    log_in(telephone, LOCAL)
    after = User.objects.get(phone=PHONE)
    assert after.pk != before.pk
    assert not Participant.objects.filter(user=after).exists() and not Message.objects.filter(recipient=after).exists()


def test_a_co_guardian_keeps_the_child(telephone: Telephone, intake: Intake, files: Path) -> None:
    """The first parent erases; the second, who had asked to join and was answered, keeps the child and its booking."""
    first, other = log_in(telephone, LOCAL), log_in(telephone, "13987650999")
    add(first, "child", SHARED, SHARED_BIRTHDAY)
    found = other.post(
        "/me/family/add/", {"kind": "child", "name": SHARED, "birthday": "2016-02-29", "region": make.region().pk, "consent": "on"}
    )
    assert "申请一起监护" in found.content.decode()
    add(other, "child", SHARED, SHARED_BIRTHDAY, choice="join")
    tie = Guardianship.objects.requested().get()
    post(first, f"/me/family/requests/{tie.pk}/", {"agree": "1"})
    code = book(first, intake, SHARED)
    erase(first)
    child = Participant.objects.get(name=SHARED)
    assert list(Guardianship.objects.in_force().filter(participant=child).values_list("user__phone", flat=True)) == ["+8613987650999"]
    assert SHARED in other.get("/me/family/").content.decode()
    assert Booking.objects.get(code=code).state == "booked"
    assert re.search(SHARED, other.get(f"/b/{code}/").content.decode())
    assert set(traces(files)) == {"accounts_participant"}


def test_erasing_by_api_is_the_same(telephone: Telephone, intake: Intake, files: Path) -> None:
    client, token = live(telephone, intake)
    head = {"HTTP_AUTHORIZATION": f"Token {token}"}
    assert Client().delete("/api/v1/me/data/", **head).status_code == 204
    assert traces(files) == {}
    assert Client().get("/api/v1/me/data/", **head).status_code == 401
    assert client.get("/me/").status_code == 302


def test_who_holds_a_grant_is_not_erased_by_a_click(unit: User) -> None:
    client = enter(unit)
    assert client.delete("/api/v1/me/data/").status_code == 403
    assert client.post("/me/data/erase/", {"sure": "on"}).status_code == 200
    unit.refresh_from_db()
    assert unit.erased_at is None and unit.is_active


def test_erasing_by_api_from_a_browser_ends_its_session(telephone: Telephone, intake: Intake) -> None:
    client, _token = live(telephone, intake)
    assert client.delete("/api/v1/me/data/").status_code == 204
    assert client.get("/me/").status_code == 302


def test_erasing_asks_to_be_sure(telephone: Telephone, intake: Intake) -> None:
    client, _token = live(telephone, intake)
    response = client.post("/me/data/erase/", {})
    assert response.status_code == 200 and "请勾选确认。" in response.content.decode()
    assert User.objects.filter(phone=PHONE).exists() and LoginCode.objects.filter(phone=PHONE).exists()


def test_an_officer_is_told_whom_to_ask(village: User) -> None:
    response = enter(village).post("/me/data/erase/", {"sure": "on"})
    assert response.status_code == 200 and "安全管理员" in response.content.decode()
    village.refresh_from_db()
    assert village.is_active and village.erased_at is None


def test_history_and_audit_hold_no_personal_values(telephone: Telephone, intake: Intake, files: Path) -> None:
    """Before any erasure: what is never stored need not be found again."""
    live(telephone, intake)
    personal = {place for place in traces(files) if place.endswith("event") or place.startswith(("records_audit", "pghistory"))}
    assert personal == set()
