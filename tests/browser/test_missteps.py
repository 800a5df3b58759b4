"""A resident without JavaScript, with wrong input, with two tabs, logged out in between."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Walkers
from tests.browser.test_resident import CARE, CENTER, NAME, open_care

pytestmark = pytest.mark.browser


def test_everything_works_without_javascript(walker: Walkers) -> None:
    person = walker("plain", PHONE, scripts=False)
    page = person.page
    person.go("/")
    page.get_by_label("找中心").fill("gnsq")
    person.press("查找")
    expect(page.locator("#results")).to_contain_text(CENTER)
    page.get_by_label("镇街").select_option(label="多湖街道")
    person.press("查找")
    expect(page).to_have_url(re.compile("town=330703001"))
    expect(page.locator("#results .card h2")).to_have_text([CENTER])
    person.as_resident("13800000001", "/me/")
    assert person.path() == "/me/"
    open_care(person)
    page.get_by_label("方小满").check(force=True)
    person.press("确认预约")
    person.says("预约成功")
    expect(page.locator(".qr svg")).to_be_visible()
    person.shot("booked")
    person.press("取消预约")
    person.says("已取消")


def test_wrong_input_keeps_what_was_typed(walker: Walkers) -> None:
    person = walker("wrong", PHONE)
    page = person.page
    person.go("/login/")
    page.get_by_label("手机号").fill("12345")
    person.press("获取验证码")
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.get_by_label("手机号")).to_have_value("12345")
    person.shot("phone")
    page.get_by_label("手机号").fill("138 0000 0007")
    person.press("获取验证码")
    wrong = "000000" if page.locator("#demo-code").inner_text() != "000000" else "111111"
    page.get_by_label("验证码").fill(wrong)
    person.log_in()
    expect(page.locator(".errors")).to_contain_text("验证码不对或已过期")
    page.get_by_label("验证码").fill(page.locator("#demo-code").inner_text())
    person.log_in()
    person.go("/me/family/add/?kind=elder")
    page.get_by_label(NAME).fill("演示长者")
    page.get_by_label("联系电话").fill("12")
    person.press("登记")
    expect(page.get_by_label(NAME)).to_have_value("演示长者")
    expect(page.get_by_label("联系电话")).to_have_value("12")
    for label in ("居住村社", "联系电话"):
        field = page.get_by_label(label)
        assert field.get_attribute("aria-invalid") == "true"
        assert page.locator(f"#{field.get_attribute('aria-describedby')}").inner_text()
    person.shot("family")


def test_pressing_twice_and_a_second_tab_book_once(walker: Walkers) -> None:
    person = walker("twice", PHONE)
    person.expected.add(409)
    person.as_resident("13800000008")
    open_care(person)
    address = person.path()
    child = person.page.get_by_label("叶青豆")
    child.check(force=True)
    other = person.context.new_page()
    other.goto(person.portal.url + address)
    other.get_by_label("叶青豆").check(force=True)

    answers = person.page.evaluate(
        """async () => {
            const form = document.querySelector("main form.form");
            const send = () => fetch(location.href, {method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual"});
            return (await Promise.all([send(), send(), send()])).map(answer => answer.type === "opaqueredirect" ? 302 : answer.status);
        }"""
    )
    assert answers.count(302) == 1 and answers.count(409) == 2, answers

    other.get_by_role("button", name="确认预约").dblclick()
    expect(other.locator("main")).to_contain_text("已经预约过了")
    person.go("/me/bookings/")
    live = person.page.locator("article", has_text=CARE)
    expect(live).to_have_count(1)

    person.opens(live.get_by_role("link"))
    person.press("取消预约")
    person.says("已取消")


def test_a_tab_left_open_after_logging_out_asks_to_log_in_again(walker: Walkers) -> None:
    person = walker("left")
    person.as_resident("13800000009")
    person.go("/me/data/")
    other = person.context.new_page()
    other.goto(f"{person.portal.url}/me/")
    other.get_by_role("button", name="退出登录").click()
    expect(other.locator("main")).to_contain_text("已退出登录")
    person.page.get_by_label(NAME).fill("留着的")
    person.press("保存")
    assert person.path() == "/login/"
    person.shot("after")
    # On a shared computer, the way back must not show the pages of the one before.
    person.page.go_back()
    expect(person.page.get_by_role("button", name="退出登录")).to_have_count(0)
    other.go_back()
    expect(other.get_by_role("button", name="退出登录")).to_have_count(0)
