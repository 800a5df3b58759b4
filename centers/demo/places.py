"""The places of the demonstration district: a center for every village, community and township, with invented facts."""

import io
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache
from random import Random

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import Region
from centers import photos as pictures
from centers.models import Center, CenterService, Contact, OpeningException, OpeningHours, Photo

BATCH = 1000
PILOT = "330703001021"
#: Drafts that nobody but officers sees: the last village of these townships.
DRAFTS_IN = ("330703001", "330703101", "330703102", "330703103", "330703104", "330703108")
#: Roughly where a township lies (WGS-84); its centers are strewn around it and marked as a demonstration.
MIDDLES = {
    "330703001": (29.095, 119.690),
    "330703002": (29.108, 119.725),
    "330703101": (29.140, 119.840),
    "330703102": (29.170, 119.905),
    "330703103": (29.205, 119.770),
    "330703104": (29.060, 119.810),
    "330703105": (29.045, 119.745),
    "330703106": (29.040, 119.685),
    "330703107": (29.115, 119.780),
    "330703108": (29.185, 119.690),
    "330703200": (29.255, 119.820),
}
SERVICES = (
    ("desk", "一站式办事窗口", "社保、医保、老年优待证等事项，一个窗口收件。"),
    ("care", "课后托管", "放学以后有人看护，做作业、做游戏；不补课。"),
    ("care", "假期儿童驿站", "寒暑假白天看护，中午可以带饭。"),
    ("lunch", "老年食堂", "工作日中午供应，可以预约送餐。"),
    ("health", "健康小屋", "自助量血压、测血糖，每月有医生来一次。"),
    ("health", "康复器材室", "请先问工作人员怎样使用。"),
    ("class", "青年夜校", "晚上上课，按期报名。"),
    ("class", "书画教室", "周末开放，纸墨自带。"),
    ("venue", "多功能厅", "可坐 60 人，居民办事、社团排练都能用。"),
    ("venue", "共享会议室", "提前一天预约。"),
    ("other", "农家书屋", "借书免费，一次三本。"),
    ("other", "暖心驿站", "饮水、充电、热饭、歇脚。"),
    ("other", "法律咨询角", "每周三下午有律师值班。"),
)
PILOT_SERVICES = (0, 1, 3, 4, 6, 8, 10, 11)
#: day type, kind, opens, closes
WORKDAY = (("workday", "regular", 8.5, 11.5), ("workday", "regular", 13.5, 17))
EVENING = (("workday", "extended", 18, 20.5),)
WEEKEND = (("rest_day", "staggered", 9, 11.5), ("rest_day", "staggered", 14, 16.5))
HOLIDAY = (("holiday", "staggered", 9, 11.5), ("holiday", "appointment", 14, 16.5))
PILOT_HOURS = (*WORKDAY, *EVENING, *WEEKEND, ("rest_day", "appointment", 18, 20), *HOLIDAY)
REPAIRS = ("屋顶检修，停一天。", "水电检修，停一天。", "大厅刷漆通风，停一天。", "消防演练，停一天。")
SURNAMES, GIVEN = "黄金方施胡严盛叶朱陈李王张徐周吴", ("示范", "小演", "试用", "样例", "演练", "示例")
CAPTIONS = ("服务大厅", "阅读角", "儿童活动室", "幸福餐桌", "夜校教室", "中心外观")


def write(rng: Random, regions: dict[str, Region]) -> list[Center]:
    """Centers with services, hours, exceptions and contacts; in the caller's transaction."""
    places = [r for r in regions.values() if r.level in (Region.Level.TOWN, Region.Level.VILLAGE)]
    drafts = {max(code for code in regions if code.startswith(town) and len(code) == 12 and code != PILOT) for town in DRAFTS_IN}
    centers = [center(rng, n, region, region.code in drafts) for n, region in enumerate(places, 1)]
    Center.objects.bulk_create(centers, BATCH)
    CenterService.objects.bulk_create([row for c in centers for row in services(rng, c)], BATCH)
    OpeningHours.objects.bulk_create([row for c in centers for row in hours(rng, c)], BATCH)
    OpeningException.objects.bulk_create([row for c in centers for row in exceptions(rng, c)], BATCH)
    Contact.objects.bulk_create([row for n, c in enumerate(centers, 1) for row in contacts(rng, c, n)], BATCH)
    return centers


