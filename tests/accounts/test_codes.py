"""Login codes: short-lived, few tries, once, and not for those who ask too often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts import codes
from accounts.models import LoginCode
from records import sms

PHONE = "+8613900000009"
pytestmark = pytest.mark.django_db


class Telephone:
    """A provider that keeps what it was told to send."""

    deduplicates = False

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}

    def code(self, phone: str, code: str, identifier: str) -> str:
        self.codes[phone] = code
        return identifier


@pytest.fixture
def telephone(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Telephone:
    made = Telephone()
    monkeypatch.setattr(sms, "provider", lambda: made)
    settings.DEMO = False
    return made


def sent(telephone: Telephone, phone: str = PHONE) -> str:
    assert codes.send(phone, "10.0.0.1") == ""
    return telephone.codes[phone]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_right_code_opens_once(telephone: Telephone) -> None:
    code = sent(telephone)
    assert len(code) == 6
    assert codes.check(PHONE, code)
    assert not codes.check(PHONE, code)


def test_a_code_is_for_one_phone(telephone: Telephone) -> None:
    code = sent(telephone)
    assert not codes.check("+8613900000008", code)


def test_only_the_digest_is_stored(telephone: Telephone) -> None:
    code = sent(telephone)
    assert code not in str(LoginCode.objects.values().get())


def test_five_wrong_tries_use_a_code_up(telephone: Telephone) -> None:
    code = sent(telephone)
    for _n in range(5):
        assert not codes.check(PHONE, wrong(code))
    assert not codes.check(PHONE, code)


def test_the_fifth_try_still_counts(telephone: Telephone) -> None:
    code = sent(telephone)
    for _n in range(4):
        codes.check(PHONE, wrong(code))
    assert codes.check(PHONE, code)


def test_a_code_lives_five_minutes(telephone: Telephone) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = sent(telephone)
        clock.shift(timedelta(minutes=5))
        assert not codes.check(PHONE, first)
        second = sent(telephone)
        clock.shift(timedelta(minutes=4, seconds=59))
        assert codes.check(PHONE, second)


def test_a_new_code_replaces_the_old_one(telephone: Telephone) -> None:
    old = sent(telephone)
    new = sent(telephone)
    assert old == new or not codes.check(PHONE, old)
    assert codes.check(PHONE, new)


def test_a_phone_gets_three_codes_a_minute(telephone: Telephone) -> None:
    with time_machine.travel(timezone.now().replace(second=5), tick=False) as clock:
        for _n in range(3):
            sent(telephone)
        with pytest.raises(codes.TooMany):
            codes.send(PHONE, "10.0.0.2")
        clock.shift(60)
        sent(telephone)


def test_an_address_gets_thirty_codes_a_minute(telephone: Telephone) -> None:
    with time_machine.travel(timezone.now().replace(second=5), tick=False):
        for n in range(30):
            sent(telephone, f"+86139000001{n:02}")
        with pytest.raises(codes.TooMany):
            codes.send("+8613900000199", "10.0.0.1")
        codes.send("+8613900000199", "10.0.0.2")


@pytest.mark.parametrize(
    ("demo", "phone", "shown"), [(True, "+8613800000001", True), (True, PHONE, False), (False, "+8613800000001", False)]
)
def test_the_page_shows_a_code_for_the_nine_demonstration_phones_alone(
    telephone: Telephone, settings: Any, demo: bool, phone: str, shown: bool
) -> None:
    settings.DEMO = demo
    assert bool(codes.send(phone, "10.0.0.1")) is shown
    assert (phone in telephone.codes) is not shown
    assert len(codes.DEMO_PHONES) == 9


def test_expired_codes_are_swept_and_others_stay(telephone: Telephone) -> None:
    sent(telephone)
    LoginCode.objects.create(phone="+8613900000001", digest="x", expires_at=timezone.now() - timedelta(seconds=1), tries_left=5)
    assert codes.sweep() == 1
    assert LoginCode.objects.get().phone == PHONE


def at_once(call: Any, times: int) -> list[Any]:
    def one(_n: int) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_all_counted(telephone: Telephone) -> None:
    code = sent(telephone)
    assert not any(at_once(lambda: codes.check(PHONE, wrong(code)), 8))
    assert LoginCode.objects.get().tries_left == 0
    assert not codes.check(PHONE, code)


@pytest.mark.django_db(transaction=True)
def test_the_right_code_at_once_opens_once(telephone: Telephone) -> None:
    code = sent(telephone)
    assert at_once(lambda: codes.check(PHONE, code), 5).count(True) == 1
