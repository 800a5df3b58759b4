"""The demonstration district, put together: people, places, activities, and 光南社区 with the nine residents by hand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from accounts import demo as people_demo
from accounts.demo import DISTRICT, RESIDENTS, STAFF, People
from accounts.models import Guardianship, Organisation, Region, User
from activities import demo as activities_demo
from activities.demo import ALL, KIDS, OLD, PILOT, YOUNG, Offer, Program
from activities.models import Activity, Booking, Intake
from centers import demo as centers_demo
from centers.models import Center
from funding import demo as funding_demo
from records import audit
from records.models import Message
from staffing import demo as staffing_demo

SEED = 20241218
#: The organisation that the line department's login works for.
UNIT = "金东区演示图书馆"
LOCK = 7_330_704
Say = Callable[[str], None]


class Slot(NamedTuple):
    """An intake of the pilot. ``first`` and ``opens`` are offsets in days (of lunches: the first, the second …).

    ``taken`` is how many bookings are wanted, ``step`` the days between meetings, ``state`` the activity's.
    """

    key: str
    offer: Offer
    first: int
    opens: int
    taken: int
    step: int = 1
    state: str = "published"


CARE = "放学以后到社区来：做作业、做手工，等爸爸妈妈下班。不补课。"
LUNCH = Offer("elderly", "幸福餐桌·老年助餐", "一荤两素一汤，现做现吃。", "60 岁以上", "workday", "11:00", 90, OLD, (800,), (30, 30), 1)
SLOTS = (
    Slot("care", Offer("care", "小豆芽课后托管", CARE, "6 至 12 岁小学生", "workday", "16:30", 90, KIDS, (0,), (40, 40), 20), 8, -6, 25),
    *(Slot(f"lunch{n}", LUNCH, n, -5, (24, 17, 30, 12, 8)[n]) for n in range(5)),
    Slot(
        "night",
        Offer(
            "night", "青年夜校·短视频剪辑", "四个晚上，从素材到成片。", "16 至 45 岁", "evening", "18:30", 90, YOUNG, (6000,), (20, 20), 4
        ),
        4,
        -8,
        17,
        7,
    ),
    Slot(
        "baking",
        Offer("care", "亲子烘焙", "做一炉饼干带回家。", "4 至 12 岁", "weekend", "14:00", 120, (4, 12), (3000,), (12, 12), 1),
        3,
        -9,
        12,
    ),
    Slot(
        "winter",
        Offer("volunteer", "寒假小小志愿者", "整理图书、引导办事。", "8 至 14 岁", "workday", "09:00", 150, (8, 14), (0,), (20, 20), 3),
        24,
        5,
        0,
    ),
    Slot(
        "camp",
        Offer("culture", "周末露营体验", "搭帐篷、看星星。", "所有居民", "weekend", "16:00", 180, ALL, (2000,), (30, 30), 1),
        4,
        -7,
        11,
        1,
        "cancelled",
    ),
    Slot(
        "reading",
        Offer("care", "周末亲子阅读", "一家人一起读绘本。", "3 至 10 岁", "weekend", "09:30", 90, (3, 10), (0,), (24, 24), 1),
        2,
        -6,
        10,
    ),
    Slot(
        "clinic",
        Offer("health", "健康义诊", "量血压、测血糖、问医生。", "所有居民", "workday", "08:30", 150, ALL, (0,), (60, 60), 1),
        -7,
        -16,
        43,
    ),
    Slot(
        "singing",
        Offer("culture", "邻里歌会", "唱老歌，认邻居。", "所有居民", "evening", "18:30", 120, ALL, (0,), (80, 80), 1),
        15,
        3,
        0,
        1,
        "draft",
    ),
)
RAIN = "天气预报有大雨，改期再办。"
#: Which of the nine (0 is 13800000001), who of the family (0 is oneself), which slot, whether cancelled by themselves.
DOINGS = (
    (0, 1, "reading", False),
    (0, 0, "clinic", False),
    (0, 0, "camp", False),
    (1, 0, "night", False),
    (2, 1, "care", False),
    (2, 1, "baking", False),
    (3, 1, "baking", False),
    (3, 1, "camp", False),
    (4, 0, "night", False),
    (5, 2, "lunch0", False),
    (5, 2, "lunch1", True),
    (5, 1, "camp", False),
    (6, 0, "night", False),
    (6, 1, "reading", False),
    (7, 0, "clinic", False),
    (8, 1, "clinic", False),
    (8, 0, "clinic", True),
)


def present() -> bool:
    """Whether the demonstration data are there."""
    return User.objects.filter(login="district", is_demo=True).exists()


def obstacle() -> str:
    """Why the data can't be added to what is there; "" when they can."""
    phones = [f"+8613800{n + 1:06d}" for n in range(len(RESIDENTS))]
    if login := User.objects.filter(login__in=[row[0] for row in STAFF]).values_list("login", flat=True).first():
        return f"there is an account {login} already; the demonstration needs a database of its own (another DATA_DIR)"
    if User.objects.filter(phone__in=phones).exists() or Center.objects.exists():
        return "there are centers or residents already; the demonstration needs a database of its own (another DATA_DIR)"
    return ""


