"""The workbook that people fill in: titles, text formats, drop-downs, and a sheet that explains each column."""

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from accounts.register import Cell, Register
from accounts.sheet import MAX_LINES
from records.outbox import portal_language

#: A list in the rule itself may have 255 characters; longer ones stand on a hidden sheet.
SHORT = 255
HIDDEN = "选项"


def heading(cell: Cell) -> str:
    """The title, with a star where the column must be filled."""
    return f"{cell.title}*" if cell.required else str(cell.title)


@portal_language
def workbook(entry: Register, user: Any) -> bytes:
    """The template of a register for this user; in the portal's language, which the worker reads."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    page = book.add_worksheet(str(entry.title)[:31])
    _notes(book, entry, user)
    hidden = book.add_worksheet(HIDDEN)
    hidden.hide()
    plain = book.add_format({"num_format": "@"})
    must = book.add_format({"bold": True, "bg_color": "#f3ece1", "border": 1, "font_color": "#a61b1b"})
    may = book.add_format({"bold": True, "bg_color": "#f3ece1", "border": 1})
    page.freeze_panes(1, 0)
    for number, cell in enumerate(entry.takes().fields):
        page.set_column(number, number, 22, plain)
        page.write_string(0, number, heading(cell), must if cell.required else may)
        if options := cell.options(user):
            page.data_validation(1, number, MAX_LINES, number, _drop_down(hidden, number, options))
    book.close()
    return out.getvalue()


def _drop_down(hidden: Any, number: int, options: list[str]) -> dict[str, Any]:
    source: Any = options
    if len(",".join(options)) > SHORT or any("," in option for option in options):
        for line, option in enumerate(options):
            hidden.write_string(line, number, option)
        column = xlsxwriter.utility.xl_col_to_name(number, True)
        source = f"={HIDDEN}!{column}$1:{column}${len(options)}"
    return {
        "validate": "list",
        "source": source,
        "error_title": _("请从下拉框里选"),
        "error_message": _("这一格只能填下拉框里的选项。"),
        "error_type": "warning",  # 是/1/true are understood too
    }


def _notes(book: Any, entry: Register, user: Any) -> None:
    page = book.add_worksheet(_("填写说明"))
    bold, wrap = book.add_format({"bold": True, "bg_color": "#f3ece1", "border": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    for number, width in enumerate((24, 8, 60, 28)):
        page.set_column(number, number, width)
    rules = [
        _("在第一张表里填写，一行一条；标题行不要改，标 * 的必填。"),
        _("文件不超过 10 MB，一次最多 10000 行；只读第一张表。"),
        _("同一个文件传两次不会重复：已有的行按内容更新，没有变化的不动。"),
        _("日期写 2024-12-18、2024.12.18 或 2024年12月18日都行；金额可写“1.2万元”或“12000元”；面积可写“㎡”或“亩”。"),
        _("有问题的行会在同一个文件里标红写明原因，改好后可以直接再传。"),
        _("请不要上传涉密内容。"),
    ]
    for line, words in enumerate(rules):
        page.write_string(line, 0, words)
    top = len(rules) + 1
    for number, title in enumerate((_("列"), _("必填"), _("说明"), _("示例"))):
        page.write_string(top, number, title, bold)
    for line, cell in enumerate(entry.takes().fields, start=top + 1):
        options = cell.options(user)
        told = [str(cell.note)] if cell.note else []
        told += [_("可选：%(options)s") % {"options": "、".join(options[:30])}] if options else []
        example = cell.example or (options[0] if options else "")
        for number, value in enumerate((str(cell.title), _("是") if cell.required else "", " ".join(told), example)):
            page.write_string(line, number, value, wrap)
