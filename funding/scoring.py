"""Three sources → total → star → award: plain data in, plain data out, no Django, no float, never saves. The rules stand in
``docs/rating.md`` with an example worked by hand; this is the one door: what rules, sources and stars offer is named below.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from funding.rules import DISTRICT, REPRESENTATIVES, SOURCES, TOWNSHIP, Entry, Rules, Sheet, Source, Tier, faults
from funding.sources import EXACT, Scored, leniency, mean, picked, rounded, score_all, sheet_score, sums, weighed
from funding.stars import Changes, Line, awards, by_table, changes, ranked, split, stars, what_if

__all__ = [
    "DISTRICT",
    "REPRESENTATIVES",
    "SOURCES",
    "TOTAL",
    "TOWNSHIP",
    "Changes",
    "Entry",
    "Line",
    "Rules",
    "Scored",
    "Sheet",
    "Source",
    "Step",
    "Tier",
    "awards",
    "bare",
    "by_table",
    "changes",
    "decided",
    "entry_hash",
    "explain",
    "faults",
    "inputs_hash",
    "leniency",
    "outcome",
    "ranked",
    "rounded",
    "rules_hash",
    "score_all",
    "sheet_score",
    "split",
    "stars",
    "totals",
    "what_if",
]

#: The last step of an explanation: the sum of the contributions, and its rounding.
TOTAL, HALF_UP = "total", "half_up"


def bare(entry: Entry) -> Entry:
    """Without its sheets: all that stars and awards look at."""
    return replace(entry, ballots=(), township=(), district=())


def totals(rules: Rules, entries: Iterable[Entry]) -> tuple[list[Entry], dict[int, Scored]]:
    """All that a what-if needs: entries without their sheets, and scores by key. Entries may be streamed: no sheet is kept."""
    kept: list[Entry] = []

    def passing() -> Iterator[Entry]:
        for entry in entries:
            kept.append(bare(entry))
            yield entry

    scored = score_all(rules, passing())
    return kept, scored


def outcome(rules: Rules, entries: Iterable[Entry]) -> list[Line]:
    """The whole result, by key; entries may be streamed."""
    kept, scored = totals(rules, entries)
    return what_if(rules, scored, kept)


def decided(rules: Rules, entries: Iterable[Entry]) -> tuple[list[Line], str]:
    """The whole result and the fingerprint of what it came from, in one pass over entries that may be streamed."""
    names, hashes = _names(rules), list[tuple[int, str]]()

    def passing() -> Iterator[Entry]:
        for entry in entries:
            hashes.append((entry.key, _entry_hash(names, entry)))
            yield entry

    lines = outcome(rules, passing())
    return lines, _inputs_hash(rules, hashes)


@dataclass(frozen=True, slots=True)
class Step:
    """How one source came to its points, or (``TOTAL``) the total.

    ``rule``: mean, mean2, median, median3, trimmed; half_up; or why the source is missing. ``sheets``: whole sheets' scores,
    ascending, of which ``used`` are averaged to ``result``; ``unfinished`` sheets don't count. ``shift`` is taken off (0–100 is not
    left), then ``weight`` hundredths of it are the ``contribution``. Of the total: used are the contributions, result their sum,
    contribution that sum rounded.
    """

    source: Source
    rule: str
    sheets: tuple[Fraction, ...]
    unfinished: int
    used: tuple[Fraction, ...]
    result: Fraction | None
    shift: Fraction
    weight: int
    contribution: Fraction | None


def explain(rules: Rules, entry: Entry, scored: Scored) -> list[Step]:
    """One step for each source and one for the total, so that anybody can do it again by hand. By the very code that scored."""
    steps = [_step(rules, source, entry.sheets(source), scored) for source in SOURCES]
    parts = tuple(step.contribution for step in steps if step.contribution is not None)
    exact = sum(parts, Fraction(0)) if len(parts) == len(SOURCES) else None
    total = None if scored.total is None else Fraction(scored.total)
    return [*steps, Step(TOTAL, HALF_UP, (), 0, parts, exact, Fraction(0), 100, total)]


def _step(rules: Rules, source: Source, sheets: tuple[Sheet, ...], scored: Scored) -> Step:
    items, weight = rules.items[source], sum(rules.items[source].values())
    with localcontext(EXACT):
        whole = sums(sheets, weighed(items))
        rule, used = picked(rules, source, whole)
        scores, taken = (tuple(mean([one], weight) for one in these) for these in (whole, used))
        result = mean(used, weight) if used else None
    counts = scored.counted(source)
    given = None if counts is None else counts * rules.weights[source] / 100
    shift = scored.shift if source == TOWNSHIP and result is not None else Fraction(0)
    return Step(source, rule, scores, len(sheets) - len(whole), taken, result, shift, rules.weights[source], given)


def _json(value: Any) -> str:
    """Canonical: keys sorted, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Decimal | int | None) -> str | None:
    """90.50 and 90.5 are the same number and the same text."""
    if not value:
        return None if value is None else "0"
    text = str(value) if isinstance(value, int) else format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rules_hash(rules: Rules) -> str:
    """SHA-256 of the rules' canonical JSON; numbers of points are texts, tiers stand from the highest star down."""
    tiers = [asdict(tier) | {"threshold": _plain(tier.threshold)} for tier in sorted(rules.tiers, key=lambda tier: -tier.star)]
    plain = {"weights": dict(rules.weights), "items": {source: dict(items) for source, items in rules.items.items()}, "tiers": tiers}
    plain |= {"budget": rules.budget, "veto_star": rules.veto_star, "quorum": rules.quorum, "trim_from": rules.trim_from}
    return _sha256(_json(plain | {"gap": _plain(rules.gap), "correct_leniency": rules.correct_leniency}))


