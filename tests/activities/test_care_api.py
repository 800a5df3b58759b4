"""Childcare by API and in the admin site: the same day as on the pages, with the same rules."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from activities import care
from activities.models import Attendance, Handover
from records.models import Message
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


def say(client: Client, what: str, meeting: Any, booking: Any, **more: Any) -> Any:
    return client.post(f"/api/v1/handovers/{what}/", {"meeting": meeting.pk, "booking": booking.pk} | more, JSON)


def test_a_day_comes_goes_and_is_taken_back_step_by_step(village: User) -> None:
    meeting = make.care_class()
    booking, desk = make.enrolled(meeting), enter(village)
    assert say(desk, "arrive", meeting, booking).json()["collected"] == ""
    assert say(desk, "leave", meeting, booking, kind="guardian", who=booking.booked_by_id).json()["collected"] == "guardian"
    assert say(desk, "undo", meeting, booking, reason="点错了孩子").status_code == 204
    assert Handover.objects.get().out_at is None
    assert say(desk, "undo", meeting, booking, reason="点错了孩子").status_code == 204
    assert not Attendance.objects.exists()
    assert Message.objects.filter(recipient=booking.booked_by, kind="undone").count() == 2


def test_taking_back_needs_a_reason_and_something_to_take_back(village: User) -> None:
    meeting = make.care_class()
    booking, desk = make.enrolled(meeting), enter(village)
    assert "没有可以撤回" in say(desk, "undo", meeting, booking, reason="点错了").text
    care.arrive(village, meeting, booking)
    assert say(desk, "undo", meeting, booking, reason="  ").status_code == 400
    assert Handover.objects.exists()


def test_another_townships_officer_and_the_family_take_nothing_back(village: User, other_township: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    care.arrive(village, meeting, booking)
    for user in (other_township, booking.booked_by):
        assert say(enter(user), "undo", meeting, booking, reason="点错了孩子").status_code == 400
    assert Handover.objects.exists()


def test_the_admin_site_says_what_the_collector_is_to_the_child_and_no_name(village: User, township: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    person = make.picker(booking.participant)
    row = make.handover(booking, meeting, out_at=meeting.ends_at, guardian=None, person=person)
    site = enter(township)
    for page in (reverse("admin:activities_handover_changelist"), reverse("admin:activities_handover_change", args=[row.pk])):
        words = site.get(page, follow=True).text
        if page.endswith("handover/"):
            assert person.relation in words
        assert person.name not in words
