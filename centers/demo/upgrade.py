"""The campaign of 78 tasks in three batches since 2024, its lines month by month, the frozen snapshots, a living month of today."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Region
from centers import monthly, photos, pictures
from centers.demo import places
from centers.models import (
    Campaign,
    Center,
    ClosurePhoto,
    CycleRun,
    GuidanceVisit,
    Paper,
    Picture,
    PlannedStep,
    ProgressReport,
    UpgradeTask,
)
from centers.models.progress import next_month
from records import printing

PILOT, TOWN = "330703001021", "330703001"
FIRST, AS_OF = date(2024, 3, 1), date(2024, 12, 18)
#: 78 in three batches, as reported; two more were dropped.
BATCHES = ("demonstration",) * 24 + ("improvement",) * 36 + ("new",) * 18
#: By number: under way today (the pilot and six neighbours, ten elsewhere), closed by the report's day; the others since then.
UNDERWAY_NOW = (*range(1, 8), *range(12, 22))
CLOSED_THEN = (8, 9, *range(22, 53))
CONTENTS = {
    "new_build": "新建一处服务大厅，含一站式窗口、托管室、老年食堂",
    "extension": "向南侧扩建活动室，补无障碍坡道和卫生间",
    "conversion": "把旧办公室改成开放空间，统一门头和指引牌",
}
STEPS = ("定方案、算预算", "公示并招标", "施工改造", "布置和搬入", "整改和验收")
TEXTS = (
    "方案已定，正在招标。",
    "水电已进场。",
    "墙面和地面完工。",
    "门头和指引牌已装。",
    "家具已到，正在布置。",
    "等消防验收。",
    "收尾，准备申请销号。",
)


def write(rng: Random, district: Region, centers: list[Center], people: Any) -> Campaign:
    """All rows but those with files (``files``); in the caller's transaction."""
    today = timezone.localdate()
    last = next_month(max(date(2026, 11, 1), today.replace(day=1)))
    campaign = Campaign.objects.create(
        region=district, name="党群服务中心规范提升行动", first_month=FIRST, last_month=last, note="三个一批，一月一销号。"
    )
    tasks = tasks_of(rng, campaign, centers, today)
    UpgradeTask.objects.bulk_create(tasks, 200)
    PlannedStep.objects.bulk_create([s for t in tasks for s in planned(rng, t)], 500)
    GuidanceVisit.objects.bulk_create([v for t in tasks for v in visits(rng, t, people)], 500, ignore_conflicts=True)
    lines = [line for task in tasks if task.state != "void" for line in reports(rng, task, people, today)]
    ProgressReport.objects.bulk_create(lines, 500)
    cycle(campaign, today)
    return campaign


def chosen(rng: Random, centers: list[Center]) -> list[Center]:
    """80 centers: the pilot and its township well represented, every township with some."""
    pilot = [c for c in centers if c.region.code == PILOT]
    near = rng.sample([c for c in centers if c.region.code.startswith(TOWN) and c.region.code != PILOT and c.published], 10)
    others = rng.sample([c for c in centers if not c.region.code.startswith(TOWN) and c.published], 69)
    return [*pilot, *near, *others]


def tasks_of(rng: Random, campaign: Campaign, centers: list[Center], today: date) -> list[UpgradeTask]:
    """By number: the pilot under way, its neighbours in all states, 33 closed by the report's day, the rest since then."""
    rows = []
    batches = list(BATCHES)
    rng.shuffle(batches)
    order = chosen(rng, centers)
    rng.shuffle(rest := order[11:])
    for number, center in enumerate([*order[:11], *rest], 1):
        void = number > 78
        batch = "improvement" if void else batches[number - 1]
        method = "new_build" if batch == "new" else rng.choice(("extension", "conversion", "conversion"))
        task = UpgradeTask(
            campaign=campaign,
            number=number,
            center=center,
            batch=batch,
            build_method=method,
            content=CONTENTS[method],
            town_person="党建办主任",
            village_person="村社书记" if center.level != "community" else "社区书记",
            budget_fen=rng.randint(8, 260) * 1_000_000 + rng.randint(0, 99) * 10_000,
        )
        place(rng, task, number, void, today)
        rows.append(task)
    return rows


