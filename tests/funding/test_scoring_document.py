"""The example of ``docs/rating.md``: its inputs are read from the page, and every number that the page works out must come out."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from funding import scoring
from funding.scoring import SOURCES, TOTAL, Entry, Rules, Sheet, Tier

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rating.md"
Row = dict[str, str]


def table(heading: str) -> list[Row]:
    """The rows of the first table under a heading."""
    text = PAGE.read_text().split(f"\n### {heading}\n", 1)[1].split("\n#", 1)[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    assert len(lines) > 2, heading
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def number(cell: str) -> Fraction:
    return Fraction(cell.replace(",", ""))


def numbers(cell: str) -> tuple[Fraction, ...]:
    return () if cell == "–" else tuple(Fraction(one) for one in cell.split(", "))


def whole(cell: str) -> int | None:
    return None if cell == "–" else int(number(cell))


def points(cell: str) -> Decimal | None:
    return None if cell == "–" else Decimal(cell)


def items() -> dict[str, dict[str, int]]:
    return {source: {row["item"]: int(row["item weight"]) for row in table("Items") if row["source"] == source} for source in SOURCES}


def rules() -> Rules:
    said = {row["rule"]: int(number(row["value"])) for row in table("Numbers")}
    tiers = [Tier(int(row["star"]), Decimal(row["from"]), int(number(row["award"])), whole(row["quota"])) for row in table("Tiers")]
    weights = {row["source"]: int(row["weight"]) for row in table("Items")}
    return Rules(weights, items(), tuple(tiers), **said | {"gap": Decimal(said["gap"])})  # type: ignore[arg-type]


def sheets(village: str, source: str) -> tuple[Sheet, ...]:
    [cell] = [row["sheets"] for row in table("Sheets") if (row["village"], row["source"]) == (village, source)]
    names = items()[source]
    return tuple(dict(zip(names, map(Decimal, sheet.split("·")), strict=True)) for sheet in cell.split(", "))


def entry(row: Row) -> Entry:
    given = (sheets(row["village"], source) for source in SOURCES)
    known = {"inspection": points(row["inspection"]), "coverage": points(row["coverage"]), "complaints": int(row["complaints"])}
    return Entry(int(row["village"]), row["town"], *given, vetoed=row["vetoed"] == "yes", lot=row["lot"], **known)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [entry(row) for row in table("Villages")]


@pytest.fixture(scope="module")
def lines(entries: list[Entry]) -> dict[int, scoring.Line]:
    return {line.key: line for line in scoring.outcome(rules(), entries)}


def steps(entries: list[Entry]) -> dict[tuple[int, str], scoring.Step]:
    scored = scoring.score_all(rules(), entries)
    return {(one.key, step.source): step for one in entries for step in scoring.explain(rules(), one, scored[one.key])}


def test_the_example_is_whole(entries: list[Entry], lines: dict[int, scoring.Line]) -> None:
    """It shows what it is there for: each rule of the page at least once."""
    assert scoring.faults(rules()) == []
    assert {row["rule"] for row in table("Sources")} == {"trimmed", "median", "median3", "mean2", "mean", "no_quorum"}
    assert {line.star for line in lines.values()} == {0, 3, 4, 5}
    assert sum(line.award for line in lines.values()) == rules().budget
    assert any(one.vetoed for one in entries)
    assert len({line.total for line in lines.values() if line.total is not None}) < len([one for one in lines.values() if one.total])
    assert len(table("Sheets")) == len(table("Sources")) == len(entries) * len(SOURCES)


def test_each_sheet_comes_to_its_score() -> None:
    for row in table("Sheets"):
        found = [scoring.sheet_score(sheet, items()[row["source"]]) for sheet in sheets(row["village"], row["source"])]
        assert tuple(found) == numbers(row["scores"]), row


def test_each_source_comes_to_its_score(entries: list[Entry]) -> None:
    found = steps(entries)
    for row in table("Sources"):
        step = found[int(row["village"]), row["source"]]
        assert (step.rule, step.used) == (row["rule"], numbers(row["which count"])), row
        assert step.result == (None if row["score"] == "–" else number(row["score"])), row


def test_each_total_is_the_sum_of_its_parts(entries: list[Entry], lines: dict[int, scoring.Line]) -> None:
    found = steps(entries)
    assert [int(row["village"]) for row in table("Totals")] == sorted(lines)
    for row in table("Totals"):
        key = int(row["village"])
        parts = [found[key, source].contribution for source in SOURCES]
        assert parts == [None if row[source] == "–" else number(row[source]) for source in SOURCES], row
        assert found[key, TOTAL].result == (None if row["exact"] == "–" else number(row["exact"])), row
        assert str(lines[key].total) == row["total"].replace("–", "None"), row


def test_ranks_and_stars(entries: list[Entry], lines: dict[int, scoring.Line]) -> None:
    order = [one.key for one in scoring.ranked(entries, scoring.score_all(rules(), entries))]
    rows = table("Stars")
    assert [int(row["village"]) for row in rows if row["rank"] != "–"] == order
    assert [int(row["rank"]) for row in rows if row["rank"] != "–"] == list(range(1, len(order) + 1))
    for row in rows:
        line = lines[int(row["village"])]
        assert (str(line.total), line.star) == (row["total"].replace("–", "None"), int(row["star"])), row


def test_awards_to_the_fen(lines: dict[int, scoring.Line]) -> None:
    asked = scoring.by_table(rules(), {key: line.star for key, line in lines.items()})
    for row in table("Awards"):
        key = int(row["village"])
        share = Fraction(asked[key] * rules().budget, sum(asked.values()))
        said: list[Any] = [number(row[name]) for name in ("by table", "exact share", "whole fen", "remainder")]
        assert said == [asked[key], share, share // 1, share % 1], row
        assert number(row["whole fen"]) + number(row["one more"]) == number(row["award"]) == lines[key].award, row


def test_leniency_of_each_town(entries: list[Entry]) -> None:
    found = scoring.leniency(scoring.score_all(rules(), entries), entries)
    assert sorted(found) == sorted(row["town"] for row in table("Leniency"))
    for row in table("Leniency"):
        gaps = numbers(row["township less district, village by village"])
        assert sum(gaps) / Fraction(len(gaps)) == number(row["mean"]), row
        assert number(row["mean"]) - number(row["all villages"]) == number(row["leniency"]) == found[row["town"]], row


def test_fingerprints(entries: list[Entry]) -> None:
    said = {row["of"]: row["fingerprint"] for row in table("Fingerprints of the example")}
    assert said == {
        "rules": scoring.rules_hash(rules()),
        "village 1": scoring.entry_hash(rules(), entries[0]),
        "inputs": scoring.inputs_hash(rules(), entries),
    }
