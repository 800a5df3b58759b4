"""One rule, three surfaces: a page, a program and the admin site say the same sentence, lose nothing, and never fail."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.models import Grant, User
from activities.models import Booking
from tests import make
from tests.house.test_constraints import VIOLATIONS, write
from tests.portal.surfaces import CASES as COMMON
from tests.portal.surfaces import INLINES, Try
from tests.portal.surfaces_work import NOT_AT_THE_DESK, WORK
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db
CASES = COMMON | WORK
#: Entered by the district alone, in the admin site.
BEHIND_THE_DESK = ("center_name_once", "organisation_name_once", "organisation_code_form", *NOT_AT_THE_DESK)
OF_THEIR_OWN = ("participant_child_has_birthday", "booking_one_live", "grant_dates_in_order", "grant_separated_admins", "grant_once")


def spoken(name: str) -> str:
    """The constraint's own sentence."""
    found = [c for m in apps.get_models() for c in m._meta.constraints if c.name == name]
    return str(found[0].violation_error_message)


def told(name: str, tried: Try, text: str) -> bool:
    """Whether the constraint's sentence was said, or that of the field's own check before it."""
    return any(sentence in text for sentence in (spoken(name), *tried.says))


def counts() -> dict[str, int]:
    """Rows of every table but the log's and the sessions'."""
    loud = ("records.AuditEntry", "sessions.Session")
    return {m._meta.label: m._default_manager.count() for m in apps.get_models() if m._meta.managed and m._meta.label not in loud}


@pytest.fixture
def client(district: User) -> Client:
    """The district's officer, who may do all of it."""
    return enter(district)


def shows(page: str, value: Any) -> bool:
    """Whether a form still holds what was typed: in a box, a text area or as the chosen option."""
    text = str(value)
    return f'value="{text}"' in page or f">\n{text}</textarea>" in page


@pytest.mark.parametrize("name", [name for name in CASES if name not in BEHIND_THE_DESK])
def test_the_desks_form_says_it_and_keeps_what_was_typed(client: Client, name: str) -> None:
    tried: Try = CASES[name]()
    assert tried.desk
    path, typed = tried.desk
    before = counts()
    response = client.post(path, typed)
    page = response.content.decode()
    assert response.status_code == 200
    assert told(name, tried, page)
    assert [value for value in typed.values() if value not in ("", True) and not shows(page, value)] == []
    assert counts() == before


@pytest.mark.parametrize("name", CASES)
def test_the_api_answers_400_and_names_the_field(client: Client, name: str) -> None:
    tried: Try = CASES[name]()
    method, path, body = tried.api
    before = counts()
    response = client.generic(method, path, json.dumps(body), content_type=JSON)
    problem = response.json()
    assert (response.status_code, response["Content-Type"], problem["code"]) == (400, "application/problem+json", "invalid")
    assert set(problem["errors"]) <= {*body, "non_field_errors"}
    assert told(name, tried, str(problem["errors"]))
    assert counts() == before


@pytest.mark.parametrize("name", CASES)
def test_the_admin_says_it_too(client: Client, name: str) -> None:
    tried: Try = CASES[name]()
    path, typed = tried.admin
    before = counts()
    response = client.post(path, typed)
    assert response.status_code == 200
    assert told(name, tried, response.content.decode())
    assert counts() == before


@pytest.mark.parametrize("name", [*CASES, *OF_THEIR_OWN])
def test_the_database_refuses_what_passes_by_all_of_them(name: str) -> None:
    with pytest.raises(IntegrityError) as caught:
        write(VIOLATIONS[name]())
    assert caught.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["center_area_positive", "hours_in_order", "intake_ages_in_order", "meeting_times_in_order"])
def test_the_same_form_with_a_right_value_is_taken(client: Client, name: str) -> None:
    """The control: the forms above fail for the one wrong value alone."""
    right = {"center_area_positive": {"area": "120"}, "hours_in_order": {"closes": "17:30"}, "intake_ages_in_order": {"max_age": 14}}
    later = {"ends_at": f"{timezone.localtime() + timedelta(days=9, hours=1):%Y-%m-%dT%H:%M}"}
    desk = CASES[name]().desk
    assert desk
    response = client.post(desk[0], {**desk[1], **right.get(name, later)})
    assert response.status_code == 302, response.content.decode()


