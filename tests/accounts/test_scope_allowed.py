"""Access, expressed once: which rows ``allowed`` gives to whom, for what."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import Guardianship, Participant, User
from accounts.roles import Role
from accounts.scope import holds, prefixes, region_code
from activities.models import Booking
from centers.models import Center
from tests import make

pytestmark = pytest.mark.django_db
V, NEXT, OTHER, TOWN, OTHER_TOWN = make.VILLAGE, make.NEXT_VILLAGE, make.OTHER_VILLAGE, make.TOWN, make.OTHER_TOWN
ALL = {V, NEXT, OTHER, TOWN, OTHER_TOWN}
IN_TOWN = {V, NEXT, TOWN}
IN_OTHER = {OTHER, OTHER_TOWN}

#: persona → (centers to view, to change, to publish)
CENTERS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "resident": (set(), set(), set()),
    "village": ({V}, {V}, set()),
    "head": ({V}, {V}, set()),
    "cadre": ({V}, set(), set()),
    "partner": (set(), set(), set()),
    "township": (IN_TOWN, IN_TOWN, IN_TOWN),
    "other_township": (IN_OTHER, IN_OTHER, IN_OTHER),
    "representative": (set(), set(), set()),
    "district": (ALL, ALL, ALL),
    "reviewer": (ALL, set(), set()),
    "unit": (set(), set(), set()),
    "system_admin": (set(), set(), set()),
    "security_admin": (set(), set(), set()),
    "auditor": (set(), set(), set()),
}


@pytest.fixture
def centers() -> None:
    for code in ALL:
        make.center(code, published=False)


def codes(user: Any, action: str) -> set[str]:
    return set(Center.objects.allowed(user, action).values_list("region__code", flat=True))


@pytest.mark.parametrize("persona", CENTERS)
def test_each_persona_reaches_their_own_region_alone(persona: str, centers: None, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(persona)
    assert tuple(codes(user, action) for action in ("view", "change", "publish")) == CENTERS[persona]


def test_every_persona_stands_in_the_table() -> None:
    assert set(CENTERS) == {"resident", *make.PERSONAS}
    assert {role for role, _code in make.PERSONAS.values()} | {Role.RESIDENT} == set(Role)


def test_a_stranger_reaches_nothing(centers: None) -> None:
    assert codes(AnonymousUser(), "view") == set()
    assert not holds(AnonymousUser(), "accounts.view_participant")


def test_a_role_in_one_township_does_not_lend_its_verbs_to_another(centers: None) -> None:
    user = make.user()
    make.grant(user, Role.TOWNSHIP_OFFICER, TOWN)
    make.grant(user, Role.CADRE, OTHER)
    assert codes(user, "view") == IN_TOWN | {OTHER}
    assert codes(user, "change") == IN_TOWN
    other = Center.objects.get(region__code=OTHER)
    assert user.has_perm("centers.change_center")
    assert user.has_perm("centers.view_center", other)
    assert not user.has_perm("centers.change_center", other)


@pytest.mark.parametrize(
    ("start", "end", "reached"),
    [(0, None, True), (0, 0, True), (-9, 0, True), (-9, -1, False), (1, None, False), (1, 9, False), (-9, 9, True)],
)
def test_a_grant_counts_from_its_first_day_to_its_last(centers: None, start: int, end: int | None, reached: bool) -> None:
    today, user = timezone.localdate(), make.user()
    until = None if end is None else today + timedelta(days=end)
    make.grant(user, Role.VILLAGE_MANAGER, V, valid_from=today + timedelta(days=start), valid_until=until)
    assert codes(user, "view") == ({V} if reached else set())
    assert user.has_perm("centers.view_center") is reached


def test_an_account_that_is_switched_off_reaches_nothing(centers: None, district: User) -> None:
    district.is_active = False
    district.save()
    assert codes(User.objects.get(pk=district.pk), "view") == set()
    assert not User.objects.get(pk=district.pk).has_perm("centers.view_center")


def test_a_superuser_gets_no_shortcut(centers: None) -> None:
    user = make.user()
    user.is_superuser = True  # type: ignore[attr-defined]
    assert codes(user, "view") == set()
    assert not user.has_perm("centers.view_center")
    assert not user.is_staff


def test_prefixes_are_literal_and_no_covered_one_is_repeated() -> None:
    user = make.user()
    for code in (V, NEXT, TOWN, OTHER):
        make.grant(user, Role.VILLAGE_MANAGER, code)
    assert prefixes(user, "centers.view_center") == [TOWN, OTHER]


def test_a_town_whose_code_begins_alike_is_another_town(centers: None) -> None:
    make.center("330703002001", published=False)
    user = make.user()
    make.grant(user, Role.VILLAGE_MANAGER, "330703002")
    assert codes(user, "view") == {"330703002001"}


def test_grants_are_loaded_once_for_a_user(centers: None, township: User, django_assert_num_queries: Any) -> None:
    user = User.objects.get(pk=township.pk)
    with django_assert_num_queries(1):
        assert prefixes(user, "centers.view_center")
        assert prefixes(user, "centers.change_center")
        assert user.has_perm("activities.publish_activity")


def test_saving_a_grant_takes_effect_at_once(centers: None) -> None:
    user = make.user()
    assert codes(user, "view") == set()
    make.grant(user, Role.VILLAGE_MANAGER, V)
    assert codes(user, "view") == {V}


def test_what_is_published_is_visible_to_all_and_the_rest_to_its_officers(centers: None, township: User, other_township: User) -> None:
    Center.objects.filter(region__code=NEXT).update(published_at=timezone.now())

    def seen(user: Any) -> set[str]:
        return set(Center.objects.visible(user).values_list("region__code", flat=True))

    assert seen(AnonymousUser()) == {NEXT}
    assert seen(other_township) == IN_OTHER | {NEXT}
    assert seen(township) == IN_TOWN


def test_accounts_lie_in_no_region_and_only_the_security_administrator_lists_them(
    district: User, security_admin: User, system_admin: User
) -> None:
    assert User.objects.allowed(security_admin, "view").count() == User.objects.count()
    for user in (district, system_admin):
        assert not User.objects.allowed(user, "view").exists()


# -- residents' own rows ------------------------------------------------------------------------------------
def family(user: Any) -> set[int]:
    return set(Participant.objects.allowed(user, "book").values_list("pk", flat=True))


def test_a_resident_reaches_themselves_and_those_whose_guardian_they_are(resident: User, neighbour: User) -> None:
    child = make.child(resident)
    assert family(resident) == {resident.participant.pk, child.pk}
    assert family(neighbour) == {neighbour.participant.pk}


@pytest.mark.parametrize(
    ("fields", "reached"),
    [
        ({}, True),
        ({"valid_until": 0}, True),
        ({"valid_from": -9, "valid_until": -1}, False),
        ({"valid_from": 1}, False),
        ({"confirmed": False}, False),
    ],
)
def test_a_guardianship_counts_while_it_is_in_force_and_confirmed(
    resident: User, neighbour: User, fields: dict[str, Any], reached: bool
) -> None:
    today = timezone.localdate()
    child = make.child(neighbour)
    intake = make.activity(capacity=3).intakes.get()
    booking = make.booking(intake, child)
    dated = {k: today + timedelta(days=v) if k.startswith("valid") else v for k, v in fields.items()}
    make.guardianship(resident, child, **dated)
    assert (child.pk in family(resident)) is reached
    assert Booking.objects.allowed(resident, "cancel").filter(pk=booking.pk).exists() is reached


def test_an_erased_person_is_nobodys(resident: User) -> None:
    child = make.child(resident)
    Participant.objects.filter(pk=child.pk).update(name="", birthday=None, erased_at=timezone.now())
    assert child.pk not in family(resident)
    assert Guardianship.objects.in_force().filter(participant=child).exists()


def test_an_officer_reaches_the_people_of_their_region_alone(village: User, township: User, other_township: User) -> None:
    near, far = make.person(), make.person(code=OTHER)
    assert family(village) == family(township) == {near.pk}
    assert family(other_township) == {far.pk}


def test_the_region_of_a_row_is_found_along_its_lookup() -> None:
    booking = make.booking(make.activity(capacity=1).intakes.get())
    assert region_code(booking) == V
    assert region_code(make.region(TOWN)) == TOWN
    assert region_code(make.user()) == ""
