"""Officers on the demonstration data: the village's own center, the township's registers, the district's admin site."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Walker, Walkers

pytestmark = pytest.mark.browser
OWN, CARE = "光南社区党群服务中心", "小豆芽课后托管"
NAME = re.compile("^姓名")
MASKED = re.compile(r"^.\*$")


def picture_with_a_place() -> bytes:
    """A photograph of a camera: lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 5.0, 54.0), 3: "E", 4: (119.0, 41.0, 24.0)})
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "#b5433c").save(out, "JPEG", exif=exif)
    assert b"SecretCamera" in out.getvalue()
    return out.getvalue()


def own_center(person: Walker) -> None:
    person.go("/desk/")
    person.follow("管理我的中心：信息、时间、联系人、照片")
    expect(person.page.get_by_role("heading", level=1)).to_have_text(OWN)


def part(person: Walker, title: str) -> None:
    """Opens the form that adds to one part of the center."""
    own_center(person)
    section = person.page.locator("section", has=person.page.get_by_role("heading", name=title, exact=True))
    person.opens(section.get_by_role("link", name="添加"))


def mend_facts(person: Walker) -> None:
    """A wrong area loses nothing; a right one is stored."""
    page = person.page
    person.opens(page.locator("section", has=page.get_by_role("heading", name="基本信息")).get_by_role("link", name="修改"))
    page.get_by_label("面积").fill("-3")
    page.get_by_label("大厅电话").fill("0579-82000999")
    person.press("保存")
    expect(page.locator(".errors")).to_be_visible()
    expect(page.get_by_label("大厅电话")).to_have_value("0579-82000999")
    person.shot("3-facts-wrong")
    page.get_by_label("面积").fill("1286.5")
    person.press("保存")
    person.says("已保存")
    expect(page.locator("main")).to_contain_text("1,286.5㎡")


def add_hours_and_contact(person: Walker) -> None:
    """A window of the wrong order is refused with its reason; then a window and a contact."""
    page = person.page
    part(person, "开放时间")
    page.get_by_label("日期类型").select_option(label="节假日")
    page.get_by_label("窗口类型").select_option(label="错时开放")
    page.get_by_label("开门").fill("22:00")
    page.get_by_label("关门").fill("21:00")
    person.press("保存")
    expect(page.locator(".errors")).to_contain_text("关门时间要晚于开门时间")
    page.get_by_label("关门").fill("22:30")
    person.press("保存")
    person.says("22:00–22:30")

    part(person, "联系人")
    page.get_by_label(NAME).fill("演示联系人")
    page.get_by_label("职务").fill("夜间值班")
    page.get_by_label("电话").fill("0579-82000777")
    page.get_by_label("对外公开").check()
    person.press("保存")
    person.says("演示联系人")


def test_a_village_officer_edits_the_own_center(walker: Walkers) -> None:
    person = walker("village")
    page = person.page
    person.expected.add(404)
    person.as_officer("village")
    assert person.path() == "/desk/"
    person.shot("1-desk")
    person.go("/desk/centers/")
    assert page.locator("main").inner_text().count("党群服务中心") >= 1
    expect(page.locator("main")).not_to_contain_text("王坦社区")
    own_center(person)
    number = int(person.path().split("/")[3])
    assert person.status(f"/desk/centers/{number + 1}/") == 404
    person.shot("2-center")

    mend_facts(person)
    add_hours_and_contact(person)

    stranger = walker("stranger")
    stranger.go("/centers/?q=gnsq")
    stranger.follow(OWN)
    for words in ("0579-82000999", "夜间值班", "0579-82000777", "1,286.5㎡"):
        stranger.says(words)


def test_a_photograph_loses_its_place_and_a_disguised_file_is_refused(walker: Walkers) -> None:
    person = walker("photo", PHONE)
    page = person.page
    person.as_officer("head")
    part(person, "照片")
    page.get_by_label("选择照片").set_input_files({"name": "hall.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture at all\n" * 50})
    page.get_by_label("图片说明").fill("演示大厅")
    person.press("保存")
    expect(page.locator(".errors")).to_contain_text("这个文件不是照片")
    expect(page.get_by_label("图片说明")).to_have_value("演示大厅")
    person.shot("refused")
    page.get_by_label("选择照片").set_input_files({"name": "hall.jpg", "mimeType": "image/jpeg", "buffer": picture_with_a_place()})
    person.press("保存")
    person.says("已保存")
    shown = page.locator("figure", has_text="演示大厅").locator("img")
    source = shown.get_attribute("src")
    assert source
    for size in ("small", "large"):
        answer = person.context.request.get(person.portal.url + re.sub(r"/\w+/$", f"/{size}/", source))
        picture = Image.open(io.BytesIO(answer.body()))
        assert answer.ok and b"SecretCamera" not in answer.body()
        assert not picture.getexif() and picture.height > picture.width
    person.shot("kept")


