"""One row for each named constraint of enrolment that breaks this constraint alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from activities.models import Booking, Draw, Intake
from tests import make
from tests.house.rows import changed

NOW = timezone.now


def intake(**fields: Any) -> Intake:
    values = {"activity": make.activity(), "capacity": 5, "opens_at": NOW(), "closes_at": NOW() + timedelta(days=1), "cancel_until": NOW()}
    return Intake(**(values | fields))


def booking(**fields: Any) -> Booking:
    values = {"intake": make.activity(capacity=2).intakes.get(), "participant": make.person(), "booked_by": make.user()}
    return Booking(**(values | fields))


def overlong_queue() -> models.Model:
    """Two wait where one may."""
    row = make.full_intake(wait_limit=2)
    for _n in range(2):
        make.queue(row)
    row.refresh_from_db()
    return changed(row, wait_limit=1)


def draw(**fields: Any) -> Draw:
    return changed(make.lottery().draw, **fields)


ENROLMENT: dict[str, Callable[[], models.Model]] = {
    "booking_offer_is_dated": lambda: booking(state="offered"),
    "booking_waiting_is_dated": lambda: booking(intake=make.full_intake(), state="waitlisted"),
    "intake_waiting_within_limit": overlong_queue,
    "intake_offer_hours_bounded": lambda: intake(offer_hours=0),
    "intake_minimum_within_capacity": lambda: intake(min_participants=6),
    "intake_person_limit_positive": lambda: intake(person_limit=0),
    "draw_closed_has_list": lambda: draw(closed_at=NOW()),
    "draw_drawn_has_number": lambda: draw(drawn_at=NOW()),
}
