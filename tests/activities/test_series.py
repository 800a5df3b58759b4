"""All intakes of an activity in one go: clashes are skipped and named, each says what became of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Participant, User
from activities import seats, series
from activities.models import Activity, Booking, Intake
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def activity(db: None) -> Activity:
    """Free, full, clashing, closed, not open yet, a lottery: six intakes."""
    row = make.activity(title="春季课程")
    now = timezone.now()
    for n, name in enumerate(("甲", "乙", "丙", "丁", "戊", "己")):
        intake = make.intake(row, capacity=1, name=name, opens_at=now - timedelta(days=10 - n))
        make.meeting(intake, now + timedelta(days=10 + n))
    make.booking(of(row, "乙"))
    Intake.objects.filter(name="丁").update(closes_at=now)
    Intake.objects.filter(name="戊").update(opens_at=now + timedelta(days=1))
    Intake.objects.filter(name="己").update(mode="lottery")
    make.draw(of(row, "己"))
    return row


def of(activity: Activity, name: str) -> Intake:
    return activity.intakes.get(name=name)


def busy(user: User, activity: Activity) -> Intake:
    """The user has another booking at the time of 丙."""
    other = make.intake(make.activity(title="合唱团"))
    make.meeting(other, of(activity, "丙").meetings.get().starts_at)
    seats.book(user, other.pk, user.participant.pk)
    return other


def test_what_can_be_booked_is_booked_and_the_rest_says_why(resident: User, activity: Activity) -> None:
    busy(resident, activity)
    found = {one.intake.name: one for one in series.book_all(resident, activity, resident.participant.pk)}
    assert {name: one.booking and one.booking.state for name, one in found.items()} == {
        "甲": "booked",
        "乙": None,
        "丙": None,
        "戊": None,
        "己": "entered",
    }
    assert found["甲"].words == "已约好。"
    assert "合唱团" in found["丙"].words and "报满" in found["乙"].words and "还没有开始" in found["戊"].words
    assert "已登记" in found["己"].words


def test_once_more_books_nothing_twice(resident: User, activity: Activity) -> None:
    for _n in range(2):
        found = series.book_all(resident, activity, resident.participant.pk)
    assert not any(one.booking for one in found)
    assert Booking.objects.filter(participant=resident.participant).count() == 3


def test_two_intakes_of_the_series_at_one_time_give_one_booking(resident: User) -> None:
    row, start = make.activity(), timezone.now() + timedelta(days=9)
    for _n in range(2):
        make.meeting(make.intake(row), start)
    assert [bool(one.booking) for one in series.book_all(resident, row, resident.participant.pk)] == [True, False]


def test_the_person_limit_ends_a_series(resident: User) -> None:
    row = make.activity()
    for n in range(3):
        make.meeting(make.intake(row, person_limit=2), timezone.now() + timedelta(days=9 + n))
    assert [bool(one.booking) for one in series.book_all(resident, row, resident.participant.pk)] == [True, True, False]


def test_the_page_tells_each_outcome(resident: User, activity: Activity) -> None:
    busy(resident, activity)
    client = enter(resident)
    assert "一起预约，避开冲突" in client.get(f"/activities/{activity.pk}/").content.decode()
    page = client.post(f"/activities/{activity.pk}/book-all/", {"participant": resident.participant.pk}, follow=True).content.decode()
    assert "春季课程 · 甲：已约好。" in page and "春季课程 · 丙：" in page


def test_a_series_is_booked_for_ones_own_family_alone(resident: User, neighbour: User, activity: Activity) -> None:
    child = make.child(neighbour)
    for who in (child.pk, "", "²", "9" * 30, 10**9):
        page = enter(resident).post(f"/activities/{activity.pk}/book-all/", {"participant": who}, follow=True).content.decode()
        assert "请先选择为谁预约" in page
    path = f"/api/v1/activities/{activity.pk}/book-all/"
    assert enter(resident).post(path, {"participant": child.pk}, JSON).status_code == 404
    assert not Booking.objects.filter(participant=child).exists()


def test_a_program_hears_of_each_intake(resident: User, activity: Activity) -> None:
    response = enter(resident).post(f"/api/v1/activities/{activity.pk}/book-all/", {"participant": resident.participant.pk}, JSON)
    rows = {row["intake"]: row for row in response.json()}
    assert response.status_code == 200
    assert rows[of(activity, "甲").pk]["booking"] == Booking.objects.get(intake=of(activity, "甲"), participant=resident.participant).pk
    assert rows[of(activity, "乙").pk]["booking"] is None and rows[of(activity, "乙").pk]["words"]
    assert Booking.objects.get(intake=of(activity, "甲"), participant=resident.participant).channel == "api"
    draft = make.activity(published=False)
    assert (
        enter(resident).post(f"/api/v1/activities/{draft.pk}/book-all/", {"participant": resident.participant.pk}, JSON).status_code == 404
    )


def test_a_program_names_the_days_and_answers_the_question(resident: User, activity: Activity) -> None:
    path, chosen = f"/api/v1/activities/{activity.pk}/book-all/", of(activity, "甲")
    activity.intakes.update(question="忌口？")
    data: dict[str, Any] = {"participant": resident.participant.pk, "intakes": [chosen.pk], "answer": "吃素"}
    assert [row["intake"] for row in enter(resident).post(path, data, JSON).json()] == [chosen.pk]
    assert list(resident.participant.bookings.values_list("intake", "answer")) == [(chosen.pk, "吃素")]
    assert enter(resident).post(path, data | {"intakes": []}, JSON).status_code == 400
    assert resident.participant.bookings.count() == 1


def test_only_the_chosen_days_are_booked(resident: User, activity: Activity) -> None:
    chosen = activity.intakes.order_by("id").first()
    assert chosen
    data = {"participant": resident.participant.pk, "chosen": "1", "intake": chosen.pk}
    enter(resident).post(f"/activities/{activity.pk}/book-all/", data)
    assert list(resident.participant.bookings.values_list("intake", flat=True)) == [chosen.pk]


def test_no_day_chosen_books_nothing_and_says_so(resident: User, activity: Activity) -> None:
    page = enter(resident).post(
        f"/activities/{activity.pk}/book-all/", {"participant": resident.participant.pk, "chosen": "1"}, follow=True
    )
    assert "请至少选一天" in page.text
    assert not resident.participant.bookings.exists()


def test_the_desk_books_a_week_of_lunches_for_who_calls(village: User, activity: Activity) -> None:
    first = activity.intakes.order_by("id").first()
    assert first
    data = {"name": "陈奶奶", "birthday": "1944-03-02", "consent": "on", "by_phone": "on", "whole": "on"}
    answer = enter(village).post(f"/desk/intakes/{first.pk}/book/", data, follow=True)
    assert answer.status_code == 200
    person = Participant.objects.get(name="陈奶奶")
    assert set(person.bookings.values_list("channel", flat=True)) == {"call"}
    assert set(person.bookings.values_list("intake__name", flat=True)) == {"甲", "丙", "己"}
