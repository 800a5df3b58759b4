"""What the page of permissions says, and what it must never say."""

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.forms import modelform_factory

from accounts.forms.base import ScopedModelForm
from accounts.models import Grant, User
from accounts.roles import MAY, SEPARATED, Role, roles_with
from tests import make

PERSONAL = {"participant", "booking", "guardianship", "consentrecord", "contact", "user"}
SENTENCE = "系统管理员、安全管理员、审计员不能由同一个人同时担任。"


def test_every_role_has_its_line() -> None:
    assert set(MAY) == set(Role)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDITOR])
def test_separated_administrators_see_no_personal_fields(role: Role) -> None:
    nouns = {name.split("_", 1)[1] for name in MAY[role]}
    assert not nouns & PERSONAL


def test_the_security_administrator_sees_accounts_and_no_residents() -> None:
    nouns = {name.split("_", 1)[1] for name in MAY[Role.SECURITY_ADMIN]}
    assert nouns & PERSONAL == {"user"}


def test_only_the_security_administrator_gives_grants() -> None:
    assert roles_with("accounts.add_grant") == roles_with("accounts.change_grant") == [Role.SECURITY_ADMIN]
    assert not any(name.startswith("accounts.delete_") for names in MAY.values() for name in names)


def test_nobody_changes_the_audit() -> None:
    changing = {name for names in MAY.values() for name in names if name.startswith("records.") and not name.startswith("records.view_")}
    assert changing == {"records.add_calendarday", "records.change_calendarday"}


def test_a_resident_holds_no_desk() -> None:
    assert not any(name.startswith("accounts.use_") for name in MAY[Role.RESIDENT])


@pytest.fixture
def already(db: None) -> User:
    user = make.user()
    make.grant(user, Role.AUDITOR, make.DISTRICT)
    return user


PAIRS = [(a, b) for a in SEPARATED for b in SEPARATED if a != b]


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_no_two_separated_roles_by_full_clean(first: Role, second: Role) -> None:
    user = make.user()
    make.grant(user, first, make.DISTRICT)
    with pytest.raises(ValidationError, match=SENTENCE):
        Grant(user=user, role=second, region=make.region(make.TOWN)).full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_no_two_separated_roles_by_raw_insert(first: Role, second: Role) -> None:
    user = make.user()
    make.grant(user, first, make.DISTRICT)
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_grant (user_id, role, region_id, valid_from) VALUES (%s, %s, %s, current_date)",
            [user.pk, second, make.region(make.TOWN).pk],
        )
    assert isinstance(caught.value.__cause__, psycopg.errors.ExclusionViolation)


def test_no_two_separated_roles_by_a_form(already: User, security_admin: User) -> None:
    form_class = modelform_factory(Grant, form=ScopedModelForm, fields=["role", "region", "valid_from"])
    data = {"role": "security_admin", "region": make.region(make.DISTRICT).pk, "valid_from": "2026-11-23"}
    form = form_class(data, user=security_admin, fixed={"user": already})
    assert not form.is_valid()
    assert SENTENCE in str(form.errors)


def test_one_after_the_other_is_allowed(already: User) -> None:
    grant = already.grants.get()
    grant.valid_from, grant.valid_until = make.date(2026, 1, 1), make.date(2026, 1, 31)
    grant.save()
    later = Grant(user=already, role=Role.SECURITY_ADMIN, region=grant.region, valid_from=make.date(2026, 2, 1))
    later.full_clean()
    later.save()


def test_the_same_role_in_two_towns_is_allowed(already: User) -> None:
    Grant(user=already, role=Role.AUDITOR, region=make.region(make.TOWN)).full_clean()
