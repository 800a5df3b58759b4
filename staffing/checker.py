"""Judges a month's roster by the written rules: plain data in, plain data out. It shares no code with what makes rosters.

So a mistake of the maker can't hide here. Where it takes several duties to break a rule, the fault is named at the last of them that may
still be changed: pinned duties and duties elsewhere are facts, and what facts alone break is nobody's fault.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from staffing.judging import Account, Quality, Why, filled_by, quality, unfit, why
from staffing.problem import Assigned, Person, Problem

__all__ = ["REASONS", "WORDS", "Account", "Fault", "Gap", "Quality", "Why", "faults", "gaps", "input_hash", "quality", "why"]

#: Rule → what is wrong and how to put it right.
WORDS: dict[str, Any] = {
    "unknown": _("这个月没有这一班或这个人，或者同一个人排了两遍。请核对名单，重新选人。"),
    "too_many": _("这一班排的人比需要的多，请减去多出的人。"),
    "away": _("这一天他不在本中心任职，请换一位。"),
    "leave": _("这一天请了假，请换一位。"),
    "exempt": _("这类班他不用值，请换一位。"),
    "once_a_day": _("同一天给他排了两班，请留一班，另一班换一位。"),
    "busy": _("这段时间他在别处值班，请换一位。"),
    "rest": _("和前一天或后一天的值班挨得太近，休息不够。请换一位，让他歇够了再来。"),
    "run": _("连着值班的天数太多了，请换一位，让他歇一天。"),
    "pinned": _("这一班已经定下，不再改动，请恢复原来的人。"),
}
#: Why somebody can't fill a gap, in the order in which it is looked at; ``free``: nothing bars them.
REASONS: dict[str, Any] = {
    "away": _("这一天不在本中心任职"),
    "exempt": _("不用值这类班"),
    "leave": _("这一天请了假"),
    "busy": _("这段时间在别处值班"),
    "once_a_day": _("这一天已经有一班"),
    "rest": _("和前一天或后一天的值班挨得太近"),
    "run": _("再值就连着太多天了"),
    "pinned": _("本来能来，但这一班已经定下，不再改动"),
    "free": _("能来，可以排上"),
}


@dataclass(frozen=True)
class Fault:
    """A hard rule broken. No ``person``: it is the slot's; no ``day``: the problem has no such slot."""

    rule: str
    slot: str
    person: int | None
    day: date | None


@dataclass(frozen=True)
class Gap:
    """People missing from a slot. ``reasons``: REASONS → how many of those not in it; ``unavoidable``: nobody could just be added."""

    slot: str
    day: date
    missing: int
    reasons: dict[str, int]
    unavoidable: bool


class _Duty(NamedTuple):
    """A duty in minutes since the calendar began, as some run over midnight; ``slot`` is empty for one elsewhere."""

    day: date
    starts: int
    slot: str
    ends: int
    fact: bool


def _duties(problem: Problem, filled: dict[str, set[int]], person: Person) -> list[_Duty]:
    """Everything the person does, here and elsewhere, in order."""
    own = [slot for slot in problem.slots if person.key in filled[slot.key]]
    here = [(slot.day, slot.starts, slot.key, slot.ends, person.key in problem.pinned.get(slot.key, ())) for slot in own]
    both = here + [(day, starts, "", ends, True) for day, starts, ends in person.busy]
    return sorted(_Duty(day, day.toordinal() * 1440 + a, slot, day.toordinal() * 1440 + b, fact) for day, a, slot, b, fact in both)


def _clashes(first: _Duty, second: _Duty, rest: int) -> Iterator[str]:
    """The rules that two duties of one person, in order, break together."""
    if first.slot and second.slot and first.day == second.day:
        yield "once_a_day"
    if bool(first.slot) != bool(second.slot) and first.starts < second.ends and second.starts < first.ends:
        yield "busy"
    if (second.day - first.day).days == 1 and second.starts - first.ends < rest:
        yield "rest"


