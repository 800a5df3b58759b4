"""The child process of ``records.printing``: ``python -I records/typesetter.py <template.typ>``, JSON in, a PDF out.

A process of its own, because typst keeps what it computed for the next ten documents: ten registers of 400 rows held 790 MB.
"""

import sys
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst


def fonts() -> typst.Fonts:
    """Noto Sans SC and Noto Serif SC from their wheel: neither the machine's fonts nor typst's own Latin ones."""
    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def typeset(template: Path, data: str) -> bytes:
    """The template sees ``data`` (JSON) as ``sys.inputs.data``, and no file outside its own folder."""
    made = typst.compile(template, root=template.parent, font_paths=fonts(), sys_inputs={"data": data}, timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError(f"typst gave {type(made).__name__}")
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(Path(sys.argv[1]), sys.stdin.buffer.read().decode()))
