"""The staff's door as a browser meets it: password, second factor, networks, idle limit, lockout, and where it leads on."""

import ipaddress
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import tokens
from accounts.models import User
from records.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
DOORS = ("/desk/", "/admin/", "/desk/centers/", "/api/v1/participants/")


def come_in(user: User, password: str = make.PASSWORD, client: Client | None = None, path: str = "/login/staff/", **more: Any) -> Any:
    client = client or Client()
    return client.post(path, {"login": user.login, "password": password}, **more)


def inside(user: User) -> Client:
    client = Client()
    assert come_in(user, client=client).status_code == 302
    return client


def current(device: TOTPDevice, shift: int = 0) -> str:
    """The six digits that the telephone shows now."""
    return f"{totp(device.bin_key, step=device.step, t0=device.t0, digits=device.digits) + shift:06}"[-6:]


def test_the_right_password_leads_to_the_desk(village: User) -> None:
    response = come_in(village)
    assert (response.status_code, response["Location"]) == (302, "/desk/")


@pytest.mark.parametrize(("persona", "home"), [("township", "/desk/"), ("auditor", "/admin/"), ("unit", "/desk/")])
def test_everybody_comes_home(persona: str, home: str) -> None:
    assert come_in(make.officer(persona))["Location"] == home


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"]
)
def test_next_never_leaves_the_site(village: User, resident: User, wanted: str) -> None:
    assert come_in(village, path=f"/login/staff/?next={wanted}")["Location"] == "/desk/"
    client = Client()
    assert client.post("/login/staff/", {"login": village.login, "password": make.PASSWORD, "next": wanted})["Location"] == "/desk/"
    assert client.post("/elder-mode/", {"next": wanted})["Location"] == "/"
    assert "evil" not in client.post("/i18n/setlang/", {"language": "en", "next": wanted})["Location"]


def test_next_leads_to_the_page_that_was_asked_for(village: User) -> None:
    asked = Client().get("/desk/centers/?q=x")
    assert asked["Location"] == "/login/?next=/desk/centers/%3Fq%3Dx"
    assert come_in(village, path="/login/staff/?next=/desk/centers/%3Fq%3Dx")["Location"] == "/desk/centers/?q=x"


# -- the second factor ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("door", DOORS)
def test_without_the_second_factor_every_door_is_shut(district: User, settings: Any, door: str) -> None:
    assert inside(district).get(door).status_code == 200
    settings.STAFF_TOTP = True
    client = Client()
    assert come_in(district, client=client)["Location"] == "/login/totp/"
    response = client.get(door)
    assert (response.status_code, response["Location"]) == (302, "/login/totp/")


def test_a_device_is_enrolled_with_its_own_token(district: User, settings: Any) -> None:
    settings.STAFF_TOTP = True
    client = Client()
    come_in(district, client=client, path="/login/staff/?next=/desk/people/")
    assert "<svg" in client.get("/login/totp/").content.decode()
    device = TOTPDevice.objects.get(user=district)
    assert not device.confirmed
    wrong = client.post("/login/totp/", {"token": current(device, 1)})
    assert wrong.status_code == 200 and "动态口令不对" in wrong.content.decode()
    assert client.get("/desk/")["Location"] == "/login/totp/"
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post("/login/totp/", {"token": current(device)})["Location"] == "/desk/people/"
    assert [client.get(door).status_code for door in DOORS] == [200] * len(DOORS)
    device.refresh_from_db()
    assert device.confirmed


def test_a_confirmed_device_shows_its_secret_to_nobody(district: User, settings: Any) -> None:
    """Who knows the password alone can't enrol a telephone of their own."""
    settings.STAFF_TOTP = True
    device = TOTPDevice.objects.create(user=district, name="totp", confirmed=True)
    client = Client()
    come_in(district, client=client)
    page = client.get("/login/totp/").content.decode()
    assert 'class="card qr"' not in page and device.key not in page
    assert TOTPDevice.objects.filter(user=district).count() == 1
    assert client.post("/login/totp/", {"token": current(device)}).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_token_is_good_once_and_guesses_are_slowed_down(district: User, settings: Any) -> None:
    settings.STAFF_TOTP = True
    device = TOTPDevice.objects.create(user=district, name="totp", confirmed=True)
    first, second = Client(), Client()
    for client in (first, second):
        come_in(district, client=client)
    token = current(device)
    assert first.post("/login/totp/", {"token": token}).status_code == 302
    assert second.post("/login/totp/", {"token": token}).status_code == 200
    slowed = second.post("/login/totp/", {"token": token})
    assert "试得太快了" in slowed.content.decode()
    assert second.get("/desk/")["Location"] == "/login/totp/"


