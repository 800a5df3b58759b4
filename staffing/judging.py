"""The checker's figures: what each person's share is, what they have done, and how good the roster is.

Counted afresh from the written rules; only the checker may use this, the maker has its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from staffing.problem import EVENING, HOLIDAY, KINDS, TOTAL, WEEKEND, Assigned, Person, Problem, Slot

WEIGHTS = {TOTAL: 8, WEEKEND: 4, HOLIDAY: 2, EVENING: 1}
GAP, LEADLESS, CHANGE = 2_000_000, 400_000, 2_000


@dataclass(frozen=True)
class Quality:
    """The soft figures. ``spread``: kind → hundredths; ``counts``: person → kind → duties; ``changed``: pairs of ``was`` given up."""

    gaps: int
    leadless: int
    changed: int
    fairness: int
    cost: int
    spread: dict[str, int]
    counts: dict[int, dict[str, int]]


@dataclass(frozen=True)
class Account:
    """One kind of a person's month: ``slots``, ``could`` (take), ``done`` in duties; in hundredths ``share``, ``carried``, ``balance``."""

    slots: int
    could: int
    share: int
    carried: int
    done: int
    balance: int


#: Kind → account.
Why = dict[str, Account]
#: Kind → person → hundredths.
Table = dict[str, dict[int, int]]
Key = TypeVar("Key", int, str)


def filled_by(problem: Problem, assigned: Assigned) -> dict[str, set[int]]:
    """Slot → those on duty: only slots and people that the problem has, each person once."""
    known = {person.key for person in problem.people}
    return {slot.key: known & set(assigned.get(slot.key, ())) for slot in problem.slots}


def unfit(person: Person, slot: Slot) -> list[str]:
    """The rules that keep the person from the slot whatever else they do."""
    holds = {"away": slot.day in person.away, "leave": slot.day in person.leave, "exempt": person.exempt & {TOTAL, *slot.kinds}}
    return [rule for rule, broken in holds.items() if broken]


def _apportion(amount: int, weights: dict[Key, int]) -> dict[Key, int]:
    """The amount shared out by weight, by largest remainder; of equal remainders the lower key's goes first. Without weights: nothing."""
    whole = sum(weights.values())
    parts = {key: amount * weight // (whole or 1) for key, weight in weights.items()}
    left = amount - sum(parts.values()) if whole else 0
    for key in sorted(weights, key=lambda key: (-(amount * weights[key] % (whole or 1)), key))[:left]:
        parts[key] += 1
    return parts


def _could(people: Iterable[Person], slots: Iterable[Slot]) -> dict[int, int]:
    """Person → how many of the slots they could take."""
    return {person.key: sum(not unfit(person, slot) for slot in slots) for person in people}


def _of(problem: Problem, kind: str) -> list[Slot]:
    return [slot for slot in problem.slots if kind == TOTAL or kind in slot.kinds]


def _floors(problem: Problem, slots: list[Slot]) -> dict[int, int]:
    """Lead → their part of those lead slots that a lead could take. So a lone lead's leave earns no debt."""
    leads = [person for person in problem.people if person.lead]
    wanting = [slot for slot in slots if slot.lead and slot.people and not all(unfit(person, slot) for person in leads)]
    return _apportion(100 * len(wanting), _could(leads, wanting))


def _floored(shares: dict[int, int], floor: dict[int, int]) -> dict[int, int]:
    """Leads raised to their floor. The others give; where they haven't enough, leads above their own floor."""
    raised = {key: max(share, floor.get(key, 0)) for key, share in shares.items()}
    added = sum(raised.values()) - sum(shares.values())
    others = {key: share for key, share in shares.items() if key not in floor}
    for givers in (others, {key: raised[key] - least for key, least in floor.items()}):
        given = _apportion(min(added, sum(givers.values())), givers)
        added -= sum(given.values())
        raised |= {key: raised[key] - part for key, part in given.items()}
    return raised


def _cuts(shares: Table, floors: Table, key: int) -> dict[str, int]:
    """Kind → what the person owes of it too much, as all that they owe beside leading must fit into their total beside leading."""
    beside = {kind: shares[kind][key] - floors[kind].get(key, 0) for kind in KINDS}
    room = beside.pop(TOTAL)
    return _apportion(max(0, sum(beside.values()) - room), beside)


def _ease(shares: Table, floors: Table) -> None:
    """Round by round, those who owe too much are full and hand the excess over to those who aren't, if any has a share of the kind."""
    free = set(shares[TOTAL])
    while cuts := {key: cut for key in free if any((cut := _cuts(shares, floors, key)).values())}:
        free -= cuts.keys()
        for kind in (WEEKEND, HOLIDAY, EVENING):
            own, takers = shares[kind], {key: shares[kind][key] for key in free}
            if any(takers.values()):
                given = _apportion(sum(cut[kind] for cut in cuts.values()), takers)
                own |= {key: own[key] + part for key, part in given.items()} | {key: own[key] - cut[kind] for key, cut in cuts.items()}


def _shares(problem: Problem) -> Table:
    """By what each could take, then by role, then eased."""
    of = {kind: _of(problem, kind) for kind in KINDS}
    floors = {kind: _floors(problem, slots) for kind, slots in of.items()}
    plain = {kind: _apportion(100 * sum(slot.people for slot in slots), _could(problem.people, slots)) for kind, slots in of.items()}
    shares = {kind: _floored(plain[kind], floors[kind]) for kind in KINDS}
    _ease(shares, floors)
    return shares


def _accounts(problem: Problem, assigned: Assigned) -> dict[int, Why]:
    filled, found, shares = filled_by(problem, assigned), {person.key: Why() for person in problem.people}, _shares(problem)
    for kind in KINDS:
        slots = _of(problem, kind)
        could = _could(problem.people, slots)
        for key, carried in ((person.key, person.balance.get(kind, 0)) for person in problem.people):
            done, share = sum(key in filled[slot.key] for slot in slots), shares[kind][key]
            found[key][kind] = Account(len(slots), could[key], share, carried, done, carried + 100 * done - share)
    return found


def why(problem: Problem, assigned: Assigned, person: int) -> Why:
    """What there was of each kind, what the person could take of it, and what that makes of their balance."""
    return _accounts(problem, assigned)[person]


def quality(problem: Problem, assigned: Assigned) -> Quality:
    """The soft figures, counted afresh. How far a count is off its target is just the new balance."""
    filled, accounts = filled_by(problem, assigned), _accounts(problem, assigned)
    leads = {person.key for person in problem.people if person.lead}
    missing = sum(max(0, slot.people - len(filled[slot.key])) for slot in problem.slots)
    leadless = sum(slot.lead and not filled[slot.key] & leads for slot in problem.slots)
    changed = sum(len(set(was) - filled[key]) for key, was in problem.was.items() if key in filled)
    fairness = sum(weight * own[kind].balance ** 2 for own in accounts.values() for kind, weight in WEIGHTS.items()) // 100
    off = {kind: [own[kind].balance for own in accounts.values() if own[kind].could] or [0] for kind in KINDS}
    spread = {kind: max(each) - min(each) for kind, each in off.items()}
    counts = {key: {kind: account.done for kind, account in own.items()} for key, own in accounts.items()}
    return Quality(missing, leadless, changed, fairness, GAP * missing + LEADLESS * leadless + fairness + CHANGE * changed, spread, counts)
