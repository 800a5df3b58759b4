"""Lists of venues cost no more queries with many rows, each of a place and an organisation of its own, than with few."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
LISTS = ("/venues/", "/venues/?shared=1", "/me/venues/", "/api/v1/venues/", "/api/v1/venue-bookings/")
LISTS += tuple(f"/desk/{noun}/" for noun in ("venues", "resources", "venue-bookings"))
LISTS += tuple(f"/desk/export/{register}/" for register in ("venues", "resources", "venue_bookings"))
LISTS += tuple(f"/admin/activities/{model}/" for model in ("venue", "sharedresource", "venuebooking"))
LISTS += ("/venues/{hall}/", "/venues/{hall}/door/")


def grow(times: int, by: User) -> None:
    for _n in range(times):
        place = make.center(name=f"分中心{make.number()}")
        for owner in (place, make.resource(center=place), make.resource()):
            room = make.venue(owner)
            make.venue_booking(room)
            make.venue_booking(make.venue(owner, parent=room), days=5, asked_by=by)


def test_many_rows_cost_what_few_cost(district: User) -> None:
    client, hall = enter(district), make.venue()
    halves = [make.venue(hall.center, parent=hall) for _n in range(2)]
    found: dict[str, list[int]] = {}
    for round_ in range(2):
        grow(2 + 4 * round_, district)
        for half in halves:
            for hour in (13, 15, 17) if round_ else (9,):
                make.venue_booking(half, days=0, clock=f"{hour:02}:00", hours=1, state="approved", asked_by=district)
        for path in LISTS:
            for _again in range(2):
                cache.clear()
                with CaptureQueriesContext(connection) as captured:
                    response = client.get(path.format(hall=hall.pk))
                    assert response.status_code == 200, path
                    b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
            found.setdefault(path, []).append(len([q for q in captured.captured_queries if "SAVEPOINT" not in q["sql"]]))
    assert {path: counts for path, counts in found.items() if counts[0] != counts[1]} == {}
    assert found["/venues/"][0] > 2  # the counting sees queries
