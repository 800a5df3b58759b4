"""Venues: the rules of a place, rooms inside rooms, who answers, what follows from staying away, how much they are used."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from activities import venues
from activities.models import Venue, VenueBooking, VenueSlot
from activities.workflows.venue_booking import VENUE_BOOKING
from records.models import Message
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


def ask(of: Venue, by: User, days: int = 3, clock: str = "14:00", hours: float = 2, people: int = 5, desk: bool = False) -> VenueBooking:
    start = make.at_clock(days, clock)
    row = VenueBooking(venue=of, starts_at=start, ends_at=start + timedelta(hours=hours), people=people, purpose="排练")
    return venues.request(row, by, by_desk=desk)


def words(*args: Any, **options: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        ask(*args, **options)
    return " ".join(caught.value.messages)


# -- the rules of a place -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"clock": "08:00"}, "8:30"),
        ({"clock": "19:00"}, "20:30"),
        ({"people": 31}, "最多容纳 30 人"),
        ({"days": 0, "clock": "00:00"}, "可以用"),
        ({"days": 8}, "提前 1 到 7 天"),
        ({"days": -1}, "已经过去"),
    ],
)
def test_a_request_outside_the_rules_is_refused_in_words(resident: User, options: dict[str, Any], sentence: str) -> None:
    assert sentence in words(make.venue(), resident, **options)
    assert (VenueBooking.objects.count(), VenueSlot.objects.count()) == (0, 0)


def test_the_edges_of_the_rules_are_allowed(resident: User) -> None:
    place = make.venue()
    for days, clock, hours in ((1, "08:30", 1), (7, "19:30", 1), (2, "08:30", 12)):
        assert ask(place, resident, days, clock, hours, people=30).pk


def test_an_officer_is_held_to_the_hours_alone(village: User) -> None:
    place = make.venue()
    assert ask(place, village, days=40, desk=True).pk
    assert "可以用" in words(place, village, clock="06:00", desk=True)


# -- no two at once -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("clock", "free"), [("14:00", False), ("16:10", False), ("11:50", False), ("16:30", True), ("11:30", True)])
def test_time_to_clear_up_lies_between_two_uses(resident: User, clock: str, free: bool) -> None:
    place = make.venue()
    ask(place, make.resident(), clock="14:00")
    if free:
        assert ask(place, resident, clock=clock).pk
    else:
        assert "已经有人约了" in words(place, resident, clock=clock)


def test_the_hall_takes_its_halves_and_a_half_takes_the_hall(resident: User) -> None:
    center = make.center()
    hall = make.venue(center, name="大厅")
    east, west = (make.venue(center, name=name, parent=hall) for name in ("东", "西"))
    ask(east, make.resident())
    assert "已经有人约了" in words(hall, resident)
    assert ask(west, resident).pk
    ask(hall, make.resident(), days=4)
    assert "已经有人约了" in words(west, resident, days=4)


@pytest.mark.parametrize("step", ["cancel", "reject"])
def test_what_is_given_back_or_turned_down_is_free_again(resident: User, village: User, step: str) -> None:
    place = make.venue()
    first = ask(place, resident)
    VENUE_BOOKING.take(first, step, by=resident if step == "cancel" else village, reason="有会议")
    assert ask(place, make.resident()).pk


def test_a_part_of_a_part_and_a_hall_elsewhere_are_refused() -> None:
    center = make.center()
    hall = make.venue(center)
    part = make.venue(center, parent=hall)
    with pytest.raises(ValidationError, match="只能分一层"):
        Venue(center=center, region=center.region, name="角落", parent=part).full_clean()
    with pytest.raises(ValidationError, match="同一个地方"):
        Venue(resource=make.resource(), region=center.region, name="角落", parent=hall).full_clean()


def test_a_series_skips_what_is_taken_and_says_so(village: User) -> None:
    place = make.venue()
    ask(place, make.resident(), days=10, desk=True)
    start = make.at_clock(3)
    row = VenueBooking(venue=place, starts_at=start, ends_at=start + timedelta(hours=2), people=5, purpose="合唱")
    tried = venues.series(row, village, timezone.localdate() + timedelta(days=18), by_desk=True)
    assert [bool(one.booking) for one in tried] == [True, False, True]
    assert "已经有人约了" in tried[1].words


# -- who answers --------------------------------------------------------------------------------------------
def test_the_village_answers_for_its_center_and_who_asked_hears(resident: User, village: User) -> None:
    row = ask(make.venue(), resident)
    assert Message.objects.filter(recipient=village, kind="venue").count() == 1
    VENUE_BOOKING.take(row, "approve", by=village)
    row.refresh_from_db()
    assert (row.state, row.answered_at is not None) == ("approved", True)
    assert Message.objects.filter(recipient=resident, kind="venue", subject__contains="已同意").exists()


def test_another_township_can_not_answer(resident: User, other_township: User) -> None:
    row = ask(make.venue(), resident)
    with pytest.raises(PermissionDenied):
        VENUE_BOOKING.take(row, "approve", by=other_township)


def test_a_unit_answers_for_what_it_shares_unless_a_center_does(resident: User, unit: User, village: User, client: Any) -> None:
    unit.organisation = make.organisation()
    unit.save()
    own, strange = make.resource(organisation=unit.organisation), make.resource()
    delegated = make.resource(center=make.center())
    rows = [ask(make.venue(place), resident, days=n + 2) for n, place in enumerate((own, strange, delegated))]
    assert [{step.name for step in VENUE_BOOKING.open_to(row, unit)} >= {"approve"} for row in rows] == [True, False, False]
    assert [{step.name for step in VENUE_BOOKING.open_to(row, village)} >= {"approve"} for row in rows] == [False, False, True]
    assert Message.objects.filter(recipient=unit, kind="venue").count() == 1
    page = enter(unit)
    assert [page.get(f"/desk/venue-bookings/{row.pk}/").status_code for row in rows] == [200, 404, 404]


def test_after_it_began_nobody_cancels(resident: User, village: User) -> None:
    row = make.venue_booking(days=-1, asked_by=resident, state="approved")
    for person in (resident, village):
        with pytest.raises(ValidationError, match="已经开始"):
            VENUE_BOOKING.take(row, "cancel", by=person)


# -- staying away -------------------------------------------------------------------------------------------
def test_three_times_away_pauses_ninety_days_and_one_forgiven_ends_it(resident: User, village: User) -> None:
    place = make.venue()
    rows = [make.venue_booking(place, days=-n, asked_by=resident, state="approved") for n in (3, 5, 7)]
    for row in rows:
        assert venues.paused_until(resident) is None
        VENUE_BOOKING.take(row, "miss", by=village)
    assert venues.paused_until(resident) == timezone.localdate() - timedelta(days=3) + timedelta(days=90)
    assert "暂停到" in words(place, resident)
    VENUE_BOOKING.take(rows[0], "forgive", by=village, reason="住院了，女儿来说明过")
    assert ask(place, resident).pk


def test_what_is_still_to_come_was_not_missed(village: User) -> None:
    with pytest.raises(ValidationError, match="还没开始"):
        VENUE_BOOKING.take(make.venue_booking(state="approved"), "miss", by=village)


# -- use ----------------------------------------------------------------------------------------------------
def test_use_is_hours_used_by_hours_open() -> None:
    place = make.venue()  # twelve hours a day
    make.venue_booking(place, days=-2, hours=3, state="approved")
    make.venue_booking(place, days=-4, hours=3, state="approved")
    make.venue_booking(place, days=-3, hours=3, state="no_show")
    make.venue_booking(place, days=-9, hours=3, state="approved")
    today = timezone.localdate()
    assert venues.use(place, today - timedelta(days=5), today - timedelta(days=1)) == Decimal("0.1")
    assert venues.use(place, date(2020, 1, 1), date(2020, 1, 5)) == 0


# -- pages and programs -------------------------------------------------------------------------------------
def test_the_public_pages_name_nobody_and_no_purpose(client: Any) -> None:
    who = make.resident()
    who.name = "欧阳不可见"
    who.save()
    row = make.venue_booking(days=0, clock="09:00", asked_by=who, purpose="秘密聚会", state="approved")
    for path in ("", "door/"):
        page = client.get(f"/venues/{row.venue_id}/{path}").content.decode()
        assert "09:00" in page and "欧阳" not in page and "秘密" not in page


@pytest.mark.parametrize(
    "query", ["week=9999-12-31", "week=%00", "week=2026-02-31", "week=abc", "people=99999999999", "town=%00", "q=%00x"]
)
def test_wrong_queries_are_no_errors(client: Any, query: str) -> None:
    place = make.venue()
    assert {client.get(f"{path}?{query}").status_code for path in ("/venues/", f"/venues/{place.pk}/")} == {200}


def test_a_venue_that_takes_no_requests_can_not_be_asked_for(resident: User) -> None:
    closed, hidden = make.venue(bookable=False), make.venue(make.center(make.NEXT_VILLAGE, published=False))
    page = enter(resident)
    body = {"starts_at": make.at_clock(3).isoformat(), "ends_at": make.at_clock(3, "15:00").isoformat(), "people": 3, "purpose": "读书"}
    for place in (closed, hidden):
        assert page.get(f"/venues/{place.pk}/request/").status_code == 404
        answer = page.post("/api/v1/venue-bookings/", {**body, "venue": place.pk}, content_type="application/json")
        assert answer.status_code == 400 and "venue" in answer.json()["errors"]


def test_the_page_keeps_what_was_typed_and_says_who_was_first(resident: User) -> None:
    place = make.venue()
    ask(place, make.resident())
    day = timezone.localdate() + timedelta(days=3)
    typed = {"day": f"{day:%Y-%m-%d}", "starts": "15:00", "ends": "16:00", "people": "4", "purpose": "排练小品"}
    answer = enter(resident).post(f"/venues/{place.pk}/request/", typed)
    page = answer.content.decode()
    assert answer.status_code == 409 and "已经有人约了" in page and 'value="排练小品"' in page


def test_a_program_asks_and_takes_steps(resident: User, village: User) -> None:
    place = make.venue()
    body = {"venue": place.pk, "starts_at": make.at_clock(3).isoformat(), "ends_at": make.at_clock(3, "15:00").isoformat()}
    body |= {"people": 3, "purpose": "读书"}
    made = enter(resident).post("/api/v1/venue-bookings/", body, content_type="application/json")
    assert made.status_code == 201
    number = made.json()["id"]
    again = enter(make.resident()).post("/api/v1/venue-bookings/", body, content_type="application/json")
    assert again.status_code == 400 and "已经有人约了" in str(again.json()["errors"])
    answer = enter(village).post(f"/api/v1/venue-bookings/{number}/steps/approve/", {}, content_type="application/json")
    assert (answer.status_code, answer.json().get("state")) == (200, "approved"), answer.json()
    assert enter(make.resident()).get(f"/api/v1/venue-bookings/{number}/").status_code == 404
