"""Wrong input to requests for venues: told in words on the page, 400 to programs, nothing kept, never a fault."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from activities.models import VenueBooking
from tests import make
from tests.activities.test_venues_kept import sent, typed
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "changes",
    [
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"day": "2026-02-30"},
        {"ends": "13:00"},
        {"ends": "14:00"},
        {"starts": "25:00"},
        {"people": "99999999999999"},
        {"people": "0"},
        {"people": "²"},
        {"purpose": "排\x00练"},
        {"purpose": ""},
        {"until": "2000-01-01"},
        {"until": "9999-12-31", "day": "9999-12-30"},
    ],
)
@pytest.mark.parametrize("persona", ["resident", "village"])
def test_wrong_input_is_told_and_nothing_is_kept(persona: str, changes: dict[str, str], request: pytest.FixtureRequest) -> None:
    place = make.venue()
    answer = enter(request.getfixturevalue(persona)).post(f"/venues/{place.pk}/request/", typed(**changes))
    assert answer.status_code in (200, 409) and "errors" in answer.content.decode()
    assert not VenueBooking.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_at": "9999-12-31T23:00:00Z", "ends_at": "9999-12-31T23:59:59Z"},
        {"starts_at": "9999-12-31T09:00:00+08:00", "ends_at": "9999-12-31T10:00:00+08:00"},
        {"starts_at": "0001-01-01T00:00:00Z"},
        {"ends_at": "2000-01-01T00:00:00Z"},
        {"starts_at": None},
        {"people": 99999999999999},
        {"people": -1},
        {"purpose": "a\x00b"},
        {"purpose": "长" * 81},
        {"venue": 99999999999999999999},
        {"venue": "x"},
    ],
)
def test_a_program_that_sends_nonsense_hears_400(resident: User, changes: dict[str, Any]) -> None:
    answer = enter(resident).post("/api/v1/venue-bookings/", sent(make.venue(), **changes), JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not VenueBooking.objects.exists()


def test_a_programs_end_before_the_start_is_refused_by_its_own_sentence(resident: User) -> None:
    body = sent(make.venue(), ends_at=make.at_clock(3, "13:00").isoformat())
    answer = enter(resident).post("/api/v1/venue-bookings/", body, JSON)
    assert answer.status_code == 400 and "结束时间要晚于开始时间" in str(answer.json()["errors"])


@pytest.mark.parametrize("query", ["people=²", "town=²", "page=²", "shared=1&people=٣"])
def test_digits_that_are_no_numbers_break_no_list(query: str) -> None:
    assert Client().get(f"/venues/?{query}").status_code in (200, 404)
