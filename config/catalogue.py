# ruff: noqa: T201
"""The English catalogue without gettext's own tools: ``python -m config.catalogue extract | check | compile``.

The source language is Chinese. ``extract`` brings new sentences into the .po file and drops old ones; ``check`` fails
where one is missing, empty, fuzzy, stale, or has other placeholders than its source; ``compile`` writes the .mo file.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {"gettext": None, "gettext_lazy": None, "_": None, "_now": None}
CALL = re.compile(r"""\b(?:gettext|_)\(\s*u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*\)""")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
APPS = ("config", "records", "accounts", "workflow", "centers", "staffing", "activities", "funding", "portal")


def sentences() -> Iterator[tuple[str, str]]:
    """(sentence, file) of every marked string in code and templates."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                for _line, _function, message, _comments in extract_python(
                    io.BytesIO(path.read_bytes()), KEYWORDS, [], {"encoding": "utf-8"}
                ):
                    yield str(message), str(path.relative_to(ROOT))
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text()
        if "{% plural %}" in text:  # the catalogue keeps one sentence for any number
            raise SystemExit(f"{path}: say it without a plural")
        for match in CALL.finditer(templatize(text)):
            yield ast.literal_eval(match[1]).replace("%%", "%"), str(path.relative_to(ROOT))


def wanted() -> dict[str, list[str]]:
    """Every sentence with the files it stands in."""
    found: dict[str, list[str]] = {}
    for sentence, place in sentences():
        if sentence and place not in found.setdefault(sentence, []):
            found[sentence].append(place)
    return found


def known() -> Catalog:
    """The .po file as it is."""
    if not PO.exists():
        return Catalog(locale="en")
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def extract() -> int:
    old, new = known(), Catalog(locale="en", project="portal", fuzzy=False, header_comment="# English. Source language: Chinese.")
    for sentence, places in sorted(wanted().items(), key=lambda item: (item[1][0], item[0])):
        before = old.get(sentence)
        flags = {"python-format"} if PLACEHOLDER.search(sentence) else set()
        new.add(sentence, before.string if before else "", [(place, 0) for place in places[:1]], flags=flags)
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, new, width=140, include_lineno=False, omit_header=False)
    print(f"{len(new)} sentences, {sum(1 for m in new if m.id and not m.string)} without English")
    return 0


def faults() -> Iterator[str]:
    """What keeps the catalogue from being complete."""
    catalogue, needed = known(), wanted()
    for sentence in needed:
        message = catalogue.get(sentence)
        if message is None or not message.string:
            yield f"no English: {sentence[:60]!r} ({needed[sentence][0]})"
        elif message.fuzzy:
            yield f"fuzzy: {sentence[:60]!r}"
        elif sorted(PLACEHOLDER.findall(sentence)) != sorted(PLACEHOLDER.findall(str(message.string))):
            yield f"other placeholders: {sentence[:60]!r}"
    for message in catalogue:
        if message.id and message.id not in needed:
            yield f"stale: {str(message.id)[:60]!r}"


def check() -> int:
    found = list(faults())
    print("\n".join(found) or "the English catalogue is complete")
    return 1 if found else 0


def compile_() -> int:
    with PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, known())
    return 0


def main() -> int:
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    verbs = {"extract": extract, "check": check, "compile": compile_}
    if len(sys.argv) != 2 or sys.argv[1] not in verbs:
        print(f"usage: python -m config.catalogue {' | '.join(verbs)}", file=sys.stderr)
        return 2
    return verbs[sys.argv[1]]()


if __name__ == "__main__":
    sys.exit(main())