def place(rng: Random, task: UpgradeTask, number: int, void: bool, today: date) -> None:
    """State and dates of one task."""
    this = today.replace(day=1)
    if void:
        set_state(task, "void", date(2024, 10, 1), voided=date(2024, 8, 20))
    elif number in UNDERWAY_NOW:
        states = ("in_progress", "in_progress", "in_progress", "closure_requested", "town_verified", "returned", "in_progress", "plan_set")
        target = this if number % 4 == 1 else months_from(this, (number % 5) - 2)
        set_state(task, states[(number - 1) % len(states)], max(target, FIRST))
        if task.state == "returned":
            task.reviewer_note = "提升后的照片只有门头，请补一张大厅的，验收表第 2 页没有签字。"
    elif number in CLOSED_THEN:
        closed = date(2024, 5, 20) + timedelta(days=rng.randint(0, (AS_OF - date(2024, 5, 20)).days))
        set_state(task, "closed", closed.replace(day=1), closed=closed)
    else:
        first, last = date(2025, 1, 20), max(date(2025, 6, 30), today - timedelta(days=40))
        closed = first + timedelta(days=rng.randint(0, (last - first).days))
        set_state(task, "closed", months_from(closed.replace(day=1), rng.choice((0, 0, 0, -1, -1, -2))), closed=closed)


def set_state(task: UpgradeTask, state: str, target: date, closed: date | None = None, voided: date | None = None) -> None:
    task.state, task.target_month, task.closed_on, task.voided_on = state, target, closed, voided
    if state in ("closed", "closure_requested", "town_verified", "returned"):
        task.closure_note = "按方案完工，试开放一周，居民反映好。"
        task.requested_at = moment((closed or timezone.localdate()) - timedelta(days=9))
    if state in ("closed", "town_verified"):
        task.verified_at = moment((closed or timezone.localdate()) - timedelta(days=4))


