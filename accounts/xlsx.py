"""What can be known of an .xlsx file before anything opens it: its size, what it unpacks to, how many cells it claims.

A small file may unpack to gigabytes, lie in its directory, or hold two cells at opposite corners of a sheet that a reader
would fill; each is refused in words. ``Refused`` carries a sentence for the person who uploaded.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat

from django.utils.translation import gettext as _

MAX_BYTES, MAX_UNPACKED, MAX_ENTRIES = 10 * 1024 * 1024, 100 * 1024 * 1024, 2000
#: Of the sheet that is read: blank lines count; of all sheets together: each cell that is stored, empty ones too.
MAX_LINE, MAX_COLUMN, MAX_CELLS = 20_000, 100, 600_000
CHUNK = 64 * 1024
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DOCUMENT = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


class Refused(Exception):
    """The file can't be used; ``str()`` says why and what to do."""


def inspect(file: IO[bytes]) -> None:
    """Raises Refused unless this is an .xlsx within the limits; unpacks to nowhere, counting."""
    if file.seek(0, 2) > MAX_BYTES:
        raise Refused(_("文件超过 10 MB，请分成几个文件再上传。"))
    try:
        with zipfile.ZipFile(file) as archive:
            _directory(archive.infolist())
            unpacked = 0
            for entry in archive.infolist():
                unpacked += _unpacked(file, entry, MAX_UNPACKED - unpacked)
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError, OSError, KeyError) as error:
        raise Refused(not_xlsx()) from error


def not_xlsx() -> str:
    return _("这不是能读的 Excel 文件（.xlsx）。请在 Excel 或 WPS 里“另存为”Excel 工作簿（.xlsx），再上传。")


def _too_large() -> Refused:
    return Refused(_("文件解压后超过 100 MB，请只留下要导入的数据再上传。"))


def _directory(entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename for entry in entries}
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _too_large()
    if len(entries) > MAX_ENTRIES or len(names) != len(entries) or not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise Refused(not_xlsx())
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(_("文件里带有宏。请另存为不带宏的 Excel 工作簿（.xlsx），再上传。"))
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(_("文件加了密码。请去掉密码再上传。"))


def _unpacked(file: IO[bytes], entry: zipfile.ZipInfo, limit: int) -> int:
    """The true number of bytes of one entry, whatever the directory says; stops at the limit."""
    file.seek(entry.header_offset)
    head = struct.unpack("<4s5H3I2H", file.read(30))
    if head[0] != b"PK\x03\x04" or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(not_xlsx())
    file.seek(head[9] + head[10], 1)
    if entry.compress_type == zipfile.ZIP_STORED:
        size = entry.compress_size
    else:
        size = 0
        for part in _inflated(file, entry.compress_size):
            size += part
            if size > limit:
                raise _too_large()
    if size != entry.file_size:
        raise Refused(not_xlsx())
    return size


def _inflated(file: IO[bytes], packed: int) -> Iterator[int]:
    stream = zlib.decompressobj(-15)
    while not stream.eof:
        data = stream.unconsumed_tail
        if not data:
            data = file.read(min(CHUNK, packed))
            packed -= len(data)
            if not data:
                raise zlib.error("ends early")
        yield len(stream.decompress(data, CHUNK))


class Scan:
    """One sheet's cells, by a streaming parser: the last line and column with a value, formulas without one, errors."""

    def __init__(self) -> None:
        self.cells = 0
        self.line = self.column = 0
        #: (line, column) from 1 → why a cell can't be read.
        self.faults: dict[tuple[int, int], str] = {}
        self._row = self._at = 0
        self._cell: dict[str, Any] = {}
        self._text = False

    def read(self, source: IO[bytes], known: int, bounded: bool) -> None:
        """Reads to the end; raises Refused at a limit or at a document type, which no spreadsheet program writes."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _no_doctype
        try:
            while data := source.read(CHUNK):
                parser.Parse(data)
                if known + self.cells > MAX_CELLS:
                    raise Refused(_("表格里的单元格太多了（包括带格式的空格子）。请把数据复制到新下载的模板里，再上传。"))
                if bounded and (self.line > MAX_LINE or self.column > MAX_COLUMN):
                    raise Refused(_("表格太大：数据最多写到第 20000 行、第 100 列。请把多余的内容删掉，或分成几个文件。"))
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused(not_xlsx()) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._at = 0
        elif tag == "c":
            self._at = column_number(attributes["r"]) if "r" in attributes else self._at + 1
            self._cell = {"type": attributes.get("t", "n"), "formula": False, "value": False, "cached": False}
            self.cells += 1
        elif tag == "f":
            self._cell["formula"] = True
        self._text = tag in ("v", "t")

    def _characters(self, data: str) -> None:
        if self._text and self._cell:
            self._cell["value"] = True

    def _end(self, name: str) -> None:
        self._text = False
        if name.rpartition(" ")[2] != "c":
            return
        cell, place = self._cell, (self._row, self._at)
        if cell["value"] or cell["formula"]:
            self.line, self.column = max(self.line, self._row), max(self.column, self._at)
        if cell["formula"] and not cell["value"] and cell["type"] != "str":
            self.faults[place] = _("这一格是公式，但文件里没有算好的结果。请把公式换成数值（复制后“选择性粘贴 → 数值”）。")
        elif cell["type"] == "e":
            self.faults[place] = _("这一格的公式出错了。请改好公式，或直接填写数值。")
        self._cell = {}


def _no_doctype(*args: Any) -> None:
    raise Refused(not_xlsx())


def column_number(reference: str) -> int:
    """28 from ``AB12``."""
    found = 0
    for letter in reference:
        if not letter.isalpha():
            break
        found = found * 26 + ord(letter.upper()) - 64
    return found


def scan(file: IO[bytes]) -> tuple[str, Scan]:
    """The name of the sheet to be read (the first that is shown) and what is in it; all sheets within the limits."""
    try:
        with zipfile.ZipFile(file) as archive:
            name, part = _first_sheet(archive)
            first, known = Scan(), 0
            for entry in archive.namelist():
                if entry.endswith(".xml") and not entry.startswith("xl/worksheets/"):
                    _plain(archive, entry)
                elif entry.endswith(".xml"):
                    found = first if entry == part else Scan()
                    with archive.open(entry) as source:
                        found.read(source, known, entry == part)
                    known += found.cells
            return name, first
    except (zipfile.BadZipFile, KeyError, ValueError, ElementTree.ParseError) as error:
        raise Refused(not_xlsx()) from error


def _plain(archive: zipfile.ZipFile, entry: str) -> None:
    """Refuses entities: the readers that come later need not know them."""
    with archive.open(entry) as source:
        before = b""
        while data := source.read(CHUNK):
            if b"<!DOCTYPE" in before + data or b"<!ENTITY" in before + data:
                raise Refused(not_xlsx())
            before = data[-10:]


def _first_sheet(archive: zipfile.ZipFile) -> tuple[str, str]:
    for entry in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        _plain(archive, entry)
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - without document type, bounded above
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - as above
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in book.iter(f"{MAIN}sheet"):
        if sheet.get("state", "visible") == "visible":
            target = targets[sheet.get(f"{DOCUMENT}id")]
            return sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise Refused(not_xlsx())
