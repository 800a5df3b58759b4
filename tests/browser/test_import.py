"""Excel in, with the real worker: from the admin's link to the marked file, and on a phone without scripts."""

import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.accounts.excel import book
from tests.browser.conftest import PHONE, Walkers

pytestmark = pytest.mark.browser
TITLES = ("登录名", "姓名", "电子邮箱", "所在单位")


def file_of(directory: Path, *rows: tuple[str, ...]) -> str:
    path = directory / "账号.xlsx"
    path.write_bytes(book(TITLES, *rows, name="账号"))
    return str(path)


def test_the_security_administrator_imports_accounts(walker: Walkers, tmp_path: Path) -> None:
    person = walker("secadmin-import")
    page = person.page
    person.as_officer("secadmin")
    person.go("/admin/accounts/user/")
    person.follow("导入 Excel")
    person.shot("1-upload")
    template = person.fetched(page.get_by_role("link", name="下载模板"))
    assert openpyxl.load_workbook(io.BytesIO(template.path().read_bytes())).sheetnames[:2] == ["账号", "填写说明"]
    many = [(f"ｃｌｅｒｋ{n}", f"职员{n}", "", "") for n in range(300)]
    page.get_by_label("Excel 文件").set_input_files(file_of(tmp_path, *many, ("坏 名字", "", "", "没有这个单位")))
    person.press("上传并核对")
    expect(page.locator("#import-progress")).to_be_visible()
    person.shot("2-progress")
    button = page.get_by_role("button", name="导入 300 行")
    expect(button).to_be_visible(timeout=60_000)
    person.says("第几行")
    person.shot("3-preview")
    person.opens(button)
    expect(page.get_by_role("heading", name="已导入")).to_be_visible(timeout=60_000)
    person.shot("4-done")
    marked = person.fetched(page.get_by_role("link", name="下载标了问题的文件"))
    sheet = openpyxl.load_workbook(io.BytesIO(marked.path().read_bytes())).worksheets[0]
    assert sheet["B302"].comment and sheet["D302"].comment and sheet["E302"].value
    person.go("/desk/import/jobs/")
    person.says("账号.xlsx")
    person.shot("5-list")


def test_it_works_on_a_phone_without_scripts(walker: Walkers, tmp_path: Path) -> None:
    person = walker("secadmin-plain", PHONE, scripts=False)
    page = person.page
    person.as_officer("secadmin")
    person.go("/desk/import/users/")
    page.get_by_label("Excel 文件").set_input_files(file_of(tmp_path, ("plain1", "职员", "", ""), ("", "x", "", "")))
    person.press("上传并核对")
    for _n in range(60):
        if page.get_by_role("button", name="导入 1 行").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    person.shot("1-preview")
    person.press("导入 1 行")
    for _n in range(60):
        if page.get_by_role("heading", name="已导入").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    person.says("这一格必填")
