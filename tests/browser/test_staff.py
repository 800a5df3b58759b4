"""The township's registers and the district's admin site on the demonstration data."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Walker, Walkers

pytestmark = pytest.mark.browser
OWN, CARE = "光南社区党群服务中心", "小豆芽课后托管"
NAME = re.compile("^姓名")
MASKED = re.compile(r"^.\*$")


def rows_of(person: Walker, directory: Path, export: str) -> list[list[object]]:
    answer = person.context.request.get(f"{person.portal.url}/desk/export/{export}/")
    assert answer.ok, answer.status
    file = directory / f"{export}.xlsx"
    file.write_bytes(answer.body())
    return CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()


def test_a_township_sees_its_centers_and_none_of_the_next(walker: Walkers, tmp_path: Path) -> None:
    person = walker("town")
    page = person.page
    person.expected |= {403, 404}
    person.as_officer("town")
    person.shot("1-desk")
    person.go("/desk/centers/")
    expect(page.locator("main")).to_contain_text(OWN)
    expect(page.locator("main")).not_to_contain_text("孝顺")
    listed = page.locator("tbody tr").count()
    assert listed == 27  # one of them not public yet
    person.shot("2-centers")

    other = walker("othertown")
    other.as_officer("othertown")
    other.go("/desk/centers/")
    other.opens(other.page.locator("tbody a").first)
    foreign = other.path()
    expect(other.page.locator("main")).not_to_contain_text("光南")
    assert person.status(foreign) == 404
    number = foreign.split("/")[3]
    assert person.status(f"/admin/centers/center/{number}/change/") in (302, 403, 404)

    person.go("/admin/centers/center/")
    expect(page.locator(".paginator")).to_contain_text("27")
    expect(page.locator("#result_list")).not_to_contain_text("孝顺")
    person.shot("3-admin")
    rows = rows_of(person, tmp_path, "centers")
    text = str(rows)
    assert OWN in text and "孝顺" not in text
    assert sum("党群服务中心" in str(row) for row in rows) == 27
    bookings = str(rows_of(person, tmp_path, "bookings"))
    assert "孝顺" not in bookings and "*" in bookings
    person.go("/desk/")
    page.locator("summary", has_text="导出台账").click()
    file = person.fetched(page.get_by_role("link", name=re.compile("导出.*Excel")).first)
    assert file.suggested_filename.endswith(".xlsx")


def test_the_district_browses_the_admin_site(walker: Walkers, tmp_path: Path) -> None:
    person = walker("district")
    page = person.page
    person.as_officer("district")
    person.go("/admin/")
    person.shot("1-admin")
    person.go("/admin/centers/center/")
    expect(page.locator(".paginator")).to_contain_text("372")
    page.locator("#searchbar").fill("gnsq")
    person.opens(page.locator("#changelist-search [type=submit]"))
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list")).to_contain_text(OWN)
    person.go("/admin/centers/center/")
    person.opens(page.locator("#changelist-filter").get_by_role("link", name="孝顺镇"))
    expect(page.locator("#result_list")).to_contain_text("孝顺")
    expect(page.locator("#result_list")).not_to_contain_text("光南")
    person.opens(page.locator("#changelist-filter").get_by_role("link", name="镇街级"))
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    person.shot("2-filtered")

    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option(label="导出为 Excel")
    file = person.fetched(page.locator("button[name=index]"))
    file.save_as(tmp_path / "one.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "one.xlsx")).get_sheet_by_index(0).to_python()
    assert sum("孝顺" in str(row) for row in rows) == 1

    person.go("/admin/centers/center/?q=gnsq")
    person.opens(page.locator("#result_list tbody th a"))
    person.shot("3-change")
    for model in ("accounts/region", "accounts/participant", "activities/activity", "activities/booking", "records/auditentry"):
        answer = person.page.goto(f"{person.portal.url}/admin/{model}/")
        assert answer and answer.status in (200, 403), model
        if answer.status == 403:
            person.troubles.clear()
