"""Between the tables and the plain data of the maker and the checker: reads only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from staffing import judging
from staffing.models import Duty, DutyBalance, Leave, Posting, Roster, Shift
from staffing.problem import EVENING, HOLIDAY, KINDS, TOTAL, WEEKEND, Assigned, Person, Problem, Slot

EXEMPT = {
    Posting.Exempt.NONE: frozenset[str](),
    Posting.Exempt.EVENING: frozenset({EVENING}),
    Posting.Exempt.REST: frozenset({WEEKEND, HOLIDAY}),
    Posting.Exempt.ALL: frozenset({TOTAL}),
}
#: How far back the longest run of days is looked at.
BEFORE = timedelta(days=14)
#: And how far ahead: the next month may hang already.
AFTER = timedelta(days=7)


def minutes(moment: datetime) -> int:
    local = timezone.localtime(moment)
    return local.hour * 60 + local.minute


def slot(shift: Shift) -> Slot:
    return Slot(shift.key, shift.day, minutes(shift.starts_at), minutes(shift.ends_at), shift.people, shift.lead, shift.counts_as)


def slots(shifts: Iterable[Shift]) -> tuple[Slot, ...]:
    """Shifts, saved or not, as plain data in order."""
    return tuple(slot(shift) for shift in sorted(shifts, key=lambda s: (s.day, s.starts_at, s.kind)))


def days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))


def postings(roster: Roster) -> list[Posting]:
    """Those of the center that hold on some day of the month, leads first."""
    found = Posting.objects.filter(center=roster.center_id).between(roster.month, roster.last_day)
    return list(found.select_related("cadre").order_by("-lead", "cadre_id", "id"))


def worked(cadres: set[int], roster: Roster) -> tuple[dict[int, list[Any]], dict[int, set[date]]]:
    """cadre → duties elsewhere around the month as (day, starts, ends); cadre → days on duty in the two weeks before."""
    busy: dict[int, list[Any]] = defaultdict(list)
    before: dict[int, set[date]] = defaultdict(set)
    first = roster.month - BEFORE
    rows = Duty.objects.filter(cadre__in=cadres, shift__day__range=(first, roster.last_day + AFTER)).exclude(shift__roster=roster)
    for duty in rows.exclude(state=Duty.State.ABSENT).select_related("shift").order_by("starts_at"):
        if duty.shift.day < roster.month:
            before[duty.cadre_id].add(duty.shift.day)
        if duty.shift.day >= roster.month - timedelta(1):
            busy[duty.cadre_id].append((duty.shift.day, minutes(duty.starts_at), minutes(duty.ends_at)))
    return busy, before


def unsettled(roster: Roster) -> dict[int, dict[str, int]]:
    """What earlier months that are made and not settled yet will bring: a roster is made before the month before it ends."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(KINDS, 0))
    for earlier in Roster.objects.filter(center=roster.center_id, month__lt=roster.month).exclude(state="closed").order_by("month"):
        shifts = stored(earlier)
        month = Problem(slots(shifts), people(earlier, carry=False))
        for person in month.people if shifts else ():
            for kind, account in judging.why(month, assigned(shifts), person.key).items():
                found[person.key][kind] += account.balance
    return dict(found)


def balances(roster: Roster, cadres: Iterable[int]) -> dict[int, dict[str, int]]:
    """cadre → kind → hundredths carried into the month; who has no account yet starts at the mean of the others."""
    known = DutyBalance.objects.all().carried(roster.center, roster.month)
    for cadre, more in unsettled(roster).items():
        known[cadre] = {kind: known.get(cadre, {}).get(kind, 0) + more[kind] for kind in KINDS}
    have = [known[cadre] for cadre in cadres if cadre in known]
    mean = {kind: round(sum(b.get(kind, 0) for b in have) / len(have)) if have else 0 for kind in KINDS}
    return {cadre: known.get(cadre, mean) for cadre in cadres}


def people(roster: Roster, carry: bool = True) -> tuple[Person, ...]:
    """The month's cadres of the center, by key; ``carry``: with what they bring from earlier months."""
    span = list(days(roster.month, roster.last_day))
    held: dict[int, list[Posting]] = defaultdict(list)
    for posting in postings(roster):
        held[posting.cadre_id].append(posting)
    busy, before = worked(set(held), roster)
    carried = balances(roster, sorted(held)) if carry else {key: {} for key in held}
    leave: dict[int, set[date]] = defaultdict(set)
    for row in Leave.objects.filter(cadre__in=held).agreed(roster.month, roster.last_day):
        leave[row.cadre_id] |= set(days(max(row.first_day, roster.month), min(row.last_day, roster.last_day)))
    return tuple(
        Person(
            key=key,
            lead=any(p.lead for p in rows),
            away=frozenset(d for d in span if not any(p.valid_from <= d and (p.valid_until is None or d <= p.valid_until) for p in rows)),
            leave=frozenset(leave[key]),
            busy=tuple(busy[key]),
            exempt=frozenset[str]().union(*(EXEMPT[Posting.Exempt(p.exempt)] for p in rows)),
            before=frozenset(before[key]),
            balance=carried[key],
        )
        for key, rows in sorted(held.items())
    )


def problem(roster: Roster, shifts: Iterable[Shift]) -> Problem:
    """The month as plain data; ``shifts`` saved or not."""
    return Problem(slots(shifts), people(roster))


def assigned(shifts: Iterable[Shift]) -> Assigned:
    """Who is on duty now; an absence that was found leaves the place empty."""
    return {s.key: tuple(sorted(d.cadre_id for d in s.duties.all() if d.state != Duty.State.ABSENT)) for s in shifts}


def stored(roster: Roster) -> list[Shift]:
    """The roster's shifts with their duties and cadres, in order."""
    return list(roster.shifts.prefetch_related("duties__cadre").order_by("day", "starts_at", "id"))


def from_now(problem: Problem, now: Assigned, until: date) -> Problem:
    """The same month to be planned anew after ``until``: days up to it stay, and the less that changes, the better."""
    pinned = {s.key: now.get(s.key, ()) for s in problem.slots if s.day <= until}
    return replace(problem, pinned=pinned, was=dict(now))


def with_leave(problem: Problem, cadre: int, away: Iterable[date]) -> Problem:
    """The same month as if this leave were agreed."""
    gone = frozenset(away)
    return replace(problem, people=tuple(replace(p, leave=p.leave | gone) if p.key == cadre else p for p in problem.people))