def months_from(month: date, count: int) -> date:
    total = month.year * 12 + month.month - 1 + count
    return date(total // 12, total % 12 + 1, 1)


def moment(day: date, hour: int = 10, minute: int = 12) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def began(task: UpgradeTask) -> date:
    """The first month of a task's lines: long tasks of today began this year."""
    if task.closed_on is None:
        return months_from(timezone.localdate().replace(day=1), -4 - task.number % 5)
    return max(FIRST, months_from(task.closed_on.replace(day=1), -3 - task.number % 4))


def planned(rng: Random, task: UpgradeTask) -> list[PlannedStep]:
    start = began(task) if task.state != "void" else FIRST
    rows = []
    for n, title in enumerate(STEPS, 1):
        month = months_from(start, n - 1)
        done = moment(month, 9).date() + timedelta(days=rng.randint(3, 26)) if task.closed_on or n <= 2 else None
        rows.append(
            PlannedStep(task=task, number=n, title=title, due_month=month, done_on=min(done, task.closed_on or done) if done else None)
        )
    return rows


def visits(rng: Random, task: UpgradeTask, people: Any) -> list[GuidanceVisit]:
    start = began(task) if task.state != "void" else FIRST
    days = [start + timedelta(days=rng.randint(2, 70)) for _n in range(rng.choice((1, 1, 2, 2, 3)))]
    notes = ("到现场看了动线，建议窗口朝门口。", "指引牌样式当场定了。", "帮着算了预算，先做消防。", "看了施工，提醒留插座。")
    today = timezone.localdate()
    by = people.staff["reviewer"]
    return [
        GuidanceVisit(task=task, visited_on=min(day, today), visitors="区委组织部、镇街党建办", note=rng.choice(notes), recorded_by=by)
        for day in days
    ]


def reports(rng: Random, task: UpgradeTask, people: Any, today: date) -> list[ProgressReport]:
    """A line for each month that the task was under way; past months are submitted, today's are as they come."""
    rows: list[ProgressReport] = []
    month, this = began(task), today.replace(day=1)
    last = min(task.closed_on.replace(day=1) if task.closed_on else this, this)
    total = max(1, (last.year - month.year) * 12 + last.month - month.month + 1)
    filer = people.staff["village"] if task.center.region.code == PILOT else people.officers[task.center.region.code[:9]]
    n = 0
    while month <= last:
        n += 1
        done = 100 if task.closed_on and month == last else min(95, round(100 * n / (total + 1)))
        told = min(len(TEXTS) - 1, max(0, n * len(TEXTS) // (total + 1) + task.number % 3 - 1))
        text, spent = TEXTS[told], task.budget_fen * done // 1_150_000 * 10_000
        row = ProgressReport(task=task, month=month, percent=done, text=text, spent_fen=spent)
        if month < this:
            late = rng.random() < 0.07
            day = next_month(month) + timedelta(days=2) if late else month.replace(day=rng.randint(12, 25))
            row.state, row.filed_by, row.filed_at = "submitted", filer, moment(min(day, today), 16)
            row.verified_by, row.submitted_at = people.staff["reviewer"], moment(min(day + timedelta(days=1), today), 9)
            row.unchanged = rng.random() < 0.18
        else:
            living(row, task, filer, people, today)
        rows.append(row)
        month = next_month(month)
    return rows


def living(row: ProgressReport, task: UpgradeTask, filer: Any, people: Any, today: date) -> None:
    """This month: the pilot's line waits for the village; its neighbours' are filed, verified, sent back; others in part submitted."""
    state = "open" if task.center.region.code == PILOT else ("filed", "open", "verified", "returned", "submitted", "filed")[task.number % 6]
    if state == "open":
        row.state = "open"
        return
    if task.center.region.code.startswith(TOWN):
        filer = people.staff["reviewer"] if state in ("verified", "submitted") else people.staff["head"]
    row.state, row.filed_by, row.filed_at = state, filer, moment(today - timedelta(days=1), 16)
    if state in ("verified", "submitted"):
        row.verified_by = people.staff["town"] if task.center.region.code.startswith(TOWN) else people.staff["reviewer"]
        row.submitted_at = moment(today, 0, 5) if state == "submitted" else None
    if state == "returned":
        row.reviewer_note = "进度写的 60%，和上月一样，请写清这个月做了什么。"


def cycle(campaign: Campaign, today: date) -> None:
    """What the beat has run so far: recorded, so that nobody is reminded of the past; every past month frozen for good."""
    frozen = []
    for due in monthly.waiting(campaign, today):
        if due.event == CycleRun.Event.FREEZE:
            frozen.append(due)
        else:
            ran = moment(due.day, 8)
            CycleRun.objects.create(campaign=campaign, month=due.month, event=due.event, due_on=due.day, ran_at=ran, count=0)
    for due in frozen:
        monthly.do(campaign, due, moment(due.day, 0, 7))


def files(rng: Random, campaign: Campaign, people: Any) -> int:
    """Drawn pictures before and after, acceptance forms: for those that wait for closure and some of the closed. Writes files."""
    wanted = list(campaign.tasks.filter(state__in=("closure_requested", "town_verified", "returned")).select_related("center__region"))
    wanted += list(campaign.tasks.filter(state="closed").select_related("center__region").order_by("number")[:6])
    before, *after = [drawn(scene) for scene in (dim(places.SCENES[0]), *places.SCENES[:4])]
    form = printing.pdf(
        "notice", {"number": "演示", "center": "验收表（演示）", "text": "逐项验收，合格。", "from_office": "演示", "level": ""}
    )
    by = people.staff["town"]
    count = 0
    for n, task in enumerate(wanted):
        for moment_, (sizes, value) in (("before", before), ("after", after[n % len(after)])):
            picture = pictures.keep(task.center, sizes, value, Picture.Source.CLOSURE, by)
            ClosurePhoto.objects.create(task=task, moment=moment_, number=1, picture=picture)
            count += 1
        paper(form, "acceptance", "验收表.pdf", by, task.center.region, task=task)
    return count


def drawn(scene: Any) -> tuple[photos.Sizes, int]:
    """A drawing in all sizes with its hash: made once, stored for many."""
    raw = places.png(scene)
    return photos.derive(raw, Picture.SIZES), photos.difference_hash(raw)


def dim(scene: Any) -> Any:
    """The same room before: grey and bare."""
    _wall, _floor, parts = scene
    return ("#b9b4ac", "#8f877c", parts[:2])


def paper(content: bytes, kind: str, name: str, by: Any, region: Region, **owner: Any) -> Paper:
    row = Paper(kind=kind, name=name, content_type="application/pdf", size=len(content), uploaded_by=by, region=region, **owner)
    row.file.save("x", ContentFile(content), save=False)
    row.save()
    return row


def square(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")
