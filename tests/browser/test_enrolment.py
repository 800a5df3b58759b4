"""Enrolment in the browser: two children in a lottery as one unit, recomputed; a family that waits; the door."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Walker, Walkers
from tests.portal.served import Served

pytestmark = pytest.mark.browser
REPOSITORY = Path(__file__).resolve().parents[2]
#: What each walk starts with: an activity of 光南社区 with one intake, and two children of one resident who consented.
SET_UP = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from activities import seats
from activities.models import Booking, Draw, Intake, Meeting
from centers.models import Center
from tests import make
make._numbers = iter(range(int(timezone.now().timestamp()), 10**10))
now = timezone.now()
center = Center.objects.get(region__code="330703001021")
officer = User.objects.get(login="village")
def opened(title, days=10, **fields):
    activity = make.activity(center, title=title, kind="culture", created_by=officer)
    intake = make.intake(activity, **fields)
    make.meeting(intake, now + timedelta(days=days))
    return intake
def children(phone, *names):
    guardian = User.objects.get(phone="+86" + phone)
    return [make.child(guardian, name=name, code="330703001021") for name in names]
"""
LOTTERY = """
intake = opened("抽签绘画班", capacity=3, mode="lottery", wait_limit=5)
make.draw(intake)
for n in range(4):
    make.booking(intake, make.person(consented=False), by=officer, state="entered")
children("13800000007", "抽签大宝", "抽签小宝")
print(intake.pk)
"""


def shell(portal: Served, code: str) -> str:
    return portal.manage("shell", "-v", "0", "-c", SET_UP + code).strip()


def choose(person: Walker, *names: str) -> None:
    for box in person.page.locator("input[name=participant]").all():
        box.uncheck(force=True)
    for name in names:
        person.page.get_by_label(name).check(force=True)


def draw(portal: Served, walker: Walkers, intake: str) -> None:
    """Booking is over, the list is closed, the village enters the public number."""
    shell(
        portal,
        f"""
from activities import draw
over = now - timedelta(days=1)
Intake.objects.filter(pk={intake}).update(closes_at=over)
sizes = dict()
for party in Booking.objects.filter(intake={intake}, state="entered").values_list("party", flat=True):
    sizes[str(party)] = sizes.get(str(party), 0) + 1
entries = draw.listing(sizes.items())
Draw.objects.filter(intake={intake}).update(
    draws_on=timezone.localdate(), entries=entries, list_hash=draw.sha256(entries), capacity=3, closed_at=over
)
""",
    )
    officer = walker("officer", PHONE)
    officer.as_officer("village")
    officer.go(f"/desk/intakes/{intake}/draw/")
    officer.page.get_by_label("公开号码").fill("90817")
    officer.page.get_by_label("再填一遍").fill("90818")
    officer.press("抽签")
    expect(officer.page.locator(".errors")).to_contain_text("两次填的不一样")
    officer.page.get_by_label("再填一遍").fill("90817")
    officer.press("抽签")
    officer.says("已抽签，并通知了每一位登记的人")
    assert officer.path() == f"/draws/{intake}/"


def enter_together(person: Walker) -> tuple[str, str]:
    """Both children by one press; the booking's address and the family's ticket."""
    person.go("/activities/?q=抽签绘画班")
    person.follow("抽签绘画班")
    person.says("抽签：截止前登记都一样")
    person.follow("报名登记")
    choose(person, "抽签大宝", "抽签小宝")
    person.page.get_by_label("愿意按顺序候补").check()
    person.shot("1-enter")
    person.press("确认登记")
    person.says("已登记，等结果")
    person.says("抽签小宝")
    return person.path(), person.page.locator("main code").first.inner_text()


def recompute(person: Walker, directory: Path) -> str:
    """What the outsider's script says of the evidence that the page offers."""
    person.fetched(person.page.get_by_role("link", name="下载验算数据")).save_as(directory / "draw.json")
    script = str(REPOSITORY / "docs" / "verify_draw.py")
    return subprocess.run([sys.executable, script, str(directory / "draw.json")], capture_output=True, text=True, check=True).stdout


