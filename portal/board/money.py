"""Stars and money on the board: from the last rating that was final, and from the ledger."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Left, TruncMonth
from django.utils import timezone

from accounts.scope import within
from funding.models import DecisionLine, LedgerEntry, RatingRound
from staffing.models.roster import month_end

Cells = dict[tuple[str, date], tuple[int, int | None]]


def starred(codes: list[str], months: list[date]) -> Cells:
    """Of the villages in the rating that was the last to be final by the month's end, how many had a star."""
    rounds = list(RatingRound.objects.filter(final_at__isnull=False).order_by("final_at").values_list("pk", "final_at", "region__code"))
    chosen: dict[int, set[date]] = {}
    for month in months:
        # Of each district its own: a later round comes in the place of the one before.
        last = {code: pk for pk, at, code in rounds if timezone.localdate(at) <= month_end(month)}
        for pk in last.values():
            chosen.setdefault(pk, set()).add(month)
    lines = DecisionLine.objects.all().current().filter(decision__round__in=chosen)  # type: ignore[attr-defined]
    rows = lines.filter(within("application__center__region__code", codes)).values_list(
        "decision__round", "application__center__region__code", "star"
    )
    cells: Cells = {}
    for number, code, star in rows:
        for month in chosen[number]:
            part, whole = cells.get((code[:9], month), (0, 0))
            cells[(code[:9], month)] = part + bool(star), (whole or 0) + 1
    return cells


def money(account: str) -> Callable[[list[str], list[date]], Cells]:
    """Yuan put in place or paid in each month, stars and projects together, what was reversed taken off."""

    def count(codes: list[str], months: list[date]) -> Cells:
        rows: Any = LedgerEntry.objects.filter(within("region__code", codes), account=account)
        rows = rows.filter(posted_on__range=(months[0], month_end(months[-1]))).order_by()
        groups = rows.values_list(Left("region__code", 9), TruncMonth("posted_on")).annotate(n=Sum("amount"))
        return {(town, month): (round(n / 100), None) for town, month, n in groups}

    return count
