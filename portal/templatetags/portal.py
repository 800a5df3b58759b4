"""How the portal writes dates, money, places left: UI.md's own forms."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import phones
from centers.forms.fields import WanField
from funding import notice

register = template.Library()
WEEKDAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
CHIPS = {"open": "ok", "full": "stop", "not_open_yet": "info", "closed": "", "cancelled": "stop"}
STATES = {
    **dict.fromkeys(
        ("booked", "published", "closed", "verified", "approved", "checked", "confirmed", "answered", "applied", "reviewed"), "ok"
    ),
    **dict.fromkeys(("submitted", "town_verified", "signed", "in_use", "fixed", "agreed"), "ok"),
    **dict.fromkeys(
        ("cancelled", "returned", "rejected", "suspended", "declined", "not_drawn", "no_show", "paused", "refused", "absent"), "stop"
    ),
    **dict.fromkeys(
        (
            "offered",
            "open",
            "issued",
            "requested",
            "reported",
            "received",
            "closure_requested",
            "district_review",
            "town_review",
            "accepted",
            "generated",
        ),
        "due",
    ),
    **dict.fromkeys(("draft", "void", "retired", "dropped", "ended", "removed", "dismissed", "renewed", "withdrawn", "planned"), ""),
}


@register.filter
def day(value: Any) -> str:
    """``12月18日 周三``."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    if not isinstance(value, date):
        return ""
    if (get_language() or "").startswith("en"):
        return f"{DAYS[value.weekday()]} {value.day} {value:%b}"
    return f"{value.month}月{value.day}日 {WEEKDAYS[value.weekday()]}"


@register.filter
def when(value: Any) -> str:
    """``12月18日 周三 18:30``."""
    return f"{day(value)} {timezone.localtime(value):%H:%M}" if isinstance(value, datetime) else ""


@register.filter
def span(meeting: Any) -> str:
    """``12月18日 周三 18:30–20:00``."""
    return f"{when(meeting.starts_at)}–{timezone.localtime(meeting.ends_at):%H:%M}" if meeting else ""


@register.filter
def weekday(value: Any) -> str:
    value = timezone.localtime(value) if isinstance(value, datetime) else value
    return DAYS[value.weekday()] if (get_language() or "").startswith("en") else WEEKDAYS[value.weekday()]


@register.filter
def month(value: Any) -> str:
    local = timezone.localtime(value)
    return f"{local:%b}" if (get_language() or "").startswith("en") else f"{local.month}月"


@register.filter
def yuan(fen: int) -> str:
    """``免费`` or ``12.50 元``."""
    return str(_("免费")) if not fen else str(_("%(yuan)s 元") % {"yuan": f"{Decimal(fen) / 100:,.2f}"})


@register.filter
def metres(area: Decimal) -> str:
    """``9,265.4㎡``: at most one decimal, none where it is zero."""
    return f"{area:,.1f}".removesuffix(".0") + "㎡"


@register.filter
def figure(value: int | Decimal) -> str:
    """``2,287`` or ``9,265.4``: at most two decimals, none that are nought."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


@register.filter
def phase_label(phase: str) -> str:
    labels = {
        "open": _("可预约"),
        "full": _("已报满"),
        "not_open_yet": _("还没开始预约"),
        "closed": _("预约已截止"),
        "cancelled": _("活动已取消"),
    }
    return str(labels.get(phase, phase))


@register.filter
def phase_chip(phase: str) -> str:
    return CHIPS.get(phase, "")


@register.filter
def state_chip(state: str) -> str:
    return STATES.get(state, "info")


@register.filter
def activity_chip(state: str) -> str:
    """As ``state_chip``, but that a reported activity is done (a reported repair waits)."""
    return "ok" if state == "reported" else state_chip(state)


@register.filter
def mask_phone(value: str) -> str:
    return phones.masked(value)


@register.filter
def ages(intake: Any) -> str:
    """``6–12 岁``, ``60 岁以上``; "" without a rule."""
    if intake.min_age is not None and intake.max_age is not None:
        return str(_("%(low)d–%(high)d 岁") % {"low": intake.min_age, "high": intake.max_age})
    if intake.min_age is not None:
        return str(_("%(low)d 岁以上") % {"low": intake.min_age})
    return str(_("%(high)d 岁以下") % {"high": intake.max_age}) if intake.max_age is not None else ""


@register.filter
def shown(value: Any) -> str:
    """A register's value on a page: dates plainly, nothing as a dash."""
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else f"{value:,}" if isinstance(value, Decimal) else str(value)


@register.filter
def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal | date)


@register.filter
def unlocalize_number(value: Any) -> str:
    """A number for an attribute: a point, never a comma."""
    return f"{value}"


@register.filter
def commas(value: str) -> list[str]:
    return str(value).split(",")


@register.simple_tag
def chip_query(request: Any, name: str, value: str, chosen: str) -> str:
    """The address of a filter chip: pressed once it narrows, pressed again it doesn't; the page starts anew."""
    query = request.GET.copy()
    query.pop("page", None)
    if str(value) == str(chosen):
        query.pop(name, None)
    else:
        query[name] = value
    return str(query.urlencode())


@register.filter
def wan(fen: int | None) -> str:
    """Fen as ``110.00万元``; nothing where there is none."""
    return "—" if fen is None else notice.wan(fen)


@register.filter
def stars(count: int | None) -> str:
    """``★★★★ 4星``: the shape and the word."""
    return f"{'★' * count} " + str(_("%(n)d星") % {"n": count}) if count else str(_("未评上"))


@register.filter
def in_wan(fen: int | None) -> str:
    """What a field for 万元 starts with: ``1.5``."""
    return "" if fen is None else str(WanField().prepare_value(int(fen)))


@register.filter
def exact(value: Any) -> str:
    """A fraction with four digits; ``≈`` is not written where they are all of it."""
    if value is None:
        return "—"
    shown = Decimal(value.numerator * 10**4 // value.denominator) / 10**4 if hasattr(value, "numerator") else Decimal(value)
    return f"{shown:f}".rstrip("0").rstrip(".") if "." in f"{shown:f}" else f"{shown:f}"
