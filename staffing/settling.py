"""A month is settled: each cadre's account gets what was done beyond the share, once, for good."""

from typing import Any

from staffing import changing, judging
from staffing.models import DutyBalance, Roster
from staffing.problem import KINDS


def entries(roster: Roster) -> list[DutyBalance]:
    """The month's entries, unsaved: newcomers' opening first, then the month. An absence that was found is not done."""
    found = changing.month(roster)
    known = DutyBalance.objects.all().carried(roster.center, roster.month)
    common: dict[str, Any] = {"center": roster.center, "roster": roster, "month": roster.month}
    made = []
    for person in found.problem.people:
        told = judging.why(found.problem, found.now, person.key)
        for kind in KINDS:
            row = told[kind]
            own = {**common, "cadre_id": person.key, "kind": kind}
            if person.key not in known and row.carried:
                made.append(DutyBalance(**own, entry="opening", amount=row.carried))
            made.append(DutyBalance(**own, entry="month", amount=row.balance - row.carried))
    return made


def settle(roster: Roster) -> int:
    """Writes the entries in the caller's transaction; returns how many. A second time the database refuses."""
    return len(DutyBalance.objects.bulk_create(entries(roster)))
