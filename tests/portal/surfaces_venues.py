"""For ``test_venues_said``: the constraints of venues and of what is shared, as the desk's form and the admin's would break them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from activities.models import SharedResource, Venue
from tests import make

Typed = tuple[str, str, dict[str, Any]]


def room(of: Any = None, **changes: Any) -> Typed:
    """A room's form; of a center unless it is of something else."""
    owner = of or make.center_of()
    where = {"center": "", "resource": owner.pk} if isinstance(owner, SharedResource) else {"center": owner.pk, "resource": ""}
    typed = {"parent": "", "name": "舞蹈室", "holds": "30", "opens": "08:30", "closes": "20:30", "lead_days": "1", "ahead_days": "7"}
    return "venues", "venue", {**where, **typed, "buffer_minutes": "15", "bookable": "on", **changes}


def shared(**changes: Any) -> Typed:
    day = timezone.localdate()
    typed = {"organisation": make.organisation().pk, "region": make.region().pk, "name": "礼堂", "area": "320.5", "since": f"{day}"}
    return "resources", "sharedresource", {**typed, "center": "", **changes}


def name_taken(row: Venue) -> Typed:
    return room(row.center or row.resource, name=row.name)


def resource_taken() -> Typed:
    row = make.resource()
    return shared(organisation=row.organisation_id, name=row.name)


#: Constraint, and the form that breaks it.
CASES: dict[str, Callable[[], Typed]] = {
    "venue_of_one_owner": lambda: room(center=""),
    "venue_hours_in_order": lambda: room(opens="21:00"),
    "venue_days_in_order": lambda: room(lead_days="8"),
    "venue_name_once": lambda: name_taken(make.venue()),
    "venue_name_once_shared": lambda: name_taken(make.venue(make.resource())),
    "resource_name_once": resource_taken,
    "resource_days_in_order": lambda: shared(until=f"{timezone.localdate() - timedelta(days=1)}"),
}
