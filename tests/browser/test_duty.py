"""Duty in the browser: a month made, mended and hung up; a swap on two phones; the hall's tap; who is there; a leave filled again."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PHONE, Walker, Walkers
from tests.browser.uploads import section
from tests.portal.served import Served

pytestmark = pytest.mark.browser
#: The demonstration's two cadres, their center, and one that no other walk visits.
ONE, OTHER, OWN, QUIET = "方守望", "金轮值", "330703001021", "330703001024"
SET_UP = """
from datetime import timedelta
from django.utils import timezone
from centers.models import Center
from staffing.changing import bars, candidates, month
from staffing.models import Duty, Posting, Roster
from tests import make
today = timezone.localdate()
center = Center.objects.get(region__code="{code}")
posts = Posting.objects.filter(center=center).order_by("id")
def all_day(*cadres):
    roster = Roster.objects.public().get(center=center, month=today.replace(day=1))
    roster.shifts.filter(day=today).delete()
    shift = make.shift(roster, today, (0, 24), people=len(cadres))
    return [make.duty(shift, cadre) for cadre in cadres]
mine = Duty.objects.posted().filter(shift__roster__center=center, cadre__user__login="cadre", swaps=None)
mine = mine.filter(starts_at__gt=timezone.now() + timedelta(days=4)).order_by("starts_at")
"""
TO_SWAP = """
other = posts.get(cadre__user__login="cadre2").cadre
duty = next(d for d in mine.reverse() if not bars(d, other))
print(center.pk, duty.pk, duty.shift.day, duty.shift.spans)
"""
TO_LEAVE = """
duty = next(d for d in mine.filter(shift__roster__month__gt=today) if candidates(month(d.shift.roster), d.shift.key, d.cadre_id))
print(center.pk, duty.shift.roster_id, duty.shift.day)
"""
OPENED = """
make.exception(center, today, None, "00:00", "23:59:59.999999")
print(center.pk, all_day(posts[0].cadre)[0].cadre.name)
"""


def shell(portal: Served, code: str, village: str = OWN) -> list[str]:
    """The words of what the code prints."""
    return portal.manage("shell", "-v", "0", "-c", SET_UP.replace("{code}", village) + code).split()


def officer(walker: Walkers, login: str, *width: int) -> Walker:
    person = walker(f"duty-{login}", *width)
    person.as_officer(login)
    return person


def row(person: Walker, day: str, words: str = "") -> Locator:
    """The lines of a roster's table of a day (``1月8日`` or ``2027-01-08``), with these words."""
    on = re.sub(r"\d+-0?(\d+)-0?(\d+)", r"\1月\2日", day)
    return person.page.locator("tbody tr", has=person.page.locator("th", has_text=re.compile(f"^{on} "))).filter(has_text=words)


def choose(person: Walker, name: str, words: str) -> None:
    """The option of a list whose label begins with these words."""
    field = person.page.locator(f"select[name={name}]")
    field.select_option(field.locator("option", has_text=re.compile(f"^{words}( |$)")).first.get_attribute("value"))


def press(person: Walker, button: str, words: str) -> None:
    person.press(button)
    person.says(words)


def put(person: Walker, out: str, into: str) -> None:
    choose(person, "out", out)
    choose(person, "into", into)
    person.press("改这个班")


def mend(person: Walker) -> tuple[str, str]:
    """On the first day with two shifts: twice a day is refused, an empty place is shown, and filled. The day, and who came."""
    lines = [line.split("\t") for line in section(person, "每一天").locator("tbody tr").all_inner_texts()]
    first, second = next((a, b) for a, b in pairwise(lines) if a[0] == b[0] and "缺" not in a[2] + b[2])
    day, there, old = first[0].split()[0], *(re.split("[★、]", line[2].strip())[0] for line in (first, second))
    link = row(person, day).nth(1).get_by_role("link", name="改")
    person.opens(link)
    put(person, old, there)
    expect(person.page.locator(".errors")).to_contain_text("同一天给他排了两班，请留一班，另一班换一位。")
    put(person, old, "不加人，先空着")
    expect(row(person, day).nth(1)).to_contain_text("缺 1 人")
    person.opens(link)
    offered = [offer.split()[0] for offer in section(person, "谁可以来").locator("li > span").all_inner_texts()]
    new = next((name for name in offered if name != old), old)
    put(person, "不换下，只加人", new)
    expect(row(person, day).nth(1)).to_contain_text(new)
    return day, new


def test_a_head_makes_mends_and_hangs_up_the_roster_of_a_later_month(walker: Walkers, portal: Served) -> None:
    month = f"{timezone.localdate().replace(day=1) + timedelta(days=62):%Y-%m}"  # two months are 59 to 62 days
    head, resident = officer(walker, "head"), walker("duty-month", PHONE)
    head.go("/desk/rosters/add/")
    choose(head, "center", "多湖街道 · 光南社区")
    head.page.get_by_label("月份").fill(month)
    press(head, "保存", "待排")
    head.press("自动排班")
    if head.path().startswith("/desk/roster-runs/"):
        expect(head.page.get_by_role("heading", name="排好了")).to_be_visible(timeout=60_000)
        head.opens(head.page.locator("#run-progress li a"))
    head.says("已排好")
    head.shot("2-made")
    day, name = mend(head)
    address = f"/centers/{shell(portal, 'print(center.pk)')[0]}/duty/?month={month}"
    press(head, "核对好了", "已核对")
    resident.go(address)
    resident.says("这个月的值班表还没有公示")
    press(head, "公示", "已公示")
    resident.go(address)
    expect(resident.page.get_by_role("heading", level=1)).to_have_text(f"{month} 值班表")
    expect(row(resident, day).nth(1)).to_contain_text(name)


