"""Venues and what is shared: the desk's form and the admin site refuse in the constraint's own words, and fail for nothing else."""

from typing import Any

import pytest

from accounts.models import User
from activities.models import SharedResource, Venue
from tests import make
from tests.portal.surfaces_venues import CASES, room, shared
from tests.portal.test_surfaces import counts, shows, spoken
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", CASES)
def test_both_forms_say_the_rule_and_keep_nothing(district: User, name: str) -> None:
    client = enter(district)
    noun, model, typed = CASES[name]()
    before = counts()
    for path in (f"/desk/{noun}/add/", f"/admin/activities/{model}/add/"):
        response = client.post(path, typed)
        page = response.content.decode()
        assert response.status_code == 200, path
        assert spoken(name) in page, path
        assert path.startswith("/admin/") or shows(page, typed["name"])
    assert counts() == before


@pytest.mark.parametrize("where", ["/desk/{}/add/", "/admin/activities/{}/add/"])
def test_the_same_forms_with_right_values_are_taken(district: User, where: str) -> None:
    client = enter(district)
    for noun, model, typed in (room(), room(make.resource()), shared(center=make.center_of().pk)):
        response = client.post(where.format(noun if "desk" in where else model), typed)
        assert response.status_code == 302, response.content.decode()
    assert (Venue.objects.count(), SharedResource.objects.count()) == (2, 2)
    assert set(Venue.objects.values_list("region__code", flat=True)) == {make.VILLAGE}


def test_two_owners_and_none_are_both_refused(district: User) -> None:
    client = enter(district)
    for changes in ({"resource": make.resource().pk}, {"center": ""}):
        page = client.post("/desk/venues/add/", room(**changes)[2])
        assert page.status_code == 200 and spoken("venue_of_one_owner") in page.content.decode()


def test_nobody_puts_a_room_into_a_place_of_others(village: User, unit: User) -> None:
    """Neither a neighbour's center nor what another unit shares; one's own is taken."""
    neighbour, strange, own = make.center(make.NEXT_VILLAGE), make.resource(), make.resource(organisation=unit.organisation)
    tries: list[tuple[User, Any, int]] = [
        (village, neighbour, 200),
        (village, strange, 200),
        (village, make.center_of(), 302),
        (unit, make.center_of(), 200),
        (unit, strange, 200),
        (unit, own, 302),
    ]
    assert [enter(user).post("/desk/venues/add/", room(of)[2]).status_code for user, of, _expected in tries] == [n for _u, _o, n in tries]


def test_a_room_is_not_moved_to_anothers_place_by_its_own_officer(unit: User) -> None:
    room_of_ours = make.venue(make.resource(organisation=unit.organisation))
    response = enter(unit).post(f"/desk/venues/{room_of_ours.pk}/edit/", room(make.resource())[2])
    room_of_ours.refresh_from_db()
    assert response.status_code == 200 and room_of_ours.resource and room_of_ours.resource.organisation_id == unit.organisation_id


def test_a_unit_does_not_hand_its_sharing_to_another_unit(unit: User) -> None:
    ours = make.resource(organisation=unit.organisation)
    enter(unit).post(f"/desk/resources/{ours.pk}/edit/", shared(name="改名的礼堂")[2])
    ours.refresh_from_db()
    assert ours.organisation_id == unit.organisation_id


def test_exports_mask_who_asked_and_hold_only_ones_own_places(village: User, other_township: User) -> None:
    from tests.portal.test_canary import text_of

    who = make.resident("+8613955554321")
    who.name = "欧阳不可见"
    who.save()
    row = make.venue_booking(asked_by=who, purpose="合唱队排练")
    ours, theirs = (text_of(enter(user).get("/desk/export/venue_bookings/")) for user in (village, other_township))
    assert "合唱队排练" in ours and "欧阳不可见" not in ours and "13955554321" not in ours and "4321" in ours
    assert str(row.venue.name) not in theirs and "合唱队" not in theirs
