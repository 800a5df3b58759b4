"""Two versions of the seven standards, inspections of every center under both, findings in every state."""

from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.models import Region, User
from centers.models import Center, Finding, Inspection, InspectionAnswer, Standard, StandardItem, StandardSet
from centers.models.standard import Origin, next_version
from centers.workflows.standard import STANDARDS
from records import copying
from records.working_days import add_working_days

PILOT = "330703001021"
#: name, whether the report names it, items: text, evidence, weight, essential. Numbers of other cities stand nowhere here.
SEVEN: tuple[tuple[str, bool, tuple[tuple[str, str, int, bool], ...]], ...] = (
    (
        "硬件设施",
        True,
        (
            ("有固定场所，产权或使用权清楚", "paper", 3, True),
            ("消防器材在有效期内，疏散通道畅通", "photo", 3, True),
            ("有无障碍坡道或求助铃", "photo", 2, False),
            ("卫生间干净，能正常使用", "look", 2, False),
            ("电路、水管没有隐患", "look", 3, True),
        ),
    ),
    (
        "外观标识",
        True,
        (
            ("门头标识统一、完好", "photo", 3, True),
            ("没有未经批准的牌子", "look", 3, True),
            ("公示开放时间和大厅电话", "photo", 2, True),
            ("夜间能看清标识", "look", 1, False),
        ),
    ),
    (
        "内部展陈",
        True,
        (
            ("大厅整洁，物品摆放有序", "look", 2, False),
            ("上墙内容是居民需要的", "look", 2, False),
            ("展板内容没有过期", "look", 2, False),
            ("没有多余的制度牌", "look", 2, False),
        ),
    ),
    (
        "功能布局",
        False,
        (
            ("有一站式办事窗口", "look", 3, True),
            ("有能坐下来的活动空间", "look", 2, False),
            ("儿童和老人的空间分得开", "look", 2, False),
            ("居民活动用的面积占多数", "record", 2, False),
            ("有存包、饮水、充电的地方", "look", 1, False),
        ),
    ),
    (
        "融合指引",
        False,
        (
            ("有集合式功能服务指引牌", "photo", 3, True),
            ("指引牌和实际房间一致", "look", 2, False),
            ("办事事项写清带什么、到哪个窗口", "record", 2, False),
            ("各条线的服务并到一个窗口", "look", 2, False),
        ),
    ),
    (
        "运维管理",
        False,
        (
            ("有专管员，联系方式公开", "record", 3, True),
            ("坐班安排上墙，也在系统里", "record", 2, False),
            ("报修在期限内处理", "record", 2, False),
            ("每月检查一次安全", "record", 2, True),
            ("卫生有人管", "look", 1, False),
        ),
    ),
    (
        "开放服务",
        False,
        (
            ("工作日正常开放", "record", 3, True),
            ("周末、节假日错时或预约开放", "record", 3, True),
            ("晚上有延时服务", "record", 2, False),
            ("每月有活动", "record", 2, False),
            ("居民知道怎么预约", "look", 2, False),
        ),
    ),
)


class Answer(NamedTuple):
    """What an inspection found of one item; 24,000 of them are too many for objects."""

    item: StandardItem
    result: str
    remark: str


REMARKS = (
    "柜子挡住了通道。",
    "灯箱坏了一半。",
    "上个月的还没换。",
    "门口堆了杂物。",
    "指示不清楚。",
    "没有找到记录。",
    "有两块旧牌子没拆。",
)


def write(rng: Random, district: Region, centers: list[Center], people: Any) -> list[Finding]:
    """Standards, inspections, findings; in the caller's transaction."""
    boss = people.staff["district"]
    first = standards(district, boss, date(2024, 1, 1))
    second = next_version(first)
    second.name = "党群服务中心七条标准"
    second.note = "2026 年修订：补了夜间标识和预约指引。"
    second.save()
    STANDARDS.take(second, "publish", by=boss, day=date(2026, 1, 1))
    today = timezone.localdate()
    rows = round_of(rng, first, centers, people, date(2024, 9, 2), date(2024, 11, 29), 0.80)
    rows += round_of(rng, second, centers, people, today - timedelta(days=110), today - timedelta(days=6), 0.90)
    return findings(rng, [row for row in rows if row[0].standard_set_id == second.pk], people)


