"""One room wanted by two at the same moment: one has it, the other hears so; without the constraint both would."""

from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from activities import venues
from activities.models import Venue, VenueBooking, VenueSlot
from tests import make
from tests.races.together import Meeting, together, without

pytestmark = pytest.mark.django_db(transaction=True)


def ask(of: Venue, by: User) -> VenueBooking:
    start = make.at_clock(3)
    return venues.request(VenueBooking(venue=of, starts_at=start, ends_at=start + timedelta(hours=1), people=5, purpose="排练"), by)


def both(monkeypatch: pytest.MonkeyPatch, first: Venue, second: Venue) -> list[str]:
    """Both have passed every check before the first one saves."""
    make.calendar()
    monkeypatch.setattr(venues, "slots", Meeting(2, seconds=5).after(venues.slots))
    people = [make.resident(), make.resident()]
    results: list[Any] = together([partial(ask, first, people[0]), partial(ask, second, people[1])])
    return sorted(type(result).__name__ for result in results)


def test_one_has_the_room_and_the_other_hears_so(monkeypatch: pytest.MonkeyPatch) -> None:
    place = make.venue()
    assert both(monkeypatch, place, place) == [ValidationError.__name__, VenueBooking.__name__]
    assert (VenueBooking.objects.count(), VenueSlot.objects.count()) == (1, 1)


def test_the_hall_and_its_half_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    center = make.center()
    hall = make.venue(center)
    half, _other = make.venue(center, parent=hall), make.venue(center, parent=hall)
    assert both(monkeypatch, hall, half) == [ValidationError.__name__, VenueBooking.__name__]


def test_without_the_constraint_both_have_it(monkeypatch: pytest.MonkeyPatch, owner: psycopg.Connection[Any]) -> None:
    place = make.venue()
    with without(owner, "activities_venueslot", "venue_slot_no_overlap"):
        assert both(monkeypatch, place, place) == [VenueBooking.__name__, VenueBooking.__name__]
