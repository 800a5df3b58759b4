"""Which files are taken as papers is told by their bytes; macros, archives and disguises are refused."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from centers import papers
from tests import make

OFFICE = "application/vnd.openxmlformats-officedocument"


def archive(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for part in parts:
            zipped.writestr(part, "<x/>")
    return out.getvalue()


def told(content: bytes, name: str = "a.pdf", kind: str = "application/pdf") -> str:
    return papers.content_type(SimpleUploadedFile(name, content, kind))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (make.PDF, "application/pdf"),
        (make.photo_bytes("JPEG"), "image/jpeg"),
        (make.photo_bytes("PNG"), "image/png"),
        (archive("[Content_Types].xml", "word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
    ],
)
def test_the_kind_is_told_by_the_bytes_whatever_the_name_says(content: bytes, kind: str) -> None:
    assert told(content, "x.exe", "application/x-msdownload") == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b" %PDF-1.4",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # the old Word, which may carry macros
        b"PK\x03\x04 broken",
        archive("readme.txt"),
        archive("word/document.xml", "word/vbaProject.bin"),
        archive("xl/workbook.xml", "xl/vbaProject.bin"),
        make.photo_bytes("GIF"),
    ],
)
def test_all_else_is_refused_whatever_the_name_says(content: bytes) -> None:
    with pytest.raises(ValidationError) as caught:
        told(content)
    assert caught.value.code == "format"


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_ten_megabytes_are_taken_and_not_one_byte_more(more: int, fits: bool) -> None:
    content = make.PDF + b"\0" * (10 * 1024 * 1024 - len(make.PDF) + more)
    if fits:
        assert told(content) == "application/pdf"
    else:
        with pytest.raises(ValidationError) as caught:
            told(content)
        assert caught.value.code == "large"


def test_a_file_that_was_looked_at_is_read_from_its_beginning_again() -> None:
    for content in (make.PDF, archive("word/document.xml")):
        upload = SimpleUploadedFile("a", content)
        papers.content_type(upload)
        assert upload.read() == content


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("验收表.pdf", "验收表.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\黄\\表.docx", "表.docx"),
        ('a"b<c>d|e:f*g?.pdf', "a_b_c_d_e_f_g_.pdf"),
        ("换\r\n行\x00.pdf", "换__行_.pdf"),
        ("", "file"),
        ("e\u0301.pdf", "é.pdf"),
    ],
)
def test_a_name_is_cleaned(raw: str, safe: str) -> None:
    assert papers.file_name(raw) == safe


def test_a_long_name_keeps_its_end() -> None:
    assert papers.file_name("长" * 200 + ".pdf") == "长" * 116 + ".pdf"
