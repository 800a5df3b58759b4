"""The column, brands, roadshows and polls of the demonstration."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from accounts.demo import People
from accounts.models import Region, User
from activities import digest
from activities.demo.program import PILOT
from activities.models import Brand, Digest, Poll, PollOption, PollTally, PollVoter, Roadshow
from activities.poll import digest_of
from centers.models import Center

#: 15 recognised in 2024 (the report's figure); the rest was not recognised, waits, is a draft, came later or ended.
BRANDS = (
    ("小豆芽呵护队", "放学有人接，作业有人看。"), ("幸福餐桌", "一荤两素，走路十分钟吃到热饭。"), ("青年夜校", "下班来学一门手艺。"),
    ("银龄理发日", "师傅上门，免费理发。"), ("邻里歌会", "唱老歌，认邻居。"), ("板凳议事", "搬张板凳，把事说开。"),
    ("红马甲跑腿", "老人一个电话，跑腿到家。"), ("周末小课堂", "剪纸、黏土、树叶画。"), ("婺剧票友角", "听一段，唱一段。"),
    ("法律夜门诊", "下班也能问律师。"), ("共享花园", "阳台种菜，楼下种花。"), ("妈妈驿站", "有地方喂奶，有人搭把手。"),
    ("技能互换集市", "你教我做饭，我教你拍照。"), ("夕阳摄影社", "用手机拍村里的一年四季。"), ("新邻居第一课", "刚搬来，先认门。"),
)  # fmt: skip
OTHERS = (
    ("广场舞联盟", "declined"),
    ("露天电影", "nominated"),
    ("旧物新生", "draft"),
    ("家门口的健身房", "ended"),
    ("早安八段锦", "recognised"),
)
LAST_YEAR = (date(2024, 12, 1), date(2024, 12, 10))


def brands(rng: Random, regions: dict[str, Region], centers: list[Center], people: People) -> int:
    """15 by the end of 2024, on two roadshows and without; some others."""
    district = regions["330703"]
    shows = [
        Roadshow.objects.create(region=district, title="一社一品项目路演（上半年）", held_on=date(2024, 5, 24), place="区演示文化馆"),
        Roadshow.objects.create(region=district, title="一社一品项目路演（下半年）", held_on=date(2024, 11, 8), place="区演示党校礼堂"),
    ]
    pilot = next(c for c in centers if c.region.code == PILOT)
    places = [pilot, *rng.sample([c for c in centers if c.published and c != pilot], len(BRANDS) + len(OTHERS) - 1)]
    by, rows = people.staff["town"], []
    for (name, summary), center in zip(BRANDS, places[: len(BRANDS)], strict=True):
        show = rng.choice((None, *shows))
        on = (show.held_on if show else date(2024, rng.randint(2, 11), 10)) + timedelta(rng.randint(5, 25))
        rows.append(
            Brand(center=center, name=name, summary=summary, roadshow=show, state="recognised", recognised_on=on, nominated_by=by,
                  created_at=timezone.make_aware(datetime.combine(on - timedelta(60), time(10))))
        )  # fmt: skip
    for (name, state), center in zip(OTHERS, places[len(BRANDS) :], strict=True):
        later = date(2025, 6, rng.randint(1, 28)) if state in ("recognised", "ended") else None
        rows.append(Brand(center=center, name=name, summary="演示用的品牌。", state=state, recognised_on=later, nominated_by=by))
    Brand.objects.bulk_create(rows)
    return len(BRANDS)


def polls(rng: Random, regions: dict[str, Region], people: People) -> None:
    """Last year's result, and one that is open; the nine residents have not voted yet."""
    now = timezone.now()
    voters = {user.pk: user for person in people.persons if person.family >= 9 for user in person.actors[:1] if user.phone}
    opens, closes = (timezone.make_aware(datetime.combine(day, time(9))) for day in LAST_YEAR)
    known = list(voters.values())
    done = Poll(region=regions["330703"], title="2024 年度人气服务项目", opens_at=opens, closes_at=closes, lead="选您用过、觉得好的。")
    vote(rng, done, "published", rng.sample(known, len(known) // 2))
    opens, closes = now - timedelta(days=3), now + timedelta(days=11)
    running = Poll(region=regions["330703"], title="今年最喜欢的服务", opens_at=opens, closes_at=closes, lead="选您用过、觉得好的。")
    vote(rng, running, "announced", rng.sample(known, len(known) // 5))


def vote(rng: Random, poll: Poll, state: str, voters: list[User]) -> None:
    """Stores a poll with its options and the voters' ballots, some options better liked than others."""
    poll.save()
    options = PollOption.objects.bulk_create([PollOption(poll=poll, title=name, summary=words) for name, words in BRANDS[:12]])
    Poll.objects.filter(pk=poll.pk).update(state=state)
    if state == "announced":
        PollVoter.objects.bulk_create([PollVoter(poll=poll, digest=digest_of(user)) for user in voters], 1000)
    weights = [rng.random() + 0.2 for _option in options]
    votes = Counter(option for _user in voters for option in set(rng.choices(range(len(options)), weights, k=rng.randint(1, 3))))
    PollTally.objects.bulk_create([PollTally(option=option, votes=votes[n]) for n, option in enumerate(options)])


def columns(regions: dict[str, Region], people: People) -> int:
    """Those of 2024, and last month's: drafted from the records, all but the last published; returns how many."""
    editor, checker = people.staff["town"], people.staff["district"]
    months = [date(2024, month, 1) for month in range(6, 13)]
    made = [row for month in months if (row := digest.draft(regions["330703"], month))]
    for row in made:
        at = timezone.make_aware(datetime.combine(digest.month_after(row.month) + timedelta(4), time(10)))
        Digest.objects.filter(pk=row.pk).update(state="published", edited_by=editor, checked_by=checker, published_at=at, created_at=at)
    return len(made) + (digest.draft(regions["330703"], digest.month_before()) is not None)


def write_publicity(rng: Random, regions: dict[str, Region], centers: list[Center], people: People) -> tuple[int, int]:
    """(recognised brands of 2024, columns)."""
    number = brands(rng, regions, centers, people)
    polls(rng, regions, people)
    return number, columns(regions, people)
