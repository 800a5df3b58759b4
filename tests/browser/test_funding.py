"""Stars and money in the browser: applied for, reviewed on a phone, scored, tried out, decided, objected to, paid, reversed."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Walker, Walkers
from tests.browser.uploads import section
from tests.portal.served import Served

pytestmark = pytest.mark.browser
#: A round of two villages whose scores are all in; the first has 92.10 and five stars, the other 74.80 and three.
SCORED = """
from tests import make
row = make.scored_round({make.VILLAGE: (95, 92, 90), make.NEXT_VILLAGE: (76, 74, 74)})
print(row.pk)
"""
#: A project that was accepted, its money put in place by somebody else than who pays.
PLACED = """
from tests import make
row = make.allocated(make.project(state="accepted", title="走廊加扶手"))
print(row.pk)
"""


def shell(portal: Served, code: str) -> list[str]:
    return portal.manage("shell", "-v", "0", "-c", code).split()


def officer(walker: Walkers, login: str, *width: int) -> Walker:
    person = walker(f"funding-{login}", *width)
    person.as_officer(login)
    return person


def fill_marks(person: Walker, value: int) -> int:
    """Every item with one value; how many there are."""
    fields = person.page.locator("input[name^=item_]")
    for n in range(fields.count()):
        fields.nth(n).fill(str(value))
    return fields.count()


def test_a_village_applies_in_under_three_minutes_of_typing(walker: Walkers) -> None:
    village = officer(walker, "village")
    village.go("/desk/applications/")
    village.opens(village.page.locator("a[href='/desk/applications/add/']").first)
    words = "晚上七点到九点有人值班，年轻人下了班能来上夜校；助餐和托管在一个院子里，老人等孩子放学，邻里都熟了。"
    plans = "冬天晚上冷，想加取暖的角落。"
    begun = time.monotonic()
    village.page.get_by_label("做得好的").press_sequentially(words)
    village.page.get_by_label("还要改进的").press_sequentially(plans)
    # A clerk types some forty characters a minute; the machine only shows that nothing else is asked for.
    assert len(words + plans) / 40 < 3 and time.monotonic() - begun < 60
    village.press("保存")
    expect(section(village, "系统里的事实").locator("tbody tr")).to_have_count(7)
    village.shot("1-draft")
    village.press("申报")
    village.says("已申报")
    village.says("申报那一刻的数，之后不再变。")


def test_a_representative_reviews_on_a_phone_and_recuses(walker: Walkers) -> None:
    person = officer(walker, "representative", PHONE)
    person.go("/me/")
    person.opens(person.page.get_by_role("link", name=re.compile("^请您评议")))
    person.shot("1-list")
    left = person.page.get_by_role("link", name=re.compile("^评这个村社")).count()
    assert left >= 2
    person.opens(person.page.get_by_role("link", name=re.compile("^评这个村社")).first)
    assert fill_marks(person, 88) == 3
    person.page.locator("input[name^=item_]").first.fill("120")
    person.press("交评分表")
    expect(person.page.locator("input[name^=item_]").nth(1)).to_have_value("88")  # nothing typed is lost
    person.page.locator("input[name^=item_]").first.fill("90")
    person.shot("2-sheet")
    person.press("交评分表")
    person.says("谢谢，已交")
    person.follow("我和这个村社有关系，要回避")
    person.page.get_by_label("为什么回避").fill("我爱人在那里上班。")
    person.press("回避这个村社")
    person.says("已回避")
    expect(person.page.get_by_role("link", name=re.compile("^评这个村社"))).to_have_count(left - 2)


def test_the_township_scores_and_sees_nobody_elses_marks(walker: Walkers) -> None:
    town = officer(walker, "town")
    town.go("/desk/scoring/")
    link = section(town, "等您打分").locator("li a").first
    name = link.inner_text()
    town.opens(link)
    assert fill_marks(town, 85) == 3
    town.press("交评分表")
    town.says(f"已交：{name}")
    town.go("/desk/scoring/")
    expect(section(town, "您打过的，截止前可以改")).to_contain_text(name)
    town.go(f"/desk/applications/?q={name}")
    town.opens(town.page.locator("main tbody tr th a").first)
    expect(town.page.get_by_role("heading", name="结果")).to_have_count(0)


def objects(resident: Walker, number: str) -> None:
    """Once without a telephone number: what was written stays."""
    resident.go(f"/funding/rounds/{number}/")
    resident.follow("提出异议")
    resident.page.get_by_label("姓名或单位名称").fill("王青禾")
    resident.page.get_by_label("有什么异议，依据是什么").fill("上周三晚上七点去，门是锁着的。")
    resident.press("提交异议")
    expect(resident.page.get_by_label("有什么异议，依据是什么")).to_have_value("上周三晚上七点去，门是锁着的。")
    resident.page.get_by_label("联系电话").fill("13900001234")
    resident.press("提交异议")
    resident.says("收到您的异议")


def test_the_district_plays_what_if_decides_and_answers_an_objection(walker: Walkers, portal: Served) -> None:
    number = shell(portal, SCORED)[0]
    district, resident = officer(walker, "district"), walker("funding-resident", PHONE)
    district.go(f"/desk/rating-rounds/{number}/what-if/")
    district.says("没有村社会变")
    district.page.locator("#what-if input[name=threshold_3]").fill("80")
    district.page.locator("#what-if input[name=threshold_4]").fill("85")
    district.press("算一算")
    expect(section(district, "会变的村社").locator("tbody tr")).to_have_count(1)
    district.shot("1-what-if")
    district.press("评定并公示")
    district.says("请写明理由")
    expect(district.page.locator("#what-if input[name=threshold_3]")).to_have_value(re.compile("^80"))
    district.go(f"/desk/rating-rounds/{number}/what-if/")
    district.press("评定并公示")
    district.says("已评定，公示开始了。")
    resident.go(f"/funding/rounds/{number}/")
    expect(section(resident, "结果").locator("tbody tr")).to_have_count(2)
    resident.shot("2-notice")
    resident.opens(section(resident, "结果").locator("tbody tr th a").first)
    resident.says("总分 92.10")
    expect(resident.page.get_by_role("heading", name="代表评议")).to_be_visible()
    resident.shot("3-village")
    objects(resident, number)
    district.go("/desk/objections/?state=received")
    district.opens(district.page.locator("main tbody tr th a").first)
    district.says("上周三晚上七点去")
    district.follow("不成立")
    district.page.get_by_label("答复").fill("核对了开放记录：上周三按公告停电检修，提前两天贴了通知。")
    district.press("不成立")
    resident.go(f"/funding/rounds/{number}/")
    expect(section(resident, "异议和答复")).to_contain_text("停电检修")
    expect(resident.page.locator("main")).not_to_contain_text("王青禾")
    paper = resident.context.request.get(f"{portal.url}/funding/rounds/{number}/notice.pdf")
    assert paper.ok and paper.headers["content-type"] == "application/pdf" and len(paper.body()) > 5_000


def test_money_is_paid_by_another_and_reversed(walker: Walkers, portal: Served) -> None:
    number = shell(portal, PLACED)[0]
    payer, resident = officer(walker, "reviewer"), walker("funding-ledger", PHONE)
    payer.go(f"/desk/projects/{number}/")
    payer.press("拨付")
    payer.says("已办：拨付")
    payer.opens(section(payer, "账上的").locator("li", has_text="拨付").locator("a"))
    payer.follow("冲销")
    payer.press("冲销")  # without a reason
    payer.page.get_by_label("理由").fill("账号写错了")
    payer.press("冲销")
    payer.says("已冲销")
    payer.shot("1-reversal")
    resident.go("/funding/ledger/")
    expect(section(resident, "每一笔").locator("tbody tr").first).to_contain_text("账号写错了")
    resident.shot("2-ledger")
    payer.go(f"/desk/projects/{number}/")
    expect(payer.page.get_by_role("button", name="拨付", exact=True)).to_be_visible()  # it can be paid anew
