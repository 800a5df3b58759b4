"""For ``test_constraints``: rows of venues and of the survey that the database shall refuse."""

from collections.abc import Callable
from datetime import time, timedelta

from django.db import models
from django.utils import timezone

from activities.models import SharedResource, Survey, Venue, VenueBooking
from tests import make
from tests.house.rows import changed, twin


def room(**fields: object) -> Venue:
    center = make.center()
    return Venue(**({"center": center, "region": center.region, "name": "舞蹈室"} | fields))


def request(**fields: object) -> VenueBooking:
    start = make.at_clock(3)
    values = {"venue": make.venue(), "asked_by": make.resident(), "starts_at": start, "ends_at": start + timedelta(hours=1)}
    return VenueBooking(**(values | {"people": 5, "purpose": "排练"} | fields))


def shared(**fields: object) -> SharedResource:
    return changed(twin(make.resource()), **({"name": "礼堂"} | fields))  # type: ignore[return-value]


def two_at_once() -> models.Model:
    return twin(make.venue_booking().slots.get())


VENUES: dict[str, Callable[[], models.Model]] = {
    "resource_name_once": lambda: twin(make.resource()),
    "resource_area_positive": lambda: shared(area=0),
    "resource_days_in_order": lambda: shared(until=timezone.localdate() - timedelta(days=60)),
    "venue_of_one_owner": lambda: room(resource=make.resource()),
    "venue_hours_in_order": lambda: room(opens=time(9), closes=time(9)),
    "venue_days_in_order": lambda: room(lead_days=8, ahead_days=7),
    "venue_name_once": lambda: twin(make.venue()),
    "venue_name_once_shared": lambda: twin(make.venue(make.resource())),
    "venue_booking_times_in_order": lambda: request(ends_at=make.at_clock(3)),
    "venue_booking_answer_is_dated": lambda: request(state="approved"),
    "venue_slot_in_order": lambda: changed(two_at_once(), blocked_from=make.at_clock(9), blocked_until=make.at_clock(9)),
    "venue_slot_no_overlap": two_at_once,
    "survey_asked_came": lambda: Survey(activity=make.activity(), came=1, asked=2),
}
