"""An officer brings an activity from plan to outcome: every click counted."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PHONE, Walker, Walkers
from tests.portal.served import Served

pytestmark = pytest.mark.browser
TITLE = "邻里包粽子"
OVER = """
from datetime import timedelta
from django.utils import timezone
from activities.models import Meeting
now = timezone.now()
rows = Meeting.objects.filter(intake__activity__title="{title}")
rows.update(starts_at=now - timedelta(hours=4), ends_at=now - timedelta(hours=2), walk_ins=27)
"""


class Counted:
    """Presses and counts."""

    def __init__(self, person: Walker) -> None:
        self.person, self.clicks = person, 0

    def click(self, act: Locator) -> None:
        self.clicks += 1
        self.person.opens(act)


def plan(person: Walker) -> None:
    page, start = person.page, timezone.localtime() + timedelta(days=6)
    page.get_by_label("类别").select_option(label="文体")
    page.get_by_label("名称").fill(TITLE)
    page.get_by_label("开始").fill(start.strftime("%Y-%m-%dT14:00"))
    page.get_by_label("结束").fill(start.strftime("%Y-%m-%dT16:00"))
    page.get_by_label("名额").fill("30")


def test_from_plan_to_outcome_in_under_twelve_clicks(walker: Walkers, portal: Served) -> None:
    person = walker("chain", PHONE)
    page = person.page
    person.as_officer("village")
    by = Counted(person)
    by.click(page.get_by_role("link", name="开一个活动").first)
    plan(person)
    by.click(page.get_by_role("button", name="存为草稿"))
    by.click(page.get_by_role("button", name="发布", exact=True))
    person.says("已办：发布")
    by.click(page.get_by_role("link", name="海报和文案"))
    picture = page.locator("img.poster").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1240
    by.click(page.get_by_role("link", name=TITLE).first)

    portal.manage("shell", "-v", "0", "-c", OVER.format(title=TITLE))

    page.reload()
    by.click(page.get_by_role("link", name="填总结"))
    expect(page.get_by_label("到场人次")).to_have_value("27")
    assert TITLE in page.get_by_label("三句话总结").input_value()
    person.shot("report")
    by.click(page.get_by_role("button", name="填总结"))
    person.says("到场 27 人次")
    assert by.clicks < 12

    stranger = walker("neighbour", PHONE)
    stranger.go(person.path().replace("/desk", ""))
    stranger.says("到场 27 人次")
