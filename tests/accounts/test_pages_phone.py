"""The residents' door: a phone number, a code, and nobody's desk behind it."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import LoginCode, User
from records import sms
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The codes that went out by SMS, by phone."""
    told: dict[str, str] = {}

    class Telephone:
        deduplicates = False

        def code(self, phone: str, code: str, identifier: str) -> str:
            told[phone] = code
            return identifier

    monkeypatch.setattr(sms, "provider", Telephone)
    return told


def ask(client: Client, phone: str) -> Any:
    return client.post("/login/", {"phone": phone})


def test_a_first_login_makes_the_account(sent: dict[str, str], settings: Any) -> None:
    settings.DEMO = False
    client = Client()
    assert ask(client, "139 0000 0301")["Location"] == "/login/code/"
    code = sent["+8613900000301"]
    assert code not in client.get("/login/code/").content.decode()
    assert client.post("/login/code/", {"code": f" {code} "})["Location"] == "/me/"
    assert client.get("/me/").status_code == 200
    assert User.objects.get(phone="+8613900000301").is_active


def test_a_wrong_code_opens_nothing(sent: dict[str, str]) -> None:
    client = Client()
    ask(client, "13900000302")
    wrong = f"{(int(sent['+8613900000302']) + 1) % 10**6:06}"
    assert "验证码不对或已过期" in client.post("/login/code/", {"code": wrong}).content.decode()
    assert client.get("/me/").status_code == 302
    assert not User.objects.filter(phone="+8613900000302").exists()


@pytest.mark.parametrize(
    ("demo", "phone", "shown"),
    [
        (True, "13800000001", True),
        (True, "13800000009", True),
        (True, "13800000010", False),
        (False, "13800000001", False),
    ],
)
def test_the_code_is_shown_for_the_nine_phones_and_with_demo_alone(
    sent: dict[str, str], settings: Any, demo: bool, phone: str, shown: bool
) -> None:
    settings.DEMO = demo
    client = Client()
    ask(client, phone)
    page = client.get("/login/code/").content.decode()
    assert ('id="demo-code"' in page) is shown
    assert (f"+86{phone}" in sent) is not shown


def test_an_officers_phone_does_not_open_the_desk(sent: dict[str, str], village: User) -> None:
    User.objects.filter(pk=village.pk).update(phone="+8613900000303")
    client = Client()
    ask(client, "13900000303")
    response = client.post("/login/code/", {"code": sent["+8613900000303"]})
    assert response.status_code == 200 and "工作人员登录" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_demonstration_resident_stays_outside_with_demo_off(sent: dict[str, str], settings: Any) -> None:
    User.objects.resident("+8613800000002")
    User.objects.update(is_demo=True)
    settings.DEMO = False
    client = Client()
    ask(client, "13800000002")
    client.post("/login/code/", {"code": sent["+8613800000002"]})
    assert "_auth_user_id" not in client.session


def test_the_fourth_code_in_a_minute_is_refused_with_429(sent: dict[str, str]) -> None:
    with time_machine.travel(timezone.now().replace(second=5), tick=False):
        answers = [ask(Client(), "13900000304") for _n in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert "次数太多" in answers[-1].content.decode()
    assert LoginCode.objects.count() == 1


def test_a_provider_that_fails_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise OSError("no route")

    monkeypatch.setattr(sms, "provider", broken)
    response = ask(Client(), "13900000305")
    assert response.status_code == 503 and "短信没有发出去" in response.content.decode()


@pytest.mark.parametrize("typed", ["", "12", "abc", "1380000000a", "138000000019999"])
def test_what_is_no_phone_is_said_and_shown_again(typed: str) -> None:
    response = ask(Client(), typed)
    assert response.status_code == 200 and "field-error" in response.content.decode()
    assert not typed or f'value="{typed}"' in response.content.decode()


def test_next_is_kept_over_the_code_and_never_leaves(sent: dict[str, str]) -> None:
    for wanted, target in (("/me/family/", "/me/family/"), ("//evil.example/", "/me/")):
        client, phone = Client(), f"139{make.number():08}"
        client.post("/login/", {"phone": phone, "next": wanted})
        assert client.post("/login/code/", {"code": sent[f"+86{phone}"]})["Location"] == target


def test_logging_in_changes_the_sessions_key(sent: dict[str, str]) -> None:
    client = Client()
    ask(client, "13900000306")
    before = client.session.session_key
    client.post("/login/code/", {"code": sent["+8613900000306"]})
    assert client.session.session_key != before
