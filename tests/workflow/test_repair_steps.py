"""A repair from its report to its confirmation; triage decides whether it is a hazard and shows the photo."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from centers.models import RepairTicket
from centers.models.repair import HAZARD, end_of_working_day
from centers.workflows.repair import REPAIR
from tests import make
from tests.workflow.grid import DISTRICT, REASON, TOWN, VILLAGE, EveryStep, Grid

pytestmark = pytest.mark.django_db
S = RepairTicket.State
ALL = VILLAGE | TOWN | DISTRICT
TABLE = {
    "assign": ((S.REPORTED,), S.ASSIGNED, ("office",)),
    "fix": ((S.REPORTED, S.ASSIGNED), S.FIXED, ("note",)),
    "confirm": ((S.FIXED,), S.CONFIRMED, ()),
    "reopen": ((S.FIXED,), S.ASSIGNED, ("reason",)),
    "dismiss": ((S.REPORTED, S.ASSIGNED), S.DISMISSED, ("reason",)),
}


def row(state: str, step: str, user: User, code: str) -> RepairTicket:
    return make.repair(make.center_of(code), state=state)


class TestEveryStep(EveryStep):
    grid = Grid(REPAIR, TABLE, dict.fromkeys(TABLE, ALL), row, {"assign": {"office": "物业"}, "fix": {"note": "换了灯"}})


def test_a_hazard_is_due_within_24_hours_and_all_else_on_the_fifth_working_day() -> None:
    ordinary, hazard = make.repair(), make.repair(hazard=True)
    assert hazard.due_at - hazard.reported_at == timedelta(hours=24)
    assert ordinary.due_at == end_of_working_day(ordinary.reported_at, 5)


def test_triage_may_find_a_hazard_and_the_clock_is_shorter_from_the_report_on(village: User) -> None:
    ticket = REPAIR.take(make.repair(), "assign", by=village, office="电工", hazard=True)
    assert (ticket.hazard, ticket.due_at) == (True, ticket.reported_at + HAZARD)


def test_triage_may_find_that_it_is_no_hazard(village: User) -> None:
    ticket = REPAIR.take(make.repair(hazard=True), "assign", by=village, office="电工", hazard=False)
    assert (ticket.hazard, ticket.due_at) == (False, end_of_working_day(ticket.reported_at, 5))


def test_what_triage_says_nothing_of_stays_a_hazard(village: User) -> None:
    assert REPAIR.take(make.repair(hazard=True), "assign", by=village, office="电工").hazard


@pytest.mark.parametrize(("step", "hidden"), [("assign", False), ("dismiss", True)])
def test_a_photo_stays_hidden_until_somebody_has_looked_at_it(step: str, hidden: bool, village: User) -> None:
    photo = make.picture(source="repair", hidden=True)
    REPAIR.take(make.repair(photo=photo), step, by=village, office="电工", reason=REASON)
    photo.refresh_from_db()
    assert photo.hidden is hidden


def test_what_was_not_mended_after_all_starts_its_clock_anew(village: User) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    ticket = make.repair(state="fixed", hazard=True, reported_at=long_ago, fixed_at=long_ago)
    again = REPAIR.take(ticket, "reopen", by=village, reason=REASON)
    assert again.fixed_at is None
    assert timezone.now() < again.due_at <= timezone.now() + HAZARD


@pytest.mark.parametrize(("step", "state"), [("confirm", "fixed"), ("dismiss", "reported")])
def test_what_is_done_with_is_dated(step: str, state: str, village: User) -> None:
    ticket = REPAIR.take(make.repair(state=state), step, by=village, reason=REASON)
    assert abs((timezone.now() - ticket.done_at).total_seconds()) < 60
