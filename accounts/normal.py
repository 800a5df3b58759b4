"""What people write in a cell, in its normal form: the parsers of Excel columns.

Each is ``parse(value, user)``: ``value`` as the file holds it (text, number, date), the result as a form field takes it.
A ValidationError says in plain words how to put the cell right. An empty cell is "" everywhere.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from accounts import phones
from accounts.scope import ScopedQuerySet

Parse = Callable[[Any, Any], Any]

#: Full-width letters, digits and spaces; full-width punctuation is how Chinese is written, so it stays in texts.
FOLDED = {0xFF01 + n: 0x21 + n for n in range(94) if chr(0x21 + n).isalnum()} | {0x3000: 0x20, 0xA0: 0x20}
UNSEEN = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0])
#: Excel keeps 15 digits of a number.
EXACT = 10**15
#: Day 0 of Excel's calendar; its serials from 1954 to 2119 are taken for dates.
EPOCH, SERIALS = date(1899, 12, 30), range(20_000, 80_001)
DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:[ T]0?0:00(?::00)?)?")
MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?")
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
YUAN = {"元": Decimal(100), "圆": Decimal(100), "块": Decimal(100), "千元": Decimal(10**5), "万": Decimal(10**6), "万元": Decimal(10**6)}
YUAN |= {"亿": Decimal(10**10), "亿元": Decimal(10**10), "分": Decimal(1)}
#: 1 亩 is 666.67 m² (a fifteenth of a hectare).
METRES = dict.fromkeys(["m2", "平方米", "平米", "平方", "平", "㎡"], Decimal(1)) | {"亩": Decimal("666.67"), "公顷": Decimal(10_000)}
METRES |= {"万平方米": Decimal(10_000), "万平": Decimal(10_000), "万m2": Decimal(10_000)}
TRUE, FALSE = {"是", "有", "对", "√", "✓", "y", "yes", "true", "1"}, {"否", "无", "没有", "错", "×", "✗", "n", "no", "false", "0"}


def written(value: Any) -> str:
    """The cell as one line of text: full-width letters and digits folded, spaces trimmed and made single, ids without ".0"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int | float) and abs(value) >= EXACT:
        raise ValidationError(_("Excel 把这一格存成了数字，后面几位已经丢了；请把单元格格式改成“文本”，再重新填一遍。"))
    if isinstance(value, float):
        value = f"{value:.15g}"
    if isinstance(value, datetime):
        value = value.date() if (value.hour, value.minute) == (0, 0) else value.strftime("%Y-%m-%d %H:%M")
    return " ".join(str(value).translate(UNSEEN).translate(FOLDED).split())


def bare(value: Any) -> str:
    """For numbers, codes and dates: NFKC on top, no comma but the half-width one."""
    return unicodedata.normalize("NFKC", written(value)).strip()


def text(value: Any, user: Any) -> str:
    """Words; full-width punctuation stays."""
    return written(value)


def code(value: Any, user: Any) -> str:
    """An id: digits and capital letters, without spaces."""
    return re.sub(r"\s", "", bare(value)).upper()


def unspaced(value: Any, user: Any) -> str:
    """As written but without spaces: a login, an e-mail address, a number to call."""
    return re.sub(r"\s", "", bare(value))


def phone(value: Any, user: Any) -> str:
    """``+8613800000001``."""
    found = bare(value)
    return phones.normal(found) if found else ""


def number(value: Any) -> tuple[Decimal, str] | None:
    """A number and the unit behind it; None for an empty cell."""
    if isinstance(value, bool):
        raise ValidationError(_not_a_number())
    if isinstance(value, int | float):
        return _bounded(Decimal(value) if abs(value) >= EXACT else Decimal(f"{value:.15g}")), ""
    found = re.sub(r"\s", "", bare(value)).lstrip("¥")
    if not found:
        return None
    match = NUMBER.match(found)
    if match is None:
        raise ValidationError(_not_a_number())
    try:
        return _bounded(Decimal(match[0].replace(",", ""))), found[match.end() :].lower()
    except InvalidOperation as error:
        raise ValidationError(_not_a_number()) from error


def _not_a_number() -> str:
    return _("看不懂这个数，请填数字，例如 12 或 1200.5。")


def _bounded(found: Decimal) -> Decimal:
    if abs(found) >= EXACT:
        raise ValidationError(_("这个数太大了，请检查是不是多写了几位。"))
    return found


def decimal(value: Any, user: Any) -> Decimal | str:
    """A number without a unit."""
    found = number(value)
    if found is None:
        return ""
    if found[1]:
        raise ValidationError(_("这里只填数字，不写单位。"))
    return found[0]


def whole(value: Any, user: Any) -> int | str:
    """A whole number."""
    found = decimal(value, user)
    if isinstance(found, str):
        return found
    if found != found.to_integral_value():
        raise ValidationError(_("这里要填整数，不带小数。"))
    return int(found)


def money(unit: str = "元") -> Parse:
    """Whole fen; a bare number is meant in ``unit`` (元 or 万元), a written unit wins."""

    def parse(value: Any, user: Any) -> int | str:
        found = number(value)
        if found is None:
            return ""
        factor = YUAN.get(found[1] or unit)
        if factor is None:
            raise ValidationError(_("看不懂金额的单位，请写“元”或“万元”，例如 1.2万元。"))
        fen = found[0] * factor
        if fen != fen.to_integral_value():
            raise ValidationError(_("金额最多精确到分，请去掉多余的小数位。"))
        return int(fen)

    return parse