def test_the_admins_form_with_right_values_is_taken(client: Client) -> None:
    center = make.center()
    form = {"name": center.name, "level": center.level, "region": center.region_id, "area": "120", **INLINES}
    assert client.post(f"/admin/centers/center/{center.pk}/change/", form).status_code == 302
    center.refresh_from_db()
    assert center.area == 120


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("lease_area_positive", {"area": "120.5"}),
        ("task_number_once", {"number": "900001"}),
        ("campaign_months_in_order", {"last_month": "2026-12"}),
        ("planned_step_once", {"number": "2"}),
        ("visit_once", {"visitors": "镇街党建办"}),
        ("site_area_positive", {"area": "120.5"}),
        ("sign_once", {"place": "wall"}),
        ("matter_once", {"title": "新的事项"}),
    ],
)
def test_the_works_forms_with_a_right_value_are_taken(client: Client, name: str, right: dict[str, str]) -> None:
    """The control, at the desk and in the admin site."""
    tried = WORK[name]()
    assert tried.desk
    response = client.post(tried.desk[0], tried.desk[1] | right)
    assert response.status_code == 302, response.content.decode()


# -- what has surfaces of its own -----------------------------------------------------------------------------------
def test_a_child_needs_a_birthday_on_page_and_api(resident: User) -> None:
    client, sentence = enter(resident), spoken("participant_child_has_birthday")
    typed = {"kind": "child", "name": "黄小满", "region": make.region().pk}
    page = client.post("/me/family/add/", {**typed, "consent": "on"})
    assert page.status_code == 200 and sentence in page.content.decode() and shows(page.content.decode(), "黄小满")
    answer = client.post("/api/v1/participants/", typed, JSON)
    assert answer.status_code == 400 and sentence in str(answer.json()["errors"])


def test_correcting_a_child_can_not_take_its_birthday(resident: User) -> None:
    child, client = make.child(resident), enter(resident)
    typed = {"name": child.name, "region": child.region_id, "birthday": "", "phone": ""}
    page = client.post(f"/me/family/{child.pk}/", typed)
    assert page.status_code == 200 and spoken("participant_child_has_birthday") in page.content.decode()
    answer = client.patch(f"/api/v1/participants/{child.pk}/", {"birthday": None}, JSON)
    assert answer.status_code == 400 and spoken("participant_child_has_birthday") in str(answer.json()["errors"])
    child.refresh_from_db()
    assert child.birthday is not None


def test_a_second_live_booking_is_refused_on_page_and_api(resident: User) -> None:
    row, client, person = make.activity(capacity=5).intakes.get(), enter(resident), resident.participant
    first = client.post(f"/activities/{row.activity_id}/book/{row.pk}/", {"participant": person.pk})
    again = client.post(f"/activities/{row.activity_id}/book/{row.pk}/", {"participant": person.pk})
    answer = client.post("/api/v1/bookings/", {"intake": row.pk, "participant": person.pk}, JSON)
    assert (first.status_code, again.status_code, answer.status_code) == (302, 409, 409)
    assert spoken("booking_one_live") in again.content.decode()
    assert (answer.json()["code"], answer.json()["detail"]) == ("duplicate", spoken("booking_one_live"))
    assert Booking.objects.count() == 1


def grant_form(**changes: Any) -> dict[str, Any]:
    region = make.region(make.DISTRICT).pk
    return {"user": "", "role": "auditor", "region": region, "valid_from": f"{timezone.localdate()}", "valid_until": "", **changes}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("grant_dates_in_order", {"valid_until": f"{timezone.localdate() - timedelta(days=1)}"}),
        ("grant_separated_admins", {"role": "system_admin"}),
        ("grant_once", {}),
    ],
)
def test_a_grant_is_refused_in_the_admin(security_admin: User, name: str, changes: dict[str, Any]) -> None:
    client, officer = enter(security_admin), make.user("officer_granted")
    assert client.post("/admin/accounts/grant/add/", grant_form(user=officer.pk)).status_code == 302
    response = client.post("/admin/accounts/grant/add/", grant_form(user=officer.pk, **changes))
    assert response.status_code == 200 and spoken(name) in response.content.decode()
    assert Grant.objects.filter(user=officer).count() == 1
