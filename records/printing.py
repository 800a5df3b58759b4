"""Paper: PDFs from ``templates/print/<name>.typ``, compiled by typst inside this process.

The data travels as JSON and arrives in the template as strings and lists; no text of a person is ever read as markup.
Fonts come from one wheel (Noto Sans SC, Noto Serif SC), never from the machine, so that the same data gives the same bytes
everywhere. A character that neither font has (most of CJK Extension B and later) prints as an empty box.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header


@cache
def fonts() -> typst.Fonts:
    """The wheel's two fonts, found once in a process; typst's own Latin fonts stand in for nothing."""
    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """One document. What ``data`` holds, each template's head says; numbers come formatted, as strings."""
    folder = Path(settings.BASE_DIR, "templates", "print")
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    made = typst.compile(folder / f"{template}.typ", root=folder, font_paths=fonts(), sys_inputs=inputs, timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError(f"typst gave {type(made).__name__} for {template}")
    return made


def answer(template: str, data: dict[str, Any], filename: str, inline: bool = True) -> HttpResponse:
    """The document as a response, shown or saved; ``printed`` is now unless the data says otherwise."""
    printed = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    response = HttpResponse(pdf(template, {"printed": printed, **data}), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(not inline, filename) or "inline"
    return response
