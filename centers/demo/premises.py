"""87 sites that can be vacated, leased or built, leases with six organisations over 9,265.4 m², applications and signs."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from accounts.demo import credit_code
from accounts.models import Organisation, Region
from centers.demo.places import MIDDLES
from centers.demo.upgrade import paper
from centers.models import CandidateSite, Center, Lease, PlacementApplication, Sign
from records import printing
from records.working_days import add_working_days

PILOT, TOWN = "330703001021", "330703001"
MODES = ("vacate",) * 34 + ("lease",) * 31 + ("build",) * 22
#: m² of each lease, by lessor: six organisations, 9,265.40 in all, none over a quarter of the sum.
LEASES = (
    ("金东区演示国有资产经营中心", ("1480.50", "620.00")),
    ("金东演示城建投资有限公司", ("1396.00", "508.40", "260.00")),
    ("多湖街道演示股份经济合作社", ("1175.30",)),
    ("孝顺镇演示供销合作社", ("1042.00", "388.20")),
    ("金华演示物业管理有限公司", ("915.00", "450.00")),
    ("傅村镇演示文化站", ("730.00", "300.00")),
)
NAMES = ("旧供销社", "老粮站", "原村小", "闲置厂房一层", "小区配套用房", "旧卫生室", "沿街店面", "老年活动房", "原信用社", "新楼裙房")
SIGNS = (
    ("党群服务中心", "outside", "区委组织部"),
    ("村民委员会", "outside", "民政部门"),
    ("退役军人服务站", "outside", "退役军人事务局"),
    ("妇女之家", "outside", "妇联"),
    ("儿童之家", "outside", "妇联"),
    ("综治中心", "outside", "政法委"),
    ("新时代文明实践站", "outside", "宣传部"),
    ("农家书屋", "inside", "文广旅体局"),
    ("人民调解室", "inside", "司法局"),
    ("职工之家", "inside", "总工会"),
    ("网格工作室", "inside", "社工部"),
    ("工作职责", "wall", "镇街"),
    ("值班制度", "wall", "镇街"),
    ("学习制度", "wall", "镇街"),
    ("议事规则", "wall", "镇街"),
    ("安全制度", "wall", "应急管理局"),
)


def write(rng: Random, regions: dict[str, Region], centers: list[Center], people: Any) -> None:
    """Sites, leases, applications, signs; in the caller's transaction. Papers are files: see ``files``."""
    lessors = organisations(regions)
    rows = sites(rng, regions, centers, lessors)
    leases(rng, [s for s in rows if s.mode == "lease" and s.state in ("agreed", "in_use")], lessors)
    signs(rng, centers)
    applications(rng, centers, people)


def organisations(regions: dict[str, Region]) -> list[Organisation]:
    """The six lessors; the first one is in the register already."""
    found = []
    for n, (name, _areas) in enumerate(LEASES, 301):
        row = Organisation.objects.filter(name=name).first()
        if row is None:
            kind = "company" if "公司" in name or "合作社" in name else "public"
            row = Organisation.objects.create(name=name, kind=kind, region=regions["330703"], code=credit_code(kind, n))
        found.append(row)
    return found


def sites(rng: Random, regions: dict[str, Region], centers: list[Center], lessors: list[Organisation]) -> list[CandidateSite]:
    """87 that count and five that were dropped."""
    villages = [r for r in regions.values() if len(r.code) == 12]
    by_region = {c.region_id: c for c in centers}
    rows = []
    for n in range(92):
        region = rng.choice(villages)
        dropped = n >= 87
        mode = rng.choice(("vacate", "build")) if dropped else MODES[n]
        wanted = ("agreed", "in_use") if mode == "lease" and n % 2 == 0 else ("found", "assessed", "negotiating", "agreed", "in_use")
        state = "dropped" if dropped else rng.choice(wanted)
        latitude, longitude = MIDDLES[region.code[:9]]
        rows.append(
            CandidateSite(
                region=region,
                name=f"{region.short_name}{NAMES[n % len(NAMES)]}{n + 1}号",
                address=f"{region.parent.name if region.parent else ''}演示路{rng.randint(1, 399)}号",
                mode=mode,
                channel={"build": "new_estate"}.get(mode, rng.choice(("state_asset", "purchase", "other"))),
                area=Decimal(f"{rng.triangular(80, 1900, 320):.2f}"),
                owner=rng.choice(lessors) if rng.random() < 0.4 else None,
                center=by_region.get(region.pk) if state == "in_use" else None,
                latitude=Decimal(f"{latitude + rng.uniform(-0.02, 0.02):.6f}"),
                longitude=Decimal(f"{longitude + rng.uniform(-0.02, 0.02):.6f}"),
                found_on=date(2024, 3, 5) + timedelta(days=rng.randint(0, 250)),
                state=state,
                dropped_on=date(2024, 11, 5) if dropped else None,
            )
        )
    return CandidateSite.objects.bulk_create(rows)


def leases(rng: Random, places: list[CandidateSite], lessors: list[Organisation]) -> None:
    """Twelve signed by the report's day, one each ending within 30 and 90 days; two drafts that count for nothing."""
    today = timezone.localdate()
    free = iter(places)
    rows = []
    ends = {0: today + timedelta(days=21), 1: today + timedelta(days=64)}
    number = 0
    for organisation, (_name, areas) in zip(lessors, LEASES, strict=True):
        for area in areas:
            start = date(2024, 4, 1) + timedelta(days=rng.randint(0, 200))
            until = ends.get(number) or date(start.year + rng.choice((4, 5, 8, 10)), start.month, 1)
            rows.append(
                Lease(
                    site=next(free),
                    organisation=organisation,
                    area=Decimal(area),
                    starts_on=start,
                    ends_on=until,
                    rent_fen=int(Decimal(area) * rng.randint(90, 260)) * 100,
                    signed_on=start - timedelta(days=rng.randint(3, 25)),
                    state="signed",
                )
            )
            number += 1
    for state in ("draft", "legal_review"):
        start = today + timedelta(days=30)
        rows.append(
            Lease(
                site=next(free),
                organisation=lessors[2],
                area=Decimal("312.50"),
                starts_on=start,
                ends_on=start + timedelta(1825),
                state=state,
            )
        )
    Lease.objects.bulk_create(rows)


