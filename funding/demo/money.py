"""一事一议 of the demonstration: 1.10 million yuan put in place in 2024 (the article), and projects of now at every step."""

from datetime import date, timedelta
from random import Random

from django.utils import timezone

from accounts.demo import VILLAGE, People
from accounts.models import Region
from centers.models import Center
from funding import ledger
from funding.demo.rounds import moment
from funding.models import LedgerEntry, Project

#: What was put in place in 2024, in 元: 1,100,000 together.
AMOUNTS = (120_000, 110_000, 100_000, 95_000, 90_000, 85_000, 80_000, 75_000, 75_000, 70_000, 60_000, 55_000, 45_000, 40_000)
TITLES = ("屋顶防水修缮", "无障碍坡道", "助餐厨房改造", "托管教室地垫和桌椅", "夜间照明", "议事厅隔音", "雨棚和座椅", "旧标识拆除和指引牌",
          "卫生间改造", "阅览室书架", "应急灯和消防器材", "电路改造", "晒场围栏", "器材更新")  # fmt: skip
WHY = "居民议事会提出来的：用的人多，现在不安全、不方便，修好了老人孩子都能用。"


def write_projects(rng: Random, centers: list[Center], people: People) -> int:
    """Projects with their entries; returns how many."""
    fitting = [c for c in centers if c.level != Center.Level.TOWN and c.published_at]
    district = Region.objects.get(code="330703")
    chosen = rng.sample(fitting, len(AMOUNTS))
    budget(district, 2024, 200_000_000, date(2024, 1, 15), people)
    for n, (center, yuan, title) in enumerate(zip(chosen, AMOUNTS, TITLES, strict=True)):
        granted_on = date(2024, 3, 4) + timedelta(18 * n)
        past(rng, center, title, 100 * yuan, granted_on, people, accepted=n < 11)
    today = timezone.localdate()
    budget(district, today.year, 300_000_000, date(today.year, 1, 15), people)
    pilot = next(c for c in fitting if c.region.code == VILLAGE)
    others = rng.sample([c for c in fitting if c.region.code.startswith(VILLAGE[:9]) and c != pilot], 3)
    Project.objects.create(**asked(rng, pilot, "屋顶花园遮阳", 6_000_000, today - timedelta(6)))
    Project.objects.create(
        **asked(rng, others[0], "助餐点油烟管道", 4_500_000, today - timedelta(12)), state="submitted", submitted_by=people.staff["village"]
    )
    Project.objects.create(
        **asked(rng, others[1], "活动室地面防滑", 3_800_000, today - timedelta(15)),
        state="endorsed",
        submitted_by=people.staff["village"],
        endorsed_by=people.staff["town"],
    )
    past(rng, others[2], "夜校教室投影", 2_600_000, today - timedelta(2), people, accepted=False)
    return len(AMOUNTS) + 4


def budget(district: Region, year: int, fen: int, day: date, people: People) -> None:
    book = ledger.book_of(district, year, "projects")
    made = {"posted_on": day, "posted_at": moment(day), "posted_by": people.staff["district"]}
    LedgerEntry.objects.create(
        book=book, region=district, kind="budget", account="budget", amount=fen, reason=f"{year}年预算（演示）", **made
    )


def asked(rng: Random, center: Center, title: str, fen: int, council: date) -> dict[str, object]:
    present = rng.randint(24, 60)
    values = {"center": center, "year": council.year, "title": title, "purpose": WHY, "asked": fen, "council_on": council}
    return values | {"present": present, "agreed": present - rng.randint(0, 5)}


def past(rng: Random, center: Center, title: str, fen: int, day: date, people: People, accepted: bool) -> None:
    """Approved on a day and put in place; accepted after the notice, and paid by another."""
    done = day + timedelta(40)
    row = Project.objects.create(
        **asked(rng, center, title, fen, day - timedelta(20)), state="accepted" if accepted else "approved", granted=fen,
        approved_on=day, notice_until=day + timedelta(7), submitted_by=people.staff["village"],
        endorsed_by=people.officers[center.region.code[:9]], accepted_on=done if accepted else None,
        acceptance="和申请的一样，验收通过。" if accepted else "",
    )  # fmt: skip
    book = ledger.book_of(Region.objects.get(code="330703"), day.year, "projects")
    entry = {"book": book, "region": center.region, "project": row, "amount": fen}
    steps = [("allocation", people.staff["district"], day)] + [("payment", people.staff["reviewer"], done + timedelta(5))] * accepted
    for kind, who, on in steps:
        LedgerEntry.objects.create(**entry, kind=kind, account=kind, posted_on=on, posted_at=moment(on), posted_by=who)
