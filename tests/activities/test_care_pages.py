"""Childcare at home: the pages on which a guardian says who may collect, what to mind, and agrees; and at the desk."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from activities import care
from activities.models import CareNote, Handover, PickupPerson
from records.models import AuditEntry
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
ALLERGY = "花生过敏，会起疹子"


def test_a_guardian_lists_who_may_collect_and_takes_off_again(client: Client) -> None:
    parent = make.resident()
    child = make.child(parent)
    client.force_login(parent)
    page = reverse("me_care", args=[child.pk])
    client.post(reverse("me_pickup_add", args=[child.pk]), {"name": "王外婆", "relation": "外婆", "phone": "13700000099"})
    person = PickupPerson.objects.get()
    assert (person.participant, person.added_by) == (child, parent)
    assert "王外婆" in client.get(page).text
    client.post(reverse("me_pickup_end", args=[person.pk]))
    person.refresh_from_db()
    assert person.ended_at
    assert "王外婆" not in client.get(page).text


def test_a_sixth_person_is_refused_in_words(client: Client) -> None:
    parent = make.resident()
    child = make.child(parent)
    for _n in range(5):
        make.picker(child)
    client.force_login(parent)
    answer = client.post(reverse("me_pickup_add", args=[child.pk]), {"name": "王", "relation": "邻居", "phone": "13700000099"})
    assert "最多登记 5 位" in answer.text
    assert PickupPerson.objects.count() == 5


def test_a_note_without_the_consent_is_not_kept_and_what_was_typed_stays(client: Client) -> None:
    parent = make.resident()
    child = make.child(parent)
    client.force_login(parent)
    answer = client.post(reverse("me_care_note", args=[child.pk]), {"allergies": ALLERGY})
    assert "请先勾选同意" in answer.text
    assert ALLERGY in answer.text
    assert not CareNote.objects.exists()


def test_the_family_sees_who_read_the_note(client: Client, village: User) -> None:
    booking = make.enrolled(make.care_class())
    care.keep_note(booking.booked_by, booking.participant, ALLERGY, "")
    care.read_note(village, booking.intake.meetings.get(), booking)
    client.force_login(booking.booked_by)
    assert "谁看过" in client.get(reverse("me_care", args=[booking.participant_id])).text


def test_a_stranger_finds_no_childs_page(client: Client) -> None:
    child = make.child(make.resident())
    client.force_login(make.resident())
    for name in ("me_care", "me_pickup_add", "me_care_note"):
        assert client.get(reverse(name, args=[child.pk])).status_code == 404


def test_the_agreement_is_given_on_the_page_and_withdrawn_there(client: Client) -> None:
    parent = make.resident()
    child = make.child(parent)
    client.force_login(parent)
    back = reverse("me_care", args=[child.pk])
    assert care.lacking(child)
    answer = client.post(reverse("me_consent", args=[child.pk]), {"purpose": "care", "give": "1", "next": back})
    assert answer["Location"] == back
    assert not care.lacking(child)
    client.post(reverse("me_consent", args=[child.pk]), {"purpose": "care", "withdraw": "1", "next": back})
    assert care.lacking(child)


def test_the_desk_taps_in_opens_the_childs_page_and_hands_it_over(village: User) -> None:
    meeting = make.care_class()
    booking = make.enrolled(meeting)
    desk, page = enter(village), reverse("desk_care_class", args=[meeting.pk])
    child = reverse("desk_care_child", args=[meeting.pk, booking.pk])
    listed = desk.get(page).text
    assert booking.participant.masked_name in listed
    assert booking.participant.name not in listed
    assert desk.post(page, {"booking": booking.pk}).status_code == 302
    assert booking.participant.name in desk.get(child).text
    assert AuditEntry.objects.filter(action="activities.open_pickup", actor=village, target_id=booking.pk).exists()
    assert "请选是谁来接的" in desk.post(child, {}).text
    assert desk.post(child, {"who": f"guardian-{booking.booked_by_id}"}).status_code == 302
    assert Handover.objects.get().guardian == booking.booked_by


def test_what_was_typed_is_still_there_after_an_error(village: User) -> None:
    booking = make.enrolled(meeting := make.care_class())
    desk, child = enter(village), reverse("desk_care_child", args=[meeting.pk, booking.pk])
    care.arrive(village, meeting, booking)
    typed = {"who": f"called-{booking.booked_by_id}", "taken_by": "邻居 王", "at": "00:00"}  # before the child came
    answer = desk.post(child, typed)
    assert answer.status_code == 400
    assert f'value="called-{booking.booked_by_id}" checked' in answer.text
    assert 'value="邻居 王"' in answer.text
    assert 'value="00:00"' in answer.text


def test_a_class_of_yesterday_says_what_can_still_be_written_and_of_last_week_that_nothing_can(village: User) -> None:
    words = ((1, "一个星期内可以补"), (9, "只能看"))
    for days, said in words:
        meeting = make.care_class(starts_at=timezone.now() - timedelta(days=days))
        make.enrolled(meeting)
        assert said in enter(village).get(reverse("desk_care_class", args=[meeting.pk])).text


def test_the_note_is_on_the_childs_page_only_after_asking(village: User) -> None:
    booking = make.enrolled(meeting := make.care_class())
    care.keep_note(booking.booked_by, booking.participant, ALLERGY, "")
    desk, child = enter(village), reverse("desk_care_child", args=[meeting.pk, booking.pk])
    assert ALLERGY not in desk.get(child).text
    assert ALLERGY in desk.post(child, {"read": "1"}).text


def test_consent_is_taken_back_and_the_note_goes_with_it_without_a_key_too(client: Client, settings: object) -> None:
    parent = make.resident()
    child = make.child(parent)
    care.keep_note(parent, child, ALLERGY, "")
    settings.DATA_KEYS = []  # type: ignore[attr-defined]
    client.force_login(parent)
    assert "撤回同意并删除" in client.get(reverse("me_care", args=[child.pk])).text
    client.post(reverse("me_care_note", args=[child.pk]), {"forget": "1"})
    assert not CareNote.objects.exists()
    assert AuditEntry.objects.filter(action="activities.change_carenote", actor=parent).count() == 2


def test_an_installation_without_a_key_takes_no_note_and_says_so(client: Client, settings: object) -> None:
    settings.DATA_KEYS = []  # type: ignore[attr-defined]
    parent = make.resident()
    child = make.child(parent)
    client.force_login(parent)
    answer = client.post(reverse("me_care_note", args=[child.pk]), {"allergies": ALLERGY, "consent": "on"}, follow=True)
    assert "这里还不能保存健康信息" in answer.text
    assert not CareNote.objects.exists()