def level_of(region: Region) -> str:
    if region.level == Region.Level.TOWN:
        return Center.Level.TOWN
    return Center.Level.COMMUNITY if region.short_name.endswith("社区") else Center.Level.VILLAGE


def center(rng: Random, number: int, region: Region, draft: bool) -> Center:
    """One center; areas are unequal, from 120 to 2,600 m²."""
    level = level_of(region)
    low, high, usual = {"town": (900, 2600, 1400), "community": (260, 1500, 520), "village": (120, 900, 240)}[level]
    latitude, longitude = MIDDLES[region.code[:9]]
    spread = 0.004 if level == "town" else 0.022
    town = region.name if level == "town" else region.parent.name if region.parent else ""
    row = Center(
        name=f"{region.short_name}党群服务中心",
        level=level,
        region=region,
        address=f"{town}演示路{88 if region.code == PILOT else rng.randint(1, 399)}号",
        latitude=Decimal(f"{latitude + rng.uniform(-spread, spread):.6f}"),
        longitude=Decimal(f"{longitude + rng.uniform(-spread, spread):.6f}"),
        location_is_demo=True,
        area=Decimal("1286.40") if region.code == PILOT else Decimal(f"{rng.triangular(low, high, usual):.2f}"),
        opened_on=date(rng.randint(2008, 2024), rng.randint(1, 12), rng.randint(1, 28)),
        phone=f"0579-8200{number:04d}",
        introduction=f"{region.short_name}党群服务中心服务周边居民，办事、托管、助餐、学习都可以来。这里的面积、地址、电话和坐标都是演示数据。",
        published_at=None if draft else timezone.now() - timedelta(days=rng.randint(90, 300), minutes=rng.randint(0, 600)),
    )
    row.fill_search()
    return row


def services(rng: Random, center: Center) -> Iterator[CenterService]:
    """The desk everywhere, two to five more of different kinds."""
    chosen = PILOT_SERVICES if center.region.code == PILOT else (0, *sorted(rng.sample(range(1, len(SERVICES)), rng.randint(2, 5))))
    for n in chosen:
        kind, title, detail = SERVICES[n]
        yield CenterService(center=center, kind=kind, title=title, detail=detail)


def clock(hour: float) -> time:
    return time(int(hour), round(hour % 1 * 60))


def hours(rng: Random, center: Center) -> Iterator[OpeningHours]:
    """Open on all 365 days: staggered on weekends, or by appointment; extended in many."""
    pattern: tuple[tuple[str, str, float, float], ...] = WORKDAY
    if center.region.code == PILOT:
        pattern = PILOT_HOURS
    else:
        pattern += EVENING * (rng.random() < 0.62)
        pattern += rng.choice((WEEKEND, WEEKEND, WEEKEND[:1], WEEKEND[1:], (("rest_day", "appointment", 9, 11.5),)))
        pattern += rng.choice((HOLIDAY, HOLIDAY[:1], (("holiday", "appointment", 9, 16),)))
    for day_type, kind, opens, closes in pattern:
        yield OpeningHours(center=center, day_type=day_type, kind=kind, opens=clock(opens), closes=clock(closes))


