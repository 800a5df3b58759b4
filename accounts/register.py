"""Excel out, for every register of the portal: masked, scoped, audited; ids as text, formulas never."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Grant, Organisation, Participant, Region
from accounts.phones import masked, masked_name
from records import audit


@dataclass(frozen=True)
class Column:
    """A heading and how its value comes from a row."""

    title: Any
    value: Callable[[Any], Any]
    width: int = 16


@dataclass(frozen=True)
class Register:
    """One register: its name, its columns, the rows as a scoped queryset narrowed by joins."""

    name: str
    title: Any
    model: type[Any]
    columns: tuple[Column, ...]
    joins: tuple[str, ...] = ()


REGISTERS: dict[str, Register] = {}


def register(entry: Register) -> Register:
    """Adds a register; each app does so for its nouns."""
    REGISTERS[entry.name] = entry
    return entry


def cell(value: Any) -> Any:
    """A value as Excel shows it: local times, text for everything that is not a number or a date."""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if value is None:
        return ""
    if isinstance(value, bool):
        return _now("是") if value else _now("否")
    return value if isinstance(value, (int, float, Decimal, date)) else str(value)


def workbook(entry: Register, rows: Iterable[Any]) -> bytes:
    """The .xlsx file; streams its rows to disk, so that memory stays bounded."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(str(entry.title)[:31])
    head = book.add_format({"bold": True, "bg_color": "#f3ece1", "border": 1})
    formats = {datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), date: book.add_format({"num_format": "yyyy-mm-dd"})}
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(entry.columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, str(column.title), head)
    for line, row in enumerate(rows, start=1):
        for number, column in enumerate(entry.columns):
            value = cell(column.value(row))
            sheet.write(line, number, value, formats.get(type(value)))
    book.close()
    return out.getvalue()


def answer(entry: Register, rows: Any, by: Any, region_code: str = "") -> HttpResponse:
    """The file as a download, and an audit entry that says who took how many rows."""
    count = rows.count()
    audit.write("accounts.export", by=by, target_type=entry.model._meta.label_lower, region_code=region_code, count=count)
    content = workbook(entry, rows.select_related(*entry.joins).iterator(1000) if entry.joins else rows.iterator(1000))
    response = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    name = f"{entry.title}-{timezone.localdate():%Y%m%d}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


REGION = register(
    Register(
        "regions",
        _("区划"),
        Region,
        (
            Column(_("代码"), lambda r: r.code),
            Column(_("名称"), lambda r: r.name, 24),
            Column(_("层级"), lambda r: r.get_level_display()),
            Column(_("上级"), lambda r: r.parent.name if r.parent else ""),
        ),
        ("parent",),
    )
)
ORGANISATION = register(
    Register(
        "organisations",
        _("单位"),
        Organisation,
        (
            Column(_("名称"), lambda r: r.name, 30),
            Column(_("统一社会信用代码"), lambda r: r.code, 22),
            Column(_("类别"), lambda r: r.get_kind_display()),
            Column(_("所在区划"), lambda r: r.region.name),
        ),
        ("region",),
    )
)
PARTICIPANT = register(
    Register(
        "participants",
        _("参与人"),
        Participant,
        (
            Column(_("编号"), lambda r: str(r.pk)),
            Column(_("类别"), lambda r: r.get_kind_display()),
            Column(_("姓名"), lambda r: masked_name(r.name)),
            Column(_("联系电话"), lambda r: masked(r.phone)),
            Column(_("居住村社"), lambda r: r.region.name, 24),
        ),
        ("region",),
    )
)
GRANT = register(
    Register(
        "grants",
        _("授权"),
        Grant,
        (
            Column(_("登录名"), lambda r: str(r.user)),
            Column(_("角色"), lambda r: r.get_role_display()),
            Column(_("区划"), lambda r: r.region.name, 24),
            Column(_("起"), lambda r: r.valid_from),
            Column(_("止"), lambda r: r.valid_until),
        ),
        ("user", "region"),
    )
)
