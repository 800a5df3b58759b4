"""The rosters of hundreds of centers in seconds: least-loaded in its plainest form, written by COPY instead of row by row.

No rule is broken: one duty a day, nobody on leave or exempt, no run of more than six days, a lead where one is wanted.
"""

import json
from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import timezone as fixed
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils import timezone

from centers.models import Center
from centers.opening import DayPlan
from records import copying
from staffing import demand
from staffing.models import Duty, Posting, Roster, Shift

SHANGHAI = fixed(timedelta(hours=8))
LONGEST = 6
#: What a cadre who is exempt does not do; who takes no part at all is left out before.
SPARED: dict[str, tuple[str, ...]] = {"none": (), "evening": ("extended",), "rest": ("rest_day", "holiday")}
ROSTER = ("center_id", "month", "state", "method", "input_hash", "quality", "generated_at", "published_at", "closed_at")
SHIFT = ("roster_id", "day", "kind", "day_kind", "starts_at", "ends_at", "spans", "people", "lead")
DUTY = ("shift_id", "cadre_id", "position", "lead", "starts_at", "ends_at", "state", "confirmed_at", "finding", "answer")


class Kind(NamedTuple):
    """A shift as every day of one kind has it."""

    kind: str
    opens: Any
    closes: Any
    spans: str
    people: int
    lead: bool


@dataclass
class Load:
    """What a cadre has done in the month: duties in all, of each kind, the last day and how many days in a row."""

    post: Posting
    total: int = 0
    of: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    last: date = date(2000, 1, 1)
    run: int = 0

    def free(self, day: date, what: str, leave: Container[date]) -> bool:
        if day == self.last or day in leave or (self.run >= LONGEST and (day - self.last).days == 1):
            return False
        return what not in SPARED[self.post.exempt]

    def take(self, day: date, what: str) -> None:
        self.run = self.run + 1 if (day - self.last).days == 1 else 1
        self.last, self.total = day, self.total + 1
        self.of[what] += 1


def kinds_of(plan: DayPlan, wanted: dict[str, tuple[int, bool]]) -> list[Kind]:
    """The shifts of a day, as ``demand.shifts_of`` says."""
    found = []
    for kind, (people, lead) in wanted.items():
        windows = [w for w in plan.windows if w.kind == kind]
        if windows and people:
            spans = "、".join(f"{w.opens:%H:%M}–{w.closes:%H:%M}" for w in windows)[:60]
            found.append(Kind(kind, min(w.opens for w in windows), max(w.closes for w in windows), spans, people, lead))
    return found


def chosen(loads: list[Load], day: date, kind: Kind, what: str, leave: dict[int, set[date]]) -> list[Load]:
    """Who is on: a lead first where one is wanted, then who has least."""
    able = [load for load in loads if load.free(day, what, leave.get(load.post.cadre_id, ()))]
    able.sort(key=lambda load: (load.total, load.of[what], load.post.cadre_id))
    lead = next((load for load in able if load.post.lead), None) if kind.lead else None
    picked = ([lead] if lead else []) + [load for load in able if load is not lead]
    for load in picked[: kind.people]:
        load.take(day, what)
    return picked[: kind.people]


class Copier:
    """Rows for COPY; each table's first value of a row is the number of its parent here, until the sequences give theirs."""

    TABLES: tuple[tuple[type[Model], tuple[str, ...], type[Model] | None], ...] = (
        (Roster, ROSTER, None),
        (Shift, SHIFT, Roster),
        (Duty, DUTY, Shift),
    )

    def __init__(self) -> None:
        self.rows: dict[type[Model], list[tuple[Any, ...]]] = {table: [] for table, _columns, _parent in self.TABLES}

    def add(self, table: type[Model], *values: Any) -> int:
        self.rows[table].append(values)
        return len(self.rows[table]) - 1

    def write(self) -> None:
        known: dict[type[Model], list[int]] = {}
        for table, columns, parent in self.TABLES:
            rows = self.rows[table]
            own = known[table] = copying.numbers(table, len(rows))
            above = known[parent] if parent else None
            numbered = ((n, above[first] if above else first, *rest) for n, (first, *rest) in zip(own, rows, strict=True))
            copying.write(table, ("id", *columns), numbered)


class Filler:
    """Fills months of centers into a Copier."""

    def __init__(self, months: Any) -> None:
        self.months, self.now = months, timezone.now()

    def month(self, copier: Copier, center: Center, month: date, state: str, kinds: dict[date, Any]) -> None:
        wanted, leave = demand.needs(center), self.months.leave
        row = self.months.row(center, month, state)
        quality = {"gaps": 0, "leadless": 0, "announced": all(k.announced for k in kinds.values()), "optimal": False}
        number = copier.add(
            Roster, center.pk, month, state, row.method, "", json.dumps(quality), row.generated_at, row.published_at, row.closed_at
        )
        posts, main = self.months.staff.postings[center.pk], self.months.main
        loads = [Load(post) for post in posts if post.pk == main[post.cadre_id] and post.exempt != "all"]
        known: dict[int, tuple[DayPlan, list[Kind]]] = {}  # days alike share their list of windows; the plan kept keeps its id
        for plan in self.months.plans(center, kinds):
            if id(plan.windows) not in known:
                known[id(plan.windows)] = plan, kinds_of(plan, wanted)
            for kind in known[id(plan.windows)][1]:
                self.shift(copier, number, plan, kind, loads, leave)

    def shift(self, copier: Copier, roster: int, plan: DayPlan, kind: Kind, loads: list[Load], leave: Any) -> None:
        starts = datetime.combine(plan.day, kind.opens, SHANGHAI)
        ends = datetime.combine(plan.day, kind.closes, SHANGHAI)
        what = plan.kind if plan.kind in ("rest_day", "holiday") else kind.kind
        shift = copier.add(Shift, roster, plan.day, kind.kind, plan.kind, starts, ends, kind.spans, kind.people, kind.lead)
        for load in chosen(loads, plan.day, kind, what, leave):
            seen = ends < self.now and self.months.rng.random() < 0.86
            state, at = ("confirmed", starts + timedelta(minutes=5)) if seen else ("planned", None)
            copier.add(Duty, shift, load.post.cadre_id, load.post.position, load.post.lead, starts, ends, state, at, "", "")
