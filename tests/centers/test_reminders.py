"""Reminders go to whose turn it is, one message a person, and to nobody whose work is done."""

import pytest

from accounts.models import User
from centers import reminders
from centers.models import Campaign, UpgradeTask
from records.models import Message
from tests import make
from tests.centers.month import OCTOBER, campaign

pytestmark = pytest.mark.django_db
PEOPLE = ("village", "head", "cadre", "township", "other_township", "district", "reviewer", "unit", "auditor")


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return {name: make.officer(name) for name in PEOPLE}


def lines(whole: Campaign, *states: str, code: str = make.VILLAGE) -> None:
    center = make.center_of(code)
    for state in states:
        make.report(make.task(center, campaign=whole), month=OCTOBER, state=state)


def told(people: dict[str, User], event: str, whole: Campaign) -> set[str]:
    reminders.send(whole, OCTOBER, event)
    return {name for name, user in people.items() if Message.objects.inbox(user).filter(kind="month").exists()}


@pytest.mark.parametrize(
    ("state", "event", "expected"),
    [
        ("open", "remind20", {"village", "head", "township"}),
        ("returned", "remind25", {"village", "head", "township"}),
        ("filed", "remind20", {"township"}),
        ("verified", "remind25", {"township"}),
        ("submitted", "remind20", set()),
        ("open", "remindlast", {"village", "head", "township", "district", "reviewer"}),
        ("verified", "remindlast", {"township", "district", "reviewer"}),
        ("submitted", "remindlast", set()),
    ],
)
def test_who_hears_depends_on_whose_turn_it_is(state: str, event: str, expected: set[str], people: dict[str, User]) -> None:
    whole = campaign()
    lines(whole, state)
    assert told(people, event, whole) == expected


def test_another_township_hears_of_its_own_lines_alone(people: dict[str, User]) -> None:
    whole = campaign()
    lines(whole, "open", "open", code=make.OTHER_VILLAGE)
    assert told(people, "remind20", whole) == {"other_township"}
    assert "2 行" in Message.objects.inbox(people["other_township"]).get().body


def test_a_message_holds_counts_and_no_names(people: dict[str, User]) -> None:
    whole = campaign()
    lines(whole, "open", "returned", "filed", "submitted")
    lines(whole, "open", code=make.OTHER_VILLAGE)
    told(people, "remindlast", whole)
    bodies = {name: Message.objects.inbox(user).values_list("body", flat=True).first() for name, user in people.items()}
    assert "还有 2 个任务" in str(bodies["village"])
    assert "还有 3 行" in str(bodies["township"])
    assert "还有 2 个镇街没有报齐，共 4 行" in str(bodies["district"])
    centers = [task.center.name for task in UpgradeTask.objects.select_related("center")]
    assert not any(name in str(body) for name in centers for body in bodies.values())


def test_sent_twice_it_is_told_once_and_each_reminder_anew(people: dict[str, User]) -> None:
    whole = campaign()
    lines(whole, "open")
    for _n in range(2):
        reminders.send(whole, OCTOBER, "remind20")
    assert Message.objects.inbox(people["village"]).count() == 1
    reminders.send(whole, OCTOBER, "remind25")
    assert Message.objects.inbox(people["village"]).count() == 2


def test_lines_of_another_month_and_of_another_campaign_do_not_count(people: dict[str, User]) -> None:
    whole, other = campaign(), campaign()
    make.report(make.task(make.center_of(), campaign=whole), month=make.this_month())
    lines(other, "open")
    assert told(people, "remindlast", whole) == set()


def test_the_number_of_queries_does_not_grow_with_the_lines(people: dict[str, User], django_assert_max_num_queries: object) -> None:
    whole = campaign()
    for code in (make.VILLAGE, make.NEXT_VILLAGE, make.OTHER_VILLAGE):
        lines(whole, *["open"] * 4, code=code)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        reminders.send(whole, OCTOBER, "remindlast")
