"""Compliance with the standards, computed here and nowhere else, from inspections; nothing is stored.

A center's standing on a day comes from its latest inspection by others within a year before that day; where there is none, from its
latest self-check, else from an older inspection. Rate = weight of items met ÷ weight of items met and not met: not applicable and
unknown stay out, unknown is counted apart. Up to standard = the rate reaches the set's line and no essential item is missing or unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from centers.models import Center, Inspection, InspectionAnswer

R = InspectionAnswer.Result


@dataclass
class Standing:
    """One center on one day. ``rate`` in percent, one decimal; None while nothing was met or missed."""

    inspection: int
    inspected_on: date
    kind: str
    line: int
    met: int = 0
    not_met: int = 0
    unknown: int = 0
    not_applicable: int = 0
    weight_met: int = 0
    weight_counted: int = 0
    essential_open: int = 0

    @property
    def rate(self) -> float | None:
        return round(100 * self.weight_met / self.weight_counted, 1) if self.weight_counted else None

    @property
    def reached(self) -> bool:
        """Up to standard; what is unknown is never taken as met."""
        return bool(self.weight_counted) and 100 * self.weight_met >= self.line * self.weight_counted and not self.essential_open


@dataclass
class Share:
    """Of a region or a standard: how many centers, how many inspected, how many up to standard; the rate over all items."""

    key: str
    name: str
    centers: int = 0
    inspected: int = 0
    reached: int = 0
    weight_met: int = 0
    weight_counted: int = 0

    @property
    def rate(self) -> float | None:
        return round(100 * self.weight_met / self.weight_counted, 1) if self.weight_counted else None


def latest(centers: "QuerySet[Center]", day: date | None = None) -> "QuerySet[Inspection]":
    """The inspection that counts for each center on a day."""
    on = day or timezone.localdate()
    by_others = ~Q(kind=Inspection.Kind.SELF) & Q(inspected_on__gte=on - timedelta(days=365))
    rows = Inspection.objects.filter(center__in=centers.order_by().values("pk"), inspected_on__lte=on)
    ranked = rows.annotate(rank=Case(When(by_others, then=Value(0)), When(kind=Inspection.Kind.SELF, then=Value(1)), default=Value(2)))
    return ranked.order_by("center_id", "rank", "-inspected_on", "-id").distinct("center_id")


def standings(centers: "QuerySet[Center]", day: date | None = None) -> dict[int, Standing]:
    """Center id → standing, in two queries; centers never inspected are left out."""
    return standings_of(latest(centers, day).select_related("standard_set"))


def standings_of(inspections: "Iterable[Inspection]") -> dict[int, Standing]:
    """The standing that each inspection gives its center."""
    rows = list(inspections)
    known = judged(rows)
    return {row.center_id: known[row.pk] for row in rows}


def standings_over(centers: "QuerySet[Center]", days: list[date]) -> dict[date, dict[int, Standing]]:
    """Day → center id → standing: what ``standings`` says of each day, in two queries however many days there are."""
    rows = Inspection.objects.filter(center__in=centers.order_by().values("pk"), inspected_on__lte=max(days))
    own: dict[int, list[Inspection]] = {}
    for row in rows.select_related("standard_set").order_by("-inspected_on", "-id"):
        own.setdefault(row.center_id, []).append(row)
    chosen = {day: {pk: found for pk, seen in own.items() if (found := counting(seen, day))} for day in days}
    known = judged({row.pk: row for picked in chosen.values() for row in picked.values()}.values())
    return {day: {pk: known[row.pk] for pk, row in picked.items()} for day, picked in chosen.items()}


def counting(seen: list[Inspection], day: date) -> Inspection | None:
    """Of one center's inspections, the newest first, the one that counts on a day: the choice of ``latest``."""
    year = day - timedelta(days=365)

    def rank(row: Inspection) -> int:
        return 1 if row.kind == Inspection.Kind.SELF else 0 if row.inspected_on >= year else 2

    return min((row for row in seen if row.inspected_on <= day), key=rank, default=None)


