"""The article's table as a resident reads it, and the district's board: pictures that add to their tables, on screens and on paper."""

import pytest
from playwright.sync_api import expect

from portal.board.series import SERIES
from tests.browser.conftest import PHONE, Walker, Walkers
from tests.browser.test_pages import VARIANTS, Place, at, look

pytestmark = pytest.mark.browser
PUBLIC: list[Place] = [
    ("open-data", at("/open-data/?as_of=2024-12-18")),
    ("wrong-day", at("/open-data/?as_of=x")),
    ("fact", at("/open-data/cadres/?as_of=2024-12-18")),
    ("fact-months", at("/open-data/activities/?as_of=2024-12-18")),
    ("fact-empty", at("/open-data/brands/?as_of=2001-01-01")),
]
BOARD: list[Place] = [("board", at("/board/?until=2024-12")), ("board-town", at("/board/?until=2024-12&town=330703101"))]


@pytest.mark.parametrize(("width", "dark"), VARIANTS)
def test_the_tables_pages(walker: Walkers, width: int, dark: bool) -> None:
    look(walker("figures", width, dark=dark), PUBLIC)


@pytest.mark.parametrize(("width", "dark"), VARIANTS)
def test_the_boards_pages(walker: Walkers, width: int, dark: bool) -> None:
    person = walker("board", width, dark=dark)
    person.as_officer("district")
    look(person, BOARD)


def test_a_resident_finds_the_articles_figures_and_the_rows_behind_one(walker: Walkers) -> None:
    person = walker("open-data", PHONE)
    person.go("/")
    person.opens(person.page.locator("main").get_by_role("link", name="开放数据"))
    person.page.get_by_label("截至哪一天").fill("2024-12-18")
    person.press("看这一天")
    for words in ("78", "87", "9,265.4", "2,287", "723", "57,700"):
        expect(person.page.locator("main strong.big-number", has_text=words).first).to_be_visible()
    person.follow("签了租赁协议的单位")
    expect(person.page.locator("main tbody tr")).to_have_count(6)
    file = person.fetched(person.page.get_by_role("link", name="下载明细"))
    assert file.suggested_filename == "签了租赁协议的单位-20241218.xlsx"


def charts(person: Walker) -> int:
    return person.page.locator(".chart svg").count()


def test_the_board_draws_two_pictures_for_each_line_and_opens_the_table(walker: Walkers) -> None:
    person = walker("charts")
    person.as_officer("district")
    person.go("/desk/")
    person.opens(person.page.locator("main").get_by_role("link", name="数据看板"))
    person.go("/board/?until=2024-12")
    expect(person.page.locator(".chart svg").first).to_be_visible()
    assert charts(person) == 2 * (len(SERIES) - 1)  # no rating was final by then: nothing to draw of stars
    section = person.page.locator("#closure")
    expect(section.locator("table")).to_be_hidden()
    section.locator("summary").click()
    expect(section.locator("table")).to_be_visible()
    expect(section.locator("tbody tr")).to_have_count(11)
    person.page.emulate_media(media="print")
    assert person.page.pdf(format="A4", landscape=True).startswith(b"%PDF")


def test_a_township_sees_its_own_line_and_counts_anew(walker: Walkers) -> None:
    person = walker("own-board")
    person.as_officer("town")
    person.go("/board/")
    assert "孝顺镇" not in person.page.locator("main").inner_text()
    assert charts(person) <= len(SERIES)
    person.press("现在重数")
    person.says("为止")


def test_without_scripts_the_boards_tables_serve_alone(walker: Walkers) -> None:
    person = walker("plain-board", PHONE, scripts=False)
    person.as_officer("district")
    person.go("/board/?until=2024-12")
    assert charts(person) == 0
    for entry in SERIES:
        expect(person.page.locator(f"#{entry.key} table")).to_be_visible()
