"""Bookings by API: what the contract says of ``POST bookings/``, its refusals and its idempotency key."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from activities.models import Booking, IdempotencyKey, Intake
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/bookings/"


@pytest.fixture
def intake(db: None) -> Intake:
    return make.activity(capacity=3).intakes.get()


def program(user: User) -> Client:
    """A program with the account's token."""
    return Client(HTTP_AUTHORIZATION=f"Token {tokens.issue(user, 1)}")


def book(client: Client, intake: int, participant: int, key: str = "", **more: Any) -> Any:
    head = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return client.post(ADDRESS, {"intake": intake, "participant": participant, **more}, JSON, **head)


def test_a_place_is_given_with_201_and_the_whole_booking(resident: User, intake: Intake) -> None:
    response = book(program(resident), intake.pk, resident.participant.pk)
    body = response.json()
    assert response.status_code == 201
    assert set(body) >= {"id", "intake", "participant", "state", "code", "channel", "created_at", "cancelled_at"}
    assert (body["state"], body["channel"], body["participant"]) == ("booked", "api", resident.participant.pk)
    assert Booking.objects.get().code == body["code"]


def full(resident: User) -> tuple[int, int]:
    return make.activity(capacity=1, full=True).intakes.get().pk, resident.participant.pk


def closed(resident: User) -> tuple[int, int]:
    row = make.activity(capacity=1).intakes.get()
    Intake.objects.filter(pk=row.pk).update(closes_at=timezone.now())
    return row.pk, resident.participant.pk


def not_open_yet(resident: User) -> tuple[int, int]:
    row = make.activity(capacity=1).intakes.get()
    Intake.objects.filter(pk=row.pk).update(opens_at=timezone.now() + timedelta(hours=1))
    return row.pk, resident.participant.pk


def duplicate(resident: User) -> tuple[int, int]:
    row = make.activity(capacity=2).intakes.get()
    make.booking(row, resident.participant)
    return row.pk, resident.participant.pk


def ineligible(resident: User) -> tuple[int, int]:
    row = make.activity(capacity=2).intakes.get()
    Intake.objects.filter(pk=row.pk).update(max_age=12)
    return row.pk, resident.participant.pk


@pytest.mark.parametrize("case", [full, closed, not_open_yet, duplicate, ineligible], ids=lambda case: case.__name__)
def test_a_refusal_is_409_with_its_code_also_from_the_cache(resident: User, case: Any) -> None:
    intake, participant = case(resident)
    before = Booking.objects.count()
    client = program(resident)
    for _n in range(3):
        response = book(client, intake, participant)
        problem = response.json()
        assert (response.status_code, response["Content-Type"]) == (409, "application/problem+json")
        assert (problem["status"], problem["code"]) == (409, case.__name__)
        assert problem["detail"]
    assert Booking.objects.count() == before


def test_a_cancelled_activity_is_closed(resident: User, township: User) -> None:
    row = make.activity(capacity=1).intakes.get()
    officer = program(township)
    taken = officer.post(f"/api/v1/activities/{row.activity_id}/steps/cancel/", {"reason": "老师生病"}, JSON)
    assert (taken.status_code, taken.json()["state"]) == (200, "cancelled")
    assert book(program(resident), row.pk, resident.participant.pk).json()["code"] == "closed"
    again = officer.post(f"/api/v1/activities/{row.activity_id}/steps/publish/", {}, JSON)
    assert (again.status_code, again.json()["code"]) == (409, "not_open")


def test_somebody_elses_child_is_not_here(resident: User, neighbour: User, intake: Intake) -> None:
    child = make.child(neighbour)
    assert book(program(resident), intake.pk, child.pk).status_code == 404
    assert book(program(resident), 10**9, resident.participant.pk).status_code == 404
    draft = make.intake(make.activity(published=False))
    assert book(program(resident), draft.pk, resident.participant.pk).status_code == 404


