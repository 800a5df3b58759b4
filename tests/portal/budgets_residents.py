"""For ``test_budgets``: the pages of enrolment, of who came and of venues."""

from typing import Any

from accounts.models import User
from tests import make

WALK: dict[str, tuple[str, ...]] = {
    "anonymous": ("/venues/", "/venues/{venue}/", "/venues/{venue}/door/", "/draws/{lottery}/"),
    "resident": ("/me/venues/", "/api/v1/venue-bookings/"),
    "village": (
        *("/desk/meetings/{evening}/", "/desk/day/", "/desk/activities/{reported}/publicity/"),
        *("/desk/outcomes/", "/desk/pauses/", "/desk/venues/", "/desk/venue-bookings/", "/desk/resources/"),
        *("/api/v1/outcomes/", "/api/v1/attendance/", "/api/v1/pauses/", "/api/v1/venues/"),
        *("/desk/export/outcomes/", "/desk/export/venue_bookings/"),
    ),
}


def grow(resident: User, rows: dict[str, Any], n: int) -> None:
    """One more of each."""
    center, evening = rows["center"], rows["evening"]
    came = make.booking(evening.intake)
    make.attendance(came, evening)
    make.outcome(make.activity(center, state="reported"))
    make.pause(make.person(consented=False))
    room = make.venue(center)
    make.venue_booking(room, asked_by=resident)
    make.venue_booking(room, days=5)
    make.venue(make.resource())
    make.booking(rows["lottery"], state="entered")
