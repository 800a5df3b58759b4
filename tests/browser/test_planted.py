"""An Excel file with planted errors comes back marked at the cells; its good rows are in; the same file again changes nothing."""

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Walker, Walkers

pytestmark = pytest.mark.browser


def filled(template: bytes, *rows: dict[str, str]) -> bytes:
    """The template with these rows, by the titles of its columns."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    place = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1]}
    for line, row in enumerate(rows, 2):
        for title, value in row.items():
            sheet.cell(line, place[title], value).data_type = "s"  # text, also where it begins with "="
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def site(name: str, **changed: str) -> dict[str, str]:
    plain = {
        "场地名称": name,
        "区划代码": "330703001021",
        "地址": "演示路 7 号",
        "方式": "可租",
        "面积（㎡）": "320.5",
        "摸排日期": "2024-12-18",
    }
    return plain | {
        {"area": "面积（㎡）", "code": "区划代码", "mode": "方式", "day": "摸排日期"}[key]: value for key, value in changed.items()
    }


def planted(stamp: str) -> list[dict[str, str]]:
    """Good ones as people type them; then one fault each: area, township, mode, day, name."""
    return [
        site(f"演示粮站{stamp}", code="３３０７０３００１０２１", area="１，２００㎡", day="2024.12.18"),
        site(f"演示厂房{stamp}", area="3亩", day="2024年3月5日"),
        site(f"=演示公式{stamp}"),
        site(f"演示负数{stamp}", area="-3"),
        site(f"演示邻镇{stamp}", code="330703101201"),
        site(f"演示方式{stamp}", mode="可买"),
        site(f"演示日期{stamp}", day="去年"),
        site(""),
    ]


def checked(person: Walker, directory: Path, content: bytes) -> None:
    """Uploaded; the preview has come."""
    page = person.page
    person.go("/desk/sites/")
    person.follow("导入 Excel")
    (directory / "场地.xlsx").write_bytes(content)
    page.get_by_label("Excel 文件").set_input_files(str(directory / "场地.xlsx"))
    person.press("上传并核对")


def marked(person: Walker) -> Any:
    file = person.fetched(person.page.get_by_role("link", name="下载标了问题的文件"))
    return openpyxl.load_workbook(io.BytesIO(file.path().read_bytes())).worksheets[0]


def template(person: Walker) -> bytes:
    person.go("/desk/sites/")
    person.follow("导入 Excel")
    file = person.fetched(person.page.get_by_role("link", name="下载模板"))
    assert file.path()
    return file.path().read_bytes()


def test_planted_errors_come_back_at_their_cells_and_good_rows_are_in(walker: Walkers, tmp_path: Path) -> None:
    person = walker("planted")
    page = person.page
    person.as_officer("town")
    empty, stamp = template(person), f"{timezone.now():%d%H%M%S}"
    content = filled(empty, *planted(stamp))
    checked(person, tmp_path, content)
    button = page.get_by_role("button", name="导入 3 行")
    expect(button).to_be_visible(timeout=60_000)
    person.shot("1-preview")
    person.opens(button)
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=60_000)
    person.shot("2-done")
    sheet = marked(person)
    titles = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1]}
    faults = {5: "面积（㎡）", 6: "区划代码", 7: "方式", 8: "摸排日期", 9: "场地名称"}
    for line, title in faults.items():
        comment = sheet.cell(line, titles[title]).comment
        assert comment and comment.text.strip(), (line, title)
    assert not [cell.coordinate for row in sheet.iter_rows(min_row=2, max_row=4) for cell in row if cell.comment]

    person.go(f"/desk/sites/?q={stamp}")
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(3)
    for words in ("1,200.00", "2,000.01", f"=演示公式{stamp}"):
        person.says(words)
    expect(page.locator("main")).not_to_contain_text("演示负数")
    checked(person, tmp_path, content)
    expect(page.get_by_text("没有要写入的行")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name=re.compile("^导入"))).to_have_count(0)
    expect(page.locator(".stat", has_text="没有变化").locator(".big-number")).to_have_text("3")
    person.shot("3-again")