# -- the idempotency key --------------------------------------------------------------------------------------------
def test_the_same_key_returns_the_same_booking(resident: User, intake: Intake) -> None:
    client = program(resident)
    first, again = (book(client, intake.pk, resident.participant.pk, "k1") for _n in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Booking.objects.count() == 1


def test_the_same_key_with_another_body_is_422(resident: User, intake: Intake) -> None:
    client, child = program(resident), make.child(resident)
    book(client, intake.pk, resident.participant.pk, "k1")
    response = book(client, intake.pk, child.pk, "k1")
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    assert response.json()["code"] == "key_reused"
    assert book(client, intake.pk, resident.participant.pk, "k1", wait=True).status_code == 422
    assert Booking.objects.count() == 1


def test_a_key_belongs_to_its_account(resident: User, neighbour: User, intake: Intake) -> None:
    one = book(program(resident), intake.pk, resident.participant.pk, "k1")
    two = book(program(neighbour), intake.pk, neighbour.participant.pk, "k1")
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json()["id"] != two.json()["id"]


def test_a_key_is_forgotten_after_a_day(resident: User, intake: Intake) -> None:
    Intake.objects.update(closes_at=timezone.now() + timedelta(days=5))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = Client(HTTP_AUTHORIZATION=f"Token {tokens.issue(resident, 9)}")
        book(client, intake.pk, resident.participant.pk, "k1")
        clock.shift(timedelta(hours=23, minutes=59))
        assert book(client, intake.pk, resident.participant.pk, "k1").status_code == 201
        clock.shift(timedelta(minutes=2))
        assert book(client, intake.pk, resident.participant.pk, "k1").json()["code"] == "duplicate"
        assert book(client, intake.pk, make.child(resident).pk, "k1").status_code == 201
    assert IdempotencyKey.objects.count() == 1


def test_a_key_works_after_the_places_are_gone(resident: User) -> None:
    row = make.activity(capacity=1).intakes.get()
    client = program(resident)
    first = book(client, row.pk, resident.participant.pk, "k1")
    book(program(make.resident()), row.pk, resident.participant.pk)
    assert book(client, row.pk, resident.participant.pk, "k1").json() == first.json()


def test_a_refused_request_leaves_its_key_free(resident: User) -> None:
    row = make.activity(capacity=1, full=True).intakes.get()
    client = program(resident)
    assert book(client, row.pk, resident.participant.pk, "k1").status_code == 409
    Intake.objects.filter(pk=row.pk).update(capacity=2)
    assert book(client, row.pk, resident.participant.pk, "k1").status_code == 201


# -- cancelling -----------------------------------------------------------------------------------------------------
def test_cancelling_twice_is_harmless(resident: User, intake: Intake) -> None:
    client = program(resident)
    made = book(client, intake.pk, resident.participant.pk).json()
    for _n in range(2):
        response = client.post(f"{ADDRESS}{made['id']}/cancel/", {}, JSON)
        assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    intake.refresh_from_db()
    assert intake.seats_taken == 0
    assert book(client, intake.pk, resident.participant.pk).status_code == 201


def test_too_late_to_cancel_is_409_for_residents_alone(resident: User, village: User, intake: Intake) -> None:
    made = book(program(resident), intake.pk, resident.participant.pk).json()
    Intake.objects.update(cancel_until=timezone.now() - timedelta(minutes=1))
    late = program(resident).post(f"{ADDRESS}{made['id']}/cancel/", {}, JSON)
    assert (late.status_code, late.json()["code"]) == (409, "closed")
    assert enter(village).post(f"{ADDRESS}{made['id']}/cancel/", {"reason": "本人来电"}, JSON).status_code == 200


def test_filters_narrow_the_own_list(resident: User, neighbour: User, intake: Intake) -> None:
    client = program(resident)
    made = book(client, intake.pk, resident.participant.pk).json()
    book(program(neighbour), intake.pk, neighbour.participant.pk)
    for query, count in (("", 1), ("?state=booked", 1), ("?state=cancelled", 0), (f"?intake={intake.pk}", 1), ("?region=330703101", 0)):
        assert client.get(ADDRESS + query).json()["count"] == count, query
    assert client.get(f"{ADDRESS}{made['id']}/").json() == made
    assert client.get(f"{ADDRESS}?state=nothing").status_code == 400
