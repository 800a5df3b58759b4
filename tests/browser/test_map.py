"""Maps that add to their lists, and what is printed for the wall."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Walkers
from tests.browser.test_resident import CENTER

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_map_of_centers_draws_them_and_leads_to_one(walker: Walkers, width: int) -> None:
    person = walker("map", width)
    person.go("/")
    person.follow("地图找中心")
    assert person.path() == "/centers/map/"
    page = person.page
    expect(page.locator("#map")).to_be_visible()
    expect(page.locator("#map .leaflet-overlay-pane canvas, #map .leaflet-marker-icon").first).to_be_visible()
    rows = page.locator("main ul.lines li")
    assert rows.count() > 300
    person.shot("centers")
    rows.filter(has_text=CENTER).first.get_by_role("button", name="在地图上看").click()
    expect(page.locator(".leaflet-popup")).to_contain_text(CENTER)
    with page.expect_navigation():
        page.locator(".leaflet-popup").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(CENTER)


def test_the_map_of_sites_shows_the_own_townships_alone(walker: Walkers) -> None:
    person = walker("sites")
    person.as_officer("town")
    person.go("/desk/sites/")
    person.follow("地图")
    expect(person.page.locator("#map")).to_be_visible()
    names = person.page.locator("main ul.lines li a").all_inner_texts()
    person.shot("town")
    person.go("/desk/sites/")
    count = int(re.findall(r"共 (\d+) 条", person.page.locator("main").inner_text())[0])
    assert 0 < len(names) <= count < 87


@pytest.mark.parametrize(("path", "login"), [("/centers/map/", ""), ("/desk/map/", "district")])
def test_without_scripts_the_list_serves_alone(walker: Walkers, path: str, login: str) -> None:
    person = walker("plain-map", PHONE, scripts=False)
    if login:
        person.as_officer(login)
    person.go(path)
    expect(person.page.locator("#map")).to_be_hidden()
    expect(person.page.get_by_role("button", name="在地图上看")).to_have_count(0)
    assert person.page.locator("main ul.lines li").count() >= 80
    person.opens(person.page.locator("main ul.lines li a").first)
    expect(person.page.get_by_role("heading", level=1)).to_be_visible()


def test_the_board_and_the_repair_poster_print_and_the_poster_leads_to_the_form(walker: Walkers) -> None:
    person = walker("print", PHONE)
    person.expected.add(404)
    person.go("/centers/?q=gnsq")
    person.follow(CENTER)
    number = person.path().split("/")[2]
    for kind in ("wayfinding", "repair"):
        answer = person.context.request.get(f"{person.portal.url}/centers/{number}/print/{kind}.pdf")
        assert answer.ok and answer.headers["content-type"] == "application/pdf" and answer.body().startswith(b"%PDF"), kind
    assert person.status(f"/centers/{number}/print/nothing.pdf") == 404
    person.go(f"/centers/{number}/repair/")
    person.says(CENTER)


def test_a_matter_is_found_by_words_and_by_initials(walker: Walkers) -> None:
    person = walker("matters", PHONE)
    for typed in ("老年优待证", "lnydz"):
        person.go(f"/matters/?q={typed}")
        expect(person.page.locator("main")).to_contain_text("老年优待证")
        expect(person.page.locator("main")).not_to_contain_text("出租房登记")
    person.shot("found")
    person.go("/matters/?q=zzzz")
    expect(person.page.locator("main")).not_to_contain_text("窗口：")
