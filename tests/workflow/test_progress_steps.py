"""A month's line: filed, verified by somebody else, submitted; nobody verifies what they filed."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from centers.models import ProgressReport
from centers.workflows.progress import PROGRESS
from records.models import Message
from tests import make
from tests.workflow.grid import DISTRICT, REASON, REVIEWER, TOWN, VILLAGE, EveryStep, Grid
from workflow.engine import NotYours

pytestmark = pytest.mark.django_db
S = ProgressReport.State
LINE = {"text": "地面完工", "percent": 55, "spent_fen": 123_456}
TABLE = {
    "file": ((S.OPEN, S.RETURNED, S.FILED), S.FILED, ("text",)),
    "unchanged": ((S.OPEN, S.RETURNED), S.FILED, ()),
    "verify": ((S.FILED,), S.VERIFIED, ()),
    "send_back": ((S.FILED, S.VERIFIED, S.SUBMITTED), S.RETURNED, ("reason",)),
    "submit": ((S.VERIFIED,), S.SUBMITTED, ()),
}
MAY = {
    "file": VILLAGE | TOWN | DISTRICT,
    "unchanged": VILLAGE | TOWN | DISTRICT,
    "verify": TOWN | DISTRICT | REVIEWER,
    "send_back": TOWN | DISTRICT | REVIEWER,
    "submit": TOWN | DISTRICT,
}


def row(state: str, step: str, user: User, code: str) -> ProgressReport:
    return make.report(make.task(make.center_of(code)), state=state)


def with_the_district(step: str, persona: str, state: str) -> bool:
    """What a township has submitted is the district's to send back."""
    return step == "send_back" and persona == "township" and state == S.SUBMITTED


class TestEveryStep(EveryStep):
    grid = Grid(PROGRESS, TABLE, MAY, row, {"file": LINE}, with_the_district)


# -- nobody verifies what they filed ------------------------------------------------------------------------
@pytest.mark.parametrize("step", ["file", "unchanged"])
@pytest.mark.parametrize("persona", ["township", "district"])
def test_nobody_verifies_a_line_that_they_filed(persona: str, step: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(persona)
    line = PROGRESS.take(make.report(), step, by=user, **LINE)
    assert "verify" not in [s.name for s in PROGRESS.open_to(line, user)]
    assert not PROGRESS.waiting_for(user, lambda s: s.name == "verify").exists()
    with pytest.raises(NotYours, match="自己填的不能自己审核"):
        PROGRESS.take(line, "verify", by=user)
    assert PROGRESS.take(line, "verify", by=make.officer(persona)).state == S.VERIFIED


def test_the_database_refuses_it_too() -> None:
    line = make.report(state="filed")
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE centers_progressreport SET state = 'verified', verified_by_id = filed_by_id WHERE id = %s", [line.pk])
    assert caught.value.__cause__.diag.constraint_name == "report_not_verified_by_filer"  # type: ignore[union-attr]


def test_who_files_last_is_the_one_who_may_not_verify(village: User, township: User) -> None:
    line = PROGRESS.take(make.report(), "file", by=village, **LINE)
    line = PROGRESS.take(line, "file", by=township, text="镇里改过")
    assert line.filed_by == township
    with pytest.raises(NotYours):
        PROGRESS.take(line, "verify", by=township)


def test_a_line_that_is_filed_again_must_be_verified_again(township: User) -> None:
    line = make.report(state="submitted")
    returned = PROGRESS.take(line, "send_back", by=make.officer("district"), reason=REASON)
    assert (returned.verified_by, returned.submitted_at, returned.reviewer_note) == (None, None, REASON)
    again = PROGRESS.take(returned, "file", by=township, **LINE)
    assert (again.verified_by, again.reviewer_note, again.unchanged) == (None, "", False)


def test_an_officer_of_another_district_too_does_not_send_back_what_was_submitted(township: User) -> None:
    make.grant(township, "district_reviewer", "330702")
    with pytest.raises(NotYours, match="由区里退回"):
        PROGRESS.take(make.report(state="submitted"), "send_back", by=township, reason=REASON)


def test_the_first_filing_counts_for_being_in_time(village: User, township: User) -> None:
    line = PROGRESS.take(make.report(), "file", by=village, **LINE)
    first = line.filed_at
    line = PROGRESS.take(line, "send_back", by=township, reason=REASON)
    assert PROGRESS.take(line, "unchanged", by=village).filed_at == first


# -- what is filed ------------------------------------------------------------------------------------------
def test_filing_keeps_what_was_typed_and_who_and_when(village: User) -> None:
    line = PROGRESS.take(make.report(), "file", by=village, **LINE)
    assert {name: getattr(line, name) for name in LINE} == LINE
    assert (line.filed_by, line.unchanged) == (village, False)
    assert line.filed_at is not None


def test_what_was_not_typed_stays_as_it_was(village: User) -> None:
    line = PROGRESS.take(make.report(percent=40, spent_fen=7), "file", by=village, text="快了")
    assert (line.percent, line.spent_fen) == (40, 7)


def test_zero_is_typed_too(village: User) -> None:
    assert PROGRESS.take(make.report(percent=40), "file", by=village, text="拆了重做", percent=0).percent == 0


@pytest.mark.parametrize(("before", "after"), [("墙面完工", "墙面完工"), ("", "无变化")])
def test_one_tap_files_the_line_as_it_was_prefilled(before: str, after: str, village: User) -> None:
    line = PROGRESS.take(make.report(text=before, percent=40), "unchanged", by=village)
    assert (line.text, line.percent, line.unchanged, line.filed_by) == (after, 40, True, village)


def test_the_village_hears_why_its_line_came_back(village: User, township: User) -> None:
    line = make.report(state="filed")
    PROGRESS.take(line, "send_back", by=township, reason=REASON)
    told = Message.objects.inbox(village).get()
    assert (told.body, told.link) == (REASON, f"/desk/month/?month={line.month:%Y-%m}")
    assert not Message.objects.inbox(township).exists()
