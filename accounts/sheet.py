"""The lines of an uploaded sheet: columns found by their titles, blank lines skipped, true line numbers kept."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from accounts.register import Incoming
from accounts.xlsx import Refused, not_xlsx, scan

MAX_LINES = 10_000
#: So far down may the titles stand, below a heading.
TITLES_WITHIN = 20


def problem_title() -> str:
    """The column that the portal adds to a marked file, and skips when it comes back."""
    return _("问题")


@dataclass(frozen=True)
class Line:
    """One line with something in it: its number in the file, its values by field, what can't be read by field."""

    number: int
    values: dict[str, Any]
    faults: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A sheet that was read: its name, the number of the line of titles, the last column with something in it, the column of each
    field (from 1), the titles that are not used, the lines."""

    name: str
    titles_at: int
    width: int
    columns: dict[str, int]
    ignored: list[str]
    lines: list[Line]


def title_key(title: Any) -> str:
    """Titles are compared without stars, spaces and width."""
    return "".join(unicodedata.normalize("NFKC", str(title)).replace("*", "").split()).lower()


def read(file: IO[bytes], incoming: Incoming) -> Sheet:
    """The sheet; raises Refused with a sentence where the file can't be used at all. ``xlsx.inspect`` comes first."""
    name, found = scan(file)
    file.seek(0)
    try:
        with CalamineWorkbook.from_filelike(file) as book:  # type: ignore[arg-type]
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise Refused(not_xlsx()) from error
    at, columns, ignored = _titles(rows, incoming)
    lines = list(_lines(rows, at, columns, found.faults))
    if not lines:
        raise Refused(_("表里还没有数据。请在标题行下面填写，再上传。"))
    return Sheet(name, at, found.column, columns, ignored, lines)


def _titles(rows: list[list[Any]], incoming: Incoming) -> tuple[int, dict[str, int], list[str]]:
    """The line that names most columns; raises Refused where a required one is missing or one stands twice."""
    wanted = {title_key(cell.title): cell for cell in incoming.fields}
    best, best_at = 0, 1
    for number, row in enumerate(rows[:TITLES_WITHIN], start=1):
        hits = sum(title_key(value) in wanted for value in row)
        if hits > best:
            best, best_at = hits, number
    columns: dict[str, int] = {}
    ignored = []
    for number, value in enumerate(rows[best_at - 1] if rows else [], start=1):
        cell = wanted.get(title_key(value))
        if cell is None:
            ignored += [str(value).strip()[:40]] if str(value).strip() and title_key(value) != title_key(problem_title()) else []
        elif cell.name in columns:
            raise Refused(_("有两列都叫“%(title)s”，请只留一列。") % {"title": cell.title})
        else:
            columns[cell.name] = number
    missing = [str(cell.title) for cell in incoming.fields if cell.required and cell.name not in columns]
    if missing:
        raise Refused(_("缺少这几列：%(titles)s。请下载模板，把数据填在模板里再上传。") % {"titles": "、".join(missing)})
    return best_at, columns, ignored


def _lines(rows: list[list[Any]], at: int, columns: dict[str, int], unread: dict[tuple[int, int], str]) -> Iterator[Line]:
    count = 0
    for number, row in enumerate(rows[at:], start=at + 1):
        values = {name: row[column - 1] if column <= len(row) else "" for name, column in columns.items()}
        faults = {name: unread[number, column] for name, column in columns.items() if (number, column) in unread}
        if not faults and all(isinstance(value, str) and not value.strip() for value in values.values()):
            continue
        count += 1
        if count > MAX_LINES:
            raise Refused(_("一次最多导入 10000 行，请分成几个文件再上传。"))
        yield Line(number, values, faults)
