"""The child process of ``records.printing``: ``python -I records/typesetter.py <template.typ>``, JSON in, a PDF out.

A process of its own, because typst keeps what it computed for the next ten documents: ten registers of 400 rows held 790 MB.
"""

import sys
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst


def fonts(more: str = "") -> typst.Fonts:
    """Noto Sans SC and Noto Serif SC from their wheel, and those of one more folder: neither the machine's fonts nor typst's own."""
    folders = [Path(pylopdf_fonts_zh_cn.__file__).parent, *([Path(more)] if more else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def typeset(template: Path, data: str, more: str = "") -> bytes:
    """The template sees ``data`` (JSON) as ``sys.inputs.data``, and no file outside its own folder."""
    made = typst.compile(template, root=template.parent, font_paths=fonts(more), sys_inputs={"data": data}, timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError(f"typst gave {type(made).__name__}")
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(Path(sys.argv[1]), sys.stdin.buffer.read().decode(), *sys.argv[2:3]))