def signs(rng: Random, centers: list[Center]) -> None:
    """What the walk through all halls in 2024 found, and what has been taken down since."""
    rows = []
    for center in centers:
        for title, where, unit in rng.sample(SIGNS, rng.randint(5, len(SIGNS))):
            keep = title in ("党群服务中心", "村民委员会")
            action = "keep" if keep else rng.choices(("remove", "merge", "keep", ""), (58, 18, 14, 10))[0]
            found = date(2024, 4, 8) + timedelta(days=rng.randint(0, 120))
            gone = action in ("remove", "merge") and rng.random() < 0.82
            removed = found + timedelta(days=rng.randint(20, 160)) if gone else None
            rows.append(Sign(center=center, title=title, place=where, unit=unit, action=action, found_on=found, removed_on=removed))
    Sign.objects.bulk_create(rows, 1000)


STATES = (
    "draft",
    "submitted",
    "unified_design",
    "town_review",
    "district_review",
    "approved",
    "installed",
    "checked",
    "returned",
    "rejected",
)


def applications(rng: Random, centers: list[Center], people: Any) -> None:
    """Applications of units in every state; the demonstration's own unit has some of each."""
    unit = people.staff["unit"]
    units = list(Organisation.objects.filter(kind="public").order_by("id"))
    kinds = ("signage", "wall_posting", "site_setup", "renovation")
    chosen = [c for c in centers if c.region.code == PILOT] + rng.sample([c for c in centers if c.published], 55)
    rows = []
    for n, center in enumerate(chosen):
        kind, state = kinds[n % 4], STATES[n % len(STATES)]
        if kind == "renovation" and state == "approved":
            state = "filed"
        organisation = unit.organisation if n % 5 == 0 else rng.choice(units)
        rows.append(application(rng, n, center, kind, state, organisation, people))
    PlacementApplication.objects.bulk_create(rows)
    places = {"signage": "outside", "wall_posting": "wall", "site_setup": "inside"}
    up = [r for r in rows if r.state in ("approved", "installed", "checked") and r.kind in places]
    Sign.objects.bulk_create(
        Sign(
            center=r.center,
            title=r.title,
            place=places[r.kind],
            unit=r.organisation.name,
            origin="approved",
            placement=r,
            action="keep",
            found_on=timezone.localdate(r.approved_at),
        )
        for r in up
    )


def application(rng: Random, n: int, center: Center, kind: str, state: str, organisation: Any, people: Any) -> PlacementApplication:
    titles = {"signage": "便民服务站牌", "wall_posting": "办事流程图", "site_setup": "志愿者驿站", "renovation": "一楼大厅改造"}
    today = timezone.localdate()
    sent = today - timedelta(days=rng.randint(2, 9) if state in STATES[1:5] else rng.randint(30, 300))
    done = state in ("approved", "filed", "installed", "checked")
    row = PlacementApplication(
        center=center,
        organisation=organisation,
        kind=kind,
        title=f"{titles[kind]}（演示{n + 1}）",
        place="大厅东墙" if kind != "signage" else "正门左侧",
        basis_title="关于规范阵地标识的通知（演示）",
        basis_number=f"演示〔2026〕{n + 1}号",
        expires_on=today + timedelta(days=rng.randint(200, 900)),
        budget_fen=rng.randint(5, 80) * 1_000_000 if kind == "renovation" else None,
        state=state,
        applied_by=people.staff["unit"],
        submitted_at=None if state == "draft" else timezone.make_aware(datetime.combine(sent, time(9, 30))),
    )
    if state in ("town_review", "district_review", "submitted", "unified_design"):
        row.due_on = add_working_days(sent, 5)
    if done:
        row.approved_at = timezone.make_aware(datetime.combine(sent + timedelta(days=8), time(15)))
    if done and kind == "renovation":
        row.filing_no = f"金东党备{today.year}{n + 1:03d}（演示）"
    if state not in ("draft", "submitted"):
        row.design_note = "用区里统一的字体和底色，尺寸 60×40 厘米。"
    if state in ("returned", "rejected"):
        row.reviewer_note = "依据文件没有要求单独挂牌，请并到集合指引牌。"
    return row


def files(people: Any) -> int:
    """The agreements of signed leases and the papers of applications under review. Writes files."""
    by = people.staff["district"]
    agreement = printing.pdf(
        "notice", {"number": "演示", "center": "租赁协议（演示）", "text": "这是演示文件，没有法律效力。", "level": ""}
    )
    count = 0
    for lease in Lease.objects.filter(state="signed").select_related("site__region"):
        paper(agreement, "agreement", "租赁协议.pdf", by, lease.site.region, lease=lease)
        count += 1
    form = printing.pdf("notice", {"number": "演示", "center": "申请表（演示）", "text": "盖章扫描件（演示）。", "level": ""})
    waiting = PlacementApplication.objects.filter(state__in=STATES[1:5]).select_related("center__region", "applied_by")
    for row in waiting:
        for kind, name in (("application", "申请表.pdf"), ("drawing", "效果图.pdf"), ("plan", "方案和预算.pdf"))[
            : 3 if row.kind == "renovation" else 2
        ]:
            paper(form, kind, name, row.applied_by or by, row.center.region, placement=row)
            count += 1
    return count