def book_for_an_elder(person: Walker) -> None:
    """Consent first, then the place; the same elder again is found by name and refused."""
    page = person.page
    person.follow("替老人预约")
    person.press("代为预约")
    expect(page.locator(".errors")).to_be_visible()
    page.get_by_label(NAME).fill("演示长寿")
    page.get_by_label("出生日期").fill("1948-03-02")
    person.press("代为预约")
    expect(page.locator(".errors")).to_contain_text("请先口头告知")
    expect(page.get_by_label(NAME)).to_have_value("演示长寿")
    page.get_by_label("已经口头告知").check()
    person.shot("3-elder")
    person.press("代为预约")
    person.says("已代为预约，预约码")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("演*")
    expect(page.locator("tbody")).not_to_contain_text("演示长寿")

    # The same elder again is a duplicate, found by name.
    person.expected.add(409)
    person.follow("替老人预约")
    page.get_by_label("先找已登记的人").fill("演示长寿")
    person.press("查找")
    expect(page.get_by_role("radio")).to_have_count(1)
    page.get_by_label("已经口头告知").check()
    person.press("代为预约")
    expect(page.locator(".errors")).to_contain_text("已经预约过了")
    person.shot("4-elder-twice")


def test_an_activity_from_the_idea_to_the_list_of_those_who_come(walker: Walkers) -> None:
    person = walker("activity")
    page = person.page
    person.as_officer("village")
    person.follow("开一个活动")
    start = timezone.localdate() + timedelta(days=5)
    title = "演示·邻里手工课"
    page.get_by_label("名称").fill(title)
    page.get_by_label("类别").select_option(label="文体")
    page.get_by_label("开始").fill(f"{start}T14:00")
    page.get_by_label("结束").fill(f"{start}T13:00")
    page.get_by_label("地点").fill("二楼演示室")
    page.get_by_label("名额").fill("3")
    person.press("存为草稿")
    expect(page.locator(".errors")).to_contain_text("结束时间要晚于开始时间")
    expect(page.get_by_label("名称")).to_have_value(title)
    expect(page.get_by_label("名额")).to_have_value("3")
    expect(page.get_by_label("开始")).to_have_value(f"{start}T14:00")
    person.shot("1-wrong")
    page.get_by_label("结束").fill(f"{start}T15:30")
    person.press("存为草稿")
    person.says("已存为草稿")
    number = person.path().split("/")[3]

    stranger = walker("stranger")
    assert stranger.status(f"/activities/{number}/") == 404
    person.shot("2-draft")
    person.press("发布")
    expect(page.locator("main")).to_contain_text("0 / 3")
    stranger.go(f"/activities/{number}/")
    stranger.says(title)
    stranger.says("3 个名额，已约 0")

    book_for_an_elder(person)


def test_names_are_masked_until_a_reason_is_given(walker: Walkers) -> None:
    person = walker("unmask", PHONE)
    page = person.page
    person.as_officer("village")
    person.go("/desk/activities/?q=小豆芽")
    person.follow(CARE)
    person.follow("看谁预约了")
    names = page.locator("tbody td:nth-child(2)")
    assert len(names.all_inner_texts()) >= 25
    assert all(MASKED.match(name.strip()) for name in names.all_inner_texts())
    person.shot("1-masked")
    page.get_by_label("理由").fill("看")
    person.press("查看并记录")
    expect(page.locator(".errors")).to_be_visible()
    assert all(MASKED.match(name.strip()) for name in names.all_inner_texts())
    page.get_by_label("理由").fill("明天停课，逐个通知家长")
    person.press("查看并记录")
    person.says("已经记入审计记录")
    assert not any("*" in name for name in names.all_inner_texts())
    assert "金豆豆" in names.all_inner_texts()
    person.shot("2-full")

    auditor = walker("auditor")
    auditor.as_officer("auditor")
    auditor.go("/admin/records/auditentry/?q=unmask_bookings")
    expect(auditor.page.locator("#content")).to_contain_text("unmask_bookings")
    auditor.shot("audit")
