"""The table's page, files and API in general: the day, what is refused, that no account is needed."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from activities.models import Outcome
from portal import facts
from portal.facts import service
from tests import make

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRONG = ("18.12.2024", "2024-13-01", "2024-02-30", "20241218", "1999-12-31", "9999-12-31", "x", "2024-12-18 ", "２０２４-12-18")


def cells(response: Any) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return book.get_sheet_by_name(book.sheet_names[0]).to_python()


def test_the_api_is_a_plain_list_of_the_contracts_fields() -> None:
    response = Client().get("/api/v1/facts/?as_of=2024-12-18")
    rows = response.json()
    assert response.status_code == 200 and isinstance(rows, list)
    assert [row["key"] for row in rows] == [fact.key for fact in facts.FACTS]
    for row in rows:
        assert set(row) == {"key", "label", "value", "unit", "definition", "rows_url"}
        assert isinstance(row["value"], int | float) and row["label"] and row["definition"]
        assert row["rows_url"].endswith(f"/open-data/{row['key']}/?as_of=2024-12-18")


@pytest.mark.parametrize("text", WRONG)
def test_the_api_refuses_what_is_no_day(text: str) -> None:
    response = Client().get("/api/v1/facts/", {"as_of": text})
    problem = response.json()
    assert (response.status_code, response["Content-Type"], problem["code"]) == (400, "application/problem+json", "invalid")
    assert set(problem["errors"]) == {"as_of"}


def test_a_day_to_come_is_refused_and_today_is_taken() -> None:
    today = timezone.localdate()
    assert facts.day_asked("") == facts.day_asked(f"{today}") == today
    with pytest.raises(ValidationError):
        facts.day_asked(f"{today + timedelta(days=1)}")


@pytest.mark.parametrize("path", ["/open-data/", "/open-data/tasks/"])
def test_the_page_says_what_is_wrong_with_the_day_and_shows_today(path: str) -> None:
    page = Client().get(path, {"as_of": "2024-13-01"})
    assert page.status_code == 200
    assert "日期写成" in page.content.decode() and f"{timezone.localdate()}" in page.content.decode()


def test_files_refuse_a_wrong_day_and_an_unknown_figure() -> None:
    assert Client().get("/open-data/table.xlsx?as_of=x").status_code == 400
    assert Client().get("/open-data/nothing/").status_code == 404
    assert Client().get("/open-data/nothing/rows.xlsx").status_code == 404


def test_the_tables_file_holds_every_figure() -> None:
    response = Client().get("/open-data/table.xlsx?as_of=2024-12-18")
    assert response["Content-Type"] == XLSX
    assert [row[0] for row in cells(response)[1:]] == [str(fact.label) for fact in facts.FACTS]


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda fact: fact.key)
def test_every_figure_opens_with_its_definition_and_its_file(fact: facts.Fact) -> None:
    page = Client().get(f"/open-data/{fact.key}/").content.decode()
    assert str(fact.definition) in page and str(fact.label) in page
    assert cells(Client().get(f"/open-data/{fact.key}/rows.xlsx"))[0] == [str(column.title) for column in fact.columns]


def test_every_label_and_definition_is_translated() -> None:
    with translation.override("en"):
        for fact in facts.FACTS:
            for words in (fact.label, fact.unit, fact.definition, *(column.title for column in fact.columns)):
                assert not re.search("[\u4e00-\u9fff]", str(words)), words


def test_the_name_of_an_activity_that_is_not_public_is_left_out() -> None:
    draft = make.activity(make.center(published=False), state="reported", published_at=timezone.now(), title="内部活动")
    Outcome.objects.create(activity=draft, held_on=timezone.localdate(), headcount=7, lines="办完了")
    page = Client().get("/open-data/visits/").content.decode()
    assert "内部活动" not in page and '<strong class="big-number">7</strong>' in page


@pytest.mark.parametrize(("day", "over"), [("2024-12-18", False), ("2024-12-30", False), ("2024-12-31", True)])
def test_a_month_is_compared_once_it_is_over(day: str, over: bool) -> None:
    assert service.over(date(2024, 12, 1), date.fromisoformat(day)) is over


def test_in_january_the_month_under_way_is_all_there_is() -> None:
    row = make.activity(state="reported", published_at=timezone.now())
    Outcome.objects.create(activity=row, held_on=date(2026, 1, 5), headcount=7, lines="办完了")
    assert service.activities(date(2026, 1, 10)).value == 1
    assert service.activities(date(2026, 2, 10)).value == 1
    assert service.activities(date(2026, 3, 10)).value == 0
