"""A resident on the demonstration data: finds a center, books a place for a child, changes plans, takes the data along."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Walker, Walkers

pytestmark = pytest.mark.browser
CENTER = "光南社区党群服务中心"
CARE = "小豆芽课后托管"
NAME = re.compile("^姓名")


def eight_years_ago() -> str:
    today = timezone.localdate()
    return date(today.year - 8, today.month, 1).isoformat()


def open_care(person: Walker) -> None:
    """From the list of centers to the page that books a place of the after-school program."""
    person.go("/centers/?q=光南")
    person.follow(CENTER)
    person.follow(CARE)
    person.follow("预约")


def add_child(person: Walker, name: str, consent: bool = True) -> None:
    page = person.page
    page.get_by_label(NAME).fill(name)
    page.get_by_label("出生日期").fill(eight_years_ago())
    page.get_by_label("居住村社").select_option(label="多湖街道 · 光南社区")
    if consent:
        page.get_by_label("我已阅读并同意").check()
    person.press("登记")


def cards(person: Walker) -> list[str]:
    """The names on this page of results."""
    return person.page.locator("#results .card h2").all_inner_texts()


@pytest.mark.parametrize("typed", ["光南社区", "guangnan", "gnsq"])
def test_a_center_is_found_by_what_people_type(walker: Walkers, typed: str) -> None:
    person = walker(f"find-{typed}", PHONE)
    person.go("/")
    person.page.get_by_label("找中心").fill(typed)
    person.press("查找")
    expect(person.page.locator("#results")).to_contain_text(CENTER)


def test_typing_narrows_the_list_without_a_reload(walker: Walkers) -> None:
    person = walker("typing")
    person.go("/centers/")
    person.page.evaluate("window.stayed = true")
    person.page.get_by_label("搜索").press_sequentially("gnsq", delay=30)
    expect(person.page.locator("#results")).to_contain_text(CENTER)
    expect(person.page.locator("#results")).not_to_contain_text("多湖街道党群服务中心")
    assert person.page.evaluate("window.stayed")
    expect(person.page).to_have_url(re.compile("q=gnsq"))


def test_a_center_is_found_by_township_and_by_what_is_open(walker: Walkers) -> None:
    person = walker("township", PHONE)
    person.go("/centers/")
    person.page.get_by_label("镇街").select_option(label="多湖街道")
    expect(person.page.locator("#results")).not_to_contain_text("孝顺镇")
    expect(person.page).to_have_url(re.compile("town=330703001"))
    person.page.reload()
    found = cards(person)
    person.follow("下一页")
    expect(person.page).to_have_url(re.compile("page=2"))
    found += cards(person)
    assert CENTER in found and len(set(found)) == 26
    person.go("/centers/")
    person.follow("现在开门")
    assert person.page.get_by_role("link", name="现在开门").get_attribute("aria-current") == "true"
    states = person.page.locator("#results .card .chip").all_inner_texts()
    assert set(states) <= {"开着"}
    person.shot("open-now")


def register_and_book(person: Walker, child: str) -> tuple[str, str]:
    """A child with the guardian's consent, then the place; the booking's address and code."""
    page = person.page
    person.follow(re.compile("登记(别的家人|孩子)"))
    person.shot("3-family-form")
    add_child(person, child, consent=False)
    expect(page.locator(".errors")).to_contain_text("请先阅读告知书并勾选同意")
    expect(page.get_by_label(NAME)).to_have_value(child)
    expect(page.get_by_label("出生日期")).to_have_value(eight_years_ago())
    add_child(person, child)
    expect(page).to_have_url(re.compile(r"/activities/\d+/book/\d+/"))

    page.get_by_label(child).check(force=True)
    if page.get_by_label("同意党群服务中心").count():
        page.get_by_label("同意党群服务中心").check()
    person.shot("4-book")
    person.press("确认预约")
    person.says("预约成功")
    assert person.path().startswith("/b/")
    booking = person.path()
    expect(page.locator(".qr svg")).to_be_visible()
    code = page.locator(".qr .code").inner_text()
    person.shot("5-booking")
    return booking, code


def open_calendar(person: Walker, tmp_path: Path, child: str) -> None:
    """The file opens in a calendar program and names no child."""
    page = person.page
    file = person.fetched(page.get_by_role("link", name="加到日历"))
    file.save_as(tmp_path / "x.ics")
    calendar = Calendar.from_ical((tmp_path / "x.ics").read_bytes())
    events = calendar.walk("VEVENT")
    assert len(events) == 20
    assert CARE in str(events[0]["SUMMARY"]) and child not in (tmp_path / "x.ics").read_text()
    assert events[0]["DTSTART"].dt.strftime("%H:%M %z") == "16:30 +0800"


def cancel(person: Walker, booking: str) -> None:
    """The place goes back; the inbox tells of both."""
    page = person.page
    person.go(booking)
    person.press("取消预约")
    person.says("已取消")
    expect(page.locator(".qr")).to_have_count(0)
    person.shot("8-cancelled")
    person.go("/me/inbox/")
    told = page.locator("article h2").all_inner_texts()
    assert f"预约成功：{CARE}" in told and f"预约已取消：{CARE}" in told
    person.shot("9-inbox")


@pytest.mark.parametrize(("width", "phone"), [(PHONE, "13800000004"), (DESKTOP, "13800000005")])
def test_from_finding_a_center_to_erasing_the_account(walker: Walkers, tmp_path: Path, width: int, phone: str) -> None:
    person = walker("resident", width)
    page = person.page
    child = f"演示小鱼{'甲乙'[width == DESKTOP]}"

    person.go("/centers/?q=gnsq")
    person.follow(CENTER)
    expect(page.locator("table.hours tr[aria-current=date]")).to_contain_text("今天")
    expect(page.locator("main")).to_contain_text("能办什么")
    assert page.locator("main .cards h3").count() > 3
    person.shot("1-center")

    person.follow(CARE)
    person.shot("2-activity")
    person.follow("预约")
    assert person.path() == "/login/"
    person.as_resident(phone)
    expect(page).to_have_url(re.compile(r"/activities/\d+/book/\d+/"))

    booking, code = register_and_book(person, child)
    open_calendar(person, tmp_path, child)

    person.go("/me/")
    expect(page.locator("main")).to_contain_text(CARE)
    person.shot("6-me")
    person.go("/me/family/")
    mine = page.locator("article", has_text=child)
    expect(mine).to_contain_text(re.compile("同意（.+版）"))
    person.shot("7-family")

    cancel(person, booking)
    export(person, tmp_path, child, code)
    correct_and_erase(person, phone, child)


def export(person: Walker, directory: Path, child: str, code: str) -> None:
    person.go("/me/data/")
    person.shot("10-data")
    person.fetched(person.page.get_by_role("button", name="下载我的资料")).save_as(directory / "data.json")
    data = json.loads((directory / "data.json").read_text())
    assert child in [member["name"] for member in data["family"]]
    assert {"code": code, "state": "cancelled"}.items() <= next(b for b in data["bookings"] if b["code"] == code).items()


def correct_and_erase(person: Walker, phone: str, child: str) -> None:
    page = person.page
    page.get_by_label(NAME).fill("演示更正")
    person.press("保存")
    person.says("已更正")
    expect(page.get_by_label(NAME)).to_have_value("演示更正")
    person.go("/me/family/")
    person.opens(page.locator("article", has_text=child).get_by_role("link", name="更正资料"))
    page.get_by_label(NAME).fill(f"{child}改")
    person.press("保存")
    person.says(f"{child}改")

    person.go("/me/data/")
    person.follow("删除我的资料")
    person.press("全部删除")
    expect(page.locator(".errors")).to_contain_text("请勾选确认")
    page.get_by_role("checkbox").check()
    person.shot("11-erase")
    person.press("全部删除")
    person.says("您的资料已经删除")
    person.go("/me/family/")
    assert person.path() == "/login/"
    person.as_resident(phone)
    person.go("/me/family/")
    expect(page.locator("main")).not_to_contain_text(child)
