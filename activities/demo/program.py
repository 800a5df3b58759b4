"""The life of the demonstration centers: activities, intakes and bookings from two weeks ago to four weeks ahead."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.demo import RESIDENTS, People, Person
from accounts.models import User
from activities.models import Activity, Booking, Intake, Meeting
from centers.models import Center, OpeningException, OpeningHours
from records.models import CalendarDay
from records.working_days import kinds_between

BATCH = 1000
PILOT = "330703001021"
FIRST, LAST = -14, 27
Days = list[date]


class Offer(NamedTuple):
    """A kind of activity: when is ``workday``, ``evening`` or ``weekend``; ages are full years, capacity and price ranges."""

    kind: str
    title: str
    summary: str
    audience: str
    when: str
    hour: str
    minutes: int
    ages: tuple[int | None, int | None]
    prices: tuple[int, ...]
    capacity: tuple[int, int]
    meetings: int


ALL, KIDS, ADULT, YOUNG, OLD = (None, None), (6, 12), (18, None), (16, 45), (60, None)
OFFERS = tuple(
    Offer(*row)
    for row in (
        ("care", "课后托管班", "放学以后有人看护，做作业、做游戏。", "小学生", "workday", "16:00", 90, KIDS, (0,), (20, 40), 5),
        ("care", "周末亲子阅读", "一家人一起读绘本。", "3 至 9 岁", "weekend", "09:30", 90, (3, 9), (0,), (10, 24), 1),
        ("care", "周末手工课堂", "剪纸、黏土、树叶画，材料都备好了。", "小学生", "weekend", "14:00", 90, KIDS, (0, 1500), (12, 24), 1),
        ("care", "小小消防员", "认标志、学逃生。", "5 至 10 岁", "weekend", "10:00", 60, (5, 10), (0,), (15, 30), 1),
        ("night", "青年夜校·瑜伽入门", "下班来伸展一小时。", "16 至 45 岁", "evening", "18:30", 60, YOUNG, (5000, 8000), (12, 25), 4),
        ("night", "青年夜校·手机摄影", "用手机拍出好照片。", "16 至 45 岁", "evening", "18:30", 90, YOUNG, (0, 3000), (15, 25), 3),
        ("night", "青年夜校·家常菜", "四个晚上，八道菜。", "16 至 45 岁", "evening", "18:00", 120, YOUNG, (6000, 9900), (10, 16), 4),
        ("night", "青年夜校·吉他", "从和弦开始，乐器自带。", "16 至 45 岁", "evening", "18:30", 90, YOUNG, (9900,), (8, 15), 4),
        ("elderly", "老年助餐", "一荤两素一汤。", "60 岁以上", "workday", "11:00", 90, OLD, (600, 800), (15, 50), 1),
        ("elderly", "智能手机课堂", "挂号、扫码、视频通话，慢慢学。", "60 岁以上", "workday", "09:00", 90, OLD, (0,), (10, 25), 2),
        ("elderly", "银龄理发日", "志愿师傅上门来，免费理发。", "60 岁以上", "workday", "09:00", 150, OLD, (0,), (15, 30), 1),
        ("elderly", "银龄故事会", "喝茶，讲老底子的故事。", "60 岁以上", "workday", "14:00", 120, OLD, (0,), (15, 40), 1),
        ("health", "健康义诊", "量血压、测血糖、问医生。", "所有居民", "workday", "08:30", 150, ALL, (0,), (30, 80), 1),
        ("health", "中医养生讲座", "冬天怎样吃、怎样睡。", "所有居民", "workday", "14:00", 90, ALL, (0,), (20, 60), 1),
        ("health", "八段锦晨练", "教练带练，场地在室内。", "18 岁以上", "workday", "08:30", 60, ADULT, (0,), (15, 30), 4),
        ("health", "急救技能培训", "心肺复苏，人人上手练。", "16 岁以上", "weekend", "09:00", 150, (16, None), (0,), (16, 30), 1),
        ("culture", "书法入门", "笔墨纸砚都有。", "所有居民", "weekend", "14:00", 90, ALL, (0, 2000), (10, 20), 4),
        ("culture", "广场舞排练", "新曲目，零基础也能跟。", "18 岁以上", "evening", "18:30", 90, ADULT, (0,), (20, 40), 2),
        ("culture", "婺剧票友会", "听一段，唱一段。", "所有居民", "weekend", "14:00", 120, ALL, (0,), (20, 60), 1),
        ("culture", "露天电影", "自带小板凳，雨天改到大厅。", "所有居民", "evening", "18:30", 120, ALL, (0,), (40, 120), 1),
        ("culture", "乒乓球友谊赛", "分组打，重在参与。", "所有居民", "weekend", "09:00", 150, ALL, (0,), (16, 32), 1),
        ("volunteer", "周末清洁家园", "一起打扫房前屋后。", "16 岁以上", "weekend", "09:00", 120, (16, None), (0,), (15, 40), 1),
        ("volunteer", "反诈宣传小队", "培训半小时，上门一小时。", "18 岁以上", "workday", "14:00", 120, ADULT, (0,), (8, 20), 1),
        ("other", "法律咨询日", "劳动、婚姻、邻里的事都能问。", "所有居民", "workday", "14:00", 120, ALL, (0,), (8, 20), 1),
        ("other", "旧物交换集市", "闲置的东西换一换。", "所有居民", "weekend", "09:00", 150, ALL, (0,), (20, 60), 1),
        ("other", "垃圾分类课", "分得清，投得对。", "所有居民", "weekend", "10:00", 60, ALL, (0,), (20, 50), 1),
    )
)
PLACES = ("一楼大厅", "多功能厅", "二楼教室", "活动室", "书画室", "")
REASONS = ("老师临时有事，另行安排。", "报名人数不足，并到下一期。", "场地检修，改期再办。")


@dataclass
class Program:
    """Collects rows in memory; ``store`` inserts them table by table, bookings last, in the order of their time."""

    rng: Random
    people: People
    today: date = field(default_factory=timezone.localdate)
    activities: list[Activity] = field(default_factory=list)
    intakes: list[Intake] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    pools: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    #: Who is where when: nobody is in two places at once.
    busy: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.kinds = {day: known.kind for day, known in kinds_between(self.day(-30), self.day(90)).items()}
        for person in self.people.persons:
            if person.consented and person.family >= len(RESIDENTS):
                self.pools[person.row.region.code[:9]].append(person)

    def day(self, offset: int) -> date:
        return self.today + timedelta(offset)

    def at(self, day: date, clock: str) -> datetime:
        return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))

    def days(self, when: str, first: int, number: int, step: int = 1, but: Iterable[date] = ()) -> Days:
        """``number`` days from an offset on, of the calendar kind that ``when`` names, ``step`` days apart at least."""
        fits = {CalendarDay.Kind.REST_DAY} if when == "weekend" else {CalendarDay.Kind.WORKDAY, CalendarDay.Kind.MAKEUP}
        found: Days = []
        for offset in range(first, 90):
            day = self.day(offset)
            if self.kinds[day] in fits and day not in but and (not found or (day - found[-1]).days >= step):
                found.append(day)
            if len(found) == number:
                break
        return found

    def officer(self, center: Center) -> User:
        code = center.region.code
        return self.people.staff["village"] if code == PILOT else self.people.officers[code[:9]]

    def activity(self, center: Center, offer: Offer, opens: datetime, *, state: str = "published", reason: str = "") -> Activity:
        row = Activity(
            center=center,
            kind=offer.kind,
            title=offer.title,
            summary=offer.summary,
            description=f"{offer.summary}\n\n在{center.short_name}党群服务中心举行，请提前十分钟到。这是演示数据。",
            audience=offer.audience,
            price_fen=self.rng.choice(offer.prices),
            state=state,
            published_at=None if state == "draft" else opens - timedelta(hours=self.rng.randint(3, 40)),
            cancelled_at=self.at(self.day(-1), "10:20") if state == "cancelled" else None,
            cancel_reason=reason,
            created_by=self.officer(center),
            created_at=opens - timedelta(days=3, hours=self.rng.randint(1, 60)),
        )
        self.activities.append(row)
        return row

    def intake(self, activity: Activity, offer: Offer, days: Days, opens: datetime, closes: datetime, name: str = "") -> Intake:
        """One intake with its meetings; the capacity within the offer's range."""
        row = Intake(
            activity=activity,
            name=name,
            capacity=self.rng.randint(*offer.capacity),
            opens_at=opens,
            closes_at=closes,
            cancel_until=closes,
            min_age=offer.ages[0],
            max_age=offer.ages[1],
            family_limit=self.rng.choice((2, 3, 3, 4)),
        )
        self.intakes.append(row)
        place = self.rng.choice(PLACES)
        row.planned = []  # type: ignore[attr-defined]
        for day in days:
            start = self.at(day, offer.hour)
            row.planned.append(Meeting(intake=row, starts_at=start, ends_at=start + timedelta(minutes=offer.minutes), place=place))  # type: ignore[attr-defined]
        self.meetings += row.planned  # type: ignore[attr-defined]
        return row

    def eligible(self, intake: Intake, first: date) -> Iterator[Person]:
        """People of the township in random order, neighbours sooner; ages and the limit per family hold."""
        region = intake.activity.center.region.code
        pool = self.pools[region[:9]]
        order = sorted(pool, key=lambda p: self.rng.random() - 0.5 * (p.row.region.code == region))
        low, high = intake.min_age or 0, intake.max_age or 200
        taken: dict[int, int] = defaultdict(int)
        for person in order:
            age = person.row.age_on(first)
            fits = age is not None and low <= age <= high and taken[person.family] < intake.family_limit
            if fits and self.free(person, intake):
                taken[person.family] += 1
                yield person

    def fill(self, intake: Intake, first: date, wanted: int) -> int:
        """Books so many who are eligible, fewer where there are not enough; returns how many live bookings."""
        off = intake.activity.cancelled_at
        until = min(self.at(self.today, "00:00"), intake.closes_at, off or intake.closes_at)
        parties: dict[int, uuid.UUID] = {}
        count = 0
        for person in self.eligible(intake, first) if intake.opens_at < until and intake.activity.published_at else ():
            if count == min(wanted, intake.capacity):
                break
            party = parties.setdefault(person.family, uuid.UUID(int=self.rng.getrandbits(128), version=4))
            made = intake.opens_at + (until - intake.opens_at) * self.rng.betavariate(1, 3)
            left = self.rng.random() < 0.07
            self.book(intake, person, made, made + (until - made) * self.rng.random() if left else off, party)
            count += not left
        return count

    def times(self, intake: Intake) -> list[tuple[datetime, datetime]]:
        return [(m.starts_at, m.ends_at) for m in intake.planned]  # type: ignore[attr-defined]

    def free(self, person: Person, intake: Intake) -> bool:
        own = self.busy[person.row.pk]
        return not any(start < end and begin < finish for start, finish in own for begin, end in self.times(intake))

    def book(self, intake: Intake, person: Person, made: datetime, dropped: datetime | None, party: uuid.UUID | None = None) -> Booking:
        """A booking by a guardian, by oneself or at the desk; ``dropped`` is when it was cancelled."""
        by = self.rng.choice(person.actors) if person.actors else self.officer(intake.activity.center)
        channel = self.rng.choices(("page", "api"), (95, 5))[0] if person.actors else "desk"
        end: dict[str, Any] = {"state": Booking.State.CANCELLED, "cancelled_at": dropped} if dropped else {}
        row = Booking(
            intake=intake, participant=person.row, party=party or uuid.uuid4(), channel=channel, booked_by=by, created_at=made, **end
        )
        self.bookings.append(row)
        if not dropped:
            self.busy[person.row.pk] += self.times(intake)
        return row

    def store(self) -> None:
        Activity.objects.bulk_create(self.activities, BATCH)
        Intake.objects.bulk_create(self.intakes, BATCH)
        Meeting.objects.bulk_create(self.meetings, BATCH)
        Booking.objects.bulk_create(sorted(self.bookings, key=lambda b: b.created_at), BATCH)


