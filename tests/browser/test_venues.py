"""A venue in the browser: wanted in two open windows, it goes to one; the other is told and keeps what was typed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Walker, Walkers
from tests.portal.served import Served

pytestmark = pytest.mark.browser
SET_UP = """
from activities.models import Venue
from centers.models import Center
center = Center.objects.get(region__code="330703001021")
place = Venue.objects.create(center=center, region=center.region, name="两扇窗排练厅", holds=30)
print(place.pk)
"""


def fill(person: Walker, place: str, purpose: str, starts: str = "14:00", ends: str = "16:00") -> None:
    """The form as people fill it in; not sent yet."""
    page = person.page
    person.go(f"/venues/{place}/request/")
    day = timezone.localdate() + timedelta(days=3)
    page.get_by_label("哪一天").fill(f"{day:%Y-%m-%d}")
    page.get_by_label("几点开始").fill(starts)
    page.get_by_label("几点结束").fill(ends)
    page.get_by_label("大约多少人").fill("12")
    page.get_by_label("做什么用").fill(purpose)


def test_a_venues_double_booking_is_refused_in_two_open_windows(walker: Walkers, portal: Served) -> None:
    place = portal.manage("shell", "-v", "0", "-c", SET_UP).strip()
    first, second = walker("first", DESKTOP), walker("second", PHONE)
    first.as_resident("13800000008")
    second.as_resident("13800000009")
    fill(first, place, "越剧排练")
    fill(second, place, "业主开会", "15:00", "17:00")
    first.press("提交申请")
    first.says("已申请 1 次")

    second.expected.add(409)
    second.press("提交申请")
    page = second.page
    expect(page.locator(".errors")).to_contain_text("这段时间已经有人约了")
    expect(page.get_by_label("做什么用")).to_have_value("业主开会")
    expect(page.get_by_label("几点开始")).to_have_value("15:00")
    second.shot("refused")
    page.get_by_label("几点开始").fill("16:30")
    page.get_by_label("几点结束").fill("17:30")
    second.press("提交申请")
    second.says("已申请 1 次")

    stranger = walker("stranger", PHONE)
    stranger.go(f"/venues/{place}/")
    stranger.says("14:00–16:00")
    stranger.says("16:30–17:30")
    expect(stranger.page.locator("main")).not_to_contain_text(re.compile("越剧|业主"))
    stranger.shot("week")

    first.press("取消")
    first.says("时间让给别人了")
    stranger.page.reload()
    expect(stranger.page.locator("main")).not_to_contain_text("14:00–16:00")
