"""Paper: PDFs from ``templates/print/<name>.typ``, typeset by typst in a short-lived child process.

The data travels as JSON and arrives in the template as strings and lists; no text of a person is ever read as markup.
Fonts come from one wheel (Noto Sans SC, Noto Serif SC), never from the machine, so that the same data gives the same bytes
everywhere; official documents take the font that ``OFFICIAL_FONT`` names from ``OFFICIAL_FONT_DIR``, where they are set. A
character that no font has (most of CJK Extension B and later) prints as an empty box.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

TYPESETTER = Path(__file__).with_name("typesetter.py")
#: Far more than any print takes (400 rows: about half a second), far less than a worker's own limit.
SECONDS = 60


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """One document. The templates and ``tests/records/test_printing.py`` show what each wants; numbers come formatted, as strings."""
    source = Path(settings.BASE_DIR, "templates", "print", f"{template}.typ")
    # -I: neither the working directory nor the environment decides what is imported.
    command = [sys.executable, "-I", str(TYPESETTER), str(source), settings.OFFICIAL_FONT_DIR]
    asked = json.dumps({"official_font": settings.OFFICIAL_FONT, **data}, ensure_ascii=False).encode("utf-8", "replace")
    made = subprocess.run(command, input=asked, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    if made.returncode:
        raise RuntimeError(f"{template}: {made.stderr.decode(errors='replace').strip()[-2000:]}")
    return made.stdout


def answer(template: str, data: dict[str, Any], filename: str, inline: bool = True) -> HttpResponse:
    """The document as a response, shown or saved; ``printed`` is now unless the data says otherwise."""
    printed = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    response = HttpResponse(pdf(template, {"printed": printed, **data}), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(not inline, filename) or "inline"
    return response
