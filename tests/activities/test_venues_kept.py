"""What venues hold to when things change around them: rooms split, sharing ends, pauses run, years overflow, accounts go."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from activities import venues
from activities.models import SharedResource, Venue, VenueBooking, VenueSlot
from activities.workflows.venue_booking import VENUE_BOOKING
from portal import personal
from records.models import Message
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


def ask(of: Venue, by: User, days: int = 3, clock: str = "14:00", hours: float = 1, **options: Any) -> VenueBooking:
    start = make.at_clock(days, clock)
    row = VenueBooking(venue=of, starts_at=start, ends_at=start + timedelta(hours=hours), people=5, purpose="排练")
    return venues.request(row, by, **options)


def typed(days: int = 3, **changes: str) -> dict[str, str]:
    day = f"{timezone.localdate() + timedelta(days):%Y-%m-%d}"
    return {"day": day, "starts": "14:00", "ends": "15:00", "people": "4", "purpose": "排练小品", **changes}


def sent(place: Venue, **changes: Any) -> dict[str, Any]:
    times = {"starts_at": make.at_clock(3).isoformat(), "ends_at": make.at_clock(3, "15:00").isoformat()}
    return {"venue": place.pk, "people": 3, "purpose": "读书", **times, **changes}


def part(of: Venue, **fields: Any) -> Venue:
    return Venue(**({"center": of.center, "resource": of.resource, "region": of.region, "name": f"隔间{make.number()}"} | fields))


# -- rooms inside rooms -------------------------------------------------------------------------------------
def test_a_hall_with_requests_to_come_is_not_split() -> None:
    """Else its new half would be free in the hours in which the hall is taken."""
    hall = make.venue()
    taken = make.venue_booking(hall)
    with pytest.raises(ValidationError, match="没用完的预约"):
        part(hall, parent=hall).full_clean()
    alone = make.venue(hall.center)
    alone.parent = hall
    with pytest.raises(ValidationError, match="没用完的预约"):
        alone.full_clean()
    VenueBooking.objects.filter(pk=taken.pk).update(state="cancelled")
    part(hall, parent=hall).full_clean()


def test_a_part_that_is_one_already_is_edited_while_the_hall_is_taken() -> None:
    hall = make.venue()
    half = make.venue(hall.center, parent=hall)
    make.venue_booking(hall)
    half.holds = 12
    half.full_clean()


def test_a_half_can_be_asked_for_beside_the_other_and_the_hall_waits_for_both(resident: User, village: User) -> None:
    hall = make.venue()
    east, west = (make.venue(hall.center, parent=hall) for _n in range(2))
    rows = [ask(east, resident), ask(west, resident)]
    for row in rows:
        with pytest.raises(ValidationError, match="已经有人约了"):
            ask(hall, resident)
        VENUE_BOOKING.take(row, "reject", by=village, reason="有会")
    assert VenueSlot.objects.filter(booking=ask(hall, resident), holding=True).count() == 2


def test_the_page_of_a_half_shows_when_the_hall_is_taken() -> None:
    hall = make.venue()
    half = make.venue(hall.center, parent=hall)
    make.venue_booking(hall, days=0, clock="09:10", state="approved")
    for path in ("", "door/"):
        assert "09:10" in Client().get(f"/venues/{half.pk}/{path}").content.decode()


def test_a_page_leads_to_no_room_that_is_closed_to_the_reader(village: User) -> None:
    hall = make.venue(bookable=False)
    open_half, closed_half = make.venue(hall.center, parent=hall), make.venue(hall.center, parent=hall, bookable=False)
    other = make.venue()
    half_of_other = make.venue(other.center, parent=other, bookable=False)

    def leads(client: Client, of: Venue, to: Venue) -> bool:
        return f'href="/venues/{to.pk}/"' in client.get(f"/venues/{of.pk}/").content.decode()

    assert not leads(Client(), open_half, hall) and not leads(Client(), other, half_of_other)
    assert leads(enter(village), open_half, hall) and leads(enter(village), hall, closed_half)


# -- who answers, and books at once -------------------------------------------------------------------------
@pytest.mark.parametrize("where", ["center", "delegated", "strange", "own"])
def test_a_units_officer_books_at_once_only_what_the_unit_shares(unit: User, where: str) -> None:
    shared = {
        "center": make.center_of,
        "delegated": lambda: make.resource(center=make.center_of()),
        "strange": make.resource,
        "own": lambda: make.resource(organisation=unit.organisation),
    }
    place, own = make.venue(shared[where]()), where == "own"
    client, page = enter(unit), f"/venues/{place.pk}/request/"
    assert ("在窗口办理" in client.get(page).content.decode()) is own
    answer = client.post(page, typed(days=20))  # further ahead than people may ask
    assert answer.status_code == (302 if own else 409)
    assert list(VenueBooking.objects.values_list("state", flat=True)) == (["approved"] if own else [])


def test_a_village_asks_a_unit_like_anybody(village: User) -> None:
    place = make.venue(make.resource())
    client = enter(village)
    assert client.post(f"/venues/{place.pk}/request/", typed(days=20)).status_code == 409
    assert client.post(f"/venues/{place.pk}/request/", typed()).status_code == 302
    row = VenueBooking.objects.get()
    assert row.state == "requested"
    assert client.post(f"/desk/venue-bookings/{row.pk}/steps/approve/").status_code == 403
    assert client.post(f"/api/v1/venue-bookings/{row.pk}/steps/approve/", {}, JSON).status_code == 403


def test_a_request_to_a_unit_is_told_to_its_officers_in_force_alone(unit: User, resident: User) -> None:
    colleague = make.user(organisation=unit.organisation)
    gone = make.user(organisation=unit.organisation)
    yesterday = timezone.localdate() - timedelta(days=1)
    make.grant(gone, "unit_officer", make.DISTRICT, valid_from=yesterday, valid_until=yesterday)
    ask(make.venue(make.resource(organisation=unit.organisation)), resident)
    told = [Message.objects.filter(recipient=user, kind="venue").count() for user in (unit, colleague, gone)]
    assert told == [1, 0, 0]


def test_a_center_of_elsewhere_can_not_be_named_to_answer() -> None:
    """Its people would not see the requests, and nobody else could answer them."""
    shared = make.resource()
    shared.center = make.center(make.OTHER_VILLAGE)
    with pytest.raises(ValidationError, match="这个村社的中心"):
        shared.full_clean()
    for center in (make.center(make.TOWN), make.center_of()):
        shared.center = center
        shared.full_clean()


def test_the_rooms_of_what_is_shared_move_with_it(other_township: User, township: User) -> None:
    room = make.venue(shared := make.resource())
    shared.region = make.region(make.OTHER_VILLAGE)
    shared.save()
    found = [Venue.objects.all().allowed(user, "view").filter(pk=room.pk).exists() for user in (other_township, township)]
    assert found == [True, False]


def test_what_is_shared_until_a_day_is_not_asked_for_later(resident: User) -> None:
    last = timezone.localdate() + timedelta(days=3)
    place = make.venue(make.resource(until=last))
    with pytest.raises(ValidationError, match="共享到"):
        ask(place, resident, days=4)
    assert ask(place, resident, days=3).pk
    SharedResource.objects.update(until=timezone.localdate() - timedelta(days=1))
    assert enter(resident).get(f"/venues/{place.pk}/request/").status_code == 404


# -- staying away -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ago", "paused"),
    [
        ((10, 100, 185), True),  # three within half a year, though the first is older than that by now
        ((90, 91, 92), True),  # its last day
        ((91, 92, 93), False),
        ((10, 100, 191), False),  # never three within half a year
        ((5, 60, 200, 230), True),  # a further one, later, does not shorten it
        ((10, 20), False),
    ],
)
def test_three_within_half_a_year_pause_for_ninety_whole_days(resident: User, ago: tuple[int, ...], paused: bool) -> None:
    place = make.venue()
    for days in ago:
        make.venue_booking(place, days=-days, asked_by=resident, state="no_show")
    assert (venues.paused_until(resident) is not None) is paused


def test_a_pause_is_met_on_the_page_and_by_programs_and_not_by_others(resident: User) -> None:
    place = make.venue()
    for days in (3, 5, 7):
        make.venue_booking(place, days=-days, asked_by=resident, state="no_show")
    client, page = enter(resident), f"/venues/{place.pk}/request/"
    answer = client.post(page, typed())
    assert answer.status_code == 409 and "暂停到" in answer.content.decode()
    assert client.post("/api/v1/venue-bookings/", sent(place), JSON).status_code == 400
    assert enter(make.resident()).post(page, typed()).status_code == 302


# -- use ----------------------------------------------------------------------------------------------------
def test_a_half_is_in_use_while_its_hall_is_and_a_hall_of_which_half_is_taken_is_half_in_use() -> None:
    hall = make.venue()  # twelve hours a day
    east, west = (make.venue(hall.center, parent=hall) for _n in range(2))
    make.venue_booking(hall, days=-2, hours=3, state="approved")
    make.venue_booking(east, days=-2, clock="18:00", hours=1.5, state="approved")
    day = timezone.localdate() - timedelta(days=2)
    found = [venues.use(place, day, day) for place in (hall, east, west)]
    assert found == [Decimal("0.3125"), Decimal("0.375"), Decimal("0.25")]


# -- series -------------------------------------------------------------------------------------------------
def test_a_series_on_the_page_makes_what_is_free_and_names_the_rest(village: User) -> None:
    place = make.venue()
    make.venue_booking(place, days=10, state="approved")
    until = f"{timezone.localdate() + timedelta(days=24):%Y-%m-%d}"
    answer = enter(village).post(f"/venues/{place.pk}/request/", typed(until=until), follow=True)
    page = answer.content.decode()
    assert "已约好 3 次" in page and f"{timezone.localdate() + timedelta(days=10):%m-%d} 这段时间已经有人约了" in page
    made = VenueBooking.objects.filter(asked_by=village).order_by("starts_at")
    assert [(row.starts_at, row.state) for row in made] == [(make.at_clock(n), "approved") for n in (3, 17, 24)]


# -- whose words stay where ---------------------------------------------------------------------------------
def test_purposes_and_names_stay_with_who_asked_and_who_answers(resident: User, neighbour: User, village: User) -> None:
    resident.name = "欧阳不可见"
    resident.save()
    row = make.venue_booking(days=0, clock="09:00", asked_by=resident, purpose="秘密聚会", state="approved")
    public = ("/venues/", f"/venues/{row.venue_id}/", f"/venues/{row.venue_id}/door/", "/api/v1/venues/", f"/api/v1/venues/{row.venue_id}/")
    for client, paths in ((Client(), public), (enter(neighbour), (*public, "/me/venues/", "/api/v1/venue-bookings/"))):
        for path in paths:
            page = client.get(path).content.decode()
            assert "欧阳" not in page and "秘密" not in page, path
    desk = enter(village).get(f"/desk/venue-bookings/{row.pk}/").content.decode()
    assert "秘密聚会" in desk and "欧阳不可见" not in desk and (resident.phone or "?")[-8:] not in desk  # the desk reads names masked


def test_erasing_gives_back_what_lies_ahead_and_empties_the_words(resident: User, village: User) -> None:
    place = make.venue()
    ahead, past = (make.venue_booking(place, days=n, asked_by=resident, purpose="尉迟漱玉过生日", state="approved") for n in (3, -3))
    turned_down = make.venue_booking(place, days=5, asked_by=resident)
    VENUE_BOOKING.take(turned_down, "reject", by=village, reason="尉迟漱玉，那天有会")
    assert "尉迟" in str(personal.export(resident)["venue_bookings"])
    personal.erase(resident)
    rows = {row.pk: row for row in VenueBooking.objects.all()}
    assert (rows[ahead.pk].state, rows[past.pk].state) == ("cancelled", "approved")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(b)::text FROM activities_venuebooking b UNION ALL SELECT row_to_json(e)::text"
                       " FROM activities_venuebookingevent e")  # fmt: skip
        assert "尉迟" not in str(kept := cursor.fetchall()) and len(kept) > 3  # neither there nor in its history
    assert ask(place, make.resident()).pk