def judged(inspections: "Iterable[Inspection]") -> dict[int, Standing]:
    """Inspection id → what it found; one query."""
    found = {row.pk: Standing(row.pk, row.inspected_on, row.kind, row.standard_set.pass_percent) for row in inspections}
    fields = ("met", "not_met", "unknown", "not_applicable", "weight_met", "weight_counted", "essential_open")
    for row in counted(InspectionAnswer.objects.filter(inspection__in=list(found)).values("inspection")):
        standing = found[row["inspection"]]
        for name in fields:
            setattr(standing, name, row[name] or 0)
    return found


def counted(rows: Any) -> Any:
    """Counts and weights of grouped answers."""
    seen = Q(result__in=(R.MET, R.NOT_MET))
    return rows.annotate(
        met=Count("pk", filter=Q(result=R.MET)),
        not_met=Count("pk", filter=Q(result=R.NOT_MET)),
        unknown=Count("pk", filter=Q(result=R.UNKNOWN)),
        not_applicable=Count("pk", filter=Q(result=R.NOT_APPLICABLE)),
        weight_met=Sum("item__weight", filter=Q(result=R.MET)),
        weight_counted=Sum("item__weight", filter=seen),
        essential_open=Count("pk", filter=Q(item__essential=True, result__in=(R.NOT_MET, R.UNKNOWN))),
    ).order_by()


def standing(center: Center, day: date | None = None) -> Standing | None:
    """One center's; None while nobody has inspected it."""
    return standings(Center.objects.filter(pk=center.pk), day).get(center.pk)


def missing(standing: Standing) -> list[InspectionAnswer]:
    """What is not met or unknown, essential items first."""
    rows = InspectionAnswer.objects.filter(inspection=standing.inspection, result__in=(R.NOT_MET, R.UNKNOWN))
    return list(rows.select_related("item__standard").order_by("-item__essential", "item__standard__number", "item__number"))


def by_town(centers: "QuerySet[Center]", day: date | None = None) -> list[Share]:
    """Each township's share, in code order; the district's sum last, with the empty key."""
    names = dict(centers.filter(level=Center.Level.TOWN).values_list("region__code", "region__name"))
    shares: dict[str, Share] = {}
    total = Share("", "")
    known = standings(centers, day)
    for pk, code, town in centers.order_by("region__code").values_list("pk", "region__code", "region__parent__name"):
        key = code[:9]
        share = shares.setdefault(key, Share(key, names.get(key) or town))
        for one in (share, total):
            add(one, known.get(pk))
    return [*shares.values(), total]


def add(share: Share, standing: Standing | None) -> None:
    share.centers += 1
    if standing is not None:
        share.inspected += 1
        share.reached += standing.reached
        share.weight_met += standing.weight_met
        share.weight_counted += standing.weight_counted


def by_standard(centers: "QuerySet[Center]", day: date | None = None) -> list[Share]:
    """Each standard's share: of the centers inspected, how many meet all of its items that were seen."""
    ids = list(latest(centers, day).values_list("pk", flat=True))
    grouped = InspectionAnswer.objects.filter(inspection__in=ids).values(
        "inspection", number=F("item__standard__number"), name=F("item__standard__name")
    )
    shares: dict[int, Share] = {}
    for row in counted(grouped):
        share = shares.setdefault(row["number"], Share(str(row["number"]), row["name"]))
        share.centers += 1
        share.inspected += bool(row["weight_counted"])
        share.reached += not row["not_met"] and not row["unknown"] and bool(row["met"])
        share.weight_met += row["weight_met"] or 0
        share.weight_counted += row["weight_counted"] or 0
    return [shares[number] for number in sorted(shares)]


def over_time(centers: "QuerySet[Center]", months: list[date]) -> list[tuple[date, Share]]:
    """The whole at the end of each month; a month that is not over counts as of today."""
    result = []
    for month in months:
        end = (month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        share = Share(f"{month:%Y-%m}", f"{month:%Y-%m}")
        for one in standings(centers, min(end, timezone.localdate())).values():
            add(share, one)
        result.append((month, share))
    return result
