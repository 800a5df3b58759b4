"""The uploaded workbook with its bad cells marked: red, with a comment, and a last column that says it again."""

import io
import logging
from collections.abc import Iterable
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from accounts.register import Incoming
from accounts.sheet import Sheet, problem_title, title_key

log = logging.getLogger(__name__)
FILL = "FFFDECEC"
AUTHOR = "导入"


def marked(file: IO[bytes], incoming: Incoming, sheet: Sheet, faults: Iterable[tuple[int, str, str]]) -> bytes:
    """The file with ``faults`` ((line, field, words); "" for the whole line) marked. Formulas become their values: what
    comes back computes nothing and calls nothing. Marks of an earlier round go."""
    book = _book(file, incoming, sheet)
    page: Any = book[sheet.name]
    column = _clear(page, sheet)
    head = page.cell(sheet.titles_at, column, problem_title())
    head.font = Font(bold=True)
    page.column_dimensions[get_column_letter(column)].width = 60
    titles = {cell.name: str(cell.title) for cell in incoming.fields}
    fill = PatternFill("solid", start_color=FILL, end_color=FILL)
    said: dict[int, list[str]] = {}
    for line, name, words in faults:
        said.setdefault(line, []).append(f"{titles[name]}：{words}" if name in titles else words)
        for number in [sheet.columns[name]] if name in sheet.columns else [sheet.columns[k] for k in incoming.key if k in sheet.columns]:
            cell = page.cell(line, number)
            if hasattr(cell, "fill") and not type(cell).__name__.startswith("Merged"):
                cell.fill, cell.comment = fill, Comment(_clean(words), AUTHOR, 120, 260)
    for line, texts in said.items():
        cell = page.cell(line, column)
        cell.value, cell.fill = _clean("；".join(texts)), fill
        cell.data_type = "s"  # a text that begins with = stays one
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _book(file: IO[bytes], incoming: Incoming, sheet: Sheet) -> Any:
    """The workbook itself; its lines in a new one, at the same places, where openpyxl can't read what calamine could."""
    file.seek(0)
    try:
        return load_workbook(file, data_only=True, keep_links=False)
    except Exception as error:  # any part of a foreign program's file may trip it, each in its own way
        log.warning("a marked file is made anew: %s", type(error).__name__)
    book = Workbook()
    page: Any = book.active
    page.title = sheet.name
    for title in incoming.fields:
        if title.name in sheet.columns:
            page.cell(sheet.titles_at, sheet.columns[title.name], str(title.title))
    for line in sheet.lines:
        for name, value in line.values.items():
            cell = page.cell(line.number, sheet.columns[name], _clean(value) if isinstance(value, str) else value)
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
    return book


def _clean(text: str) -> str:
    """Without the control characters that no .xlsx may hold."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))


def _clear(page: Any, sheet: Sheet) -> int:
    """Takes the marks of an earlier round away; the number of the problem column, the old one or the first free one."""
    titles = {number: page.cell(sheet.titles_at, number).value for number in range(1, sheet.width + 1)}
    old = next((n for n, title in titles.items() if title_key(title or "") == title_key(problem_title())), 0)
    # The cells that are there: going through rows and columns would make those that are not.
    for cell in list(page._cells.values()):
        if cell.comment is not None and cell.comment.author == AUTHOR:
            cell.comment, cell.fill = None, PatternFill()
        if old and cell.column == old and cell.row > sheet.titles_at:
            cell.value, cell.fill = None, PatternFill()
    return old or sheet.width + 1