def area(value: Any, user: Any) -> Decimal | str:
    """Square metres with two places, from ㎡, 平方米, 平, 亩 (666.67 m²), 公顷."""
    found = number(value)
    if found is None:
        return ""
    factor = METRES.get(found[1] or "m2")
    if factor is None:
        raise ValidationError(_("看不懂面积的单位，请写“㎡”或“亩”，例如 1200㎡。"))
    if found[0] < 0:
        raise ValidationError(_("面积不能是负数。"))
    return (found[0] * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _date(year: str, month: str, day: str, example: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise ValidationError(_("日历上没有这一天，请检查后再填，例如 %(example)s。") % {"example": example}) from error


def day(value: Any, user: Any) -> date | str:
    """A date, as ``2024.12.18``, ``2024年12月18日``, ``20241218``, or Excel's own."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and int(value) in SERIALS:
        return EPOCH + timedelta(days=int(value))
    found = bare(value)
    if not found:
        return ""
    match = DAY.fullmatch(found) or re.fullmatch(r"(\d{4})(\d\d)(\d\d)", found)
    if match is None:
        raise ValidationError(_("看不懂这个日期，请写成 2024-12-18 这样。"))
    return _date(match[1], match[2], match[3], "2024-12-18")


def month(value: Any, user: Any) -> date | str:
    """The first day of a month, from ``2024.11``, ``2024年11月``, ``202411`` or a date."""
    if isinstance(value, date):
        return date(value.year, value.month, 1)
    if isinstance(value, float) and round(value % 1 * 100) == 10:
        raise ValidationError(_("分不清是 1 月还是 10 月：Excel 把它存成了小数。请写成“2024年10月”这样。"))
    if isinstance(value, int | float) and int(value) == value and int(value) in SERIALS:
        return (EPOCH + timedelta(days=int(value))).replace(day=1)
    found = bare(value)
    if not found:
        return ""
    match = MONTH.fullmatch(found) or re.fullmatch(r"(\d{4})(\d\d)", found)
    if match is None:
        whole_day = DAY.fullmatch(found)
        if whole_day is None:
            raise ValidationError(_("看不懂这个月份，请写成 2024年11月 这样。"))
        match = whole_day
    return _date(match[1], match[2], "1", "2024年11月")


def yes_no(value: Any, user: Any) -> bool | str:
    """是 or 否."""
    if isinstance(value, bool):
        return value
    found = bare(value).lower()
    if found and found not in TRUE | FALSE:
        raise ValidationError(_("这里填“是”或“否”。"))
    return found in TRUE if found else ""


class choice:
    """By label or by value, of a Django TextChoices or a list of (value, label); ``options()`` are the labels for a drop-down."""

    def __init__(self, choices: Any) -> None:
        self.choices = choices

    def pairs(self) -> list[tuple[Any, str]]:
        found = getattr(self.choices, "choices", self.choices)
        return [(value, str(label)) for value, label in (found() if callable(found) else found) if value not in ("", None)]

    def options(self) -> list[str]:
        return [label for _value, label in self.pairs()]

    def __call__(self, value: Any, user: Any) -> Any:
        found = bare(value)
        if not found:
            return ""
        for stored, label in self.pairs():
            if found in (str(stored), bare(label)):
                return stored
        shown = "、".join(self.options()[:12])
        raise ValidationError(_("这里只能填：%(options)s。请从下拉框里选。") % {"options": shown})


class ref:
    """A row of ``model`` within the user's sight, by the first of ``fields`` that finds exactly one; its primary key.

    ``ref(Region, "code", "name")``. ``only`` narrows the rows. What was found is remembered on the user, for one run.
    """

    def __init__(self, model: type[models.Model], *fields: str, only: Callable[[Any], Any] | None = None) -> None:
        self.model, self.fields, self.only = model, fields, only

    def __call__(self, value: Any, user: Any) -> Any:
        found = written(value)
        if not found:
            return ""
        known = user.__dict__.setdefault("_refs", {})
        if (self, found) not in known:
            known[self, found] = self._look(found, user)
        return known[self, found]

    def _look(self, found: str, user: Any) -> Any:
        rows: Any = self.model._default_manager.all()
        rows = rows.visible(user) if isinstance(rows, ScopedQuerySet) else rows
        rows = self.only(rows) if self.only else rows
        names = {"model": self.model._meta.verbose_name, "fields": _labels(self.model, self.fields)}
        for field in self.fields:
            pks = list(rows.filter(**{field: found}).order_by("pk").values_list("pk", flat=True)[:2])
            if len(pks) == 1:
                return pks[0]
            if pks:
                first = _labels(self.model, self.fields[:1])
                raise ValidationError(_("有不止一个%(model)s叫这个名字，请改填%(fields)s。") % {**names, "fields": first})
        raise ValidationError(_("没有找到这个%(model)s，请对照系统里的%(fields)s再填。") % names)


def _labels(model: type[models.Model], fields: Iterable[str]) -> str:
    return _("或").join(str(model._meta.get_field(field.split("__")[0]).verbose_name) for field in fields)  # type: ignore[union-attr]
