"""The daily work: what is done at which counter, repairs, complaints and suggestions with their answers."""

from datetime import timedelta
from random import Random
from typing import Any

from django.utils import timezone

from centers.models import Center, Feedback, Matter, RepairTicket
from centers.models.feedback import DAYS
from centers.models.repair import end_of_working_day, new_secret
from records.working_days import add_working_days

PILOT = "330703001021"
#: title, papers, window, when
MATTERS = (
    ("城乡居民医保参保", "身份证\n户口本", "综合窗口", ""),
    ("社保卡申领", "身份证", "综合窗口", ""),
    ("老年优待证", "身份证\n一寸照片 1 张", "综合窗口", ""),
    ("生育登记", "双方身份证\n结婚证", "综合窗口", ""),
    ("残疾人两项补贴申请", "身份证\n残疾证\n银行卡", "民政窗口", ""),
    ("临时救助申请", "身份证\n困难情况说明", "民政窗口", "工作日 8:30–11:30"),
    ("退役军人优待证", "身份证\n退役证", "民政窗口", ""),
    ("党组织关系转接", "介绍信", "党建窗口", "工作日 8:30–17:00"),
    ("流动党员报到", "", "党建窗口", ""),
    ("矛盾纠纷调解", "", "调解室", "每周三下午有律师"),
    ("出租房登记", "身份证\n房产证明", "网格窗口", ""),
    ("文明养犬登记", "身份证\n免疫证明", "网格窗口", ""),
    ("老年助餐登记", "身份证", "助餐点", "工作日 8:00–10:00 报餐"),
)
BROKEN = (
    ("大厅的灯不亮", "大厅"),
    ("卫生间水龙头漏水", "一楼卫生间"),
    ("空调不制冷", "活动室"),
    ("门把手松了", "正门"),
    ("插座冒火花", "托管室"),
    ("天花板掉皮", "走廊"),
    ("无障碍坡道扶手松动", "门口"),
    ("投影仪打不开", "多功能厅"),
)
SAID = (
    ("suggestion", "晚上能不能多开一小时？下班过来刚好关门。"),
    ("suggestion", "阅览室想要几盏台灯。"),
    ("complaint", "上周六说开门，到了没人。"),
    ("question", "老人助餐可以送到家里吗？"),
    ("complaint", "停车的地方被挡住了。"),
    ("question", "托管班暑假还办吗？"),
)
ANSWERS = (
    "谢谢您提醒，已经和中心说好，从下周起改过来。",
    "可以的，请到助餐点登记，满 70 岁的优先送。",
    "已经核实，当天临时有事没有贴告示，是我们的不对。",
)
BATCH = 1000


def write(rng: Random, centers: list[Center]) -> None:
    """In the caller's transaction."""
    known = {title: Matter(title=title, papers=papers, window=window, when=when) for title, papers, window, when in MATTERS}
    for row in known.values():
        row.fill_search()
    rows = [matter(c, known[title[0]]) for c in centers for title in picked(rng, c)]
    Matter.objects.bulk_create(rows, BATCH)
    shown = [c for c in centers if c.published]
    pilot = [c for c in shown if c.region.code == PILOT]
    RepairTicket.objects.bulk_create([repair(rng, c) for c in pilot * 5 + rng.sample(shown, 80)])
    Feedback.objects.bulk_create([feedback(rng, n, c) for n, c in enumerate(pilot * 3 + rng.sample(shown, 50))])


def picked(rng: Random, center: Center) -> Any:
    return MATTERS if center.region.code == PILOT else [MATTERS[0], *rng.sample(MATTERS[1:], rng.randint(4, 8))]


def matter(center: Center, like: Matter) -> Matter:
    """The same matter at another center; its search columns are the same too."""
    values = {name: getattr(like, name) for name in ("title", "papers", "window", "when", "words", "pinyin", "initials")}
    return Matter(center=center, **values)


def repair(rng: Random, center: Center) -> RepairTicket:
    """Most are done; of the open ones a few are late."""
    text, place = rng.choice(BROKEN)
    hazard = "火花" in text or ("掉皮" in text and rng.random() < 0.5)
    state = rng.choices(("confirmed", "fixed", "assigned", "reported", "dismissed"), (58, 12, 14, 12, 4))[0]
    age = rng.uniform(0.1, 5) if state in ("reported", "assigned") else rng.uniform(4, 90)
    reported = timezone.now() - timedelta(days=age, minutes=rng.randint(0, 300))
    row = RepairTicket(center=center, text=text, place=place, hazard=hazard, state=state, reported_at=reported, token_hash=new_secret()[1])
    row.due_at = reported + timedelta(hours=24) if hazard else end_of_working_day(reported, 5)
    if state != "reported":
        row.office = rng.choice(("物业维修班", "村里电工", "镇街城建办", "空调售后"))
    if state in ("fixed", "confirmed"):
        row.note, row.fixed_at = "已换新件，试过正常。", min(timezone.now(), reported + timedelta(hours=rng.randint(3, 90)))
    if state in ("confirmed", "dismissed"):
        row.done_at = min(timezone.now(), reported + timedelta(days=4))
    return row


def feedback(rng: Random, n: int, center: Center) -> Feedback:
    """To the center, here and there to its township; most are answered in time."""
    kind, text = SAID[n % len(SAID)]
    state = rng.choices(("answered", "assigned", "received"), (70, 14, 16))[0]
    received = timezone.now() - timedelta(days=rng.uniform(8, 120) if state == "answered" else rng.uniform(0.2, 6))
    up = n % 4 == 3 and center.region.parent is not None
    row = Feedback(
        kind=kind,
        center=center,
        region=center.region.parent if up else center.region,
        text=text,
        token_hash=new_secret()[1],
        state=state,
        received_at=received,
        due_on=add_working_days(timezone.localdate(received), DAYS),
    )
    if state != "received":
        row.office = center.name[:60]
    if state == "answered":
        row.answer, row.answered_at = rng.choice(ANSWERS), received + timedelta(days=rng.uniform(0.5, 6))
    return row
