"""Five failures lock an account from an address; a stranger elsewhere does not shut its owner out."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.test import RequestFactory
from django.utils import timezone

from accounts import lockout
from accounts.models import LockoutRow, User
from records.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
HERE, THERE = "10.0.0.1", "203.0.113.7"


@pytest.fixture
def officer() -> User:
    return make.officer("village")


def enter(user: User, password: str = make.PASSWORD, address: str = HERE) -> Any:
    request = RequestFactory().post("/login/staff/")
    request.client_address = address  # type: ignore[attr-defined]
    return authenticate(request, username=user.login, password=password)


def fail(user: User, times: int, address: str = HERE) -> None:
    for _n in range(times):
        assert enter(user, "wrong", address) is None


def test_the_right_password_opens(officer: User) -> None:
    assert enter(officer) == officer


def test_four_failures_do_not_lock(officer: User) -> None:
    fail(officer, 4)
    assert enter(officer) == officer


def test_five_failures_lock_the_account_from_that_address(officer: User) -> None:
    fail(officer, 5)
    assert lockout.locked(officer.login, HERE)
    assert enter(officer) is None


def test_a_stranger_elsewhere_does_not_shut_the_owner_out(officer: User) -> None:
    fail(officer, 5, THERE)
    assert enter(officer, address=THERE) is None
    assert enter(officer, address=HERE) == officer


def test_one_address_is_not_locked_for_other_accounts(officer: User) -> None:
    fail(officer, 5)
    assert enter(make.officer("head")) is not None


def test_fifty_failures_from_anywhere_lock_the_account(officer: User) -> None:
    for n in range(50):
        lockout.failed(officer.login, f"203.0.113.{n}")
    assert enter(officer) is None
    assert not lockout.locked("somebody_else", HERE)


def test_writing_the_login_otherwise_is_no_way_round(officer: User) -> None:
    for _n in range(5):
        lockout.failed(f" {officer.login.upper()} ", HERE)
    assert lockout.locked(officer.login, HERE)


def test_the_lock_ends_after_fifteen_minutes(officer: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        fail(officer, 5)
        clock.shift(timedelta(minutes=14, seconds=59))
        assert enter(officer) is None
        clock.shift(timedelta(seconds=2))
        assert enter(officer) == officer


def test_a_window_starts_anew_after_fifteen_minutes(officer: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        fail(officer, 4)
        clock.shift(timedelta(minutes=16))
        fail(officer, 4)
        assert enter(officer) == officer


def test_a_login_clears_the_pair_and_not_the_account(officer: User) -> None:
    fail(officer, 4)
    enter(officer)
    fail(officer, 4)
    assert enter(officer) == officer
    assert LockoutRow.objects.get().failures == 8


def test_an_unknown_login_locks_as_a_known_one() -> None:
    nobody = User(login="nobody_here")
    fail(nobody, 5)
    assert lockout.locked("nobody_here", HERE)


def test_a_failed_try_is_audited_without_the_login(officer: User) -> None:
    fail(officer, 1)
    entry = AuditEntry.objects.get(action="accounts.login_failed")
    assert officer.login not in str(entry.__dict__)


def test_counts_hold_digests_alone(officer: User) -> None:
    fail(officer, 1)
    assert not any(officer.login in row.key or HERE in row.key for row in LockoutRow.objects.all())


@pytest.mark.parametrize(("demo", "enters"), [(True, True), (False, False)])
def test_demonstration_accounts_enter_while_demo_alone(officer: User, settings: Any, demo: bool, enters: bool) -> None:
    User.objects.filter(pk=officer.pk).update(is_demo=True)
    settings.DEMO = demo
    assert (enter(officer) is not None) is enters
