"""Venues of the demonstration: halls and rooms of centers, what 21 organisations share, requests of these weeks."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from accounts.models import Organisation, Region
from activities.demo.program import BATCH, Program
from activities.models import SharedResource, Venue, VenueBooking, VenueSlot
from centers.models import Center

#: 21 organisations and what they share, in m²; invented names, sizes unequal, 57,700.00 m² in all (the report's figure).
SHARED = (
    ("金东区演示图书馆", "报告厅和自习室", "3260.50"),
    ("金东区演示文化馆", "排练厅", "4120.00"),
    ("金东区演示体育中心", "球馆", "9480.00"),
    ("金东区演示实验小学", "操场和多功能教室", "5236.80"),
    ("金东区演示第二中学", "体育馆", "6100.00"),
    ("金东区演示青少年宫", "活动教室", "2875.20"),
    ("金东区演示妇幼保健院", "孕妇学校", "640.00"),
    ("金东区演示供销社", "大会议室", "1180.60"),
    ("金东区演示电力营业厅", "职工之家", "860.00"),
    ("金东区演示邮政分公司", "培训教室", "735.40"),
    ("金东区演示农商银行", "客户活动厅", "1420.00"),
    ("金东区演示老年大学", "书画教室", "2460.00"),
    ("金东区演示党校", "礼堂", "3980.00"),
    ("金东区演示消防救援站", "体验馆", "905.50"),
    ("金东区演示气象局", "科普园", "1650.00"),
    ("金东区演示物流园", "职工食堂和球场", "3325.00"),
    ("金东区演示工业设计园", "路演厅", "2104.00"),
    ("金东区演示医院", "健康讲堂", "1266.00"),
    ("金东区演示职业学校", "实训楼", "4512.00"),
    ("金东区演示志愿者协会", "共享客厅", "410.00"),
    ("金东区演示商会", "会客厅", "1179.00"),
)
PURPOSES = ("排练节目", "小区业主开会", "读书会", "乒乓球比赛", "退役军人座谈", "妈妈合唱团", "垃圾分类培训", "棋友赛", "社团例会")
EQUIPMENT = ("投影、音响、白板", "音响、镜墙", "白板", "乒乓球台两张", "")


def resources(rng: Random, regions: dict[str, Region], centers: list[Center]) -> list[SharedResource]:
    """One for each organisation, shared since the year of the report."""
    villages = [r for r in regions.values() if len(r.code) == 12]
    by_region = {c.region_id: c for c in centers}
    rows = []
    for name, what, area in SHARED:
        kind = (
            "company"
            if name.endswith(("公司", "银行", "营业厅", "物流园", "设计园"))
            else "social"
            if name.endswith(("协会", "商会"))
            else "public"
        )
        organisation, _new = Organisation.objects.get_or_create(name=name, region=regions["330703"], defaults={"kind": kind})
        region = rng.choice([r for r in villages if r.pk in by_region])
        delegate = by_region[region.pk] if rng.random() < 0.6 else None
        since = date(2024, rng.randint(1, 11), rng.randint(1, 28))
        rows.append(
            SharedResource(
                organisation=organisation, region=region, name=what, area=Decimal(area), since=since, center=delegate,
                address=f"{region.parent.name if region.parent else ''}演示路{rng.randint(1, 300)}号",
            )
        )  # fmt: skip
    return SharedResource.objects.bulk_create(rows)


def rooms(rng: Random, centers: list[Center], shared: list[SharedResource]) -> list[Venue]:
    """A hall of two halves in each township's center, a room in most others, one or two in what is shared."""
    halls, rest = [], []
    for center in centers:
        values = {"center": center, "region": center.region, "equipment": rng.choice(EQUIPMENT)}
        if center.level == "town":
            halls.append(Venue(name="多功能厅", holds=120, area=Decimal(rng.randint(180, 320)), **values))
        elif rng.random() < 0.7:
            rest.append(Venue(name=rng.choice(("活动室", "会议室", "排练室")), holds=rng.choice((20, 30, 40)), **values))
    for resource in shared:
        for name in rng.sample(("大厅", "一号厅", "二号厅", "教室"), rng.randint(1, 2)):
            rest.append(Venue(resource=resource, region=resource.region, name=name, holds=rng.choice((30, 60, 100, 200))))
    Venue.objects.bulk_create(halls)
    for hall in halls:
        for name in ("东半厅", "西半厅"):
            rest.append(Venue(center=hall.center, region=hall.region, parent=hall, name=name, holds=60, equipment=hall.equipment))
    return halls + Venue.objects.bulk_create(rest, BATCH)


def requests(program: Program, rng: Random, places: list[Venue]) -> int:
    """Of four weeks back and one ahead; no two of a room at once."""
    actors = [person.actors[0] for person in program.people.persons if person.actors]
    rows, slots = [], []
    for venue in places:
        if venue.parent_id is None and venue.holds == 120:
            continue  # its halves are booked
        for offset in rng.sample(range(-28, 6), rng.randint(0, 5)):
            start = program.at(program.day(offset), rng.choice(("09:00", "14:00", "18:30")))
            past = start < timezone.now()
            state = rng.choices(("approved", "no_show", "cancelled"), (90, 4, 6))[0] if past else rng.choice(("requested", "approved"))
            asked = start - timedelta(days=rng.randint(1, 6), hours=3)
            row = VenueBooking(
                venue=venue, asked_by=rng.choice(actors), starts_at=start, ends_at=start + timedelta(hours=2), state=state,
                people=rng.randint(4, venue.holds), purpose=rng.choice(PURPOSES), created_at=asked,
                answered_at=None if state in ("requested", "cancelled") else asked + timedelta(hours=2),
            )  # fmt: skip
            pad = timedelta(minutes=venue.buffer_minutes)
            holding = state in ("requested", "approved")
            rows.append(row)
            slots.append(VenueSlot(booking=row, leaf=venue, blocked_from=start - pad, blocked_until=row.ends_at + pad, holding=holding))
    VenueBooking.objects.bulk_create(rows, BATCH)
    VenueSlot.objects.bulk_create(slots, BATCH)
    return len(rows)


def write_venues(program: Program, rng: Random, regions: dict[str, Region], centers: list[Center]) -> tuple[int, int, int]:
    """(organisations, venues, requests)."""
    shared = resources(rng, regions, centers)
    places = rooms(rng, centers, shared)
    return len(shared), len(places), requests(program, rng, places)
