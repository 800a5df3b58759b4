"""grant, issue_token, recode: they do what they say, and a bad argument is one line, status 2 and no change."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory

from accounts.models import Grant, Region, User
from accounts.tokens import TokenAuthentication
from centers.models import Center
from records.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db


def refused(*argv: str, **options: Any) -> str:
    with pytest.raises(CommandError) as caught:
        call_command(*argv, **options)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def type_in(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))


# -- grant --------------------------------------------------------------------------------------------------
def test_the_first_officer_gets_an_account_and_a_grant_from_today(monkeypatch: pytest.MonkeyPatch) -> None:
    make.region(make.DISTRICT)
    type_in(monkeypatch, make.PASSWORD)
    call_command("grant", "first", "security_admin", make.DISTRICT, "--password-stdin", verbosity=0)
    row = Grant.objects.get(user__login="first")
    assert (row.role, row.region.code, row.valid_from) == ("security_admin", make.DISTRICT, timezone.localdate())
    assert row.user.check_password(make.PASSWORD)
    assert AuditEntry.objects.filter(action="accounts.add_grant", target_id=row.pk).exists()


def test_an_account_that_exists_keeps_its_password(district: User) -> None:
    make.region(make.VILLAGE)
    call_command("grant", district.login, "cadre", make.VILLAGE, verbosity=0)
    district.refresh_from_db()
    assert district.check_password(make.PASSWORD)
    assert district.grants.count() == 2


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("x", "emperor", make.DISTRICT), "emperor: no such role; choose one of district_admin"),
        (("x", "resident", make.DISTRICT), "resident: no such role"),
        (("x", "auditor", "999999"), "999999: no such region"),
        (("not a login", "auditor", make.DISTRICT), "a login is up to 40 letters"),
        (("x" * 41, "auditor", make.DISTRICT), "a login is up to 40 letters"),
    ],
)
def test_grant_with_a_bad_argument_changes_nothing(argv: tuple[str, ...], sentence: str) -> None:
    make.region(make.DISTRICT)
    assert sentence in refused("grant", *argv)
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["", "short", "alllowercase", "password123"])
def test_grant_refuses_a_weak_password_and_makes_no_account(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    make.region(make.DISTRICT)
    type_in(monkeypatch, password)
    assert refused("grant", "x", "auditor", make.DISTRICT, password_stdin=True).startswith("password: ")
    assert not User.objects.exists()


def test_grant_refuses_what_excludes_each_other(auditor: User) -> None:
    assert "不能由同一个人同时担任" in refused("grant", auditor.login, "security_admin", make.DISTRICT)
    assert auditor.grants.count() == 1


# -- issue_token --------------------------------------------------------------------------------------------
def authenticated(token: str) -> User | None:
    answer = TokenAuthentication().authenticate(APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Token {token}"))
    return answer[0] if answer else None


def issued(login: str, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("issue_token", login, *options)
    return capsys.readouterr().out.strip()


def test_a_token_opens_the_account_is_stored_hashed_audited_and_expires(district: User, capsys: pytest.CaptureFixture[str]) -> None:
    token = issued(district.login, capsys)
    assert authenticated(token) == district
    row = AuthToken.objects.get(user=district)
    assert token not in str(row.__dict__)
    assert abs(row.expiry - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert AuditEntry.objects.filter(action="accounts.issue_token", target_id=district.pk).exists()
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    with pytest.raises(AuthenticationFailed):
        authenticated(token)


def test_a_resident_is_named_by_phone(resident: User, capsys: pytest.CaptureFixture[str]) -> None:
    assert authenticated(issued((resident.phone or "").removeprefix("+86"), capsys)) == resident


def test_a_demonstration_token_is_void_without_demo(district: User, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.filter(pk=district.pk).update(is_demo=True)
    settings.DEMO = True
    token = issued(district.login, capsys)
    assert authenticated(token) == district
    settings.DEMO = False
    with pytest.raises(AuthenticationFailed):
        authenticated(token)
    assert "no account that may log in" in refused("issue_token", district.login)


def test_a_switched_off_accounts_token_is_void(district: User, capsys: pytest.CaptureFixture[str]) -> None:
    token = issued(district.login, capsys)
    User.objects.filter(pk=district.pk).update(is_active=False)
    with pytest.raises(AuthenticationFailed):
        authenticated(token)


@pytest.mark.parametrize("token", ["nonsense", "ä", "x" * 5000])
def test_an_invalid_token_is_refused(token: str) -> None:
    with pytest.raises(AuthenticationFailed):
        authenticated(token)


@pytest.mark.parametrize(("argv", "sentence"), [(("nobody",), "nobody: no account"), (("nobody", "--days", "0"), "choose 1 to 366")])
def test_issue_token_with_a_bad_argument_makes_none(argv: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused("issue_token", *argv)
    assert not AuthToken.objects.exists()


# -- recode -------------------------------------------------------------------------------------------------
def test_a_provisional_code_becomes_official_everywhere(village: User) -> None:
    provisional = make.region("330703001P01", "新社区")
    center = make.center("330703001P01")
    user = make.user()
    make.grant(user, "village_manager", "330703001P01")
    call_command("recode", "330703001P01", "330703001099", verbosity=0)
    provisional.refresh_from_db()
    assert provisional.code == "330703001099"
    assert list(Center.objects.allowed(User.objects.get(pk=user.pk), "change")) == [center]
    assert AuditEntry.objects.filter(action="accounts.recode_region", region_code="330703001099").exists()


def test_what_lies_below_moves_along() -> None:
    for code in (make.VILLAGE, make.NEXT_VILLAGE, make.OTHER_VILLAGE):
        make.region(code)
    call_command("recode", make.TOWN, "330703009", verbosity=0)
    assert set(Region.objects.filter(level="village").values_list("code", flat=True)) == {
        "330703009021",
        "330703009022",
        make.OTHER_VILLAGE,
    }


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (make.VILLAGE, "3307030010", "write a code as long as"),
        (make.VILLAGE, "33070300102X", "write a code as long as"),
        ("330703001999", "330703001998", "no region has this code"),
        ("", "", "write a code as long as"),
        (make.VILLAGE, make.NEXT_VILLAGE, "another region has this code"),
        (make.VILLAGE, make.VILLAGE, "another region has this code"),
        (make.VILLAGE, "330703101999", "codes of this region begin with 330703001"),
    ],
)
def test_recode_with_a_bad_argument_changes_nothing(old: str, new: str, sentence: str) -> None:
    for code in (make.VILLAGE, make.NEXT_VILLAGE):
        make.region(code)
    before = set(Region.objects.values_list("code", flat=True))
    assert sentence in refused("recode", old, new)
    assert set(Region.objects.values_list("code", flat=True)) == before