def test_two_children_enter_a_lottery_as_one_and_the_guardian_recomputes_it(walker: Walkers, portal: Served, tmp_path: Path) -> None:
    intake = shell(portal, LOTTERY).splitlines()[-1]
    person = walker("guardian", PHONE)
    person.as_resident("13800000007")
    booking, ticket = enter_together(person)
    draw(portal, walker, intake)

    person.go(f"/draws/{intake}/")
    line = person.page.locator("tbody tr", has_text=ticket)
    expect(line.locator("[data-label=人数]")).to_have_text("2")
    won = line.locator(".chip").inner_text() == "抽中"
    person.shot("2-draw")
    assert recompute(person, tmp_path).startswith("verified: ")
    person.go(booking)
    person.says("已预约" if won else "您排在第")
    both = person.page.get_by_role("link", name="抽签小宝").or_(person.page.get_by_role("link", name="抽签大宝"))
    person.opens(both.first)
    person.says("已预约" if won else "您排在第")


def test_a_waiting_family_takes_its_offer_together(walker: Walkers, portal: Served) -> None:
    intake = shell(
        portal,
        """
intake = opened("候补手工课", capacity=2, wait_limit=4)
for n in range(2):
    make.booking(intake, make.person(consented=False), by=officer)
children("13800000008", "候补大宝", "候补小宝")
print(intake.pk)
""",
    ).splitlines()[-1]
    person = walker("waiting", PHONE)
    person.as_resident("13800000008")
    person.go("/activities/?q=候补手工课")
    person.follow("候补手工课")
    person.follow("排队候补")
    choose(person, "候补大宝", "候补小宝")
    person.shot("1-full")
    person.press("排队候补")
    person.says("您排在第 1 位")
    booking = person.path()

    shell(portal, f"for row in Booking.objects.filter(intake={intake}, state='booked'):\n    seats.cancel(officer, row, reason='演示')\n")

    person.go("/me/bookings/")
    person.says("有名额待确认")
    person.go(booking)
    person.says("有名额了，等您确认")
    person.shot("2-offered")
    person.press("我们都要")
    person.says("已预约")
    expect(person.page.locator(".qr svg")).to_be_visible()
    person.opens(person.page.get_by_role("link", name=re.compile("候补(大|小)宝")).first)
    person.says("已预约")


def test_the_desk_checks_in_by_code_and_by_telephone(walker: Walkers, portal: Served) -> None:
    token, meeting, tail = shell(
        portal,
        """
from activities import checkin
intake = opened("签到合唱团", days=20, capacity=9)
meeting = intake.meetings.get()
Meeting.objects.filter(pk=meeting.pk).update(starts_at=now + timedelta(minutes=20), ends_at=now + timedelta(hours=2))
first = make.booking(intake, make.person(name="陈一", code="330703001021", consented=False), by=officer)
other = make.person(name="林二", phone="+8613900007788", code="330703001021", consented=False)
make.booking(intake, other, by=officer)
print(checkin.token(first), meeting.pk, "7788")
""",
    ).splitlines()[-1].split()  # fmt: skip
    person = walker("door", PHONE)
    person.as_officer("cadre")
    person.go(f"/in/{token}/")
    person.says("陈*")
    person.press("来了，签到")
    person.says("已签到")
    person.go(f"/in/{token}/")
    person.says("已签到")
    person.go(f"/desk/meetings/{meeting}/")
    person.page.get_by_label("手机尾号或预约码").fill(tail)
    person.press("找人")
    expect(person.page.locator("[data-item]")).to_have_count(1)
    person.page.locator("[data-item] .is-met").click()
    person.page.get_by_label("没预约、直接来的人数").fill("3")
    person.shot("list")
    person.press("保存")
    person.says("来了 2，没来 0")
