"""Officers on the demonstration data: the village's own center, the township's registers, the district's admin site."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

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


def rows_of(person: Walker, directory: Path, export: str) -> list[list[object]]:
    answer = person.context.request.get(f"{person.portal.url}/desk/export/{export}/")
    assert answer.ok, answer.status
    file = directory / f"{export}.xlsx"
    file.write_bytes(answer.body())
    return CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()


def test_a_township_sees_its_centers_and_none_of_the_next(walker: Walkers, tmp_path: Path) -> None:
    person = walker("town")
    page = person.page
    person.expected |= {403, 404}
    person.as_officer("town")
    person.shot("1-desk")
    person.go("/desk/centers/")
    expect(page.locator("main")).to_contain_text(OWN)
    expect(page.locator("main")).not_to_contain_text("孝顺")
    listed = page.locator("tbody tr").count()
    assert listed == 27  # one of them not public yet
    person.shot("2-centers")

    other = walker("othertown")
    other.as_officer("othertown")
    other.go("/desk/centers/")
    other.opens(other.page.locator("tbody a").first)
    foreign = other.path()
    expect(other.page.locator("main")).not_to_contain_text("光南")
    assert person.status(foreign) == 404
    number = foreign.split("/")[3]
    assert person.status(f"/admin/centers/center/{number}/change/") in (302, 403, 404)

    person.go("/admin/centers/center/")
    expect(page.locator(".paginator")).to_contain_text("27")
    expect(page.locator("#result_list")).not_to_contain_text("孝顺")
    person.shot("3-admin")
    rows = rows_of(person, tmp_path, "centers")
    text = str(rows)
    assert OWN in text and "孝顺" not in text
    assert sum("党群服务中心" in str(row) for row in rows) == 27
    bookings = str(rows_of(person, tmp_path, "bookings"))
    assert "孝顺" not in bookings and "*" in bookings
    person.go("/desk/")
    file = person.fetched(page.get_by_role("link", name=re.compile("导出.*Excel")).first)
    assert file.suggested_filename.endswith(".xlsx")


def test_the_district_browses_the_admin_site(walker: Walkers, tmp_path: Path) -> None:
    person = walker("district")
    page = person.page
    person.as_officer("district")
    person.go("/admin/")
    person.shot("1-admin")
    person.go("/admin/centers/center/")
    expect(page.locator(".paginator")).to_contain_text("372")
    page.locator("#searchbar").fill("gnsq")
    person.opens(page.locator("#changelist-search [type=submit]"))
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list")).to_contain_text(OWN)
    person.go("/admin/centers/center/")
    person.opens(page.locator("#changelist-filter").get_by_role("link", name="孝顺镇"))
    expect(page.locator("#result_list")).to_contain_text("孝顺")
    expect(page.locator("#result_list")).not_to_contain_text("光南")
    person.opens(page.locator("#changelist-filter").get_by_role("link", name="镇街级"))
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    person.shot("2-filtered")

    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option(label="导出为 Excel")
    file = person.fetched(page.locator("button[name=index]"))
    file.save_as(tmp_path / "one.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "one.xlsx")).get_sheet_by_index(0).to_python()
    assert sum("孝顺" in str(row) for row in rows) == 1

    person.go("/admin/centers/center/?q=gnsq")
    person.opens(page.locator("#result_list tbody th a"))
    person.shot("3-change")
    for model in ("accounts/region", "accounts/participant", "activities/activity", "activities/booking", "records/auditentry"):
        answer = person.page.goto(f"{person.portal.url}/admin/{model}/")
        assert answer and answer.status in (200, 403), model
        if answer.status == 403:
            person.troubles.clear()
