"""An inspection on a phone: kept without a connection, sent once; what is not met becomes a finding and is mended and closed."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PHONE, Walker, Walkers
from tests.browser.uploads import picture, take

pytestmark = pytest.mark.browser
STATUS = "[data-draft-status]"
#: Whether the device holds a draft with these words.
HELD = """async (words) => {
    const ask = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = no; });
    if (!(await indexedDB.databases()).some((one) => one.name === "portal-drafts")) return false;
    const db = await ask(indexedDB.open("portal-drafts"));
    const all = db.objectStoreNames.contains("drafts") ? await ask(db.transaction("drafts").objectStore("drafts").getAll()) : [];
    db.close();
    return JSON.stringify(all).includes(words);
}"""


def own_center(person: Walker) -> str:
    """The address of the center of 光南社区 at the desk."""
    person.go("/desk/centers/?q=光南")
    person.follow(re.compile("光南社区"))
    return person.path()


def being_mended(person: Walker) -> str:
    """The text of the center's page, which names the findings that are open: none of them is issued again."""
    return person.page.locator("main").inner_text()


def items(person: Walker) -> list[Locator]:
    return person.page.locator("fieldset.item").all()


def choose(item: Locator, answer: str) -> None:
    item.get_by_role("radio", name=answer, exact=True).check()


def fill(person: Walker, known: str) -> str:
    """Three items met, one that nobody mends yet not met, with a remark; the others are left unknown. Its text."""
    legend, chosen = "", 0
    for item in items(person):
        text = item.locator("legend").inner_text().split("\n")[0].strip()
        if not legend and text.split("≥")[0].split("重点项")[0].strip()[:12] not in known:
            choose(item, "不符合")
            item.locator("summary").click()
            item.get_by_label("备注").fill("演示：北门台阶没有扶手")
            legend = text
        elif chosen < 3:
            choose(item, "符合")
            chosen += 1
    assert legend and chosen == 3
    return legend


def inspect(person: Walker, address: str, known: str) -> None:
    """Filled without a connection, kept through it, sent once when there is one."""
    page = person.page
    person.go(f"{address}inspect/")
    assert {"镇街检查"} == set(page.get_by_label("检查类别").locator("option").all_inner_texts())
    fill(person, known)
    taking = page.locator("fieldset.item", has=page.locator("input[type=file]")).first
    taking.locator("input[type=file]").set_input_files(picture(31))
    expect(page.locator(STATUS)).to_have_text("已存在这台手机上")
    person.shot("1-filled")
    person.context.set_offline(True)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(STATUS)).to_contain_text("没有网络")
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    with page.expect_navigation(url=re.compile(r"/desk/inspections/\d+/$")):
        person.context.set_offline(False)
    assert len([request for request in sent if request.url.endswith("/inspect/")]) == 1
    person.says("演示：北门台阶没有扶手")
    person.shot("2-sent")


def test_what_is_not_met_is_found_mended_verified_and_closed(walker: Walkers) -> None:
    town = walker("inspection-town", PHONE)
    town.as_officer("town")
    address = own_center(town)
    inspect(town, address, being_mended(town))
    with town.page.expect_navigation():
        town.page.locator("a[href^='/desk/findings/']").first.click()
    finding = town.path()
    town.says("北门台阶没有扶手")
    notice = town.context.request.get(town.portal.url + finding + "notice.pdf")
    assert notice.ok and notice.body().startswith(b"%PDF")

    village = walker("inspection-village", PHONE)
    village.as_officer("village")
    village.go("/desk/")
    village.shot("1-desk")
    village.go(finding)
    expect(village.page.get_by_role("button", name="验收通过")).to_have_count(0)
    village.press("收到，开始整改")
    take(village, "整改好了，提交", 整改情况="装了不锈钢扶手，两边各一根。")
    village.shot("2-mended")

    town.go(finding)
    town.says("装了不锈钢扶手")
    town.press("验收通过")
    town.press("销号")
    expect(town.page.locator("header .chip").first).to_have_text(re.compile("已销号"))
    town.go(address)
    expect(town.page.locator("main")).not_to_contain_text("北门台阶没有扶手")
    town.shot("3-center")


def test_a_reload_keeps_the_draft_and_logging_out_wipes_it(walker: Walkers) -> None:
    person = walker("draft", PHONE)
    page = person.page
    person.as_officer("village")
    address = own_center(person)
    person.go(f"{address}inspect/")
    assert set(page.get_by_label("检查类别").locator("option").all_inner_texts()) == {"村社自查"}
    page.get_by_label("总的情况").fill("演示草稿")
    expect(page.locator(STATUS)).to_have_text("已存在这台手机上")
    assert page.evaluate(HELD, "演示草稿")
    page.reload()
    expect(page.locator(STATUS)).to_have_text("接着上次的填")
    expect(page.get_by_label("总的情况")).to_have_value("演示草稿")
    person.go("/desk/")
    expect(page.locator("[data-drafts-list]")).to_be_visible()
    expect(page.locator("[data-drafts-list]")).to_contain_text("光南社区")
    person.shot("1-waiting")
    person.page.get_by_role("button", name="退出登录").click()
    person.says("已退出登录")
    assert not page.evaluate(HELD, "演示草稿")
    person.as_officer("village")
    person.go(f"{address}inspect/")
    expect(page.get_by_label("总的情况")).to_have_value("")


def test_without_scripts_an_inspection_is_a_plain_form(walker: Walkers) -> None:
    person = walker("plain", PHONE, scripts=False)
    person.as_officer("village")
    person.go(f"{own_center(person)}inspect/")
    person.page.get_by_label("检查日期").fill("2031-01-01")
    choose(items(person)[0], "符合")
    person.page.get_by_label("总的情况").fill("演示：自查")
    person.expected.add(400)
    person.press("提交")
    expect(person.page.locator(".errors")).to_contain_text("检查日期还没到")
    expect(person.page.get_by_label("总的情况")).to_have_value("演示：自查")
    expect(items(person)[0].locator("input[value=met]")).to_be_checked()
    person.page.get_by_label("检查日期").fill("2026-01-05")
    person.press("提交")
    person.says("检查已提交")
    person.says("演示：自查")
