"""What residents and the desk read of enrolment on their pages."""

import pytest
from django.test import Client

from accounts.models import User
from activities import seats
from activities.models import Booking, Intake
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


def page_of(intake: Intake) -> str:
    return f"/activities/{intake.activity_id}/book/{intake.pk}/"


def read(user: User | None, path: str) -> str:
    return (enter(user) if user else Client()).get(path).content.decode()


def test_a_full_activity_with_a_waiting_list_offers_to_wait(resident: User) -> None:
    intake = make.full_intake()
    make.queue(intake, 2)
    page = read(None, f"/activities/{intake.activity_id}/")
    assert "排队候补" in page and "2 人在候补" in page
    form = read(resident, page_of(intake))
    assert 'name="wait" value="1"' in form and "已报满，2 人在候补" in form
    done = enter(resident).post(page_of(intake), {"participant": resident.participant.pk, "wait": "1"}, follow=True)
    assert "您排在第 2 位" in done.content.decode()


def test_without_room_to_wait_the_page_leads_elsewhere(resident: User) -> None:
    intake = make.full_intake(wait_limit=0)
    assert "已报满，看看别的" in read(None, f"/activities/{intake.activity_id}/")
    assert 'name="wait"' not in read(resident, page_of(intake))


@pytest.mark.parametrize(("limit", "leads"), [(5, True), (0, False)])
def test_the_rushs_ready_page_leads_to_the_waiting_list_while_it_has_room(limit: int, leads: bool, resident: User) -> None:
    intake = make.full_intake(wait_limit=limit)
    client, sent = enter(resident), {"participant": resident.participant.pk}
    pages = [client.post(page_of(intake), sent) for _n in range(2)]
    assert [page.status_code for page in pages] == [409, 409]
    assert "这次没有约上" in pages[1].content.decode()  # the ready one, from the mark
    assert ("排队候补" in pages[1].content.decode()) is leads
    if leads:
        assert client.post(page_of(intake), {**sent, "wait": "1"}).status_code == 302


def test_a_family_is_booked_together_on_one_page(resident: User) -> None:
    intake, child = make.intake(), make.child(resident, name="黄小光")
    make.meeting(intake)
    done = enter(resident).post(page_of(intake), {"participant": [resident.participant.pk, child.pk]}, follow=True)
    assert "预约成功" in done.content.decode() and "黄小光" in done.content.decode()
    assert len(set(Booking.objects.values_list("party", flat=True))) == 1


def test_an_offer_is_shown_until_when_with_both_buttons(resident: User) -> None:
    intake = make.full_intake()
    mine = seats.book(resident, intake.pk, resident.participant.pk, wait=True)
    seats.cancel(make.officer("village"), intake.bookings.get(state="booked"))
    page = read(resident, f"/b/{mine.code}/")
    assert "有名额了，等您确认。" in page and "我要这个名额" in page and "放弃名额" in page
    assert "确认" in read(resident, "/me/bookings/")
    assert "预约成功" not in page and "到场请出示" not in page


def test_a_lottery_tells_how_it_is_drawn_before_one_enters_and_shows_the_ticket_after(resident: User) -> None:
    intake = make.lottery(3, wait_limit=5)
    page = read(None, f"/activities/{intake.activity_id}/")
    assert "早晚不影响结果" in page and f"/draws/{intake.pk}/" in page
    public = read(None, f"/draws/{intake.pk}/")
    assert intake.draw.commitment in public and intake.draw.source in public
    form = read(resident, page_of(intake))
    assert "确认登记" in form and "愿意按顺序候补" in form
    done = enter(resident).post(page_of(intake), {"participant": resident.participant.pk}, follow=True).content.decode()
    row = Booking.objects.get()
    assert "已登记，等结果。" in done and str(row.party) in done
    assert (row.state, row.queued_at) == ("entered", None)


def test_a_lottery_of_a_draft_is_nobodys_to_read() -> None:
    intake = make.lottery()
    type(intake.activity).objects.update(state="draft")
    for rest in ("", "evidence.json"):
        assert Client().get(f"/draws/{intake.pk}/{rest}").status_code == 404


def test_the_desk_queues_an_elder_and_sees_who_waits_where(village: User) -> None:
    intake, elder = make.full_intake(), make.person(name="黄阿婆")
    page = f"/desk/intakes/{intake.pk}/book/"
    assert 'name="wait"' in read(village, f"{page}?q=黄阿婆")
    sent = {"q": "黄阿婆", "participant": elder.pk, "consent": "on"}
    assert enter(village).post(page, sent).status_code == 409
    done = enter(village).post(page, {**sent, "wait": "on"}, follow=True).content.decode()
    assert "替他排上了候补" in done and "第 1 位" in done
    row = Booking.objects.get(participant=elder)
    assert (row.state, row.channel, row.booked_by) == ("waitlisted", "desk", village)


def test_the_desk_may_not_choose_the_mode_anew_once_somebody_has_booked(village: User) -> None:
    intake = make.intake()
    make.booking(intake)
    answered = enter(village).patch(f"/api/v1/intakes/{intake.pk}/", {"mode": "priority"}, content_type=JSON)
    assert answered.status_code == 400
    assert Intake.objects.get(pk=intake.pk).mode == "first_come"


def test_a_lottery_that_is_not_announced_is_not_published(village: User) -> None:
    activity = make.activity(published=False)
    intake = make.intake(activity, mode="lottery")
    make.meeting(intake)
    step = f"/api/v1/activities/{activity.pk}/steps/publish/"
    assert enter(village).post(step, {}, JSON).status_code == 400
    make.draw(intake)
    assert enter(village).post(step, {}, JSON).status_code == 200
