"""What stands around every page: headers, health, language, large type, photographs' files."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from centers.models.repair import hashed
from portal.views import health
from tests import make
from tests.portal import world

pytestmark = pytest.mark.django_db
PAGES = ("/", "/centers/", "/activities/", "/privacy/", "/login/", "/login/staff/", "/centers/map/", "/matters/", "/feedback/")
PAGES += ("/funding/", "/funding/ledger/")
PUBLIC = (*PAGES, "/nothing-here/", "/api/v1/centers/", "/api/v1/nothing/")
OWN = ("/me/", "/me/family/", "/me/data/", "/me/family/add/", "/me/inbox/", "/me/feedback/", "/me/reviews/")
DESK = ("/desk/", "/desk/people/", "/desk/activities/new/", "/admin/", "/admin/centers/center/", "/admin/centers/center/add/")
DESK += tuple(
    f"/desk/{page}/" for page in ("month", "upgrade", "compliance", "map", "signs/clean-up", "tasks", "tasks/add", "placements/add")
)
DESK += (
    "/desk/scoring/",
    "/desk/rating-rounds/",
    "/desk/rating-schemes/add/",
    "/desk/projects/add/",
    "/desk/ledger/budget/",
    "/desk/ledger/",
)
DESK += ("/desk/import/signs/", "/admin/centers/upgradetask/", "/admin/centers/standardset/")


def policy(response: Any) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in response.headers["Content-Security-Policy"].split(";")]
    return {name: values for name, _space, values in parts}


@pytest.mark.parametrize(("persona", "paths"), [("anonymous", PUBLIC), ("resident", OWN), ("district", DESK)])
def test_every_page_carries_the_headers(persona: str, paths: tuple[str, ...], resident: User, district: User) -> None:
    client = world.enter({"anonymous": None, "resident": resident, "district": district}[persona])
    for path in paths:
        response = client.get(path)
        rules = policy(response)
        assert "unsafe" not in str(rules), path
        assert (rules["default-src"], rules["object-src"], rules["frame-ancestors"]) == ("'self'", "'none'", "'none'"), path
        assert response["X-Frame-Options"] == "DENY" and response["X-Content-Type-Options"] == "nosniff", path
        assert response["Referrer-Policy"] == "same-origin", path


@pytest.mark.parametrize(("persona", "paths"), [("anonymous", PAGES), ("resident", OWN), ("district", DESK)])
def test_no_page_needs_what_its_policy_forbids(persona: str, paths: tuple[str, ...], resident: User, district: User) -> None:
    """No inline script, no inline style, no handler attribute, nothing from elsewhere."""
    make.activity(capacity=2)
    client = world.enter({"anonymous": None, "resident": resident, "district": district}[persona])
    for path in paths:
        page = client.get(path).content.decode()
        assert not re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page), path
        assert not re.findall(r"<style|\son\w+=\"|javascript:", page), path
        assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!beian)', page.replace("http://testserver", "")), path


def test_the_api_page_alone_may_style_inline(client: Client) -> None:
    assert "'unsafe-inline'" in policy(client.get("/api/v1/docs/"))["style-src"]
    assert "unsafe" not in str(policy(client.get("/api/v1/schema/")))
    assert "script-src" not in policy(client.get("/api/v1/docs/"))


def test_a_photograph_comes_as_what_it_is(client: Client, files: Any) -> None:
    photo = world.photo(make.center())
    response = client.get(f"/photos/{photo.pk}/medium/")
    assert b"".join(response.streaming_content)[8:12] == b"WEBP"
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert (response["Content-Security-Policy"], response["Cache-Control"]) == ("default-src 'none'", "public, max-age=86400")
    assert "Set-Cookie" not in response.headers
    assert [client.get(f"/photos/{photo.pk}/{size}/").status_code for size in ("small", "large", "huge", "small.webp")] == [
        200,
        200,
        404,
        404,
    ]


def test_a_picture_of_work_and_a_paper_are_kept_by_no_cache_and_run_nothing(village: User, files: Any) -> None:
    center = make.center()
    picture, paper = make.picture(center, files=True), make.paper(make.task(center), content=make.PDF, name="验收表.pdf")
    client = world.enter(village)
    for path, kind in ((f"/pictures/{picture.pk}/small/", "image/webp"), (f"/papers/{paper.pk}/", "application/pdf")):
        response = client.get(path)
        assert (response["Content-Type"], response["X-Content-Type-Options"]) == (kind, "nosniff")
        assert (response["Content-Security-Policy"], response["Cache-Control"]) == ("default-src 'none'", "private, no-store")
        assert Client().get(path)["Location"].startswith("/login/")
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("kind", ["repair", "feedback"])
def test_a_secret_address_is_kept_by_no_cache_and_told_to_no_other_site(client: Client, kind: str) -> None:
    secret = "nobody-guesses-this-one"
    row = {"repair": make.repair, "feedback": make.feedback}[kind](make.center(), token_hash=hashed(secret), phone="+8613977654321")
    response = client.get(f"/{kind[0]}/{secret}/")
    assert response.status_code == 200 and row.text in response.content.decode()
    assert (response["Cache-Control"], response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-store", "no-referrer", "noindex")
    assert "13977654321" not in response.content.decode()
    assert client.get(f"/{kind[0]}/{secret}x/").status_code == 404


def test_a_drafts_photograph_is_kept_by_no_cache(village: User, files: Any) -> None:
    photo = world.photo(make.center(published=False))
    assert world.enter(village).get(f"/photos/{photo.pk}/small/")["Cache-Control"] == "private, no-store"
    assert Client().get(f"/photos/{photo.pk}/small/").status_code == 404


def test_a_photograph_whose_file_is_gone_answers_404(client: Client, files: Any) -> None:
    photo = world.photo(make.center())
    photo.small.storage.delete(photo.small.name)
    assert client.get(f"/photos/{photo.pk}/small/").status_code == 404


# -- what machines ask ----------------------------------------------------------------------------------------------
def test_readyz_names_each_server(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").content == b"ok\n"
    answers: dict[str, Any] = {"database": lambda: True, "cache": lambda: True, "broker": lambda: True, "worker": lambda: True}
    monkeypatch.setattr(health, "CHECKS", answers)
    response = client.get("/readyz")
    assert (response.status_code, set(response.json().values())) == (200, {"ok"})

    def away() -> bool:
        raise ConnectionError("secret address")

    for name in answers:
        monkeypatch.setattr(health, "CHECKS", answers | {name: away})
        response = client.get("/readyz")
        assert response.status_code == 503
        assert {key for key, value in response.json().items() if value != "ok"} == {name}
        assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.5"}, 403),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1", "HTTP_AUTHORIZATION": "Bearer a-long-token"}, 200),
        ({"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": "Bearer wrong"}, 403),
        ({"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": "Bearer a-long-token"}, 200),
    ],
)
def test_metrics_are_for_a_token_or_this_machine(client: Client, settings: Any, headers: dict[str, str], status: int) -> None:
    settings.METRICS_TOKEN = "a-long-token"
    response = client.get("/metrics", **headers)
    assert response.status_code == status
    assert (b"portal_bookings_live" in response.content) is (status == 200)


def test_an_empty_token_opens_nothing(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5", HTTP_AUTHORIZATION="Bearer ").status_code == 403


def test_metrics_count(client: Client) -> None:
    make.activity(capacity=2, full=True)
    text = client.get("/metrics").content.decode()
    assert "portal_bookings_live 2.0" in text and "portal_intakes_open 0.0" in text


# -- language and large type ----------------------------------------------------------------------------------------
def test_the_language_is_chosen_and_kept(client: Client) -> None:
    assert 'lang="zh-hans"' in client.get("/privacy/").content.decode()
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/privacy/"})
    assert (response.status_code, response["Location"]) == (302, "/privacy/")
    page = client.get("/privacy/").content.decode()
    assert 'lang="en"' in page and "Privacy" in page
    client.post("/i18n/setlang/", {"language": "zh-hans"})
    assert 'lang="zh-hans"' in client.get("/privacy/").content.decode()
    client.post("/i18n/setlang/", {"language": "../../etc"})
    assert 'lang="zh-hans"' in client.get("/privacy/").content.decode()


def test_large_type_is_switched_on_and_off_and_kept_from_scripts(client: Client) -> None:
    assert "data-elder" not in client.get("/").content.decode()
    response = client.post("/elder-mode/", {"next": "/centers/"})
    assert response["Location"] == "/centers/" and response.cookies["elder"]["httponly"]
    assert 'data-elder="1"' in client.get("/").content.decode()
    client.post("/elder-mode/")
    assert "data-elder" not in client.get("/").content.decode()
    assert client.get("/elder-mode/").status_code == 405


def test_a_form_without_its_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/elder-mode/").status_code == 403
    assert client.post("/login/", {"phone": "13900000001"}).status_code == 403


def test_trouble_is_told_in_plain_words(client: Client) -> None:
    page = client.get("/centers/999999/").content.decode()
    assert "12345" in page and "回到首页" in page
