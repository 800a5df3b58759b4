"""The register of the campaign in numbers: total, closed, due, overdue by township × batch; live, or as a month was frozen."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from centers.models import SnapshotLine, UpgradeTask
from centers.models.upgrade import first_of_month

CLOSED, VOID = UpgradeTask.State.CLOSED, UpgradeTask.State.VOID


@dataclass
class Count:
    """Tasks of one township and batch. ``due``: planned for the month and not closed; ``overdue``: for a month before."""

    total: int = 0
    closed: int = 0
    due: int = 0
    overdue: int = 0

    @property
    def rate(self) -> float | None:
        """销号率 in percent, one decimal."""
        return round(100 * self.closed / self.total, 1) if self.total else None

    def add(self, state: str, target: date, month: date, overdue: bool) -> None:
        self.total += 1
        self.closed += state == CLOSED
        self.due += state != CLOSED and target == month
        self.overdue += overdue


@dataclass
class Line:
    """One township, or all of them (key "")."""

    key: str
    name: str
    batches: dict[str, Count] = field(default_factory=lambda: {value: Count() for value in UpgradeTask.Batch.values})
    all: Count = field(default_factory=Count)


def lines(rows: Iterable[tuple[str, str, str, str, date, bool]], month: date) -> list[Line]:
    """From (township code, its name, batch, state, target month, overdue); townships in code order, the sum last."""
    found: dict[str, Line] = {}
    total = Line("", "")
    for code, name, batch, state, target, overdue in rows:
        line = found.setdefault(code, Line(code, name))
        for one in (line, total):
            one.batches[batch].add(state, target, month, overdue)
            one.all.add(state, target, month, overdue)
    return [*(found[code] for code in sorted(found)), total]


def live(tasks: Any, today: date) -> list[Line]:
    """As things stand; ``tasks`` is a scoped queryset."""
    month = first_of_month(today)
    fields = ("center__region__code", "center__level", "center__region__name", "center__region__parent__name", "batch", "state")
    rows = tasks.counted().order_by().values_list(*fields, "target_month")
    return lines(
        (
            (code[:9], name if level == "town" else town, batch, state, target, state != CLOSED and target < month)
            for code, level, name, town, batch, state, target in rows.iterator(2000)
        ),
        month,
    )


def frozen(rows: Any, month: date) -> list[Line]:
    """As the month was frozen; ``rows`` is a scoped queryset of snapshot lines. A task of that very month is overdue by then."""
    path = "task__center__"
    fields = (f"{path}region__code", f"{path}level", f"{path}region__name", f"{path}region__parent__name", "batch", "state")
    values = rows.filter(snapshot__month=month).order_by().values_list(*fields, "target_month", "overdue")
    return lines(
        (
            (code[:9], name if level == "town" else town, batch, state, target, overdue)
            for code, level, name, town, batch, state, target, overdue in values.iterator(2000)
        ),
        month,
    )


def frozen_months(user: Any) -> list[date]:
    """The months with a snapshot in this person's reach, the newest first."""
    rows = SnapshotLine.objects.all().allowed(user, "view").order_by("-snapshot__month")
    return list(rows.values_list("snapshot__month", flat=True).distinct())
