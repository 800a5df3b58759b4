"""The rules of one intake, each in the words that a family reads."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Participant, User
from activities import seats
from activities.models import Booking, Intake
from activities.refusal import Refused
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


def book(user: User, intake: Intake, *people: Participant, **options: Any) -> list[Booking]:
    return seats.book_party(user, intake.pk, [person.pk for person in people or (user.participant,)], **options)


def why(user: User, intake: Intake, *people: Participant, **options: Any) -> str:
    """The words of the refusal; nothing was written."""
    before = Booking.objects.count()
    with pytest.raises(Refused) as caught:
        book(user, intake, *people, **options)
    assert caught.value.code == "ineligible"
    assert Booking.objects.count() == before
    return str(caught.value.detail)


def intake_of(capacity: int = 10, **rules: Any) -> Intake:
    row = make.activity(capacity=capacity).intakes.get()
    Intake.objects.filter(pk=row.pk).update(**rules)
    return Intake.objects.get(pk=row.pk)


# -- residence ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("only", "lives", "fits"),
    [
        (make.VILLAGE, make.VILLAGE, True),
        (make.TOWN, make.VILLAGE, True),
        (make.DISTRICT, make.OTHER_VILLAGE, True),
        (make.VILLAGE, make.NEXT_VILLAGE, False),
        (make.TOWN, make.OTHER_VILLAGE, False),
        (make.VILLAGE, make.TOWN, False),
    ],
)
def test_a_place_for_residents_of_a_region_is_for_those_in_it(only: str, lives: str, fits: bool) -> None:
    intake, user = intake_of(residence=make.region(only)), make.resident(code=lives)
    if fits:
        assert book(user, intake)[0].state == "booked"
    else:
        assert make.region(only).short_name in why(user, intake)


def test_the_desk_is_bound_by_residence_and_age_too(village: User) -> None:
    elder = make.person(code=make.VILLAGE)
    assert "只限" in why(village, intake_of(residence=make.region(make.NEXT_VILLAGE)), elder, channel="desk")
    assert "岁" in why(village, intake_of(max_age=12), elder, channel="desk")


def test_age_counts_on_the_first_day(resident: User) -> None:
    today = timezone.localdate()
    child = make.child(resident, birthday=(today + timedelta(days=9)).replace(year=today.year - 6))
    young, ready = intake_of(min_age=6), make.intake(min_age=6)
    make.meeting(ready, timezone.now() + timedelta(days=9, hours=1))
    assert "满 6 岁" in why(resident, young, child)  # its first day is the eighth
    assert book(resident, ready, child)[0].state == "booked"


# -- limits -------------------------------------------------------------------------------------------------
def test_a_person_books_so_many_intakes_of_one_activity(resident: User) -> None:
    activity = make.activity()
    intakes = [make.intake(activity, person_limit=2) for _n in range(3)]
    for row in intakes[:2]:
        book(resident, row)
    assert "每人最多约 2 个批次" in why(resident, intakes[2])
    assert book(resident, intakes[2], make.child(resident))[0].state == "booked"
    assert book(resident, make.intake(person_limit=1))[0].state == "booked"  # another activity
    seats.cancel(resident, Booking.objects.get(intake=intakes[0]))
    assert book(resident, intakes[2])[0].state == "booked"


def test_an_entry_and_a_place_in_the_queue_count_for_the_limit(resident: User) -> None:
    activity = make.activity()
    waits = make.intake(activity, capacity=1, wait_limit=5, person_limit=1)
    make.booking(waits)
    book(resident, waits, wait=True)
    assert "每人最多约 1 个批次" in why(resident, make.intake(activity, person_limit=1))


@pytest.mark.parametrize("mode", ["first_come", "priority"])
def test_a_familys_limit_counts_those_who_come_together(resident: User, mode: str) -> None:
    intake = make.intake(family_limit=2, mode=mode)
    children = [make.child(resident) for _n in range(3)]
    assert "每家最多 2 人" in why(resident, intake, *children)
    book(resident, intake, *children[:2])
    assert "每家最多 2 人" in why(resident, intake, children[2])
    assert "每家最多 2 人" in why(resident, intake)


def test_a_familys_limit_holds_for_the_other_parent(resident: User, neighbour: User) -> None:
    intake, first, second = intake_of(family_limit=1), make.child(resident), make.child(resident)
    make.guardianship(neighbour, second)
    book(resident, intake, first)
    assert "每家最多 1 人" in why(neighbour, intake, second)


def test_who_comes_together_gets_all_places_or_none(resident: User) -> None:
    intake = intake_of(max_age=12)
    assert "岁" in why(resident, intake, make.child(resident), resident.participant)
    assert Intake.objects.get(pk=intake.pk).seats_taken == 0


# -- the same time ------------------------------------------------------------------------------------------
def beside(intake: Intake, title: str = "合唱团", hours: float = 1, **rules: Any) -> Intake:
    """Another intake whose meeting begins so many hours after the first one's."""
    other = make.intake(make.activity(title=title), **rules)
    make.meeting(other, intake.meetings.get().starts_at + timedelta(hours=hours))
    return other


