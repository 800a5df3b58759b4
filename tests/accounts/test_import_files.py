"""What may not be opened is refused before anything opens it; what a file holds comes out as it went in."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.base import ContentFile
from python_calamine import CalamineWorkbook

from accounts import importing, sheet, template, xlsx
from accounts.models import Organisation, User
from accounts.register import REGISTERS, workbook
from tests import make
from tests.accounts import excel
from tests.accounts.excel import ORGANISATION, applied, book, check, checked, counts

pytestmark = pytest.mark.django_db
INCOMING = REGISTERS["organisations"].takes()


@pytest.fixture(autouse=True)
def store(db: None, files: Any) -> None:
    make.region(make.VILLAGE)


def packed(parts: dict[str, bytes], **changes: Any) -> bytes:
    """A zip of an empty workbook's parts and of these."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(ORGANISATION))) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def lying() -> bytes:
    """A bomb whose directory says that it is small."""
    content = bytearray(packed({"xl/media/x.bin": bytes(150 * 1024 * 1024)}))
    true, small = (150 * 1024 * 1024).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    return bytes(content.replace(true, small))


def macro() -> bytes:
    return packed({"xl/vbaProject.bin": b"x"})


def locked() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000)  # .xls, and .xlsx with a password


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("a.txt", "x")
    return out.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "large": (lambda: b"PK\x03\x04" + bytes(10 * 1024 * 1024), "10 MB"),
    "bomb": (lambda: packed({"xl/media/x.bin": bytes(101 * 1024 * 1024)}), "100 MB"),
    "liar": (lying, "100 MB"),
    "many": (lambda: packed({f"x/{n}": b"" for n in range(2001)}), "xlsx"),
    "text": ("名称,类别\n甲,企业\n".encode, "另存为"),
    "empty": (lambda: b"", "另存为"),
    "xls": (locked, "另存为"),
    "cut": (lambda: book(ORGANISATION)[:-200], "另存为"),
    "other": (zipped, "另存为"),
    "macro": (macro, "宏"),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_unopened(name: str, district: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_it, says = BAD[name]
    monkeypatch.setattr(CalamineWorkbook, "from_filelike", lambda *args: pytest.fail("opened"))
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *args, **kwargs: pytest.fail("opened"))
    with pytest.raises(xlsx.Refused, match=says):
        importing.upload(REGISTERS["organisations"], district, ContentFile(make_it(), name="x.xlsx"))


def sheet_xml(cells: str) -> bytes:
    return (
        f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'.encode()
    )


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "太大"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "太大"),
        (f'<row r="1">{"<c/>" * 600_001}</row>', "太多"),
        ("<row", "另存为"),
    ],
)
def test_a_sheet_that_would_fill_the_memory_is_refused_unopened(cells: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO(packed({"xl/worksheets/sheet1.xml": sheet_xml(cells)}))
    xlsx.inspect(file)
    monkeypatch.setattr(CalamineWorkbook, "from_filelike", lambda *args: pytest.fail("opened"))
    with pytest.raises(xlsx.Refused, match=says):
        sheet.read(file, INCOMING)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_entities_are_refused(part: str) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    file = io.BytesIO(packed({part: bomb}))
    with pytest.raises(xlsx.Refused):
        sheet.read(file, INCOMING)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("名称", "类别")], "所在区划"),
        ([("名称", "类别", "所在区划", "名 称*")], "两列都叫"),
        ([ORGANISATION], "还没有数据"),
        ([ORGANISATION, *[("甲", "", "企业", make.VILLAGE, "")] * 10_001], "10000 行"),
        ([], "缺少"),
    ],
)
def test_a_sheet_that_cant_be_used_is_said_in_one_sentence(district: User, rows: Any, says: str) -> None:
    job = checked(district, "organisations", *rows)
    assert job.phase == "failed" and says in job.words


def test_titles_stand_in_any_order_below_a_heading_with_true_line_numbers(district: User) -> None:
    rows = (
        ("金东区单位表",),
        (),
        ("所在区划*", " 类别 ", "名称＊".replace("＊", "*")),
        (),
        (make.VILLAGE, "企业", "甲"),
        (),
        (make.VILLAGE, "", "乙"),
    )
    job = checked(district, "organisations", *rows)
    assert counts(job) == (1, 0, 0, 1) and job.first[0][:2] == [7, "类别"]