#: source → (item, its name as JSON), sorted.
_Names = Mapping[Source, list[tuple[str, str]]]


def _names(rules: Rules) -> _Names:
    return {source: [(item, _json(item)) for item in sorted(rules.items[source])] for source in SOURCES}


def _sheet_text(sheet: Sheet, names: list[tuple[str, str]]) -> str:
    points = ((name, _plain(sheet.get(item))) for item, name in names)
    return "{" + ",".join(f'{name}:"{text}"' if text is not None else f"{name}:null" for name, text in points) + "}"


def _entry_hash(names: _Names, entry: Entry) -> str:
    """Written by hand where it is hot, and still the canonical JSON of the whole."""
    texts = {source: ",".join(sorted(_sheet_text(sheet, names[source]) for sheet in entry.sheets(source))) for source in SOURCES}
    plain = {"complaints": entry.complaints, "coverage": _plain(entry.coverage), "inspection": _plain(entry.inspection), "key": entry.key}
    rest = {"lot": entry.lot, "town": entry.town, "vetoed": entry.vetoed}
    parts = {name: _json(value) for name, value in (plain | rest).items()} | {source: f"[{text}]" for source, text in texts.items()}
    return _sha256("{" + ",".join(f'"{name}":{parts[name]}' for name in sorted(parts)) + "}")


def entry_hash(rules: Rules, entry: Entry) -> str:
    """SHA-256 of the canonical JSON of all that scoring reads of one village; whose sheets, and in which order, is not in it."""
    return _entry_hash(_names(rules), entry)


def inputs_hash(rules: Rules, entries: Iterable[Entry]) -> str:
    """SHA-256 of the canonical JSON of [rules' hash, [[key, entry's hash], …] by key]: a village can find its own in the list."""
    names = _names(rules)
    return _inputs_hash(rules, ((entry.key, _entry_hash(names, entry)) for entry in entries))


def _inputs_hash(rules: Rules, hashes: Iterable[tuple[int, str]]) -> str:
    return _sha256(_json([rules_hash(rules), sorted(hashes)]))
