"""Complaints and suggestions: taken on by a named office, handed up, answered."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from centers.models import Feedback
from centers.workflows.feedback import FEEDBACK
from records.models import Message
from tests import make
from tests.workflow.grid import DISTRICT, REASON, TOWN, VILLAGE, EveryStep, Grid

pytestmark = pytest.mark.django_db
S = Feedback.State
ANSWER = {"office": "多湖街道党建办", "answer": "下月起延长开放"}
TABLE = {
    "assign": ((S.RECEIVED,), S.ASSIGNED, ("office",)),
    "hand_up": ((S.RECEIVED, S.ASSIGNED), S.RECEIVED, ("reason",)),
    "answer": ((S.RECEIVED, S.ASSIGNED), S.ANSWERED, ("office", "answer")),
}


def row(state: str, step: str, user: User, code: str) -> Feedback:
    return make.feedback(make.center_of(code), state=state)


class TestEveryStep(EveryStep):
    grid = Grid(FEEDBACK, TABLE, dict.fromkeys(TABLE, VILLAGE | TOWN | DISTRICT), row, {"assign": ANSWER, "answer": ANSWER})


def test_handing_up_changes_whose_turn_it_is_and_keeps_the_deadline(village: User, township: User) -> None:
    asked = make.feedback(state="assigned")
    up = FEEDBACK.take(asked, "hand_up", by=village, reason=REASON)
    assert (up.region.code, up.office, up.due_on) == (make.TOWN, "", asked.due_on)
    assert not FEEDBACK.waiting_for(village).exists()
    assert FEEDBACK.waiting_for(township).get() == up
    with pytest.raises(PermissionDenied):
        FEEDBACK.take(up, "answer", by=village, **ANSWER)
    assert Message.objects.inbox(township).filter(link=f"/desk/feedback/{up.pk}/").exists()


def test_from_the_township_it_goes_to_the_district_and_no_further(township: User, district: User) -> None:
    up = FEEDBACK.take(make.feedback(region=make.region(make.TOWN)), "hand_up", by=township, reason=REASON)
    assert up.region.code == make.DISTRICT
    assert not FEEDBACK.waiting_for(township).exists()
    with pytest.raises(ValidationError, match="已经在区里了"):
        FEEDBACK.take(up, "hand_up", by=district, reason=REASON)


@pytest.mark.parametrize("missing", ["office", "answer"])
@pytest.mark.parametrize("empty", ["", None])
def test_an_answer_names_its_office_and_says_something(missing: str, empty: str | None, village: User) -> None:
    with pytest.raises(ValidationError):
        FEEDBACK.take(make.feedback(), "answer", by=village, **(ANSWER | {missing: empty}))


def test_an_answer_is_dated_and_told_to_whoever_asked_with_an_account(village: User, resident: User) -> None:
    answered = FEEDBACK.take(make.feedback(user=resident), "answer", by=village, **ANSWER)
    assert (answered.office, answered.answer) == (ANSWER["office"], ANSWER["answer"])
    assert abs((timezone.now() - answered.answered_at).total_seconds()) < 60
    told = Message.objects.inbox(resident).get()
    assert (told.body, told.link) == (ANSWER["answer"], "/me/feedback/")


def test_an_answer_to_a_stranger_tells_nobody(village: User) -> None:
    FEEDBACK.take(make.feedback(), "answer", by=village, **ANSWER)
    assert not Message.objects.exists()


def test_a_resident_reads_what_they_asked_and_takes_no_step(resident: User, neighbour: User) -> None:
    asked = make.feedback(user=resident)
    assert Feedback.objects.all().allowed(resident, "view").get() == asked
    assert not Feedback.objects.all().allowed(neighbour, "view").exists()
    with pytest.raises(PermissionDenied):
        FEEDBACK.take(asked, "answer", by=resident, **ANSWER)