def write(say: Say) -> None:
    """All of it, in one transaction; the photographs' files come last."""
    rng = Random(SEED)  # noqa: S311 — the same district every time, nothing secret
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if present():
            return
        regions = {r.code: r for r in Region.objects.under(DISTRICT).select_related("parent")}
        people = people_demo.write(rng, regions)
        say(f"people: {User.objects.count()} accounts, {len(people.persons)} participants")
        centers = centers_demo.write(rng, regions)
        say(f"centers: {len(centers)}")
        unit = people.staff["unit"]
        unit.organisation = Organisation.objects.get(name=UNIT)
        unit.save(update_fields=["organisation"])
        campaign = centers_demo.build(Random(SEED + 1), regions, centers, people, say)  # noqa: S311
        staff = staffing_demo.write_people(Random(SEED + 7), centers, people)  # noqa: S311
        rosters = staffing_demo.write_rosters(Random(SEED + 8), centers, staff, people)  # noqa: S311
        partners = staffing_demo.write_partners(centers, people)
        say(f"cadres: {len(staff.cadres)}, rosters: {rosters}, partners: {partners}")
        program = Program(rng, people)
        intakes = pilot(program, next(c for c in centers if c.region.code == PILOT))
        doings = act(program, people, intakes)
        activities_demo.fill_calendar(program, centers)
        program.store()
        past = activities_demo.write_year(program, centers, Random(SEED + 2))  # noqa: S311
        activities_demo.live(program, next(c for c in centers if c.region.code == PILOT), Random(SEED + 3))  # noqa: S311
        say(f"2024: {past} activities held and reported")
        sharing, places, asked = activities_demo.write_venues(program, Random(SEED + 4), regions, centers)  # noqa: S311
        say(f"venues: {places}, of {sharing} organisations some; {asked} requests")
        say(f"activities: {len(program.activities)}, intakes: {len(program.intakes)}, bookings: {len(program.bookings)}")
        children = activities_demo.write_care(program, centers, Random(SEED + 5))  # noqa: S311
        brands, columns = activities_demo.write_publicity(Random(SEED + 6), regions, centers, people)  # noqa: S311
        say(f"childcare: {children} children; brands of 2024: {brands}; columns: {columns}")
        stars_and_money(centers, people, say)
        tell(people, doings)
        audit.write("portal.write_demo", region_code=DISTRICT, count=len(centers))
        say(f"photos: {len(centers_demo.photos(rng, centers))}, pictures and papers: {centers_demo.files(rng, campaign, people)}")


def stars_and_money(centers: list[Center], people: People, say: Say) -> None:
    reviewers = funding_demo.write_reviewers(Random(SEED + 9), centers, people)  # noqa: S311
    projects = funding_demo.write_projects(Random(SEED + 10), centers, people)  # noqa: S311
    rounds, applied = funding_demo.write_rounds(Random(SEED + 11), centers, people, reviewers)  # noqa: S311
    say(f"special projects: {projects}; rounds of rating: {rounds}, applications: {applied}")


