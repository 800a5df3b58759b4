"""A child in childcare on phones: the guardian says who may collect and what to mind, the desk takes in and hands over;
the month's column by two officers; a vote."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Walkers
from tests.portal.served import Served

pytestmark = pytest.mark.browser
ALLERGY = "芒果过敏，会肿"
CLASS = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Guardianship, Participant, User
from activities.models import Activity, Booking, CareProgram, Intake, Meeting
from centers.models import Center
now = timezone.now()
user = User.objects.get(phone="+8613800000001")
child = Participant.objects.filter(guardianships__user=user, kind="child").first()
child.consents.filter(purpose="care", withdrawn_at=None).update(withdrawn_at=now)
center = Center.objects.get(region__code="330703001021")
activity = Activity.objects.create(center=center, kind="care", title="走查托管班", state="published", published_at=now)
intake = Intake.objects.create(activity=activity, capacity=20, min_age=3, max_age=14, opens_at=now - timedelta(9),
    closes_at=now - timedelta(1), cancel_until=now - timedelta(1), refuse_clash=False)
CareProgram.objects.create(activity=activity, kind="after", starts_on=now.date(), ends_on=(now + timedelta(60)).date(), staff=3)
midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
meeting = Meeting.objects.create(intake=intake, starts_at=max(now - timedelta(minutes=5), midnight), ends_at=now + timedelta(hours=2))
booking = Booking.objects.create(intake=intake, participant=child, booked_by=user)
print(child.pk, meeting.pk, booking.pk, child.name)
"""


def test_who_may_collect_what_to_mind_in_and_out(portal: Served, walker: Walkers) -> None:
    child, meeting, booking, name = portal.manage("shell", "-v", "0", "-c", CLASS).strip().splitlines()[-1].split()
    parent = walker("parent", PHONE)
    parent.as_resident("13800000001")
    parent.go(f"/me/care/{child}/")
    parent.press("同意")
    parent.follow("登记接送人")
    page = parent.page
    page.get_by_label("姓名").fill("王外婆")
    page.get_by_label("是孩子的").fill("外婆")
    page.get_by_label("手机号").fill("13712345678")
    parent.press("登记")
    parent.says("王外婆")
    parent.follow("填写")
    page.get_by_label("过敏").first.fill(ALLERGY)
    page.get_by_label(re.compile("同意工作人员")).check()
    parent.press("保存")
    parent.says(ALLERGY)
    parent.shot("care")

    desk = walker("desk", PHONE)
    desk.as_officer("village")
    desk.go(f"/desk/care/{meeting}/")
    assert name not in desk.page.locator("main").inner_text()
    desk.press("到了")
    desk.says("到了")
    desk.shot("class")
    desk.opens(desk.page.locator(f'a[href$="/desk/care/{meeting}/{booking}/"]'))
    desk.says(name)
    assert ALLERGY not in desk.page.locator("main").inner_text()
    desk.press("看过敏和要留意的（留记录）")
    desk.says(ALLERGY)
    desk.page.get_by_label(re.compile("外婆 · 王外婆")).check()
    desk.shot("child")
    desk.press("接走了")
    desk.says("接走")

    parent.go(f"/me/care/{child}/")
    parent.says("谁看过")
    parent.says("外婆")


def test_the_column_is_edited_by_one_and_published_by_another(walker: Walkers) -> None:
    editor = walker("editor", PHONE)
    editor.as_officer("district")
    editor.go("/desk/digests/?state=draft")
    editor.opens(editor.page.locator("main a[href*='/desk/digests/']").filter(has_text=re.compile(r"^\s*20\d\d-\d\d")).first)
    address = editor.path()
    editor.follow("编辑内容")
    editor.page.locator("textarea").first.fill("这个月很热闹。")
    editor.press("保存")
    editor.says("这个月很热闹。")
    editor.shot("column")
    editor.press("送审校")
    assert editor.page.get_by_role("button", name="审校通过并发布").count() == 0
    checker = walker("checker", PHONE)
    checker.as_officer("reviewer")
    checker.go(address)
    checker.press("审校通过并发布")
    stranger = walker("stranger", PHONE)
    stranger.go("/notices/")
    stranger.opens(stranger.page.locator("main h2 a").first)
    stranger.says("这个月很热闹。")
    stranger.shot("notice")


def test_a_resident_votes_once(walker: Walkers) -> None:
    person = walker("voter", PHONE)
    person.as_resident("13800000002")
    person.go("/notices/")
    person.follow("今年最喜欢的服务")
    boxes = person.page.get_by_role("checkbox")
    boxes.nth(0).check()
    boxes.nth(2).check()
    person.shot("poll")
    person.press("投票")
    person.says("您已经投过了")
    expect(person.page.get_by_role("button", name="投票")).to_have_count(0)