def test_the_same_child_is_not_in_two_places_at_once_and_the_page_names_the_other(resident: User) -> None:
    intake, child = intake_of(), make.child(resident, name="黄小光")
    book(resident, intake, child)
    other = beside(intake)
    words = why(resident, other, child)
    assert "黄小光同一时间已经约了" in words and str(intake) in words
    answered = enter(resident).post(f"/activities/{other.activity_id}/book/{other.pk}/", {"participant": child.pk})
    assert answered.status_code == 409 and str(intake) in answered.content.decode()
    assert book(resident, other, make.child(resident))[0].state == "booked"


@pytest.mark.parametrize("hours", [-2, 2])
def test_one_after_the_other_is_no_clash(resident: User, hours: float) -> None:
    intake = intake_of()
    book(resident, intake)
    assert book(resident, beside(intake, hours=hours))[0].state == "booked"


def test_any_meeting_of_a_term_can_clash(resident: User) -> None:
    intake = intake_of()
    make.meeting(intake, timezone.now() + timedelta(days=40))
    book(resident, intake)
    other = make.intake()
    for days in (20, 40):
        make.meeting(other, timezone.now() + timedelta(days=days))
    assert "同一时间" in why(resident, other)


def test_an_intake_may_let_clashes_be(resident: User) -> None:
    intake = intake_of()
    book(resident, intake)
    assert book(resident, beside(intake, refuse_clash=False))[0].state == "booked"


def test_what_was_given_back_or_is_only_waited_for_does_not_clash(resident: User) -> None:
    waits, given = make.full_intake(), intake_of()
    book(resident, waits, wait=True)
    seats.cancel(resident, book(resident, given)[0])
    assert book(resident, beside(waits))[0].state == "booked"
    assert "同一时间" in why(resident, given)


@pytest.mark.parametrize("state", ["booked", "entered", "waitlisted"])
def test_raw_sql_meets_the_clash_by_its_name(resident: User, state: str) -> None:
    intake = intake_of()
    book(resident, intake)
    other = beside(intake, wait_limit=3)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make.booking(other, resident.participant, state=state, queued_at=timezone.now())
    assert caught.value.__cause__.diag.constraint_name == "booking_clash"  # type: ignore[union-attr]


def test_a_lottery_one_has_entered_keeps_the_time(resident: User) -> None:
    lottery = make.lottery(mode="priority")
    book(resident, lottery)
    assert "同一时间" in why(resident, beside(lottery))


# -- what is asked ------------------------------------------------------------------------------------------
def page_of(intake: Intake) -> str:
    return f"/activities/{intake.activity_id}/book/{intake.pk}/"


def test_a_question_and_the_photo_are_asked_where_the_intake_asks_and_the_photo_defaults_to_no(resident: User) -> None:
    intake = intake_of(question="自带瑜伽垫吗？", asks_photo=True)
    page = enter(resident).get(page_of(intake)).content.decode()
    assert "自带瑜伽垫吗？" in page and "同意活动中拍照" in page
    assert 'name="photo"' in page and "checked" not in page.split('name="photo"')[1].split(">")[0]
    enter(resident).post(page_of(intake), {"participant": resident.participant.pk, "answer": "自带"})
    row = Booking.objects.get()
    assert (row.answer, row.photo_consent) == ("自带", False)
    seen = enter(resident).get(f"/b/{row.code}/").content.decode()
    assert "自带瑜伽垫吗？ 自带" in seen and "不同意拍照" in seen


def test_a_photo_consent_is_given_apart_for_each_booking(resident: User) -> None:
    intake, child = intake_of(asks_photo=True), make.child(resident)
    enter(resident).post(page_of(intake), {"participant": resident.participant.pk, "photo": "on"})
    enter(resident).post(page_of(intake), {"participant": child.pk})
    assert dict(Booking.objects.values_list("participant", "photo_consent")) == {resident.participant.pk: True, child.pk: False}


def test_what_is_not_asked_is_not_kept(resident: User) -> None:
    intake = intake_of()
    page = enter(resident).get(page_of(intake)).content.decode()
    assert 'name="photo"' not in page and 'name="answer"' not in page
    enter(resident).post(page_of(intake), {"participant": resident.participant.pk, "answer": "有哮喘", "photo": "on"})
    row = Booking.objects.get()
    assert (row.answer, row.photo_consent) == ("", False)


def test_a_class_short_of_its_minimum_is_shown_at_the_desk(village: User) -> None:
    intake = intake_of(min_participants=3)
    page = f"/desk/activities/{intake.activity_id}/"
    assert "还不够 3 人成班" in enter(village).get(page).content.decode()
    for _n in range(3):
        make.booking(intake)
    assert "人成班" not in enter(village).get(page).content.decode()
