"""From cells to what a page shows: each series as lines of townships and months, with its sum; the data of its pictures."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from portal.board.series import Series


class Value(NamedTuple):
    """Part of a whole, or a plain number; nothing where nothing was counted."""

    part: int | None = None
    whole: int | None = None

    @property
    def number(self) -> float | int | None:
        """Percent with one decimal, or the number itself."""
        if self.part is None:
            return None
        if self.whole is None:
            return self.part
        return round(100 * self.part / self.whole, 1) if self.whole else None


@dataclass(frozen=True)
class Line:
    """A township (or the sum, code "") and its value in each month."""

    code: str
    name: str
    values: tuple[Value, ...]

    @property
    def last(self) -> Value:
        return self.values[-1]


@dataclass(frozen=True)
class Chart:
    """One series on the page."""

    series: Series
    months: tuple[date, ...]
    lines: tuple[Line, ...]
    total: Line

    @property
    def script(self) -> str:
        """The id of its data in the page."""
        return f"{self.series.key}-data"

    def data(self) -> dict[str, Any]:
        """For the script that draws: plain numbers, null where nothing was counted."""
        return {
            "unit": str(self.series.unit),
            "share": self.series.unit == "%",
            "months": [f"{month:%Y-%m}" for month in self.months],
            "total": {"name": self.total.name, "values": [value.number for value in self.total.values]},
            "towns": [{"name": line.name, "value": line.last.number} for line in self.lines],
        }


def added(values: list[Value]) -> Value:
    """Parts and wholes added; nothing of nothing."""
    known = [value for value in values if value.part is not None]
    if not known:
        return Value()
    whole = None if known[0].whole is None else sum(value.whole or 0 for value in known)
    return Value(sum(value.part or 0 for value in known), whole)


def chart(series: Series, cells: dict[tuple[str, date], Any], months: list[date], towns: dict[str, str], total: str) -> Chart:
    """``towns``: code → name, in code order; ``total`` names the sum."""
    lines = [Line(code, name, tuple(Value(*cells.get((code, month), ())) for month in months)) for code, name in towns.items()]
    sums = tuple(added([line.values[n] for line in lines]) for n in range(len(months)))
    return Chart(series, tuple(months), tuple(lines), Line("", total, sums))