def exceptions(rng: Random, center: Center) -> Iterator[OpeningException]:
    """Here and there a day of repair, or other hours for some days."""
    today = timezone.localdate()
    if center.region.code == PILOT:
        day = today + timedelta(12)
        yield OpeningException(
            center=center, first_day=day, last_day=day, closed=False, opens=time(9, 30), closes=time(20, 30), note="设备年检，九点半开门。"
        )
    elif rng.random() < 0.08:
        day = today + timedelta(rng.randint(-10, 24))
        yield OpeningException(center=center, first_day=day, last_day=day, note=rng.choice(REPAIRS))
    elif rng.random() < 0.06:
        day = today + timedelta(rng.randint(-6, 20))
        last = day + timedelta(rng.randint(1, 4))
        yield OpeningException(center=center, first_day=day, last_day=last, closed=False, opens=time(9), closes=time(12), note="只开半天。")


def contacts(rng: Random, center: Center, number: int) -> Iterator[Contact]:
    """One to call for everybody; in some places one more for colleagues."""
    positions = [("专管员", True)] + [("负责人", False)] * (center.region.code == PILOT or rng.random() < 0.4)
    if center.region.code == PILOT:
        positions += [("托管班老师", True)]
    surnames = rng.sample(SURNAMES, len(positions))
    for n, (position, public) in enumerate(positions):
        phone = f"0579-8201{number:04d}" if public else f"1990002{number:04d}"
        yield Contact(center=center, name=surnames[n] + rng.choice(GIVEN), position=position, phone=phone, public=public)


def photos(rng: Random, centers: list[Center]) -> list[Photo]:
    """Drawn pictures for the pilot and thirty others; each row has files of its own. Writes files: call it last."""
    drawn = [pictures.derive(png(scene), Photo.SIZES) for scene in SCENES]
    shown = [c for c in centers if c.published and c.region.code != PILOT]
    pilot = [c for c in centers if c.region.code == PILOT]
    wanted = [(c, n) for c in pilot for n in (5, 0, 2, 3)]
    wanted += [(c, n) for c in rng.sample(shown, 30) for n in rng.sample(range(len(SCENES)), rng.randint(1, 2))]
    rows = []
    for owner, n in wanted:
        row = Photo(center=owner, caption=f"{CAPTIONS[n]}（示意图）", width=drawn[n].width, height=drawn[n].height)
        for size, content in drawn[n].files.items():
            getattr(row, size).save("", ContentFile(content), save=False)
        rows.append(row)
    return Photo.objects.bulk_create(rows)


# -- the drawings: flat, plainly artificial, on a canvas of 1600 × 1000 that is drawn twice as large -----------
WOOD, INK, LEAF, RED, SUN, SKY = "#c8955f", "#4a403a", "#6f9a6b", "#b5433c", "#f2c14e", "#bfdcec"
Part = Callable[[ImageDraw.ImageDraw, int], None]


def box(draw: ImageDraw.ImageDraw, x: int, y: int, width: int, height: int, fill: str, radius: int = 12) -> None:
    draw.rounded_rectangle((2 * x, 2 * y, 2 * (x + width), 2 * (y + height)), 2 * radius, fill)


def disc(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int, fill: str) -> None:
    draw.ellipse((2 * (x - radius), 2 * (y - radius), 2 * (x + radius), 2 * (y + radius)), fill)


def window(draw: ImageDraw.ImageDraw, x: int) -> None:
    box(draw, x, 170, 300, 320, "#ffffff")
    for dx, dy in ((16, 186), (156, 186), (16, 336), (156, 336)):
        box(draw, x + dx, dy, 128, 138, SKY, 4)
    disc(draw, x + 226, 246, 34, SUN)


def plant(draw: ImageDraw.ImageDraw, x: int) -> None:
    for dx, dy, radius in ((0, 560, 66), (-52, 620, 52), (52, 620, 52), (0, 650, 60)):
        disc(draw, x + dx, dy, radius, LEAF)
    box(draw, x - 52, 690, 104, 110, "#d9a58a", 16)


