"""The day's list for the cook and the helper: who comes, masked, on a page and on paper."""

import json
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from accounts.models import User
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
NAME, PHONE = "诸葛长寿", "+8613788881234"


@pytest.fixture
def lunch() -> Any:
    """Tomorrow's lunch with one elder who doesn't eat pork, one who cancelled, and a class at the same hour."""
    intake = make.intake(make.activity(kind="elderly", title="幸福餐桌"), question="有忌口吗？")
    make.meeting(intake, make.at_clock(1, "11:00"), place="食堂")
    make.booking(intake, make.person(name=NAME, phone=PHONE), answer="不吃猪肉")
    make.booking(intake, state="cancelled", cancelled_at=make.at_clock(0))
    make.meeting(make.intake(make.activity(kind="culture", title="合唱")), make.at_clock(1, "11:00"))
    return intake


def page(client: Client, query: str = "") -> str:
    return client.get(f"/desk/day/?day={make.at_clock(1):%Y-%m-%d}{query}").content.decode()


def test_the_cook_sees_how_many_and_what_they_do_not_eat(cadre: User, lunch: Any) -> None:
    text = page(enter(cadre), "&kind=elderly")
    assert "幸福餐桌" in text and "不吃猪肉" in text and "诸*" in text and "合唱" not in text
    assert NAME not in text and "13788881234" not in text
    assert "1 场，1 人" in text
    assert "合唱" in page(enter(cadre))


def test_the_paper_has_a_line_for_each_who_comes(cadre: User, lunch: Any) -> None:
    with mock.patch("records.printing.pdf", lambda name, data: json.dumps(data, ensure_ascii=False).encode()):
        answer = enter(cadre).get(f"/desk/day/?day={make.at_clock(1):%Y-%m-%d}&print=1")
    data = json.loads(answer.content)
    assert [(row[0], row[3], row[5], row[6]) for row in data["rows"]] == [("11:00", "诸*", "1234", "不吃猪肉")]
    assert data["totals"][-1] == {"label": "合计", "value": "1"}
    assert enter(cadre).get("/desk/day/?print=1").content.startswith(b"%PDF")


def test_other_townships_have_a_list_of_their_own(other_township: User, lunch: Any) -> None:
    text = page(enter(other_township))
    assert "幸福餐桌" not in text and "不吃猪肉" not in text


@pytest.mark.parametrize("query", ["day=%00", "day=9999-99-99", "day=abc", "kind=nothing", "kind=%00"])
def test_wrong_queries_show_today(cadre: User, query: str) -> None:
    assert enter(cadre).get(f"/desk/day/?{query}").status_code == 200
