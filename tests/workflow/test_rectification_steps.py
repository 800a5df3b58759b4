"""A finding from its issue to its closure: extended once, verified by others, the district's closed by the district."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from centers.models import Finding
from centers.workflows.rectification import RECTIFICATION
from records.models import Message
from tests import make
from tests.workflow.grid import DISTRICT, REASON, REVIEWER, TOWN, VILLAGE, EveryStep, Grid
from workflow.engine import NotYours

pytestmark = pytest.mark.django_db
S = Finding.State
TABLE = {
    "accept": ((S.ISSUED,), S.ACCEPTED, ()),
    "submit": ((S.ISSUED, S.ACCEPTED, S.EXTENDED, S.RETURNED), S.SUBMITTED, ("note",)),
    "extend": ((S.ISSUED, S.ACCEPTED, S.RETURNED), S.EXTENDED, ("day", "reason")),
    "verify": ((S.SUBMITTED,), S.VERIFIED, ()),
    "send_back": ((S.SUBMITTED, S.VERIFIED), S.RETURNED, ("reason",)),
    "close": ((S.VERIFIED,), S.CLOSED, ()),
}
MAY = {
    "accept": VILLAGE | TOWN | DISTRICT,
    "submit": VILLAGE | TOWN | DISTRICT,
    "extend": TOWN | DISTRICT,
    "verify": TOWN | DISTRICT | REVIEWER,
    "send_back": TOWN | DISTRICT | REVIEWER,
    "close": TOWN | DISTRICT | REVIEWER,
}
LATER = timezone.localdate() + timedelta(days=60)


def row(state: str, step: str, user: User, code: str) -> Finding:
    return make.finding(make.center_of(code), state=state)


class TestEveryStep(EveryStep):
    grid = Grid(RECTIFICATION, TABLE, MAY, row, {"submit": {"note": "已修好"}, "extend": {"day": LATER}})


# -- the deadline -------------------------------------------------------------------------------------------
def test_a_deadline_is_put_off_once(township: User) -> None:
    row = RECTIFICATION.take(make.finding(), "extend", by=township, day=LATER, reason=REASON)
    assert (row.due_on, row.extended_on) == (LATER, timezone.localdate())
    row = RECTIFICATION.take(row, "submit", by=make.officer("village"), note="好了")
    row = RECTIFICATION.take(row, "send_back", by=township, reason=REASON)
    with pytest.raises(ValidationError, match="已经延过一次，不能再延"):
        RECTIFICATION.take(row, "extend", by=township, day=LATER + timedelta(days=1), reason=REASON)


@pytest.mark.parametrize("days", [0, -1])
def test_a_deadline_is_put_off_to_a_later_day_only(days: int, township: User) -> None:
    row = make.finding()
    with pytest.raises(ValidationError) as caught:
        RECTIFICATION.take(row, "extend", by=township, day=row.due_on + timedelta(days=days), reason=REASON)
    assert caught.value.message_dict == {"day": [f"新的期限要晚于原来的 {row.due_on:%Y-%m-%d}。"]}


def test_the_next_day_is_later(township: User) -> None:
    row = make.finding()
    assert RECTIFICATION.take(row, "extend", by=township, day=row.due_on + timedelta(days=1), reason=REASON).state == S.EXTENDED


# -- who verifies and who closes ----------------------------------------------------------------------------
@pytest.mark.parametrize("persona", ["township", "district"])
def test_who_submitted_the_mending_does_not_verify_it(persona: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(persona)
    row = RECTIFICATION.take(make.finding(), "submit", by=user, note="好了")
    with pytest.raises(NotYours, match="请同事来验收"):
        RECTIFICATION.take(row, "verify", by=user)
    assert RECTIFICATION.take(row, "verify", by=make.officer(persona)).state == S.VERIFIED


def found_by(kind: str, state: str = "verified") -> Finding:
    return make.finding(state=state, inspection=make.inspection(kind=kind))


@pytest.mark.parametrize("kind", ["district", "spot"])
def test_what_the_district_found_the_district_closes(kind: str, township: User, reviewer: User) -> None:
    row = found_by(kind)
    with pytest.raises(NotYours, match="由区里销号"):
        RECTIFICATION.take(row, "close", by=township)
    assert "close" not in [step.name for step in RECTIFICATION.open_to(row, township)]
    assert RECTIFICATION.take(row, "close", by=reviewer).closed_on == timezone.localdate()


def test_an_officer_of_another_district_too_does_not_close_it(township: User) -> None:
    make.grant(township, "district_reviewer", "330702")
    with pytest.raises(NotYours, match="由区里销号"):
        RECTIFICATION.take(found_by("district"), "close", by=township)


def test_the_township_still_verifies_what_the_district_found(township: User) -> None:
    assert RECTIFICATION.take(found_by("district", "submitted"), "verify", by=township).state == S.VERIFIED


@pytest.mark.parametrize("kind", ["town", "self"])
def test_what_a_township_found_the_township_closes(kind: str, township: User) -> None:
    assert RECTIFICATION.take(found_by(kind), "close", by=township).closed_on == timezone.localdate()


# -- who hears of it ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("step", "state", "actor", "whose_turn"),
    [("submit", "issued", "village", "township"), ("send_back", "submitted", "township", "village")],
)
def test_whose_turn_it_is_hears_of_it(step: str, state: str, actor: str, whose_turn: str) -> None:
    people = {name: make.officer(name) for name in ("village", "township", "other_township", "district")}
    row = make.finding(state=state)
    RECTIFICATION.take(row, step, by=people[actor], note="好了", reason=REASON)
    told = {name for name, user in people.items() if Message.objects.inbox(user).exists()}
    assert told == {whose_turn}


def test_what_was_submitted_keeps_its_words_and_forgets_why_it_came_back(village: User) -> None:
    row = RECTIFICATION.take(make.finding(state="returned", reviewer_note=REASON), "submit", by=village, note="好了")
    assert (row.note, row.reviewer_note, row.submitted_by) == ("好了", "", village)
