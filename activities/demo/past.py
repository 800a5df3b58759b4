"""The year 2024: held and reported activities of every month, from which the article's figures follow as of 18 December."""

import calendar
from datetime import date, timedelta
from random import Random
from typing import Any

from activities.demo.program import BATCH, OFFERS, PLACES, Offer, Program
from activities.models import Activity, Intake, Meeting, Outcome
from centers.models import Center
from records.working_days import kinds_between

YEAR = 2024
#: The last day whose records are whole: the day of the published report.
LAST = date(2024, 12, 18)
#: Held activities a month at the least (the report says 180), and visits in all (the report says over 110,000).
MONTHLY, VISITS = (186, 246), 114_000
SAID = (
    ("大家说很有用，盼着再办。", "下次早点贴海报，多留几个座位。"),
    ("来的多是老邻居，聊得热闹。", "下次把音响先试好。"),
    ("年轻人比上次多。", "下次放到晚上，下班也赶得上。"),
    ("老人听得认真，问了不少问题。", "下次字号再大一点。"),
    ("孩子们玩得开心，家长也放心。", "下次材料多备几份。"),
)


def months() -> list[tuple[date, date]]:
    """First and last day of each month that is told of."""
    found = []
    for month in range(1, 13):
        last = date(YEAR, month, calendar.monthrange(YEAR, month)[1])
        found.append((date(YEAR, month, 1), min(last, LAST)))
    return found


def days_for(offer: Offer, kinds: dict[date, Any], first: date, last: date) -> list[date]:
    """The days of a month that suit the offer."""
    wanted = ("rest_day", "holiday") if offer.when == "weekend" else ("workday", "makeup")
    return [first + timedelta(n) for n in range((last - first).days + 1) if kinds[first + timedelta(n)].kind in wanted]


def headcounts(rng: Random, number: int) -> list[int]:
    """Unequal ones, most of them small, a few big; none over a hundredth of the sum, which is at least ``VISITS``."""
    raw = [rng.lognormvariate(3.55, 0.6) for _n in range(number)]
    scale = VISITS / sum(raw)
    return [max(4, min(900, round(value * scale) + 1)) for value in raw]


def write_year(program: Program, centers: list[Center], rng: Random) -> int:
    """Inserts the year; returns how many activities."""
    places = [center for center in centers if center.published]
    weights = [{"town": 9, "community": 4, "village": 2}[center.level] for center in places]
    kinds = kinds_between(date(YEAR, 1, 1), date(YEAR, 12, 31))
    planned = []
    for first, last in months():
        fitting = {offer.title: days_for(offer, kinds, first, last) for offer in OFFERS}
        for center in rng.choices(places, weights, k=rng.randint(*MONTHLY)):
            offer = rng.choice(OFFERS)
            planned.append((center, offer, rng.choice(fitting[offer.title] or fitting[OFFERS[0].title])))
    rows = [held(program, rng, *plan, visits) for plan, visits in zip(planned, headcounts(rng, len(planned)), strict=True)]
    for model, part in zip((Activity, Intake, Meeting, Outcome), zip(*rows, strict=True), strict=True):
        model._default_manager.bulk_create(part, BATCH)
    return len(rows)


def held(program: Program, rng: Random, center: Center, offer: Offer, day: date, visits: int) -> tuple[Any, ...]:
    """One activity with its intake, meeting and outcome, unsaved."""
    start = program.at(day, offer.hour)
    end = start + timedelta(minutes=offer.minutes)
    opens = start - timedelta(days=rng.randint(5, 16))
    said, better = rng.choice(SAID)
    officer = program.officer(center)
    activity = Activity(
        center=center,
        kind=offer.kind,
        title=offer.title,
        summary=offer.summary,
        audience=offer.audience,
        price_fen=rng.choice(offer.prices),
        expected=visits if visits >= 200 else 0,
        special=visits >= 200,
        state="reported",
        published_at=opens - timedelta(hours=2),
        created_by=officer,
        created_at=opens - timedelta(days=3),
    )
    capacity = max(visits, offer.capacity[0])
    intake = Intake(activity=activity, capacity=capacity, opens_at=opens, closes_at=start, cancel_until=start)
    intake.min_age, intake.max_age = offer.ages
    meeting = Meeting(intake=intake, starts_at=start, ends_at=end, place=rng.choice(PLACES), walk_ins=visits)
    lines = f"{day.month}月{day.day}日在{center.short_name}办了“{offer.title}”，到场 {visits} 人次。\n{said}\n{better}"
    reported = end + timedelta(days=rng.randint(0, 6), hours=rng.randint(1, 8))
    outcome = Outcome(activity=activity, held_on=day, headcount=visits, lines=lines, reported_by=officer, reported_at=reported)
    outcome.released_at = reported if rng.random() < 0.8 else None
    return activity, intake, meeting, outcome
