"""Factories of schemes, rounds, applications, sheets, projects and ledger entries. Reached from ``make``."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from centers.models import Center
from funding import ledger
from funding.models import (
    Application,
    Award,
    Book,
    Criterion,
    Decision,
    DecisionLine,
    LedgerEntry,
    Objection,
    Project,
    ProjectPaper,
    RatingRound,
    RatingScheme,
    Representative,
    Sheet,
    Tier,
)
from funding.workflows.round import ROUND
from tests import make

__all__ = [
    "TIERS",
    "allocated",
    "application",
    "award",
    "budget",
    "decided",
    "decision",
    "decision_line",
    "ledger_entry",
    "marked",
    "marks_of",
    "objection",
    "project",
    "project_paper",
    "rating_book",
    "rating_round",
    "rating_scheme",
    "representative_of",
    "reviewing",
    "scored_round",
    "sheet",
]
DISTRICT, VILLAGE = "330703", "330703001021"
ITEMS = (
    ("use", "representatives", "服务好不好", 60, "satisfaction"),
    ("rated", "representatives", "大家愿不愿意来", 40, ""),
    ("manage", "township", "值班和日常管理", 50, "coverage"),
    ("use", "township", "活动办得怎样", 50, "activities"),
    ("build", "district", "七条标准", 70, "compliance"),
    ("use", "district", "开放时间", 30, "open_hours"),
    ("manage", "veto", "发生安全事故", 0, ""),
)
#: star, threshold, award in fen
TIERS = ((5, 90, 5_000_000), (4, 80, 3_000_000), (3, 70, 1_000_000))


def rating_scheme(**fields: Any) -> RatingScheme:
    """30/30/40; 5★ ≥ 90, 4★ ≥ 80, 3★ ≥ 70; two items a source, one veto."""
    values = {"region": make.region(DISTRICT), "name": f"评星办法{make.number()}", "budget": 100_000_000, "quorum": 3}
    made = RatingScheme.objects.create(**(values | fields))
    for star, threshold, money in TIERS:
        Tier.objects.create(scheme=made, star=star, threshold=Decimal(threshold), award=money)
    for number, (pillar, source, title, weight, fact) in enumerate(ITEMS, 1):
        Criterion.objects.create(scheme=made, number=number, pillar=pillar, source=source, title=title, weight=weight, fact=fact)
    return made


def rating_round(scheme: RatingScheme | None = None, *, by: User | None = None, opened: bool = True, **fields: Any) -> RatingRound:
    """Applications are taken today, if ``opened``."""
    today = timezone.localdate()
    rules = scheme or rating_scheme()
    values: dict[str, Any] = {
        "facts_from": today - timedelta(300),
        "facts_until": today - timedelta(60),
        "apply_from": today - timedelta(5),
    }
    values |= {"apply_until": today + timedelta(5), "review_until": today + timedelta(25), "year": today.year}
    values |= {"region": rules.region, "scheme": rules, "title": f"评星{make.number()}"}
    row = RatingRound.objects.create(**(values | fields))
    return ROUND.take(row, "open", by=by or make.officer("district")) if opened else row  # type: ignore[no-any-return]


def application(row: RatingRound | None = None, at: Center | None = None, state: str = "submitted", **fields: Any) -> Application:
    values: dict[str, Any] = {"round": row or rating_round(), "center": at or make.center_of(), "state": state, "strengths": "晚上也开门。"}
    if state in ("submitted", "vetoed", "ruled"):
        values |= {"submitted_at": timezone.now(), "facts": [{"key": "coverage", "value": 97.5}, {"key": "complaints", "value": 0}]}
    return Application.objects.create(**(values | fields))


def reviewing(row: RatingRound) -> RatingRound:
    """The time to apply is over."""
    today = timezone.localdate()
    dates = {"apply_from": today - timedelta(20), "apply_until": today - timedelta(1), "review_until": today + timedelta(9)}
    RatingRound.objects.filter(pk=row.pk).update(**dates)
    row.refresh_from_db()
    return row


def representative_of(code: str = VILLAGE, who: User | None = None, **fields: Any) -> Representative:
    values = {"user": who or make.user(f"rep_{make.number()}"), "region": make.region(code), "kind": "party"}
    return Representative.objects.create(**(values | {"valid_from": date(2024, 1, 1)} | fields))


def marks_of(of: Application, source: str, value: int) -> dict[str, int]:
    """Every item of the source with one value."""
    rows = Criterion.objects.filter(scheme=of.round.scheme_id, source=source)
    return {str(pk): value for pk in rows.values_list("pk", flat=True)}


def sheet(
    of: Application | None = None, source: str = "representatives", who: User | None = None, state: str = "pending", **fields: Any
) -> Sheet:
    values: dict[str, Any] = {"application": of or application(), "source": source}
    values["scorer"] = who or make.user(f"scorer_{make.number()}")
    if state != "pending":
        values["done_at"] = timezone.now()
    return Sheet.objects.create(**(values | {"state": state} | fields))


def marked(of: Application, source: str, value: int, who: User | None = None, **fields: Any) -> Sheet:
    """A sheet that is handed in, all items alike."""
    return sheet(of, source, who, "done", marks=marks_of(of, source, value), **fields)


def scored_round(values: dict[str, tuple[int, int, int]] | None = None, scheme: RatingScheme | None = None) -> RatingRound:
    """Village code → (representatives, township, district); all sheets in, the round scored."""
    district = make.officer("district")
    row = rating_round(scheme, by=district)
    made = {code: application(row, make.center_of(code)) for code in values or {VILLAGE: (95, 92, 90)}}
    reviewing(row)
    for code, (first, second, third) in (values or {VILLAGE: (95, 92, 90)}).items():
        for _n in range(row.scheme.quorum):
            marked(made[code], "representatives", first)
        for _n in range(2):
            marked(made[code], "township", second)
        marked(made[code], "district", third)
    return ROUND.take(row, "score", by=district)  # type: ignore[no-any-return]


def decided(values: dict[str, tuple[int, int, int]] | None = None, scheme: RatingScheme | None = None) -> RatingRound:
    """Decided today; the notice runs."""
    return ROUND.take(scored_round(values, scheme), "decide", by=make.officer("district"))  # type: ignore[no-any-return]


def decision_line() -> DecisionLine:
    return DecisionLine.objects.filter(decision__round=decided()).get()


def objection(row: RatingRound | None = None, **fields: Any) -> Objection:
    values = {"round": row or decided(), "name": "黄青禾", "phone": "+8613900000009", "text": "晚上没有开门。"}
    return Objection.objects.create(**(values | fields))


def rating_book(purpose: str = "projects", year: int = 2026) -> Book:
    return Book.objects.get_or_create(region=make.region(DISTRICT), year=year, purpose=purpose)[0]


def budget(amount: int = 100_000_000, purpose: str = "projects", year: int = 2026, by: User | None = None) -> LedgerEntry:
    return ledger.budget(make.region(DISTRICT), year, purpose, amount, by=by or make.user(), reason="区委〔2026〕1号")


def project(at: Center | None = None, state: str = "draft", **fields: Any) -> Project:
    """20,000 yuan asked for; granted whole where it is approved (no money is put in place yet)."""
    today = timezone.localdate()
    values: dict[str, Any] = {
        "center": at or make.center_of(),
        "year": 2026,
        "title": f"修缮{make.number()}",
        "purpose": "修好漏水的屋顶。",
    }
    values |= {"asked": 2_000_000, "council_on": today - timedelta(9), "present": 30, "agreed": 28, "state": state}
    if state in ("approved", "accepted"):
        values |= {"granted": 2_000_000, "approved_on": today - timedelta(20), "notice_until": today - timedelta(13)}
    if state == "accepted":
        values |= {"accepted_on": today - timedelta(2), "acceptance": "屋顶修好了。"}
    return Project.objects.create(**(values | fields))


def project_paper(of: Project | None = None, kind: str = "minutes", **fields: Any) -> ProjectPaper:
    values = {"project": of or project(), "kind": kind, "name": "议事记录.pdf", "file": "papers/x", "content_type": "application/pdf"}
    return ProjectPaper.objects.create(**(values | {"size": 10, "uploaded_by": make.user()} | fields))


def allocated(of: Project | None = None, *, by: User | None = None) -> Project:
    """An approved project whose money is in place."""
    found = of or project(state="accepted")
    budget()
    ledger.allocate(found, found.granted or 0, by=by or make.user())
    found.refresh_from_db()
    return found


def ledger_entry(**fields: Any) -> LedgerEntry:
    """The allocation of a project, posted."""
    return allocated().entries.get(kind="allocation", **fields)


def award(**fields: Any) -> Award:
    """Of a line that was decided; nothing is posted."""
    line = decision_line()
    place = line.application.center
    return Award.objects.create(
        **({"round": line.decision.round, "line": line, "center": place, "star": line.star, "amount": line.award} | fields)
    )


def decision(**fields: Any) -> Decision:
    return decision_line().decision