def desk(draw: ImageDraw.ImageDraw, x: int) -> None:
    for n, coat in enumerate((RED, "#4f7ca8")):
        disc(draw, x + 150 + 260 * n, 440, 52, "#f1cfb0")
        box(draw, x + 70 + 260 * n, 500, 160, 160, coat, 60)
    box(draw, x, 600, 560, 220, WOOD, 20)
    box(draw, x - 24, 580, 608, 44, "#e6c79c", 20)


def shelf(draw: ImageDraw.ImageDraw, x: int) -> None:
    box(draw, x, 250, 340, 560, WOOD)
    for row in range(4):
        box(draw, x + 18, 270 + row * 134, 304, 112, "#f3e4cc", 4)
        for n in range(9):
            tall = 60 + (n * 7 + row * 11) % 40
            box(draw, x + 28 + n * 32, 378 + row * 134 - tall, 24, tall, (RED, LEAF, SUN, "#4f7ca8", INK)[(n + row) % 5], 3)


def table(draw: ImageDraw.ImageDraw, x: int) -> None:
    for dx in (70, 330):
        box(draw, x + dx, 700, 24, 140, INK, 6)
    box(draw, x, 670, 424, 40, "#e6c79c", 18)
    for n, fill in enumerate((RED, SUN, LEAF)):
        disc(draw, x + 92 + 120 * n, 650, 30, fill)


def toys(draw: ImageDraw.ImageDraw, x: int) -> None:
    box(draw, x - 60, 800, 560, 60, "#f4d6c6", 30)
    for n, fill in enumerate((RED, SUN, LEAF, "#4f7ca8")):
        box(draw, x + 100 * n, 720, 86, 86, fill, 8)
    disc(draw, x + 190, 668, 48, "#f29e6d")


def board(draw: ImageDraw.ImageDraw, x: int) -> None:
    box(draw, x, 200, 560, 300, INK)
    box(draw, x + 16, 216, 528, 268, "#58796b", 4)
    for n in range(4):
        box(draw, x + 60, 260 + 52 * n, 420 - 70 * (n % 2), 10, "#eaf2ec", 5)


def house(draw: ImageDraw.ImageDraw, x: int) -> None:
    box(draw, x, 380, 900, 440, "#fbf3e4", 4)
    draw.polygon([(2 * (x - 60), 780), (2 * (x + 450), 400), (2 * (x + 960), 780)], RED)
    box(draw, x + 380, 600, 140, 220, WOOD, 6)
    for dx in (80, 230, 570, 720):
        box(draw, x + dx, 540, 100, 120, SKY, 4)


#: wall, floor, parts
SCENES: tuple[tuple[str, str, tuple[tuple[Part, int], ...]], ...] = (
    ("#f7ecdc", "#dcc6a6", ((window, 110), (window, 1190), (desk, 520), (plant, 320), (plant, 1290))),
    ("#eef1e6", "#d9c3a0", ((shelf, 90), (shelf, 460), (window, 920), (table, 880), (plant, 1440))),
    ("#fdeee2", "#e8d3b4", ((window, 120), (window, 520), (shelf, 1140), (toys, 320))),
    ("#faf0d8", "#d6bd98", ((window, 150), (window, 1150), (table, 110), (table, 590), (table, 1070))),
    ("#e9eef2", "#cbb899", ((board, 520), (table, 290), (table, 886), (plant, 130), (plant, 1470))),
    ("#cfe6f1", "#a9c69a", ((house, 350), (plant, 170), (plant, 1430))),
)


@cache
def png(scene: tuple[str, str, tuple[tuple[Part, int], ...]]) -> bytes:
    """The scene as PNG bytes, 1600 × 1000 px."""
    wall, floor, parts = scene
    canvas = Image.new("RGB", (3200, 2000), wall)
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 1560, 3200, 2000), floor)
    for part, x in parts:
        part(draw, x)
    out = io.BytesIO()
    canvas.resize((1600, 1000), Image.Resampling.LANCZOS).save(out, "PNG", compress_level=1)
    return out.getvalue()
