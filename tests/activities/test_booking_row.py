"""What a booking leaves behind: its history row says who and how; the API shows it as its serializer does."""

import pytest

from accounts.models import User
from activities import seats
from activities.api.bookings import BookingSerializer, shown
from activities.models import Booking
from tests import make

pytestmark = pytest.mark.django_db


def test_row_history_says_who_booked_and_how(resident: User) -> None:
    child = make.child(resident, consented=True)
    booking = seats.book(resident, make.intake().pk, child.pk, channel="api")
    event = Booking.pgh_event_model.objects.get(pgh_obj_id=booking.pk)  # type: ignore[attr-defined]
    assert event.pgh_context == {"user": resident.pk, "channel": "api"}
    assert event.pgh_context_id is not None


def test_the_short_form_shows_what_the_serializer_shows(resident: User) -> None:
    child = make.child(resident, consented=True)
    booking = seats.book(resident, make.intake().pk, child.pk, channel="api")
    stored = Booking.objects.get(pk=booking.pk)
    assert shown(booking) == shown(stored) == BookingSerializer(stored).data
    seats.cancel(resident, stored)
    cancelled = Booking.objects.get(pk=booking.pk)
    assert shown(cancelled) == BookingSerializer(cancelled).data