def _overlong(person: Person, duties: list[_Duty], longest: int) -> Iterator[_Duty]:
    """For each day that is one too many in a row: the last duty without which the row would be broken."""
    facts = person.before | {duty.day for duty in duties if duty.fact}
    days = facts | {duty.day for duty in duties}
    for last in days:
        window = {last - timedelta(back) for back in range(longest + 1)}
        if window <= days and window - facts:
            yield max(duty for duty in duties if duty.day == max(window - facts))


def _faults_of_slots(problem: Problem, assigned: Assigned) -> Iterator[Fault]:
    known, slots = {person.key for person in problem.people}, {slot.key: slot for slot in problem.slots}
    for key in assigned.keys() | slots.keys():
        there, pinned, slot = Counter(assigned.get(key, ())), Counter(problem.pinned.get(key, ())), slots.get(key)
        if slot is None:
            if key not in problem.pinned or there - pinned:
                yield Fault("unknown", key, None, None)
            continue
        yield from (Fault("unknown", key, each, slot.day) for each in there - pinned if each not in known or there[each] > 1)
        if len(there) > slot.people and there.keys() - pinned.keys():
            yield Fault("too_many", key, None, slot.day)
        if key in problem.pinned and there != pinned:
            yield Fault("pinned", key, None, slot.day)


def _faults_of(problem: Problem, filled: dict[str, set[int]], person: Person) -> Iterator[Fault]:
    duties, slots = _duties(problem, filled, person), {slot.key: slot for slot in problem.slots}
    blamed = [(rule, duty) for duty in duties if not duty.fact for rule in unfit(person, slots[duty.slot])]
    for pair in combinations(duties, 2):
        loose = [duty for duty in pair if not duty.fact]
        blamed += [(rule, loose[-1]) for rule in _clashes(*pair, problem.rest) if loose]
    blamed += [("run", duty) for duty in _overlong(person, duties, problem.longest)]
    return (Fault(rule, duty.slot, person.key, duty.day) for rule, duty in blamed)


def faults(problem: Problem, assigned: Assigned) -> list[Fault]:
    """Every hard rule broken, by day, slot, person and rule; without what facts alone break."""
    filled, found = filled_by(problem, assigned), set(_faults_of_slots(problem, assigned))
    for person in problem.people:
        found.update(_faults_of(problem, filled, person))
    return sorted(found, key=lambda f: (f.day or date.min, f.slot, f.person is not None, f.person or 0, f.rule))


def gaps(problem: Problem, assigned: Assigned) -> list[Gap]:
    """The slots short of people, by day and slot, each with what bars whom as the roster stands."""
    filled, found = filled_by(problem, assigned), []
    # With the whole roster taken as facts, the faults left are those that the added duty is part of.
    firm = replace(problem, pinned={key: tuple(there) for key, there in filled.items()})
    for slot in sorted((s for s in problem.slots if len(filled[s.key]) < s.people), key=lambda s: (s.day, s.key)):
        there, bars, last = filled[slot.key], Counter[str](), "pinned" if slot.key in problem.pinned else "free"
        for person in (each for each in problem.people if each.key not in there):
            broken = {fault.rule for fault in _faults_of(firm, filled | {slot.key: {person.key}}, person)}
            bars[next((reason for reason in REASONS if reason in broken), last)] += 1
        reasons = {reason: bars[reason] for reason in REASONS if bars[reason]}
        found.append(Gap(slot.key, slot.day, slot.people - len(there), reasons, "free" not in reasons))
    return found


def _json(value: Any) -> str:
    return json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value, key=_json)
    own = {each.name: getattr(value, each.name) for each in fields(value)}
    return {name: sorted(held, key=_json) if isinstance(held, tuple) else held for name, held in own.items()}


def input_hash(problem: Problem) -> str:
    """SHA-256 of the problem as JSON in one order, to show which input a roster was made from."""
    return hashlib.sha256(_json(problem).encode()).hexdigest()
