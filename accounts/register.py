"""The registers of the portal, as Excel out and in. Out: masked, scoped, audited; ids as text, formulas never.

In: what a register's ``incoming`` declares is offered as a template, checked, previewed and imported (accounts/importing.py).
"""

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

from accounts import normal
from accounts.forms.incoming import GrantForm, OrganisationForm, UserForm, officers
from accounts.models import Grant, Organisation, Participant, Region, User
from accounts.phones import masked, masked_name
from accounts.scope import ScopedQuerySet, permission, prefixes
from records import audit


@dataclass(frozen=True)
class Column:
    """A heading and how its value comes from a row."""

    title: Any
    value: Callable[[Any], Any]
    width: int = 16


@dataclass(frozen=True)
class Cell:
    """One column of a file that comes in: the form field it fills, and how its text becomes what that field takes.

    ``choices`` for the drop-down: labels, or a function of the user; left out, those that ``parse`` knows itself.
    """

    name: str
    title: Any
    parse: normal.Parse
    required: bool = False
    choices: Any = None
    note: Any = ""
    example: str = ""

    def options(self, user: Any) -> list[str]:
        """The labels of the drop-down; none where everything may be written."""
        found = getattr(self.parse, "options", None) if self.choices is None else self.choices
        found = (found(user) if self.choices is not None else found()) if callable(found) else found
        return [str(option) for option in found or ()]


@dataclass(frozen=True)
class Incoming:
    """How rows come in: through a form of the pages (``user=, fixed=, instance=``), so that every rule is the same.

    A row is found by the form fields of ``key`` among those that the user may change (``only`` narrows them), else added.
    ``fixed``: values that the importer sets, or a function of the user that returns them.
    """

    form: type[Any]
    fields: tuple[Cell, ...]
    key: tuple[str, ...]
    fixed: dict[str, Any] | Callable[[Any], dict[str, Any]] | None = None
    only: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Register:
    """One register: its name, its columns, the rows as a scoped queryset narrowed by joins; ``incoming`` where Excel comes in."""

    name: str
    title: Any
    model: type[Any]
    columns: tuple[Column, ...]
    joins: tuple[str, ...] = ()
    incoming: Incoming | None = None
    #: The queryset of a model that has no scoped one of its own (the records app's).
    scoped: type[ScopedQuerySet[Any]] | None = None
    prefetch: tuple[str, ...] = ()

    def rows(self) -> Any:
        """All rows, to be narrowed by ``allowed``."""
        return self.scoped(self.model) if self.scoped else self.model._default_manager.all()

    def takes(self) -> Incoming:
        """How rows come in; LookupError where none do."""
        if self.incoming is None:
            raise LookupError(self.name)
        return self.incoming

    def takes_from(self, user: Any) -> bool:
        """Whether the user may import: holds the right to add or to change by a grant, somewhere."""
        if self.incoming is None:
            return False
        return any(prefixes(user, permission(self.model, action)) for action in ("add", "change"))


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
    rows = rows.select_related(*entry.joins) if entry.joins else rows
    return download(entry, rows.prefetch_related(*entry.prefetch).iterator(1000))


def download(entry: Register, rows: Iterable[Any], day: date | None = None) -> HttpResponse:
    """The file alone, named after the day: for numbers that anybody may have."""
    response = HttpResponse(workbook(entry, rows), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    name = f"{entry.title}-{day or timezone.localdate():%Y%m%d}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


REGION_NOTE = _("填区划代码；没有重名时也可以填名称。")
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
        Incoming(
            OrganisationForm,
            (
                Cell("name", _("名称"), normal.text, True, note=_("全称，和公章一致。"), example="金东区示例服务中心"),
                Cell("code", _("统一社会信用代码"), normal.code, note=_("18 位，没有就留空。"), example="12330703000000000Q"),
                Cell("kind", _("类别"), normal.choice(Organisation.Kind), True, example="企业"),
                Cell("region", _("所在区划"), normal.ref(Region, "code", "name"), True, note=REGION_NOTE, example="330703001"),
                Cell("phone", _("单位电话"), normal.unspaced, example="0579-82190000"),
            ),
            ("region", "name"),
        ),
    )
)
USER = register(
    Register(
        "users",
        _("账号"),
        User,
        (
            Column(_("登录名"), lambda r: r.login, 20),
            Column(_("姓名（隐去）"), lambda r: masked_name(r.name)),
            Column(_("所在单位"), lambda r: str(r.organisation or ""), 30),
            Column(_("可登录"), lambda r: r.is_active),
        ),
        ("organisation",),
        Incoming(
            UserForm,
            (
                Cell("login", _("登录名"), normal.unspaced, True, note=_("字母、数字、点和横线；定了就不改。"), example="zhangsan"),
                Cell("name", _("姓名"), normal.text, True, example="张三"),
                Cell("email", _("电子邮箱"), normal.unspaced, example="zhangsan@example.org"),
                Cell(
                    "organisation",
                    _("所在单位"),
                    normal.ref(Organisation, "code", "name"),
                    note=_("填统一社会信用代码，没有重名时也可以填单位名称；部门单位人员必填。"),
                    example="金东区示例服务中心",
                ),
            ),
            ("login",),
            only=officers,
        ),
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
        Incoming(
            GrantForm,
            (
                Cell("user", _("登录名"), normal.ref(User, "login", only=officers), True, note=_("先有账号，再授权。"), example="zhangsan"),
                Cell("role", _("角色"), normal.choice(Grant._meta.get_field("role").choices), True, example="镇街干部"),
                Cell("region", _("区划"), normal.ref(Region, "code", "name"), True, note=REGION_NOTE, example="330703001"),
                Cell("valid_from", _("起"), normal.day, True, example="2026-01-01"),
                Cell("valid_until", _("止"), normal.day, note=_("留空表示一直有效；到期当天仍有效。"), example="2026-12-31"),
            ),
            ("user", "role", "region", "valid_from"),
            fixed=lambda user: {"granted_by": user},
        ),
    )
)
