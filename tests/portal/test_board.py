"""The district's board: who sees which townships, what its page holds, what villages are asked for."""

import io
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from accounts.models import User
from portal.board import burden, series, summary
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def this_month() -> date:
    return TODAY().replace(day=1)


def outcome(code: str = make.VILLAGE, headcount: int = 30, day: date | None = None) -> Any:
    row = make.activity(code=code, state="reported", published_at=timezone.now())
    return make.outcome(row, headcount=headcount, held_on=day or TODAY())


@pytest.fixture
def asked() -> Iterator[mock.Mock]:
    """What was asked of the worker."""
    with mock.patch("portal.tasks.refresh_board.apply_async") as called:
        yield called


def stat(page: str, label: str) -> str:
    """The big number under a heading."""
    found = re.search(rf'{label}</span><span class="big-number">([^<]*)<', page)
    assert found, label
    return found[1]


def test_counting_anew_is_one_button(district: User, asked: mock.Mock) -> None:
    client = enter(district)
    outcome()
    client.get("/board/")
    outcome()
    assert "正在后台重数" in client.get("/board/").content.decode()
    client.post("/board/")
    page = client.get("/board/").content.decode()
    assert "正在后台重数" not in page and stat(page, "活动场次") == "2"


# -- who sees what ------------------------------------------------------------------------------------------
@pytest.fixture
def two_towns() -> None:
    outcome(headcount=30)
    outcome(make.OTHER_VILLAGE, headcount=4711)
    make.report(make.task(make.center_of(make.OTHER_VILLAGE)), month=this_month())


@pytest.mark.usefixtures("two_towns")
def test_a_township_sees_its_own_line_alone(township: User, other_township: User, district: User) -> None:
    pages = {user.login: enter(user).get("/board/").content.decode() for user in (township, other_township, district)}
    assert [stat(pages[user.login], "参加人次") for user in (township, other_township, district)] == ["30", "4,711", "4,741"]
    assert "孝顺镇" not in pages[township.login] and "4711" not in pages[township.login]
    assert "多湖街道" not in pages[other_township.login]
    assert "孝顺镇" in pages[district.login] and "多湖街道" in pages[district.login]


@pytest.mark.usefixtures("two_towns")
def test_the_address_narrows_and_never_widens(township: User, district: User) -> None:
    other = enter(township).get(f"/board/?town={make.OTHER_TOWN}").content.decode()
    assert stat(other, "参加人次") == "30"
    one = enter(district).get(f"/board/?town={make.OTHER_TOWN}").content.decode()
    assert stat(one, "参加人次") == "4,711" and '"30"' not in one


@pytest.mark.usefixtures("two_towns")
def test_the_file_holds_what_the_page_holds(township: User) -> None:
    response = enter(township).get("/board/table.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    rows = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    assert {row[1] for row in rows[1:]} == {"多湖街道"}
    assert len(rows) == 1 + len(series.SERIES) * summary.MONTHS


@pytest.mark.usefixtures("two_towns")
def test_a_grant_for_one_village_counts_that_village(district: User) -> None:
    outcome(make.NEXT_VILLAGE, headcount=9)
    user = make.user("small")
    make.grant(user, "township_officer", make.VILLAGE)
    page = enter(user).get("/board/").content.decode()
    assert stat(page, "参加人次") == "30"


def test_villages_and_residents_stay_outside(village: User, resident: User) -> None:
    assert enter(village).get("/board/").status_code == 403
    assert enter(resident).get("/board/table.xlsx").status_code == 403
    assert "/board/" not in enter(village).get("/desk/").content.decode()


def test_the_desk_leads_there(township: User) -> None:
    assert 'href="/board/"' in enter(township).get("/desk/").content.decode()


# -- the page -----------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("two_towns")
def test_every_chart_has_its_table_and_its_definition_without_javascript(district: User) -> None:
    page = enter(district).get("/board/").content.decode()
    for entry in series.SERIES:
        part = page[page.index(f'id="{entry.key}"') :].split("</section>")[0]
        assert str(entry.definition) in part and "<table" in part and "多湖街道</th>" in part
        assert "data-table open" in part and re.search(r"<div class=\"charts\"[^>]* hidden>", part)
        data = json.loads(re.search(rf'<script id="{entry.key}-data" type="application/json">(.*?)</script>', part)[1])  # type: ignore[index]
        assert len(data["months"]) == len(data["total"]["values"]) == summary.MONTHS
        assert [town["name"] for town in data["towns"]][:1] == ["多湖街道"]


def test_no_inline_style_or_script_stands_in_the_page(district: User) -> None:
    page = enter(district).get("/board/").content.decode()
    assert not re.search(r"<[^>]+\sstyle=", page)
    assert [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag and "application/json" not in tag] == []


@pytest.mark.parametrize(("until", "shown"), [("2024-12", "2024-01 至 2024-12"), ("2999-01", ""), ("x", ""), ("2024-13", "")])
def test_the_year_ends_with_the_month_asked_for_and_never_later_than_now(district: User, until: str, shown: str) -> None:
    page = enter(district).get("/board/", {"until": until}).content.decode()
    assert (shown or f"至 {this_month():%Y-%m}") in page


def test_a_window_is_twelve_months_in_order() -> None:
    found = summary.window(date(2025, 2, 17))
    assert (found[0], found[-1], len(set(found))) == (date(2024, 3, 1), date(2025, 2, 1), 12)


# -- the burden ---------------------------------------------------------------------------------------------
def asked_of(town: str) -> burden.Burden:
    """Counted now, for one township."""
    return burden.of(summary.of([town], summary.window(TODAY())).cells, [town], this_month(), [town])


def test_the_burden_is_items_times_minutes_of_ones_own_centers() -> None:
    center = make.center_of()
    make.report(make.task(center), month=this_month())
    make.report(make.task(center), month=this_month(), state="filed")
    make.report(make.task(make.center_of(make.OTHER_VILLAGE)), month=this_month())
    make.manager(center)
    make.safety_list(center)
    outcome()
    found = asked_of(make.TOWN)
    numbers = {str(line.ask.label): (line.asked, line.done, line.minutes) for line in found.lines}
    assert numbers["月度进展"] == (2, 1, 6)
    assert numbers["安全清单"] == (1, 1, 3)
    assert numbers["活动总结"] == (1, 1, 5)
    assert found.minutes == sum(minutes for _asked, _done, minutes in numbers.values())


def test_an_activity_that_is_over_asks_for_its_outcome() -> None:
    row = make.activity(capacity=5)
    row.intakes.get().meetings.update(starts_at=timezone.now() - timedelta(hours=3), ends_at=timezone.now() - timedelta(minutes=1))
    line = next(line for line in asked_of(make.TOWN).lines if line.ask.key == "outcomes")
    assert (line.asked, line.done) == (1, 0)


def test_the_page_shows_the_burden_with_reasons_and_days(district: User) -> None:
    make.report(make.task(make.center_of()), month=this_month())
    page = enter(district).get("/board/").content.decode()
    for ask in burden.ASKS:
        assert all(str(words) in page for words in (ask.label, ask.why, ask.due))


def test_a_stranger_is_asked_to_log_in() -> None:
    assert Client().get("/board/").status_code == 302