def standards(district: Region, boss: User, day: date) -> StandardSet:
    """The first version, published through its own workflow."""
    row = StandardSet.objects.create(
        region=district, name="党群服务中心七条标准", version=1, note="条目由公开报道归纳，数值要求由区里自己定。"
    )
    for number, (name, named, items) in enumerate(SEVEN, 1):
        origin = Origin.NAMED if named else Origin.DERIVED
        standard = Standard.objects.create(set=row, number=number, name=name, origin=origin)
        StandardItem.objects.bulk_create(
            StandardItem(standard=standard, number=n, text=text, evidence=evidence, weight=weight, essential=essential)
            for n, (text, evidence, weight, essential) in enumerate(items, 1)
        )
    STANDARDS.take(row, "publish", by=boss, day=day)
    return row


def round_of(
    rng: Random, rules: StandardSet, centers: list[Center], people: Any, first: date, last: date, good: float
) -> list[tuple[Inspection, list[Answer]]]:
    """One inspection of every center between two days; some places are better than others, some things nobody saw."""
    items = list(StandardItem.objects.filter(standard__set=rules).order_by("standard__number", "number"))
    inspections, made = [], []
    for center in centers:
        kind = rng.choices(("town", "district", "spot", "self"), (70, 12, 8, 10))[0]
        day = first + timedelta(days=rng.randint(0, (last - first).days))
        by = inspector(people, center, kind)
        inspections.append(Inspection(center=center, standard_set=rules, kind=kind, inspected_on=day, inspector=by, submitted_at=at(day)))
    Inspection.objects.bulk_create(inspections, 500)
    for row in inspections:
        level = min(0.985, max(0.55, rng.gauss(good, 0.08)))
        answers = [answer(rng, item, level) for item in items]
        made.append((row, answers))
    columns = ("inspection_id", "item_id", "result", "remark")
    copying.write(InspectionAnswer, columns, ((row.pk, a.item.pk, a.result, a.remark) for row, answers in made for a in answers))
    return made


def inspector(people: Any, center: Center, kind: str) -> User:
    if kind in ("district", "spot"):
        return people.staff["reviewer"]  # type: ignore[no-any-return]
    if kind == "self" and center.region.code == PILOT:
        return people.staff["village"]  # type: ignore[no-any-return]
    return people.officers[center.region.code[:9]]  # type: ignore[no-any-return]


def at(day: date, hour: int = 15) -> Any:
    from datetime import datetime, time

    return timezone.make_aware(datetime.combine(day, time(hour, 20)))


def answer(rng: Random, item: StandardItem, level: float) -> Answer:
    luck = rng.random()
    result = "met" if luck < level else "unknown" if luck > 0.985 else "na" if luck > 0.975 else "not_met"
    remark = rng.choice(REMARKS) if result == "not_met" and rng.random() < 0.5 else ""
    return Answer(item, result, remark)


def findings(rng: Random, rows: list[tuple[Inspection, list[Answer]]], people: Any) -> list[Finding]:
    """What others found not met this year: most is mended, some is under way, a little is late."""
    made: list[Finding] = []
    for row, answers in rows:
        if row.kind == "self":
            continue
        for one in (a for a in answers if a.result == "not_met"):
            if row.center.region.code != PILOT and rng.random() > 0.34:
                continue
            made.append(finding(rng, row, one, people))
    made.sort(key=lambda f: f.issued_on)
    Finding.objects.bulk_create(made, 500)
    return made


def finding(rng: Random, row: Inspection, one: Answer, people: Any) -> Finding:
    issued = row.inspected_on
    urgency = rng.choices(("now", "ordinary", "long"), (20, 70, 10))[0]
    due = add_working_days(issued, {"now": 3, "ordinary": 15, "long": 60}[urgency])
    today = timezone.localdate()
    late = due < today
    state = rng.choices(("closed", "verified", "submitted", "accepted", "issued", "returned"), (70, 6, 6, 10, 5, 3))[0]
    if late and state in ("accepted", "issued", "returned") and rng.random() < 0.72:
        state = "closed"
    closed = min(today, issued + timedelta(days=rng.randint(1, max(2, (today - issued).days)))) if state == "closed" else None
    handed = state in ("closed", "verified", "submitted")
    return Finding(
        center=row.center,
        inspection=row,
        item=one.item,
        text=f"{one.item.text}：{one.remark}" if one.remark else one.item.text,
        urgency=urgency,
        state=state,
        issued_on=issued,
        due_on=due,
        note="已经按要求整改。" if handed else "",
        reviewer_note="照片看不清，请重拍一张门口的。" if state == "returned" else "",
        issued_by=row.inspector,
        submitted_by=people.officers[row.center.region.code[:9]] if handed else None,
        submitted_at=at(closed or today, 10) if handed else None,
        closed_on=closed,
    )
