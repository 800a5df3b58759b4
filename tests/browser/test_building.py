"""一月一销号: a line filed on a phone, a township's month on one page, a task closed from the village to the district."""

import io
import re

import openpyxl
import pytest
from playwright.sync_api import Locator, expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import PHONE, Walker, Walkers
from tests.browser.uploads import open_row, picture, section, take, upload_paper

pytestmark = pytest.mark.browser
OWN = "光南社区"
DONE = "水电已进场，下周贴砖。"


def line(person: Walker, place: str) -> Locator:
    """The card of one task's line on the page of the month."""
    return person.page.locator("article", has=person.page.get_by_role("heading", name=re.compile(f"{place}$")))


def lines_in(person: Walker, state: str) -> Locator:
    return person.page.locator("main article", has=person.page.locator(".chip", has_text=re.compile(f"^\\s*{state}\\s*$")))


def file_wrong_then_right(person: Walker) -> None:
    """A percentage of 300 loses nothing that was typed."""
    page, own = person.page, line(person, OWN)
    own.get_by_label("进度").fill("300")
    own.get_by_label("本月进展").fill(DONE)
    own.get_by_label("累计支出").fill("12.5")
    person.expected.add(400)
    person.press("保存填报")
    expect(own).to_contain_text("100")
    assert own.get_by_label("进度").get_attribute("aria-invalid") == "true"
    for label, value in (("进度", "300"), ("本月进展", DONE), ("累计支出", "12.5")):
        expect(own.get_by_label(label)).to_have_value(value)
    person.shot("1-wrong")
    own.get_by_label("进度").fill("61")
    person.press("保存填报")
    person.says("已填报 1 行")
    expect(own.locator(".chip")).to_have_text(re.compile("待审核"))
    expect(page.locator("main")).not_to_contain_text("还差一点")


def verify_all_but_one(person: Walker) -> str:
    """Every line that may be verified is ticked beforehand; the one that is unticked stays. Its name."""
    cards = person.page.locator("main article", has=person.page.locator("input[name=pick]"))
    expect(cards.first.locator("input[name=pick]")).to_be_checked()
    count = cards.count()
    assert count >= 2
    name = cards.last.locator("h2").inner_text().strip()
    cards.last.locator("input[name=pick]").uncheck()
    person.press("审核打勾的")
    person.says(f"已审核 {count - 1} 行")
    expect(line(person, name).locator(".chip")).to_have_text(re.compile("待审核"))
    return name


def test_a_month_goes_from_the_village_over_the_township_to_the_district(walker: Walkers) -> None:
    village = walker("month-village", PHONE)
    village.as_officer("village")
    village.go("/desk/month/")
    expect(village.page.locator("main article")).to_have_count(1)
    file_wrong_then_right(village)
    village.shot("2-filed")

    town = walker("month-town")
    town.as_officer("town")
    town.go("/desk/month/")
    expect(line(town, OWN)).to_be_visible()
    town.shot("1-month")
    own = lines_in(town, "待填报").first
    name = own.locator("h2").inner_text().strip()
    town.opens(own.get_by_role("button", name="无变化"))
    town.says("已记“无变化”")
    expect(line(town, name).locator("input[name=pick]")).to_have_count(0)

    send_back_with_a_reason(town)
    left = verify_all_but_one(town)
    town.press("报区里")
    town.says("已报区里")
    expect(lines_in(town, "镇街已审核")).to_have_count(0)
    assert line(town, left).count() == 1
    town.shot("3-submitted")

    village.go("/desk/month/")
    expect(line(village, OWN).locator(".chip")).to_have_text(re.compile("已报区里"))
    district = walker("month-district")
    district.as_officer("district")
    district.go("/desk/month/")
    district.follow("多湖街道")
    expect(line(district, OWN)).to_contain_text("61%")
    district.shot("1-township")


def send_back_with_a_reason(person: Walker) -> None:
    """Without a reason nothing happens; with one the line is its filer's again."""
    card = lines_in(person, "待审核").filter(has_not_text=OWN).first
    name = card.locator("h2").inner_text().strip()
    card.locator("summary", has_text="退回").click()
    person.opens(card.get_by_role("button", name="退回这一行"))
    person.says("请填写这一项")
    card = line(person, name)
    card.locator("summary", has_text="退回").click()
    card.get_by_label("请写明要改什么").fill("请写清这个月做了什么。")
    person.opens(card.get_by_role("button", name="退回这一行"))
    expect(line(person, name).locator(".chip")).to_have_text(re.compile("已退回"))
    expect(line(person, name)).to_contain_text("请写清这个月做了什么。")
    person.shot("2-sent-back")


