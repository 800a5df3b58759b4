"""What is late is raised by working days, each level once; the one whose turn it is hears first, superiors later."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import User
from centers import escalation, tasks
from centers.models import Escalation
from records.models import Message
from tests import make
from tests.centers.month import at

pytestmark = pytest.mark.django_db
DUE = date(2024, 9, 27)  # a Friday; Sunday the 29th is worked, the 1st to the 7th of October are holidays


def finding(**fields: Any) -> Any:
    return make.finding(**({"issued_on": date(2024, 9, 2), "due_on": DUE} | fields))


def repair(**fields: Any) -> Any:
    return make.repair(**({"reported_at": at("2024-09-20"), "due_at": at("2024-09-27", "23:59")} | fields))


def feedback(**fields: Any) -> Any:
    return make.feedback(**({"due_on": DUE} | fields))


LATE = {"finding": finding, "repair": repair, "feedback": feedback}


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return {name: make.officer(name) for name in ("village", "township", "district", "other_township")}


def levels() -> list[int]:
    return sorted(Escalation.objects.values_list("level", flat=True))


def told(people: dict[str, User]) -> dict[str, int]:
    return {name: Message.objects.inbox(user).filter(kind="late").count() for name, user in people.items()}


# -- when ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", LATE)
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2024-09-27", []),  # its last day
        ("2024-09-28", [1]),  # a Saturday: late, by no working day yet
        ("2024-10-07", [1]),  # two working days, then holidays
        ("2024-10-08", [1, 2]),  # the third
        ("2024-10-15", [1, 2]),
        ("2024-10-16", [1, 2, 3]),  # the tenth: Saturday the 12th was worked
    ],
)
def test_levels_are_reached_by_working_days(what: str, day: str, expected: list[int]) -> None:
    row = LATE[what]()
    escalation.run(at(day))
    assert levels() == expected
    assert set(Escalation.objects.values_list("subject", "number")) == ({(what, row.pk)} if expected else set())


def test_days_late_are_counted_by_the_calendar() -> None:
    found = {day: escalation.working_days_late(DUE, DUE + timedelta(days=day)) for day in (0, 1, 2, 3, 4, 10, 11)}
    assert found == {0: 0, 1: 0, 2: 1, 3: 2, 4: 2, 10: 2, 11: 3}


def test_a_hazard_is_late_by_the_hour() -> None:
    repair(hazard=True, due_at=at("2024-09-27", "15:00"))
    assert escalation.run(at("2024-09-27", "14:59")) == 0
    assert escalation.run(at("2024-09-27", "15:01")) == 1


@pytest.mark.parametrize(
    ("what", "state"),
    [
        *(("finding", state) for state in ("submitted", "verified", "closed")),
        *(("repair", state) for state in ("fixed", "confirmed", "dismissed")),
        ("feedback", "answered"),
    ],
)
def test_what_the_village_has_done_is_not_late(what: str, state: str) -> None:
    LATE[what](state=state)
    assert escalation.run(at("2024-12-01")) == 0


@pytest.mark.parametrize(
    ("what", "state"),
    [
        *(("finding", state) for state in ("accepted", "returned")),
        ("repair", "assigned"),
        ("feedback", "assigned"),
    ],
)
def test_what_the_village_has_begun_is(what: str, state: str) -> None:
    LATE[what](state=state)
    assert escalation.run(at("2024-12-01")) == 3


# -- once ---------------------------------------------------------------------------------------------------
def test_each_level_is_raised_once_and_told_once(people: dict[str, User]) -> None:
    finding()
    assert [escalation.run(at(day)) for day in ("2024-09-28", "2024-09-28", "2024-10-08", "2024-10-16", "2024-12-01")] == [1, 0, 1, 1, 0]
    assert levels() == [1, 2, 3]
    assert told(people) == {"village": 3, "township": 2, "district": 1, "other_township": 0}


@pytest.mark.parametrize("what", LATE)
def test_the_superiors_hear_later(what: str, people: dict[str, User]) -> None:
    LATE[what]()
    escalation.run(at("2024-09-28"))
    assert told(people) == {"village": 1, "township": 0, "district": 0, "other_township": 0}
    escalation.run(at("2024-10-08"))
    assert told(people) == {"village": 2, "township": 1, "district": 0, "other_township": 0}
    escalation.run(at("2024-10-16"))
    assert told(people) == {"village": 3, "township": 2, "district": 1, "other_township": 0}


def test_what_was_handed_up_is_the_townships_to_hear(people: dict[str, User]) -> None:
    feedback(region=make.region(make.TOWN))
    escalation.run(at("2024-10-08"))
    assert told(people) == {"village": 0, "township": 2, "district": 0, "other_township": 0}


def test_a_deadline_that_was_put_off_is_not_late_before_its_day() -> None:
    finding(state="extended", extended_on=date(2024, 9, 20), due_on=date(2024, 10, 31))
    assert escalation.run(at("2024-10-31")) == 0
    assert escalation.run(at("2024-11-01")) == 1


def test_a_level_that_another_worker_has_raised_meanwhile_is_not_told_again(
    people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = finding()
    make.escalation(row)
    monkeypatch.setattr(type(Escalation.objects.all()), "exists", lambda self: False)  # looked before the other one committed
    assert escalation.run(at("2024-09-28")) == 0
    assert told(people)["village"] == 0


def test_the_workers_task_raises_what_is_late_today() -> None:
    make.finding(issued_on=date(2026, 1, 1), due_on=date(2026, 1, 5))
    assert tasks.escalate() == 3
    assert tasks.escalate() == 0