def test_a_swap_on_two_phones_stands_when_the_head_agrees(walker: Walkers, portal: Served) -> None:
    number, duty, day, spans = shell(portal, TO_SWAP)
    one, other, head, resident = officer(walker, "cadre", PHONE), officer(walker, "cadre2", PHONE), officer(walker, "head"), walker("swap")
    one.go("/me/duties/")
    one.opens(one.page.locator(f"a[href='/me/duties/{duty}/swap/']"))
    choose(one, "to", OTHER)
    one.page.get_by_label("说一句").fill("演示·那天要送孩子")
    press(one, "请他看看", "已经请他看了")
    other.go("/me/duties/")
    other.opens(other.page.locator("article", has_text="演示·那天要送孩子").get_by_role("button", name="答应"))
    other.says("已办：答应")
    month = f"/centers/{number}/duty/?month={day[:7]}"
    resident.go(month)
    expect(row(resident, day, spans)).to_contain_text(ONE)
    head.go("/desk/swaps/?state=accepted")
    head.follow(f"{day} {spans}")
    press(head, "同意换班", "换好了")
    resident.go(month)
    expect(row(resident, day, spans)).to_contain_text(OTHER)
    expect(row(resident, day, spans)).not_to_contain_text(ONE)


def test_the_hall_confirms_a_shift_with_one_tap_and_takes_one_back(walker: Walkers, portal: Served) -> None:
    shell(portal, 'all_day(*[p.cadre for p in posts.filter(cadre__user__login__in=("cadre", "cadre2"))])')
    hall = officer(walker, "village", PHONE)
    hall.go("/desk/hall/")
    today = hall.page.get_by_role("article").filter(has_text="00:00–24:00")  # yesterday's may stand above
    hall.opens(today.get_by_role("button", name="打勾的都在岗"))
    hall.says("已记下：2 人")
    expect(hall.page.locator("article li", has_text="确认在岗")).to_have_count(2)
    hall.opens(hall.page.get_by_role("button", name=f"点错了 {ONE}"))
    expect(today.get_by_label(ONE)).to_be_checked()
    expect(hall.page.locator("article li", has_text="确认在岗")).to_have_count(1)
    hall.shot("2-one")


def test_a_resident_sees_who_is_there_and_the_month_when_nobody_is(walker: Walkers, portal: Served) -> None:
    number, name = shell(portal, OPENED, QUIET)
    person = walker("duty-resident", PHONE)
    person.go(f"/centers/{number}/")
    expect(section(person, "现在谁值班")).to_contain_text(name)
    shell(portal, "make.exception(center, today)", QUIET)
    person.go(f"/centers/{number}/")
    expect(section(person, "现在谁值班")).to_contain_text("现在不是值班的时间")
    person.follow("这个月的值班表")
    expect(person.page.locator("tr[aria-current=date]")).to_contain_text(name)
    paper = person.context.request.get(f"{portal.url}/centers/{number}/duty.pdf")
    assert paper.ok and paper.headers["content-type"] == "application/pdf"
    assert re.findall(rb"/MediaBox *\[([\d. ]+)\]", paper.body()) == [b"0 0 595.2756 841.8898"]  # one page, A4


def test_a_leave_agreed_is_planned_anew_and_hung_up(walker: Walkers, portal: Served) -> None:
    number, roster, day = shell(portal, TO_LEAVE)
    cadre, head = officer(walker, "cadre", PHONE), officer(walker, "head")
    cadre.go("/me/duties/")
    cadre.follow("请假")
    cadre.page.get_by_label("假别").select_option(label="事假")
    for label in ("第一天", "最后一天"):
        cadre.page.get_by_label(label).fill(day)
    press(cadre, "提交", "请假交上去了")
    head.go("/desk/leaves/?state=requested")
    head.opens(head.page.locator("tbody tr", has_text=ONE).filter(has_text=day).locator("th a"))
    head.says("同意以后会空出来的班")
    head.follow("同意")
    press(head, "同意", "已同意")
    head.go(f"/desk/rosters/{roster}/")
    expect(row(head, day, "缺 1 人")).to_have_count(1)
    head.follow("重新安排")
    new = [name for name in "、".join(row(head, day).locator("[data-label=换上]").all_inner_texts()).split("、") if name != "—"]
    assert new and ONE not in new
    head.shot("6-replan")
    press(head, "公示新的安排", "新的值班表已经公示")
    cadre.go(f"/centers/{number}/duty/?month={day[:7]}")
    expect(row(cadre, day, new[0])).to_have_count(1)
    expect(row(cadre, day, ONE)).to_have_count(0)