# -- networks and the idle limit ------------------------------------------------------------------------------------
@pytest.mark.parametrize("door", DOORS)
def test_staff_are_let_in_from_the_offices_alone(district: User, settings: Any, door: str) -> None:
    client = inside(district)
    settings.STAFF_NETWORKS = [ipaddress.ip_network("10.7.0.0/16")]
    assert client.get(door, REMOTE_ADDR="203.0.113.9").status_code == 403
    assert client.get(door, REMOTE_ADDR="10.7.3.4").status_code == 200


def test_a_forwarded_address_counts_only_from_a_trusted_proxy(district: User, settings: Any) -> None:
    client = inside(district)
    settings.STAFF_NETWORKS = [ipaddress.ip_network("10.7.0.0/16")]
    forged = {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "10.7.3.4"}
    assert client.get("/desk/", **forged).status_code == 403
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("203.0.113.9/32")]
    assert client.get("/desk/", **forged).status_code == 200
    assert client.get("/desk/", **forged | {"HTTP_X_FORWARDED_FOR": "10.7.3.4, 198.51.100.1"}).status_code == 403


def test_residents_are_not_asked_for_a_network(resident: User, settings: Any) -> None:
    settings.STAFF_NETWORKS = [ipaddress.ip_network("10.7.0.0/16")]
    client = Client()
    client.force_login(resident)
    assert client.get("/me/", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_an_idle_session_ends_after_half_an_hour(district: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = inside(district)
        for _n in range(3):  # work goes on as long as it goes on
            clock.shift(timedelta(minutes=29))
            assert client.get("/desk/").status_code == 200
        clock.shift(timedelta(minutes=30, seconds=1))
        assert client.get("/desk/")["Location"] == "/login/"
        assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_a_residents_session_lives_on(resident: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = Client()
        client.force_login(resident)
        clock.shift(timedelta(days=10))
        assert client.get("/me/").status_code == 200


def test_a_session_that_no_staff_login_opened_carries_no_grant(resident: User) -> None:
    client = Client()
    client.force_login(resident)
    make.grant(resident, "township_officer", make.TOWN)
    assert client.get("/desk/").status_code == 403
    assert client.get("/api/v1/organisations/").status_code == 403


# -- the lockout ----------------------------------------------------------------------------------------------------
def test_the_page_says_honestly_that_it_is_locked(village: User) -> None:
    for _n in range(5):
        assert "登录名或密码不对" in come_in(village, "wrong").content.decode()
    locked = come_in(village)
    assert locked.status_code == 200 and "已暂停登录 15 分钟" in locked.content.decode()
    assert come_in(village, REMOTE_ADDR="10.9.9.9").status_code == 302


def test_the_admins_door_is_the_same_door(district: User) -> None:
    """Its own login form is not served; a password sent to it opens nothing and is not even looked at."""
    client = Client()
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/login/staff/?next=/admin/"
    typed = client.post("/admin/login/", {"username": district.login, "password": make.PASSWORD})
    assert typed.status_code == 302 and "_auth_user_id" not in client.session
    for _n in range(5):
        come_in(district, "wrong")
    assert come_in(district, client=client, path="/login/staff/?next=/admin/").status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_resident_has_no_password_to_come_in_by(resident: User) -> None:
    for password in ("", "!", resident.login):
        assert come_in(resident, password).status_code == 200


# -- demonstration accounts -----------------------------------------------------------------------------------------
def test_with_demo_off_a_demonstration_account_is_void(village: User, settings: Any) -> None:
    User.objects.filter(pk=village.pk).update(is_demo=True)
    settings.DEMO = True
    client, head = inside(village), {"HTTP_AUTHORIZATION": f"Token {tokens.issue(village, 1)}"}
    assert client.get("/desk/").status_code == 200
    assert Client().get("/api/v1/participants/", **head).status_code == 200
    settings.DEMO = False
    assert come_in(village).status_code == 200
    assert client.get("/desk/")["Location"].startswith("/login/")
    assert Client().get("/api/v1/participants/", **head).status_code == 401


def test_a_login_and_a_logout_are_audited(village: User) -> None:
    client = inside(village)
    assert client.get("/logout/").status_code == 405
    client.post("/logout/")
    actions = AuditEntry.objects.filter(actor=village).values_list("action", flat=True)
    assert list(actions.order_by("id")) == ["accounts.login", "accounts.logout"]
    assert client.get("/desk/").status_code == 302
