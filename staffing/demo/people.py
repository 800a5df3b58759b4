"""2,287 cadres and 723 dedicated managers (the article's figures), some of them with two posts, none a real person."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from accounts.demo import ADULTS, SURNAMES, People
from centers.models import Center
from staffing.models import Cadre, CenterManager, DutyNeed, Posting

CADRES, MANAGERS, TWO_POSTS = 2287, 723, 14
PILOT = "330703001021"
SINCE = date(2024, 1, 1)
LEADS = ("党支部书记", "村委会主任")
POSITIONS = ("党支部副书记", "村委会副主任", "村委会委员", "党支部委员", "妇联主席", "村监会主任", "文书")
TOWN_POSITIONS = ("组织委员", "宣传委员", "党群中心主任", "组织干事", "社会事务干事", "便民中心干部")
BATCH = 1000


@dataclass
class Staff:
    """Whom the rosters are made of: center → postings, leads first."""

    postings: dict[int, list[Posting]] = field(default_factory=dict)
    cadres: list[Cadre] = field(default_factory=list)


def sizes(rng: Random, centers: int) -> list[int]:
    """How many cadres each center has, four to nine, ``CADRES`` in all."""
    found = [CADRES // centers] * centers
    for n in range(CADRES - sum(found)):
        found[n] += 1
    for _n in range(2 * centers):
        one, other = rng.randrange(1, centers), rng.randrange(1, centers)
        if one != other and found[one] > 4 and found[other] < 9:
            found[one], found[other] = found[one] - 1, found[other] + 1
    return found


def person(rng: Random, center: Center, number: int) -> Cadre:
    """A number of no one: 19902 is not given out."""
    return Cadre(region=center.region, name=rng.choice(SURNAMES) + rng.choice(ADULTS), phone=f"+8619902{number:06d}")


def write_people(rng: Random, centers: list[Center], people: People) -> Staff:
    """Cadres with postings, managers with appointments, what the centers want; in the caller's transaction."""
    staff = Staff()
    order = sorted(centers, key=lambda c: (c.region.code != PILOT, c.region.code))
    postings: list[Posting] = []
    for center, size in zip(order, sizes(rng, len(order)), strict=True):
        members = [person(rng, center, len(staff.cadres) + n) for n in range(size)]
        staff.cadres += members
        postings += posts(center, members)
    for n in range(TWO_POSTS):  # one person, two posts, counted once
        first = postings[60 + 97 * n]
        center = next(
            c for c in order if c.region.code[:9] == first.center.region.code[:9] and c.pk != first.center_id and c.level != "town"
        )
        postings.append(Posting(center=center, cadre=first.cadre, position="兼职委员", valid_from=SINCE))
    managers = [person(rng, center, 5000 + n) for n, center in enumerate((order * 2)[:MANAGERS])]
    accounts(staff.cadres, managers, people)
    Cadre.objects.bulk_create([*staff.cadres, *managers], BATCH)
    few_exempt(rng, postings)
    Posting.objects.bulk_create(postings, BATCH)
    managed = [CenterManager(center=c, cadre=who, valid_from=SINCE) for c, who in zip((order * 2)[:MANAGERS], managers, strict=True)]
    CenterManager.objects.bulk_create(managed, BATCH)
    villages = [c for c in order if c.level != "town" and c.region.code != PILOT]
    DutyNeed.objects.bulk_create([DutyNeed(center=c, kind="regular", people=1) for c in villages], BATCH)
    for posting in postings:
        staff.postings.setdefault(posting.center_id, []).append(posting)
    return staff


def posts(center: Center, members: list[Cadre]) -> list[Posting]:
    """Two who lead, then the others."""
    made = []
    for n, cadre in enumerate(members):
        names = (*LEADS, *POSITIONS) if center.level != "town" else (*TOWN_POSITIONS, *TOWN_POSITIONS)
        made.append(Posting(center=center, cadre=cadre, position=names[n % len(names)], lead=n < 2, valid_from=SINCE))
    return made


def accounts(cadres: list[Cadre], managers: list[Cadre], people: People) -> None:
    """The pilot's own: its head leads, two cadres, the manager; the order puts the pilot first."""
    for cadre, login in zip((cadres[0], cadres[2], cadres[3], managers[0]), ("head", "cadre", "cadre2", "village"), strict=True):
        cadre.user, cadre.name = people.staff[login], {"head": "黄领航", "cadre": "方守望", "cadre2": "金轮值", "village": "施管家"}[login]


def few_exempt(rng: Random, postings: list[Posting]) -> None:
    """Here and there somebody takes no evening, or no weekend; never one who leads, and never in a small village."""
    for posting in rng.sample([p for p in postings if not p.lead], 40):
        posting.exempt, posting.exempt_note = rng.choice((("evening", "家里有小孩要照看"), ("rest", "在外兼职")))
