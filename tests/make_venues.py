"""Factories of venues: what is shared, rooms, requests. Reached from ``make``."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from activities import venues
from activities.models import SharedResource, Venue, VenueBooking, VenueSlot
from centers.models import Center
from tests import make

__all__ = ["at_clock", "resource", "venue", "venue_booking"]


def at_clock(days: int, clock: str = "14:00") -> datetime:
    """A moment so many days from today, by Shanghai's clock."""
    day = timezone.localdate() + timedelta(days)
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))


def resource(code: str = "330703001021", **fields: Any) -> SharedResource:
    """Shared since last month by an organisation; nobody is asked in its place unless ``center`` says so."""
    values = {"region": make.region(code), "name": f"报告厅{make.number()}", "area": Decimal("320.50")}
    values["organisation"] = fields.pop("organisation", None) or make.organisation(code)
    values["since"] = timezone.localdate() - timedelta(days=30)
    return SharedResource.objects.create(**(values | fields))


def venue(of: Center | SharedResource | None = None, **fields: Any) -> Venue:
    """A room open from 8:30 to 20:30, asked for one to seven days ahead, a quarter of an hour around each use."""
    owner = of or make.center_of()
    where = {"center": owner} if isinstance(owner, Center) else {"resource": owner}
    return Venue.objects.create(**({"name": f"活动室{make.number()}", "region": owner.region, "holds": 30} | where | fields))


def venue_booking(of: Venue | None = None, days: int = 3, clock: str = "14:00", hours: float = 2, **fields: Any) -> VenueBooking:
    """A request as a row with its slots, past the venue's own rules (but never past the database's)."""
    place, start = of or venue(), at_clock(days, clock)
    by: User = fields.pop("asked_by", None) or make.resident()
    if fields.get("state", "requested") not in ("requested", "cancelled"):
        fields.setdefault("answered_at", timezone.now())
    values = {"venue": place, "asked_by": by, "starts_at": start, "ends_at": start + timedelta(hours=hours), "people": 5, "purpose": "排练"}
    row = VenueBooking.objects.create(**(values | fields))
    slots = venues.slots(row)
    for slot in slots:
        slot.holding = row.state in ("requested", "approved")
    VenueSlot.objects.bulk_create(slots)
    return row