def test_a_formula_without_a_value_and_an_error_are_told_and_a_value_is_taken(district: User) -> None:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    page = made.add_worksheet()
    for number, title in enumerate(ORGANISATION):
        page.write(0, number, title)
    for line in range(1, 4):
        page.write_row(line, 1, ["", "企业", make.VILLAGE])
    page.write_formula(1, 0, '="甲"', None, "甲")
    page.write_formula(2, 0, "=X9", None, "#REF!")
    page.write_formula(3, 4, "=1+1", None, None)  # type: ignore[arg-type]
    made.close()
    text = out.getvalue()
    job = check(district, "organisations", text)
    told = {(line, title): words for line, title, words in job.first}
    assert set(told) == {(3, "名称"), (4, "名称")} and "公式出错" in told[3, "名称"]
    assert Organisation.objects.count() == 0 and job.added == 1
    page = excel.result(job)  # openpyxl can't read a number that is none: the lines stand in a new workbook, at their places
    assert page["A3"].comment and page["C2"].value == "企业" and page["F4"].value


def test_an_uncached_formula_is_told(district: User) -> None:
    made = openpyxl.Workbook()  # writes formulas without their values
    made.active.append(ORGANISATION)
    made.active.append(["=A1", "", "企业", make.VILLAGE, ""])
    out = io.BytesIO()
    made.save(out)
    job = check(district, "organisations", out.getvalue())
    assert job.first[0][:2] == [2, "名称"] and "没有算好的结果" in job.first[0][2]


@pytest.mark.parametrize("evil", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|'/C calc'!A0", "\t=1+1"])
def test_a_text_that_looks_like_a_formula_stays_a_text_on_every_way_out(district: User, evil: str) -> None:
    job = applied(
        checked(district, "organisations", ORGANISATION, (evil, "", "企业", make.VILLAGE, ""), ("乙", "", evil, make.VILLAGE, ""))
    )
    assert Organisation.objects.get().name == evil.strip()
    with job.result.open("rb") as file:
        marked = file.read()
    for content in (marked, workbook(REGISTERS["organisations"], Organisation.objects.all())):
        for page in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
            assert [cell.coordinate for row in page.iter_rows() for cell in row if cell.data_type == "f"] == []
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            assert not [name for name in parts.namelist() if "worksheets/sheet" in name and b"<f>" in parts.read(name)]


def test_a_formula_in_the_file_comes_back_as_its_value(district: User) -> None:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    page = made.add_worksheet()
    page.write_row(0, 0, ORGANISATION)
    page.write_row(1, 0, ["", "", "企业", make.VILLAGE])
    page.write_formula(1, 6, "=1+1", None, 2)
    made.close()
    job = check(district, "organisations", out.getvalue())
    assert excel.result(job)["G2"].value == 2


def test_the_template_is_filled_in_and_taken(district: User) -> None:
    content = template.workbook(REGISTERS["organisations"], district)
    made = openpyxl.load_workbook(io.BytesIO(content))
    page = made.worksheets[0]
    assert [cell.value for cell in page[1]] == ["名称*", "统一社会信用代码", "类别*", "所在区划*", "单位电话"]
    (rule,) = page.data_validations.dataValidation
    assert rule.formula1 == '"机关事业单位,企业,社会组织,群众社团"' and str(rule.sqref) == "C2:C10001"
    assert page.max_row == 1 and made.sheetnames[1] == "填写说明" and made.worksheets[2].sheet_state == "hidden"
    notes = [[cell.value for cell in row] for row in made.worksheets[1].iter_rows()]
    assert any(row[0] == "类别" and "企业" in row[2] for row in notes)
    for column, value in enumerate(("甲", None, "企业", make.VILLAGE, None), start=1):
        page.cell(2, column, value)
    out = io.BytesIO()
    made.save(out)
    assert counts(check(district, "organisations", out.getvalue())) == (1, 0, 0, 0)


def test_the_roles_of_a_grant_stand_on_a_hidden_sheet_or_in_the_rule(security_admin: User) -> None:
    made = openpyxl.load_workbook(io.BytesIO(template.workbook(REGISTERS["grants"], security_admin)))
    (rule,) = made.worksheets[0].data_validations.dataValidation
    assert "镇街干部" in rule.formula1 or "选项" in rule.formula1


def test_an_export_comes_back_without_a_change(district: User) -> None:
    make.organisation(make.VILLAGE, name="甲", phone="0579-1")
    content = workbook(REGISTERS["organisations"], Organisation.objects.all())
    assert counts(check(district, "organisations", content)) == (0, 0, 1, 0)
