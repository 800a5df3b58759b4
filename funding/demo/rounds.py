"""Rounds of star rating: last year's, paid; one in public notice; one that is being reviewed; this year's, to which villages apply."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from accounts.demo import VILLAGE, People
from accounts.models import Region, User
from activities.draw import sha256
from centers.models import Center
from funding import deciding, evidence, ledger, rating, scoring
from funding.demo.people import Reviewers
from funding.models import (
    Application,
    Award,
    Criterion,
    Decision,
    DecisionLine,
    LedgerEntry,
    Objection,
    RatingRound,
    RatingScheme,
    Sheet,
    Tier,
)
from records.working_days import add_working_days

#: pillar, source, what, how, weight, fact; 建管用评 as a default of ours (DOMAIN.md, Star practice): the district may write its own.
CRITERIA = (
    ("use", "representatives", "服务好不好用", "办事、托管、助餐、活动，您和邻居用过的。", 40, "satisfaction"),
    ("manage", "representatives", "来了有没有人", "开门时间有没有人在，态度怎么样。", 30, "coverage"),
    ("rated", "representatives", "大家愿不愿意来", "和去年比，来的人多了还是少了。", 30, "headcount"),
    ("build", "township", "场地和标识", "干净、好找、没有多余的牌子。", 30, "compliance"),
    ("manage", "township", "值班和日常管理", "值班表公示、有人在岗、报修及时。", 35, "coverage"),
    ("use", "township", "活动办得怎样", "数量、质量，老人孩子年轻人都有。", 35, "activities"),
    ("build", "district", "七条标准", "按最近一次检查。", 40, "compliance"),
    ("use", "district", "开放时间", "全年开放，延时错时。", 30, "open_hours"),
    ("rated", "district", "群众反映", "满意度和投诉。", 30, "complaints"),
    ("manage", "veto", "发生安全责任事故", "", 0, ""),
    ("manage", "veto", "弄虚作假", "", 0, ""),
)
#: star, threshold, quota, award in fen
TIERS = ((5, "90", 40, 2_000_000), (4, "80", None, 1_000_000), (3, "70", None, 500_000))
SAID = ("晚上七点到九点开着门，年轻人下了班能来。", "助餐和托管合在一个院子里，老人等孩子放学。",
        "把三间空屋改成了阅览室，村里孩子写作业不回家。",
        "每月开一次居民议事会，活动由大家点。", "志愿者排班进了值班表，周末也有人。")  # fmt: skip
PLANS = ("冬天晚上人少，想加一个取暖的角落。", "标识还有两块旧的没拆。", "年轻人的活动还不够多。", "")


@dataclass
class Plan:
    """A round of the demonstration. Days are counted from ``first``, the day on which applications begin."""

    title: str
    year: int
    first: date
    applying: int
    reviewing: int
    towns: tuple[str, ...] | None
    state: str
    facts: tuple[date, date]


def moment(day: date, clock: str = "10:00") -> datetime:
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))


class Rounds:
    """Writes rounds with everything that belongs to them."""

    def __init__(self, rng: Random, centers: list[Center], people: People, reviewers: Reviewers) -> None:
        self.rng, self.people, self.reviewers = rng, people, reviewers
        self.centers = [c for c in centers if c.level != Center.Level.TOWN and c.published_at]
        self.district = Region.objects.get(code="330703")

    def scheme(self, name: str, version: int, budget: int) -> RatingScheme:
        made = RatingScheme.objects.create(region=self.district, name=name, version=version, budget=budget)
        Tier.objects.bulk_create(
            [Tier(scheme=made, star=star, threshold=Decimal(line), quota=quota, award=money) for star, line, quota, money in TIERS]
        )
        Criterion.objects.bulk_create(
            [
                Criterion(scheme=made, number=n, pillar=pillar, source=source, title=title, guide=guide, weight=weight, fact=fact)
                for n, (pillar, source, title, guide, weight, fact) in enumerate(CRITERIA, 1)
            ]
        )
        return made

    def open(self, plan: Plan, scheme: RatingScheme) -> RatingRound:
        """The round as it was opened, its rules frozen."""
        seed = f"{self.rng.getrandbits(256):064x}"
        ends = plan.first + timedelta(plan.applying)
        row = RatingRound.objects.create(
            region=self.district, scheme=scheme, year=plan.year, title=plan.title, facts_from=plan.facts[0], facts_until=plan.facts[1],
            apply_from=plan.first, apply_until=ends, review_until=ends + timedelta(plan.reviewing), state="open", seed=seed,
            seed_commitment=sha256(seed), opened_at=moment(plan.first, "09:00"),
        )  # fmt: skip
        if not scheme.frozen:
            scheme.rules_hash = scoring.rules_hash(rating.rules_of(scheme))
            scheme.frozen_at = row.opened_at
            scheme.save()
        return row

    def apply(self, row: RatingRound, plan: Plan, share: float = 1.0) -> list[Application]:
        """Applications of the plan's townships, with the facts of the period."""
        fitting = [c for c in self.centers if plan.towns is None or c.region.code[:9] in plan.towns]
        chosen = [c for c in fitting if self.rng.random() < share]
        known = evidence.facts(chosen, row.facts_from, row.facts_until)
        last = min(row.apply_until, timezone.localdate())
        rows = []
        for center in chosen:
            day = row.apply_from + timedelta(self.rng.randint(0, max(0, (last - row.apply_from).days)))
            rows.append(
                Application(
                    round=row, center=center, strengths=self.rng.choice(SAID), plans=self.rng.choice(PLANS), facts=known[center.pk],
                    state="submitted", submitted_at=moment(day), submitted_by=self.people.staff["village"],
                )
            )  # fmt: skip
        return Application.objects.bulk_create(rows, 500)

    def sheets(self, row: RatingRound, applications: list[Application], done: float = 1.0) -> None:
        """Seven ballots, two scorers, one assessor; a third scorer is not wanted where two differ little."""
        items = {source: [str(c.pk) for c in row.scheme.criteria.all() if c.source == source] for source in scoring.SOURCES}
        made: list[Sheet] = []
        at = moment(row.apply_until + timedelta(3))
        for one in applications:
            level, town = self.rng.gauss(80, 7), one.center.region.code[:9]
            panel = [p for p in self.reviewers.representatives[town] if p.region_id != one.center.region_id][:7]
            plan = [("representatives", p.user, 6) for p in panel]
            plan += [("township", user, 2) for user in self.reviewers.scorers[town]]
            plan.append(("district", self.people.staff["district"], 3))
            count: dict[str, int] = {}
            for source, user, spread in plan:
                count[source] = count.get(source, 0) + 1
                given = self.rng.random() < done
                if not given and source != "representatives":
                    continue  # an officer's sheet is there once it is handed in
                made.append(self.sheet(one, source, user, count[source], items[source], level, spread, at if given else None))
        Sheet.objects.bulk_create(made, 1000)
        row.drawn_at = moment(row.apply_until + timedelta(1))
        row.save(update_fields=["drawn_at"])

    def sheet(self, one: Application, source: str, user: User, number: int, items: list[str], level: float, spread: int, at: Any) -> Sheet:
        marks = {key: max(40, min(100, round(level + self.rng.uniform(-spread, spread)))) for key in items} if at else {}
        return Sheet(application=one, source=source, scorer=user, number=number, marks=marks, state="done" if at else "pending", done_at=at)

    def decide(self, row: RatingRound, day: date) -> Decision:
        """Scored, decided and noticed on a day."""
        row.state = "scored"
        row.save(update_fields=["state"])
        made = deciding.decide(row, self.people.staff["district"], {}, at=moment(day))
        row.scored_at = moment(day, "08:00")
        row.state, row.notice_from, row.notice_until = "decided", day, add_working_days(day, 5)
        row.save()
        return made

    def pay(self, row: RatingRound, decision: Decision) -> None:
        """Final after the notice, awards in place the day after, paid by another a week later."""
        day = row.notice_until or timezone.localdate()
        row.state, row.final_at = "disbursed", moment(day + timedelta(1))
        row.save()
        lines = DecisionLine.objects.filter(decision=decision, award__gt=0).select_related("application__center__region")
        awards = [Award(round=row, line=line, center=line.application.center, star=line.star, amount=line.award) for line in lines]
        Award.objects.bulk_create(awards, 500)
        total = sum(award.amount for award in awards)
        book = ledger.book_of(self.district, row.year, "stars")
        district, reviewer = self.people.staff["district"], self.people.staff["reviewer"]
        entry = {"book": book, "region": self.district, "kind": "budget", "account": "budget"}
        dated = {"posted_on": row.apply_from, "posted_at": moment(row.apply_from), "posted_by": district}
        LedgerEntry.objects.create(**entry, amount=max(total, row.scheme.budget), reason="年度预算（演示）", **dated)
        for kind, who, after in (("allocation", district, 3), ("payment", reviewer, 10)):
            on = day + timedelta(after)
            LedgerEntry.objects.bulk_create(
                [
                    LedgerEntry(
                        book=book, region=a.center.region, kind=kind, account=kind, amount=a.amount, award=a, star=a.star, posted_on=on,
                        posted_at=moment(on), posted_by=who,
                    )
                    for a in awards
                ],
                500,
            )  # fmt: skip


