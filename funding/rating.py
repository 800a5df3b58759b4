"""From rows to the arithmetic of ``scoring.py`` and back: a round's rules, its entries, its result."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.core.cache import cache

from activities.draw import sha256
from funding import scoring
from funding.models import Application, RatingRound, RatingScheme, Sheet, Tier
from funding.models.application import SCORED

KEPT = 24 * 3600
#: Rows that the database hands over at a time.
CHUNK = 5000
#: After the last application that has sheets.
NO_MORE: tuple[Any, Iterable[Any]] = (None, ())


def tiers_of(scheme: RatingScheme) -> tuple[scoring.Tier, ...]:
    return tuple(scoring.Tier(t.star, t.threshold, t.award, t.quota) for t in Tier.objects.filter(scheme=scheme).order_by("-star"))


def rules_of(scheme: RatingScheme, tiers: Iterable[scoring.Tier] | None = None, budget: int | None = None) -> scoring.Rules:
    """The scheme's rules; other tiers or another budget for a what-if, or as a decision applied them."""
    items: dict[str, dict[str, int]] = {source: {} for source in scoring.SOURCES}
    for pk, source, weight in scheme.criteria.exclude(source="veto").order_by("number").values_list("pk", "source", "weight"):
        items[source][str(pk)] = weight
    weights = (scheme.weight_representatives, scheme.weight_township, scheme.weight_district)
    return scoring.Rules(
        weights=dict(zip(scoring.SOURCES, weights, strict=True)),
        items=items,
        tiers=tiers_of(scheme) if tiers is None else tuple(tiers),
        budget=scheme.budget if budget is None else budget,
        veto_star=scheme.veto_star,
        quorum=scheme.quorum,
        trim_from=scheme.trim_from,
        gap=Decimal(scheme.gap),
        correct_leniency=scheme.correct_leniency,
    )


def lot(seed: str, pk: int) -> str:
    """What decides between equals: SHA-256 of the seed, committed to at the opening, and the application's number."""
    return sha256(f"{seed}{pk}")


def entries_of(row: RatingRound, pks: list[int] | None = None) -> Iterator[scoring.Entry]:
    """All applications that count, by number, each with its sheets; two queries read side by side, so that no more than a few thousand
    rows are in memory. A ruling leaves an application without any sheet.
    """
    rows = Application.objects.filter(round=row).counted()
    sheets = Sheet.objects.done().filter(application__round=row)
    if pks is not None:
        rows, sheets = rows.filter(pk__in=pks), sheets.filter(application__in=pks)
    in_order = sheets.order_by("application_id", "number", "pk").values_list("application_id", "source", "marks").iterator(CHUNK)
    given = groupby(in_order, key=itemgetter(0))
    at, own = next(given, NO_MORE)
    for pk, state, facts, code in rows.order_by("pk").values_list("pk", "state", "facts", "center__region__code").iterator(CHUNK):
        while at is not None and at < pk:  # sheets of an application that does not count
            at, own = next(given, NO_MORE)
        mine: dict[str, list[Any]] = {}
        if at == pk and state != "ruled":
            for _application, source, marks in own:
                mine.setdefault(source, []).append(marks)
        yield entry(row.seed, pk, state, facts, code, mine)


def entry(seed: str, pk: int, state: str, facts: list[dict[str, Any]], code: str, sheets: dict[str, list[Any]]) -> scoring.Entry:
    known = {fact["key"]: fact["value"] for fact in facts}

    def number(key: str) -> Decimal | None:
        return None if known.get(key) is None else Decimal(str(known[key]))

    return scoring.Entry(
        key=pk,
        town=code[:9],
        ballots=tuple(sheets.get(scoring.REPRESENTATIVES, ())),
        township=tuple(sheets.get(scoring.TOWNSHIP, ())),
        district=tuple(sheets.get(scoring.DISTRICT, ())),
        vetoed=state == "vetoed",
        inspection=number("compliance"),
        coverage=number("coverage"),
        complaints=int(known.get("complaints") or 0),
        lot=lot(seed, pk),
    )


def scored(row: RatingRound) -> tuple[list[scoring.Entry], dict[int, scoring.Scored]]:
    """Entries without their sheets, and totals. Kept once all are in: from then on the database refuses another score."""
    key = f"funding:scored:{row.pk}:{row.scored_at.timestamp() if row.scored_at else 0}"
    sealed = row.revealed and not row.applications.filter(reopened=True).exists()
    kept = cache.get(key) if sealed else None
    if kept is None:
        kept = scoring.totals(rules_of(row.scheme), entries_of(row))
        if sealed:
            cache.set(key, kept, KEPT)
    return kept


def scored_one(row: RatingRound, pk: int) -> tuple[scoring.Entry, scoring.Scored]:
    """One application with its sheets and its total; of all others only where its township's leniency is corrected."""
    alone = next(iter(entries_of(row, [pk])))
    if row.scheme.correct_leniency:
        return alone, scored(row)[1][pk]
    return alone, scoring.score_all(rules_of(row.scheme), [alone])[pk]


def missing(row: RatingRound) -> list[tuple[int, tuple[tuple[str, str], ...]]]:
    """Applications without a total, and for each source why; those ruled on or vetoed wait for nobody."""
    waiting = set(Application.objects.filter(SCORED, round=row).values_list("pk", flat=True))
    _entries, totals = scored(row)
    return [(pk, one.missing) for pk, one in sorted(totals.items()) if one.missing and pk in waiting]


def shown(row: Application, steps: Any) -> list[dict[str, Any]]:
    """For a page: each source's items with weights, and the sheets' marks in an order that says nothing of whose they are; no names."""
    items: dict[str, list[Any]] = {}
    for item in row.round.scheme.criteria.exclude(source="veto").order_by("number"):
        items.setdefault(item.source, []).append(item)
    sheets: dict[str, list[Sheet]] = {}
    for sheet in row.sheets.order_by("number", "pk"):
        sheets.setdefault(sheet.source, []).append(sheet)
    found = []
    for step in steps:
        own = items.get(step.source, [])
        heads = [sheet for sheet in sheets.get(step.source, []) if sheet.state == "done"]
        if step.source == scoring.REPRESENTATIVES:  # by marks: the numbers follow the lot, which anybody can draw again, and so name
            heads.sort(key=lambda sheet: [sheet.marks.get(str(item.pk), -1) for item in own], reverse=True)
        lines = [(item, [sheet.marks.get(str(item.pk)) for sheet in heads]) for item in own]
        recused = sum(sheet.state == "recused" for sheet in sheets.get(step.source, []))
        scores = [scoring.sheet_score(sheet.marks, {str(item.pk): item.weight for item in own}) for sheet in heads]
        found.append(
            {
                "step": step,
                "items": lines,
                "count": len(heads),
                "recused": recused,
                "scores": [None if score is None else scoring.rounded(score) for score in scores],
            }
        )
    return found
