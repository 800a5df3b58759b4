"""In the hall, without an account: a repair behind the QR code, a suggestion; followed at a secret address, answered at the desk."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Walker, Walkers
from tests.browser.test_resident import CENTER
from tests.browser.uploads import open_row, picture, take

pytestmark = pytest.mark.browser


def number_of_the_center(person: Walker) -> str:
    person.go("/centers/?q=gnsq")
    person.follow(CENTER)
    return person.path().split("/")[2]


def newest(person: Walker, noun: str, words: str) -> None:
    """The newest row of the own center with these words on its page: lists show the nearest deadline first."""
    person.go(f"/desk/{noun}/?state=" + {"repairs": "reported", "feedback": "received"}[noun])
    addresses = [link.get_attribute("href") for link in person.page.locator("main tbody tr th a").all()]
    person.go(str(max(addresses, key=lambda href: int(str(href).strip("/").split("/")[-1]))))
    person.says(words)


def report(person: Walker, words: str) -> str:
    """Nothing typed is refused with its reason, no picture too; then it goes, and has an address of its own."""
    page = person.page
    person.press("提交报修")
    expect(page.locator(".errors")).to_contain_text("哪里坏了")
    page.get_by_label("哪里坏了").fill(words)
    page.get_by_label("在什么位置").fill("二楼东头")
    page.get_by_label("您的电话").fill("12")
    page.get_by_label("拍一张照片").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"nothing" * 99})
    person.press("提交报修")
    expect(page.locator(".errors")).to_contain_text("不是照片")
    expect(page.get_by_label("哪里坏了")).to_have_value(words)
    person.shot("2-wrong")
    page.get_by_label("您的电话").fill("13800001234")
    page.get_by_label("拍一张照片").set_input_files(picture(21))
    person.press("提交报修")
    assert re.fullmatch(r"/r/[\w-]{20,}/", person.path())
    person.says("收到了，谢谢您")
    return person.path()


def test_a_repair_is_reported_with_a_photo_mended_and_followed(walker: Walkers) -> None:
    person = walker("repair", PHONE)
    number = number_of_the_center(person)
    person.go(f"/centers/{number}/repair/")
    person.shot("1-form")
    words = "演示·走廊的灯一闪一闪"
    address = report(person, words)
    person.shot("3-reported")
    expect(person.page.locator("main")).not_to_contain_text("13800001234")

    village = walker("repair-village", PHONE)
    village.as_officer("village")
    newest(village, "repairs", words)
    village.says("****1234")
    photo = village.page.locator("main figure img").first
    source = photo.get_attribute("src")
    assert source and village.status(source) == 200 and person.status(source) != 200
    village.shot("1-triage")
    take(village, "派人去修", 派给谁="村里电工")
    person.go(address)
    person.says("村里电工")
    take(village, "修好了", 怎么修的="换了镇流器，试过正常。")
    village.press("确认修好")
    expect(village.page.locator("header .chip").first).to_have_text(re.compile("已确认"))
    person.go(address)
    person.says("换了镇流器，试过正常。")
    person.says("已确认")
    person.shot("4-mended")


def test_a_suggestion_is_answered_at_its_secret_address(walker: Walkers) -> None:
    person = walker("feedback", PHONE)
    person.expected.add(404)
    number = number_of_the_center(person)
    person.go(f"/feedback/?center={number}")
    expect(person.page.get_by_label("关于哪个中心")).to_have_value(number)
    words = "演示·门口能不能放两把椅子"
    person.press("提交")
    expect(person.page.locator(".errors")).to_contain_text("您想说的")
    person.page.get_by_label("您想说的").fill(words)
    person.shot("1-form")
    person.press("提交")
    address = person.path()
    assert re.fullmatch(r"/f/[\w-]{20,}/", address)
    person.says("前答复")
    person.shot("2-received")

    village = walker("feedback-village")
    village.as_officer("village")
    newest(village, "feedback", words)
    answer(village)
    person.go(address)
    person.says("光南社区居委会的答复")
    person.says("已经放了两把，在门厅左边。")
    person.shot("3-answered")
    person.go(address[:-3] + "xx/")
    expect(person.page.locator("main")).not_to_contain_text(words)


def answer(person: Walker) -> None:
    page = person.page
    person.follow("答复")
    page.get_by_label(re.compile("^答复单位")).fill("光南社区居委会")
    person.press("答复")
    expect(page.locator(".errors")).to_contain_text("答复")
    expect(page.get_by_label(re.compile("^答复单位"))).to_have_value("光南社区居委会")
    page.locator("textarea[name=answer]").fill("已经放了两把，在门厅左边。")
    person.press("答复")
    person.says("已办：答复")


def test_what_is_said_to_the_district_is_the_districts(walker: Walkers) -> None:
    person = walker("feedback-district", PHONE, scripts=False)
    person.go("/feedback/")
    words = "演示·全区能不能统一开门时间"
    person.page.get_by_label("您想说的").fill(words)
    person.press("提交")
    district = walker("district")
    district.as_officer("district")
    newest(district, "feedback", words)
    town = walker("town")
    town.as_officer("town")
    assert town.status(district.path()) == 404
    open_row(district, "repairs", "光南")
    assert town.status(district.path()) == 200