def write_rounds(rng: Random, centers: list[Center], people: People, reviewers: Reviewers) -> tuple[int, int]:
    """All four; returns how many rounds and applications there are."""
    today = timezone.localdate()
    rounds = Rounds(rng, centers, people, reviewers)
    year, last = today.year, today.year - 1
    usual = rounds.scheme("村社党群服务中心评星办法（演示）", 1, 300_000_000)
    special = rounds.scheme("专项评星办法（演示）", 1, 120_000_000)
    towns = tuple(sorted(reviewers.scorers))
    first = date(last, 10, 10)
    past = Plan(f"{last}年度星级评定", last, first, 21, 20, None, "disbursed", (date(last, 1, 1), date(last, 9, 30)))
    row = rounds.open(past, usual)
    made = rounds.apply(row, past, 0.92)
    rounds.sheets(row, made)
    rounds.pay(row, rounds.decide(row, first + timedelta(45)))
    count = len(made)
    recent = (today - timedelta(200), today - timedelta(60))
    noticed = Plan(f"{year}年养老服务专项评星", year, today - timedelta(40), 14, 20, towns[2:4], "decided", recent)
    row = rounds.open(noticed, special)
    made = rounds.apply(row, noticed, 0.7)
    rounds.sheets(row, made)
    rounds.decide(row, today - timedelta(1))
    objections(row, made, people)
    count += len(made)
    scored = Plan(f"{year}年托育服务专项评星", year, today - timedelta(20), 14, 15, towns[:2], "open", recent)
    row = rounds.open(scored, special)
    made = rounds.apply(row, scored, 0.8)
    rounds.sheets(row, made, 0.6)
    count += len(made)
    present = Plan(f"{year}年度星级评定", year, today - timedelta(9), 20, 20, None, "open", (date(year, 1, 1), today - timedelta(10)))
    row = rounds.open(present, rounds.scheme(usual.name, 2, 300_000_000))
    rounds.centers = [c for c in rounds.centers if c.region.code != VILLAGE]
    count += len(rounds.apply(row, present, 0.4))
    return 4, count


def objections(row: RatingRound, made: list[Application], people: People) -> None:
    """One answered, one to be answered."""
    now = timezone.now()
    told = {"round": row, "name": "王青禾", "phone": "+8613800000001"}
    Objection.objects.create(
        **told, application=made[0], text="助餐点上个月停了三天。", state="dismissed", received_at=now - timedelta(hours=20),
        answer="核对了开放记录：停的三天是换灶台，提前贴了通知，并送餐上门，不影响评分。",
        answered_by=people.staff["district"], answered_at=now,
    )  # fmt: skip
    Objection.objects.create(**told, application=made[1], text="值班表公示了，周六去没有人。", received_at=now - timedelta(hours=3))
