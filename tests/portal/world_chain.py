"""The activity's chain in the small world: one reported, one that runs with somebody who came, a pause, a calendar feed."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from activities import checkin
from activities.models import CalendarFeed
from centers.models import Center
from centers.models.repair import hashed
from tests import make

#: The secret address of the resident's calendar.
FEED_SECRET = "a-feed-that-nobody-guesses"


def chain(center: Center, resident: User) -> dict[str, Any]:
    """Rows by name; ``door`` is the booking whose QR code is scanned now."""
    reported = make.activity(center, state="reported")
    places = make.intake(make.activity(center))
    evening = make.meeting(places, timezone.now() - timedelta(minutes=10))
    came = make.booking(places, make.child(resident), by=resident)
    CalendarFeed.objects.create(user=resident, token_hash=hashed(FEED_SECRET))
    return {
        "reported": reported,
        "outcome": make.outcome(reported, released_at=timezone.now()),
        "evening": evening,
        "door": came,
        "attendance": make.attendance(came, evening),
        "pause": make.pause(make.person(consented=False)),
    }


def secrets(rows: dict[str, Any]) -> dict[str, str]:
    """Addresses that no primary key leads to."""
    return {"door": checkin.token(rows["door"]), "feed": FEED_SECRET}
