"""Who gets a place, who is refused, and with which word."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import ConsentRecord, Participant, User
from activities import seats
from activities.models import Activity, Booking, Intake
from activities.refusal import NotHere, Refused
from activities.sight import participant_for
from records.models import AuditEntry, Message
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake() -> Intake:
    return make.activity(capacity=3).intakes.get()


def book(user: User, intake: Intake, who: Participant | None = None, **options: Any) -> Booking:
    return seats.book(user, intake.pk, (who or user.participant).pk, channel=options.pop("channel", "page"), **options)


def refused(user: User, intake: Intake, who: Participant | None = None, **options: Any) -> Refused:
    before = Booking.objects.count(), Message.objects.count(), ConsentRecord.objects.count()
    with pytest.raises(Refused) as caught:
        book(user, intake, who, **options)
    assert (Booking.objects.count(), Message.objects.count(), ConsentRecord.objects.count()) == before
    return caught.value


def taken(intake: Intake) -> int:
    intake.refresh_from_db()
    return intake.seats_taken


def test_a_resident_gets_a_place(resident: User, intake: Intake) -> None:
    booking = book(resident, intake)
    assert (booking.state, booking.booked_by, booking.channel, taken(intake)) == ("booked", resident, "page", 1)
    assert len(booking.code) == 8
    told = Message.objects.inbox(resident).get()
    assert told.link == f"/b/{booking.code}/"
    assert not AuditEntry.objects.filter(action="activities.add_booking").exists()


def test_both_parents_hear_of_it_and_no_message_names_the_child(resident: User, neighbour: User, intake: Intake) -> None:
    child = make.child(resident, name="黄小光")
    make.guardianship(neighbour, child)
    book(resident, intake, child)
    for parent in (resident, neighbour):
        told = Message.objects.inbox(parent).get()
        assert "黄小光" not in told.subject + told.body + told.link


def test_an_elder_without_a_login_is_booked_at_the_desk(village: User, intake: Intake) -> None:
    elder = make.person()
    booking = book(village, intake, elder, channel="desk")
    assert (booking.participant, booking.booked_by, booking.channel) == (elder, village, "desk")
    assert AuditEntry.objects.get(action="activities.add_booking").target_id == booking.pk
    assert not Message.objects.exists()  # nobody who could read it


def test_somebody_elses_child_is_not_here(resident: User, neighbour: User, intake: Intake) -> None:
    with pytest.raises(NotHere):
        book(resident, intake, make.child(neighbour))


@pytest.mark.parametrize("persona", ["other_township", "reviewer", "cadre", "auditor", "security_admin", "unit"])
def test_an_officer_without_the_right_here_books_for_nobody(persona: str, intake: Intake, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotHere):
        book(request.getfixturevalue(persona), intake, make.person(), channel="desk")


@pytest.mark.parametrize("number", [0, -1, 10**9])
def test_what_does_not_exist_is_not_here(resident: User, intake: Intake, number: int) -> None:
    with pytest.raises(NotHere):
        seats.book(resident, number, resident.participant.pk, channel="page")
    with pytest.raises(NotHere):
        seats.book(resident, intake.pk, number, channel="page")


def test_a_draft_and_an_unpublished_center_are_not_here(resident: User, intake: Intake) -> None:
    draft = make.activity(published=False, capacity=1).intakes.get()
    hidden = make.activity(make.center(make.NEXT_VILLAGE, published=False), capacity=1).intakes.get()
    for row in (draft, hidden):
        with pytest.raises(NotHere):
            book(resident, row)


# -- phases -------------------------------------------------------------------------------------------------
def shifted(opens: float, closes: float) -> Intake:
    now = timezone.now()
    row = make.intake(opens_at=now + timedelta(hours=opens), closes_at=now + timedelta(hours=closes))
    make.meeting(row)
    return row


@pytest.mark.parametrize(("opens", "closes", "code"), [(1, 2, "not_open_yet"), (-2, -1, "closed"), (-2, 0, "closed")])
def test_before_and_after_its_time_an_intake_is_refused(resident: User, opens: float, closes: float, code: str) -> None:
    row = shifted(opens, closes)
    error = refused(resident, row)
    assert error.code == code
    if code == "not_open_yet":
        assert f"{timezone.localtime(row.opens_at):%m月%d日 %H:%M}" in error.detail


def test_a_cancelled_activity_is_closed(resident: User, intake: Intake) -> None:
    Activity.objects.filter(pk=intake.activity_id).update(state="cancelled", cancelled_at=timezone.now(), cancel_reason="停电")
    assert refused(resident, intake).code == "closed"


def test_the_last_place_is_given_and_the_next_refused_full(resident: User, neighbour: User) -> None:
    intake = make.activity(capacity=1).intakes.get()
    book(resident, intake)
    assert refused(neighbour, intake).code == "full"
    assert taken(intake) == 1


def test_a_place_that_came_back_can_be_booked(resident: User, neighbour: User) -> None:
    intake = make.activity(capacity=1).intakes.get()
    seats.cancel(resident, book(resident, intake))
    assert book(neighbour, intake).state == "booked"


# -- the same person again ----------------------------------------------------------------------------------
def test_booking_twice_is_a_duplicate(resident: User, intake: Intake) -> None:
    book(resident, intake)
    assert refused(resident, intake).code == "duplicate"
    assert taken(intake) == 1


def test_one_who_has_a_place_hears_duplicate_and_not_full(resident: User) -> None:
    intake = make.activity(capacity=1).intakes.get()
    book(resident, intake)
    assert refused(resident, intake).code == "duplicate"


def test_after_cancelling_one_may_book_again(resident: User, intake: Intake) -> None:
    first = book(resident, intake)
    seats.cancel(resident, first)
    second = book(resident, intake)
    assert (second.pk != first.pk, taken(intake)) == (True, 1)


def test_the_other_parent_cannot_book_the_same_child_again(resident: User, neighbour: User, intake: Intake) -> None:
    child = make.child(resident)
    make.guardianship(neighbour, child)
    book(resident, intake, child)
    assert refused(neighbour, intake, child).code == "duplicate"


# -- consent ------------------------------------------------------------------------------------------------
def test_without_consent_there_is_no_place(resident: User, intake: Intake) -> None:
    error = refused(resident, intake, make.child(resident, consented=False))
    assert error.code == "ineligible"
    assert "同意书" in error.detail


def test_consent_ticked_on_the_page_is_recorded_with_the_booking(resident: User, intake: Intake) -> None:
    child = make.child(resident, consented=False)
    book(resident, intake, child, consented=True)
    assert ConsentRecord.objects.get(participant=child).purpose == "child"


def test_consent_is_not_recorded_where_no_place_is_given(resident: User) -> None:
    intake = make.activity(full=True).intakes.get()
    assert refused(resident, intake, make.child(resident, consented=False), consented=True).code == "full"


def test_an_adults_consent_does_not_do_for_a_child(resident: User, intake: Intake) -> None:
    child = make.child(resident, consented=False)
    make.consent(child, resident, "booking")
    make.consent(child, resident, "photo")
    assert refused(resident, intake, child).code == "ineligible"


def test_consent_to_an_old_version_or_withdrawn_does_not_do(resident: User, intake: Intake) -> None:
    ConsentRecord.objects.filter(participant=resident.participant).update(version="2020-01")
    assert refused(resident, intake).code == "ineligible"
    make.consent(resident.participant, resident)
    ConsentRecord.objects.update(withdrawn_at=timezone.now())
    assert refused(resident, intake).code == "ineligible"


# -- ages ---------------------------------------------------------------------------------------------------
FIRST_DAY = datetime.fromisoformat("2099-09-01T16:00:00+08:00")


@pytest.mark.parametrize(
    ("birthday", "allowed"),
    [
        (date(2093, 9, 1), True),  # six on the first day
        (date(2093, 9, 2), False),  # a day too young
        (date(2086, 9, 2), True),  # twelve until tomorrow
        (date(2086, 9, 1), False),  # thirteen today
    ],
)
def test_age_counts_in_full_years_on_the_first_day(resident: User, birthday: date, allowed: bool) -> None:
    intake = make.intake(min_age=6, max_age=12)
    make.meeting(intake, FIRST_DAY + timedelta(days=7))
    make.meeting(intake, FIRST_DAY)
    child = make.child(resident, birthday=birthday)
    if allowed:
        assert book(resident, intake, child).state == "booked"
    else:
        error = refused(resident, intake, child)
        assert (error.code, "6 至 12 岁" in error.detail) == ("ineligible", True)


@pytest.mark.parametrize(("low", "high", "allowed"), [(60, None, False), (None, 60, True), (40, None, True), (None, 0, False)])
def test_an_open_end_of_the_ages_is_open(resident: User, low: int | None, high: int | None, allowed: bool) -> None:
    intake = make.intake(min_age=low, max_age=high)
    make.meeting(intake)
    if allowed:
        book(resident, intake)
    else:
        assert refused(resident, intake).code == "ineligible"


def test_an_unknown_birthday_passes_no_age_rule(resident: User) -> None:
    intake = make.intake(min_age=6)
    make.meeting(intake)
    Participant.objects.filter(user=resident).update(birthday=None)
    error = refused(resident, intake)
    assert (error.code, "出生日期" in error.detail) == ("ineligible", True)
    assert book(resident, shifted(-1, 1)).state == "booked"


# -- families -----------------------------------------------------------------------------------------------
def test_a_family_has_at_most_so_many_places(resident: User) -> None:
    intake = make.intake(family_limit=2)
    children = [make.child(resident) for _n in range(3)]
    for child in children[:2]:
        book(resident, intake, child)
    error = refused(resident, intake, children[2])
    assert (error.code, "每家最多 2 人" in error.detail) == ("ineligible", True)


@pytest.mark.parametrize("order", [0, 1], ids=["parent first", "child first"])
def test_the_parent_counts_as_family_in_either_order(resident: User, order: int) -> None:
    intake = make.intake(family_limit=1)
    people = [resident.participant, make.child(resident)]
    book(resident, intake, people[order])
    assert refused(resident, intake, people[1 - order]).code == "ineligible"


def test_two_parents_and_their_children_are_one_family(resident: User, neighbour: User) -> None:
    intake = make.intake(family_limit=1)
    first, second = make.child(resident), make.child(neighbour)
    make.guardianship(neighbour, first)
    book(resident, intake, first)
    assert refused(neighbour, intake, second).code == "ineligible"


def test_the_limit_counts_this_intake_and_live_bookings_alone(resident: User) -> None:
    intake, other = make.intake(family_limit=1), make.intake(family_limit=1)
    first, second = make.child(resident), make.child(resident)
    book(resident, other, first)
    gone = book(resident, intake, first)
    seats.cancel(resident, gone)
    assert book(resident, intake, second).state == "booked"


def test_another_family_is_not_counted(resident: User, neighbour: User) -> None:
    intake = make.intake(family_limit=1)
    book(resident, intake, make.child(resident))
    assert book(neighbour, intake, make.child(neighbour)).state == "booked"


def test_a_refusal_is_cheap(resident: User, django_assert_max_num_queries: Any) -> None:
    """One look at the intake, one for the turnstile's mark and one whether it is the person's own place."""
    intake = make.activity(full=True).intakes.get()
    with django_assert_max_num_queries(3):
        refused_cheaply(resident, intake)


def refused_cheaply(user: User, intake: Intake) -> None:
    who = user.participant.pk
    with pytest.raises(Refused):
        seats.book(user, intake.pk, who, channel="page")


@pytest.mark.parametrize(("days", "family"), [(0, True), (1, False)])
def test_a_guardianship_that_ended_overnight_no_longer_books(resident: User, neighbour: User, days: int, family: bool) -> None:
    """Also in a process that has compiled its queries the day before."""
    intake, child = make.activity(capacity=3).intakes.get(), make.child(neighbour)
    make.guardianship(resident, child, valid_until=timezone.localdate())
    assert participant_for(resident, child.pk)[1]
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        if family:
            assert book(resident, intake, child).state == "booked"
        else:
            with pytest.raises(NotHere):
                book(resident, intake, child)