def fill_calendar(program: Program, centers: list[Center]) -> None:
    """Ordinary activities of every public center but the pilot: many in townships, few in small villages."""
    rng = program.rng
    shut: dict[int, set[date]] = defaultdict(set)
    for row in OpeningException.objects.filter(closed=True).order_by():
        shut[row.center_id] |= {row.first_day + timedelta(n) for n in range((row.last_day - row.first_day).days + 1)}
    evenings = set(OpeningHours.objects.filter(kind=OpeningHours.Kind.EXTENDED).values_list("center_id", flat=True).order_by())
    for center in centers:
        if not center.published or center.region.code == PILOT:
            continue
        number = rng.randint(*{"town": (5, 9), "community": (2, 5), "village": (1, 3)}[center.level])
        offers = [offer for offer in OFFERS if offer.when != "evening" or center.pk in evenings]
        for offer in rng.sample(offers, number):
            arrange(program, center, offer, shut[center.pk])


def arrange(program: Program, center: Center, offer: Offer, shut: set[date]) -> None:
    """One activity with an intake or two; a few are drafts or called off."""
    rng = program.rng
    step = 1 if offer.kind == "care" else 7
    offset = rng.randint(FIRST, max(FIRST, LAST - step * (offer.meetings - 1)))
    days = program.days(offer.when, offset, offer.meetings, step, shut)
    opens = program.at(days[0] - timedelta(rng.randint(7, 21)), rng.choice(("08:00", "09:00", "12:00", "19:00")))
    state, reason = "published", ""
    if rng.random() < 0.03:
        state = "draft"
    elif rng.random() < 0.1 and opens < program.at(program.day(-2), "00:00") and days[0] >= program.today:
        state, reason = "cancelled", rng.choice(REASONS)
    activity = program.activity(center, offer, opens, state=state, reason=reason)
    weeks = (0, 7) if state == "published" and rng.random() < 0.15 else (0,)
    for number, later in enumerate(weeks, 1):
        dates = days if not later else program.days(offer.when, offset + later, offer.meetings, step, shut)
        name = f"第{'一二'[number - 1]}期" if len(weeks) > 1 else ""
        row = program.intake(activity, offer, dates, opens, closing(program, dates[0], offer.hour), name)
        if rng.random() < 0.14:
            row.capacity = max(5, program.fill(row, dates[0], row.capacity)) if opens < program.at(program.today, "00:00") else row.capacity
        else:
            program.fill(row, dates[0], round(row.capacity * rng.betavariate(1, 3)))


def closing(program: Program, first: date, hour: str) -> datetime:
    """Until two hours before, the evening before, or, where things have to be bought, five days before."""
    start = program.at(first, hour)
    before = program.at(first - timedelta(1), "18:00")
    return program.rng.choice((start - timedelta(hours=2), before, before, before, start - timedelta(days=5)))
