"""An application for a sign goes its whole way into the inventory; a renovation is filed under a number instead."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Walker, Walkers
from tests.browser.uploads import open_row, take, upload_paper

pytestmark = pytest.mark.browser
CENTER = "多湖街道 · 光南社区"
BASIS = "关于规范设置阅读驿站标识的通知"


def apply(person: Walker, kind: str, title: str) -> None:
    """A draft of the own unit, from the list's button."""
    page = person.page
    person.go("/desk/placements/")
    person.follow("新增")
    page.get_by_label("中心").select_option(label=CENTER)
    expect(page.get_by_label("申请单位").locator("option")).to_have_count(2)  # none, and the own
    page.get_by_label("申请类别").select_option(label=kind)
    page.get_by_label("牌子、制度或工程名称").fill(title)
    page.get_by_label("放在什么位置").fill("大门右侧")
    page.get_by_label("依据文件名称").fill(BASIS)
    page.get_by_label("到期日期").fill(f"{timezone.localdate().replace(year=timezone.localdate().year + 2, day=1)}")
    person.press("保存")
    person.says("已保存")


def complete(person: Walker, *papers: str, **typed: str) -> None:
    """The document's number and what else is missing; then the papers."""
    person.follow("修改")
    for label, words in {"依据文件文号": "金文〔2026〕18号", **typed}.items():
        person.page.get_by_label(label).fill(words)
    person.press("保存")
    for kind in papers:
        upload_paper(person, kind)
    expect(person.page.locator("main")).not_to_contain_text("提交前还缺")


def state(person: Walker, words: str) -> None:
    expect(person.page.locator("header .chip").first).to_have_text(re.compile(words))


def reviewed_by_the_township(person: Walker, title: str) -> None:
    open_row(person, "placements", title)
    person.says("金文〔2026〕18号")
    person.shot("1-submitted")
    take(person, "统一设计", 统一设计要求="木纹底、暖黄字，宽 600 毫米。")
    person.press("送镇街党（工）委审核")
    person.press("审核通过，送区里")
    state(person, "待区级审批")


def stands_in_the_inventory(village: Walker, title: str) -> None:
    """The approved sign is among the center's signs, by itself."""
    village.go(f"/desk/signs/?q={title}")
    row = village.page.locator("main tbody tr")
    expect(row).to_have_count(1)
    for words in ("光南社区", "室外", "经批准", "保留"):
        expect(row).to_contain_text(words)
    village.shot("1-inventory")


def test_a_sign_goes_from_the_unit_into_the_centers_inventory(walker: Walkers) -> None:
    title = f"演示·阅读驿站{timezone.now():%H%M%S}"
    unit = walker("sign-unit")
    unit.as_officer("unit")
    unit.go("/desk/")
    unit.shot("1-desk")
    apply(unit, "标识挂牌", title)
    unit.says("提交前还缺")
    unit.press("提交")
    unit.says("还缺：依据文件文号、申请表（盖章扫描件）、效果图")
    state(unit, "草稿")
    unit.shot("2-missing")
    complete(unit, "申请表（盖章扫描件）", "效果图")
    unit.press("提交")
    state(unit, "已提交")
    assert unit.page.get_by_role("link", name="修改").count() == 0

    town = walker("sign-town")
    town.as_officer("town")
    reviewed_by_the_township(town, title)
    district = walker("sign-district")
    district.as_officer("district")
    open_row(district, "placements", title)
    expect(district.page.get_by_role("link", name="审核备案")).to_have_count(0)
    district.press("批准")
    state(district, "已批准")
    unit.go("/me/inbox/")
    unit.says(title)
    hung_and_checked(walker, title)


def hung_and_checked(walker: Walkers, title: str) -> None:
    """The sign stands in the inventory by itself; the village hangs it up, the township looks."""
    village = walker("sign-village")
    village.as_officer("village")
    village.go(f"/desk/signs/?q={title}")
    row = village.page.locator("main tbody tr")
    expect(row).to_have_count(1)
    for words in ("光南社区", "室外", "经批准", "保留"):
        expect(row).to_contain_text(words)
    village.shot("1-inventory")
    open_row(village, "placements", title)
    village.press("已安装")
    town = walker("sign-checks")
    town.as_officer("town")
    open_row(town, "placements", title)
    town.press("核验通过")
    state(town, "已核验")


def test_a_renovation_is_filed_under_a_number_and_puts_up_no_sign(walker: Walkers) -> None:
    title = f"演示·大厅装修{timezone.now():%H%M%S}"
    unit = walker("renovation-unit")
    unit.as_officer("unit")
    apply(unit, "装修方案", title)
    complete(unit, "申请表（盖章扫描件）", "效果图", "方案和预算", 预算="36.8")
    unit.press("提交")
    town = walker("renovation-town")
    town.as_officer("town")
    reviewed_by_the_township(town, title)
    district = walker("renovation-district")
    district.as_officer("district")
    open_row(district, "placements", title)
    expect(district.page.get_by_role("button", name="批准", exact=True)).to_have_count(0)
    district.follow("审核备案")
    district.press("审核备案")
    expect(district.page.locator(".errors")).to_contain_text("备案号")
    district.page.get_by_label("备案号").fill(f"金东备装〔{timezone.localdate():%Y}〕{timezone.now():%H%M%S} 号")
    district.press("审核备案")
    state(district, "已备案")
    district.says("金东备装")
    district.shot("1-filed")
    district.go(f"/desk/signs/?q={title}")
    expect(district.page.locator("main tbody tr")).to_have_count(0)


def test_a_unit_meets_no_application_of_another_unit(walker: Walkers) -> None:
    district = walker("units-district")
    district.as_officer("district")
    district.go("/desk/placements/?q=演示小学")
    address = district.page.locator("main tbody tr th a").first.get_attribute("href")
    assert address
    unit = walker("units-unit")
    unit.as_officer("unit")
    unit.go("/desk/placements/")
    owners = unit.page.locator("main tbody td[data-label=申请单位]").all_inner_texts()
    assert owners and set(owners) == {"金东区演示图书馆"}
    assert unit.status(address) == 404
    unit.go("/desk/placements/?q=演示小学")
    expect(unit.page.locator("main tbody tr")).to_have_count(0)
