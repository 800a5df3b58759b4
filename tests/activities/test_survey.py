"""Was it good? A drawn sample of those who came hears one question; the answer leads to nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from activities import remind, survey
from activities.models import Activity, Attendance, Booking, Survey, SurveyAnswer
from records.models import Message
from tests import make

pytestmark = pytest.mark.django_db


def held(came: int, missed: int = 0, ended: timedelta = timedelta(hours=2)) -> Activity:
    """An activity that ended a while ago, with so many who came and so many who did not."""
    activity = make.activity(capacity=50)
    intake = activity.intakes.get()
    meeting = intake.meetings.get()
    meeting.starts_at, meeting.ends_at = timezone.now() - ended - timedelta(hours=1), timezone.now() - ended
    meeting.save()
    for n in range(came + missed):
        who = make.resident()
        row = make.booking(intake, who.participant, by=who)
        Attendance.objects.create(meeting=meeting, booking=row, seen="came" if n < came else "missed", marked_by=make.user())
    return activity


def links(activity: Activity) -> list[str]:
    return list(Message.objects.filter(once=f"survey:{activity.pk}", channel="inbox").values_list("link", flat=True))


@pytest.mark.parametrize(("came", "asked"), [(1, 1), (8, 8), (20, 8), (30, 10), (200, 30)])
def test_one_in_three_is_asked_eight_at_least_thirty_at_the_most(came: int, asked: int) -> None:
    assert survey.size(came) == asked


def test_only_those_who_came_are_asked_and_only_once() -> None:
    activity = held(3, missed=2)
    assert (survey.draw_due(), survey.draw_due()) == (1, 0)
    row = Survey.objects.get(activity=activity)
    assert (row.came, row.asked, len(links(activity))) == (3, 3, 3)
    told = set(Message.objects.filter(once=f"survey:{activity.pk}").values_list("recipient", flat=True))
    came = Booking.objects.filter(attendance__seen="came").values_list("participant__user", flat=True)
    assert told == set(came)


@pytest.mark.parametrize("ended", [timedelta(minutes=30), timedelta(days=4)])
def test_not_within_the_first_hour_and_not_after_three_days(ended: timedelta) -> None:
    held(2, ended=ended)
    assert survey.draw_due() == 0


def test_one_tap_without_a_login_and_the_first_one_counts(client: Client) -> None:
    activity = held(2)
    survey.draw_due()
    address = links(activity)[0]
    page = client.get(address)
    assert (page.status_code, page["Referrer-Policy"], page["Cache-Control"]) == (200, "no-referrer", "no-store")
    client.post(address, {"value": "poor"})
    client.post(address, {"value": "good"})
    client.post(address, {"value": "best"})
    assert sorted(SurveyAnswer.objects.values_list("value", flat=True), key=str) == [None, "poor"]
    assert "收到" in client.get(address).content.decode()


@pytest.mark.parametrize("address", ["/q/forged/", "/q/%00/", "/q/" + "a" * 500 + "/"])
def test_a_forged_address_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_after_two_weeks_the_address_is_void(client: Client) -> None:
    activity = held(1)
    survey.draw_due()
    Survey.objects.update(drawn_at=timezone.now() - timedelta(days=15))
    assert client.get(links(activity)[0]).status_code == 404


def test_fewer_than_five_answers_are_shown_to_nobody() -> None:
    activity = held(6)
    survey.draw_due()
    row = Survey.objects.get(activity=activity)
    answers = list(SurveyAnswer.objects.order_by("id").values_list("pk", flat=True))
    for number, shown in ((4, None), (5, {"answered": 5, "good": 5, "percent": 100})):
        SurveyAnswer.objects.filter(pk__in=answers[:number]).update(value="good")
        assert Survey.objects.counted().get(pk=row.pk).shown == shown


def test_an_answer_has_no_way_to_a_person() -> None:
    fields = {field.name for field in SurveyAnswer._meta.get_fields()}
    assert fields == {"id", "survey", "token_hash", "value"}


def test_more_can_not_be_asked_than_came() -> None:
    with pytest.raises(IntegrityError, match="survey_asked_came"), transaction.atomic():
        Survey.objects.create(activity=make.activity(), came=1, asked=2)


# -- too few for a class ------------------------------------------------------------------------------------
def ended(booked: int, **fields: Any) -> Activity:
    now = timezone.now()
    values = {"opens_at": now - timedelta(days=3), "closes_at": now - timedelta(hours=1), "min_participants": 3}
    intake = make.intake(capacity=5, **values | fields)
    for _n in range(booked):
        make.booking(intake)
    return intake.activity


def test_who_runs_it_hears_once_that_too_few_came_forward(village: User) -> None:
    ended(2)
    assert (remind.too_few(), remind.too_few()) == (1, 1)
    assert Message.objects.filter(recipient=village, kind="few").count() == 1


@pytest.mark.parametrize(
    ("booked", "fields"), [(3, {}), (2, {"min_participants": None}), (2, {"closes_at": timezone.now() + timedelta(days=1)})]
)
def test_nobody_is_asked_where_there_are_enough_or_time_is_left(booked: int, fields: dict[str, Any]) -> None:
    ended(booked, **fields)
    assert remind.too_few() == 0