def pilot(program: Program, center: Center) -> dict[str, tuple[Slot, Intake, date]]:
    """光南社区's activities: one of each phase, intakes of one title under one activity."""
    made: dict[str, Activity] = {}
    intakes: dict[str, tuple[Slot, Intake, date]] = {}
    lunches = program.days(LUNCH.when, 2, 5)
    for slot in SLOTS:
        lunch = slot.offer is LUNCH
        days = [lunches[slot.first]] if lunch else program.days(slot.offer.when, slot.first, slot.offer.meetings, slot.step)
        opens = program.at(program.day(slot.opens), "09:00")
        closes = program.at(days[0] - timedelta(1), "20:00")
        title = slot.offer.title
        if title not in made:
            reason = RAIN if slot.state == "cancelled" else ""
            made[title] = program.activity(center, slot.offer, opens, state=slot.state, reason=reason)
        name = f"{days[0].month}月{days[0].day}日" if lunch else ""
        row = program.intake(made[title], slot.offer, days, opens, closes, name)
        intakes[slot.key] = (slot, row, days[0])
    return intakes


def act(program: Program, people: People, intakes: dict[str, tuple[Slot, Intake, date]]) -> list[Booking]:
    """The nine residents' bookings, then neighbours up to the number wanted; returns the nine's."""
    doings = []
    live: dict[str, int] = dict.fromkeys(intakes, 0)
    for number, (resident, member, key, dropped) in enumerate(DOINGS):
        intake = intakes[key][1]
        made = intake.opens_at + timedelta(hours=2 + number, minutes=17 * number % 60)
        off = made + timedelta(hours=20) if dropped else intake.activity.cancelled_at
        doings.append(program.book(intake, people.residents[resident][member], made, off))
        live[key] += not dropped
    for key, (slot, intake, first) in intakes.items():
        program.fill(intake, first, slot.taken - live[key])
    return doings


def tell(people: People, doings: list[Booking]) -> None:
    """The nine residents' inboxes: what ``seats`` would have told them, a welcome, and a question of guardianship."""
    actors = {p.row.pk: p.actors for family in people.residents for p in family}
    rows = [
        letter(
            family[0].actors[0],
            "welcome",
            "欢迎来到演示门户",
            "这里的人和事都是虚构的，可以放心试。",
            "/me/",
            family[0].row.created_at,
            "welcome",
        )
        for family in people.residents
    ]
    for booking in doings:
        link = f"/b/{booking.code}/"
        for user in actors[booking.participant_id]:
            body = "在“我的预约”里可以看到预约码，也可以取消。"
            rows.append(letter(user, "booked", f"预约成功：{booking.intake}", body, link, booking.created_at, f"booked:{booking.code}"))
            if booking.cancelled_at:
                reason = booking.intake.activity.cancel_reason
                why = f"活动取消了：{reason}" if reason else "名额已经让给别人。想再来，可以重新预约。"
                rows.append(
                    letter(user, "cancelled", f"预约已取消：{booking.intake}", why, link, booking.cancelled_at, f"cancelled:{booking.code}")
                )
    for asked in Guardianship.objects.requested().select_related("participant"):
        for user in actors[asked.participant_id]:
            at = timezone.now() - timedelta(days=1)
            body = "如果是您的家人，请在“家人”里同意；不认识就不同意。"
            rows.append(letter(user, "join", "有人申请一起做孩子的监护人", body, "/me/family/", at, f"join:{asked.pk}"))
    Message.objects.bulk_create(sorted(rows, key=lambda row: row.created_at))


def letter(user: User, kind: str, subject: str, body: str, link: str, at: datetime, once: str) -> Message:
    """A delivered inbox row; what is older than three days has been read."""
    read = at + timedelta(hours=5) if at < timezone.now() - timedelta(days=3) else None
    sent = {"created_at": at, "due_at": at, "sent_at": at, "read_at": read}
    return Message(recipient=user, kind=kind, subject=subject, body=body, link=link, once=once, state=Message.State.SENT, **sent)