def test_enter_in_a_box_files_the_line_and_never_says_that_nothing_changed(walker: Walkers) -> None:
    person = walker("enter")
    person.as_officer("othertown")
    person.go("/desk/month/")
    card = lines_in(person, "待填报").first
    name = card.locator("h2").inner_text().strip()
    card.get_by_label("本月进展").fill("门头已装。")
    card.get_by_label("进度").fill("70")
    with person.page.expect_navigation():
        card.get_by_label("进度").press("Enter")
    person.says("已填报 1 行")
    expect(line(person, name)).not_to_contain_text("无变化 ·")


def test_the_month_comes_as_excel_with_a_line_for_each_task(walker: Walkers) -> None:
    person = walker("month-excel")
    person.as_officer("town")
    person.go("/desk/month/")
    shown = person.page.locator("main article").count()
    file = person.fetched(person.page.get_by_role("link", name="导出"))
    sheet = openpyxl.load_workbook(io.BytesIO(file.path().read_bytes())).worksheets[0]
    cells = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    assert len([row for row in cells if "多湖街道" in row]) == shown


# -- closure -----------------------------------------------------------------------------------------------------------
def upload_photo(person: Walker, moment: str, seed: int) -> None:
    page = person.page
    person.opens(section(person, "前后对比照").get_by_role("link", name="上传"))
    page.get_by_label("前还是后").select_option(label=moment)
    page.get_by_label("选择照片").set_input_files(picture(seed))
    person.press("保存")
    person.says("已保存")
    shown = page.get_by_role("img", name=f"{moment} 1")
    expect(shown).to_be_visible()
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", True)


def ask_for_closure(person: Walker) -> None:
    """Too early the page names what is missing, and keeps what was written."""
    page = person.page
    open_row(person, "tasks", OWN)
    person.follow("申请销号")
    page.get_by_label("完成情况").fill("全部完工，试开放一周。")
    person.press("申请销号")
    for missing in ("验收表", "提升前的照片", "提升后的照片"):
        expect(page.locator(".errors")).to_contain_text(missing)
    expect(page.get_by_label("完成情况")).to_have_value("全部完工，试开放一周。")
    person.shot("1-too-early")
    open_row(person, "tasks", OWN)
    upload_paper(person, "验收表")
    upload_photo(person, "提升前", 11)
    upload_photo(person, "提升后", 12)
    take(person, "申请销号", 完成情况="全部完工，试开放一周，居民反映好。")
    expect(page.locator("header .chip")).to_have_text(re.compile("申请销号"))
    expect(page.get_by_role("button", name="镇街验收通过")).to_have_count(0)
    person.shot("2-asked")


def figures(person: Walker) -> list[int]:
    """Total, closed, due, overdue at the top of the register."""
    return [int(text) for text in person.page.locator(".stat .big-number").all_inner_texts()]


def test_a_task_is_closed_on_a_phone_at_the_township_and_in_the_district(walker: Walkers) -> None:
    village = walker("closure-village", PHONE)
    village.as_officer("village")
    ask_for_closure(village)

    town = walker("closure-town")
    town.as_officer("town")
    open_row(town, "tasks", OWN)
    town.says("全部完工，试开放一周，居民反映好。")
    town.shot("1-asked")
    town.press("镇街验收通过")
    town.says("已办：镇街验收通过")

    district = walker("closure-district")
    district.as_officer("district")
    district.go("/desk/upgrade/")
    total, closed, _due, _overdue = figures(district)
    open_row(district, "tasks", OWN)
    district.press("销号")
    district.says("已办：销号")
    expect(district.page.locator("header .chip")).to_have_text(re.compile("已销号"))
    district.go("/desk/upgrade/")
    assert figures(district)[:2] == [total, closed + 1]
    district.go(f"/admin/centers/upgradetask/?q={OWN}")
    expect(district.page.locator("#result_list")).to_contain_text("已销号")
    district.shot("2-admin")
    village.go("/me/inbox/")
    village.says("已销号")


def test_the_register_adds_up_on_the_page_in_excel_and_as_paper(walker: Walkers) -> None:
    person = walker("register")
    person.as_officer("district")
    person.go("/desk/upgrade/")
    person.shot("1-register")
    shown = figures(person)
    assert shown[0] == 78
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(person.fetched(person.page.get_by_role("link", name="导出")).path().read_bytes())
    ).get_sheet_by_index(0)
    rows = [row for row in book.to_python() if row and row[0]]
    head = next(row for row in rows if row[0] == "镇街")
    towns, total = rows[rows.index(head) + 1 : -1], rows[-1]
    assert len(towns) == 11 and total[0] == "全区合计"
    whole = [n for n, title in enumerate(head) if title not in ("镇街", "销号率（%）")]
    assert [total[n] for n in whole] == [sum(row[n] for row in towns) for n in whole]
    assert [total[head.index(name)] for name in ("总数", "已销号", "本月到期", "逾期")] == shown
    answer = person.context.request.get(person.portal.url + "/desk/upgrade.pdf")
    assert answer.ok and answer.body().startswith(b"%PDF") and answer.headers["content-type"] == "application/pdf"
