"""Posters of an activity, drawn with Pillow in three formats: for the wall, for a chat, for an article's head."""

from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pylopdf_fonts_zh_cn
import segno
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from activities.models import Activity

FOLDER = Path(pylopdf_fonts_zh_cn.__file__).parent
PAPER, INK, SOFT, RED, WHITE = "#fbf8f3", "#211d1a", "#5c534b", "#a61b1b", "#ffffff"
#: Characters that don't begin a line (GB/T 15834 and W3C's requirements for Chinese text layout).
NOT_FIRST = "，。、；：！？）》」』”’…·%％℃"
#: Characters that don't end a line.
NOT_LAST = "（《「『“‘"


class Format(NamedTuple):
    """Pixels, and the sizes that follow from the short edge."""

    width: int
    height: int
    title: int
    text: int
    qr: int
    margin: int


FORMATS = {
    "a4": Format(1240, 1754, 132, 54, 420, 100),  # 150 dpi
    "square": Format(1080, 1080, 92, 38, 260, 72),
    "wide": Format(1200, 511, 68, 30, 190, 52),  # 2.35 : 1
}


def font(size: int, serif: bool = False) -> ImageFont.FreeTypeFont:
    name = next(FOLDER.rglob("*Serif*.[ot]tf" if serif else "*Sans*.[ot]tf"))
    return ImageFont.truetype(str(name), size)


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """Lines that fit, at most so many, the last one cut with an ellipsis; Chinese punctuation stands where it may."""
    lines, line = [], ""
    for character in " ".join(text.splitlines()):
        full = line and face.getlength(line + character) > width
        if full and (character not in NOT_FIRST or face.getlength(line) > width):  # one mark may hang, not a row of them
            carried = line[-1] if line[-1] in NOT_LAST else ""
            lines.append(line.removesuffix(carried) if carried else line)
            line = carried
        line += character
    lines = [*lines, line] if line else lines
    if len(lines) > most:
        last = lines[most - 1]
        while last and face.getlength(last + "…") > width:
            last = last[:-1]
        lines = [*lines[: most - 1], last + "…"]
    return lines


def balanced(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """A title in one line, or in two of about the same length: no single character alone."""
    lines = wrapped(text, face, width, 2)
    if len(lines) == 2 and not lines[1].endswith("…"):
        even = wrapped(text, face, int(face.getlength(text) / 2 + face.size), 2)
        return even if "".join(even) == text else lines
    return lines


def code(address: str, size: int) -> Image.Image:
    """A QR code with its quiet zone, scaled by whole modules and then to size."""
    rows = [list(row) for row in segno.make(address, error="m").matrix_iter(border=4)]
    side = len(rows)
    picture = Image.new("1", (side, side), 1)
    picture.putdata([0 if dark else 1 for row in rows for dark in row])
    scale = max(1, size // side)
    return picture.resize((side * scale, side * scale), Image.Resampling.NEAREST).convert("RGB")


def facts(activity: Activity) -> list[str]:
    """When, where, for whom, how many, what it costs."""
    lines: list[str] = []
    intakes: list[Any] = list(activity.intakes.all())
    meetings = sorted((m for i in intakes for m in i.meetings.all()), key=lambda m: m.starts_at)
    if meetings:
        shown = next((m for m in meetings if m.ends_at >= timezone.now()), meetings[0])
        first, end = timezone.localtime(shown.starts_at), timezone.localtime(shown.ends_at)
        day = f"{first.month}月{first.day}日 周{'一二三四五六日'[first.weekday()]} {first:%H:%M}–{end:%H:%M}"
        lines.append(_("时间") + f"　{day}" + (_("（共 %(n)d 场）") % {"n": len(meetings)} if len(meetings) > 1 else ""))
        place = " ".join(filter(None, [activity.center.short_name + _("党群服务中心"), shown.place]))
        lines.append(_("地点") + f"　{place}")
    if activity.audience:
        lines.append(_("对象") + f"　{activity.audience}")
    if intakes:
        seats = _("%(n)d 人") % {"n": sum(i.capacity for i in intakes)}
        price = _("免费") if not activity.price_fen else _("%(yuan)s 元") % {"yuan": f"{activity.price_fen / 100:g}"}
        lines.append(_("名额") + f"　{seats} · {price}")
    return lines


def draw(activity: Activity, name: str) -> bytes:
    """A PNG in one of ``FORMATS``; raises KeyError for another."""
    form = FORMATS[name]
    picture = Image.new("RGB", (form.width, form.height), PAPER)
    pen = ImageDraw.Draw(picture)
    band = form.height // 26
    pen.rectangle((0, 0, form.width, band), fill=RED)
    side_by_side = name == "wide"
    width = form.width - 2 * form.margin - (form.qr + form.margin if side_by_side else 0)
    y = band + form.margin
    small, title, text = font(form.text * 3 // 4), font(form.title, serif=True), font(form.text)
    pen.text((form.margin, y), f"{activity.center.short_name} · {activity.get_kind_display()}", font=small, fill=RED)
    y += form.text * 3 // 2
    for line in balanced(activity.title, title, width):
        pen.text((form.margin, y), line, font=title, fill=INK)
        y += form.title * 5 // 4
    y += form.text // 2
    if activity.summary and name != "wide":
        for line in wrapped(activity.summary, text, width, 2):
            pen.text((form.margin, y), line, font=text, fill=SOFT)
            y += form.text * 8 // 5
        y += form.text // 2
    beside = form.height - form.margin - form.qr - form.text  # from here down the code stands on the right
    for fact in facts(activity):
        room = width if side_by_side or y + form.text * 2 < beside else width - form.qr - form.margin // 2
        for line in wrapped(fact, text, room, 1):
            pen.text((form.margin, y), line, font=text, fill=INK)
            y += form.text * 8 // 5
    place_code(picture, pen, activity, form, small, side_by_side)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def place_code(picture: Image.Image, pen: ImageDraw.ImageDraw, activity: Activity, form: Format, face: Any, side_by_side: bool) -> None:
    """The QR code with what it does, bottom right; the organiser bottom left."""
    square = code(f"{settings.SITE_URL}/activities/{activity.pk}/", form.qr)
    x = form.width - form.margin - square.width
    y = (form.height - square.height) // 2 if side_by_side else form.height - form.margin - square.height - form.text
    picture.paste(square, (x, y))
    words = _("扫码看详情、预约")
    pen.text((x + (square.width - face.getlength(words)) / 2, y + square.height + form.text // 4), words, font=face, fill=SOFT)
    if not side_by_side:
        pen.text((form.margin, form.height - form.margin - form.text), activity.center.name, font=face, fill=SOFT)
