"""Opening by appointment: the village confirms or declines, who asked cancels until it starts."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from centers.models import Appointment, OpeningHours
from centers.workflows.appointment import APPOINTMENT
from records.models import Message
from tests import make
from tests.workflow.grid import DISTRICT, EVERYBODY, REASON, TOWN, VILLAGE, EveryStep, Grid, own_to_cancel
from workflow.engine import NotYours

pytestmark = pytest.mark.django_db
S = Appointment.State
ANSWER = VILLAGE | TOWN | DISTRICT
TABLE = {
    "confirm": ((S.REQUESTED,), S.CONFIRMED, ()),
    "decline": ((S.REQUESTED, S.CONFIRMED), S.DECLINED, ("reason",)),
    "cancel": ((S.REQUESTED, S.CONFIRMED), S.CANCELLED, ()),
}


def row(state: str, step: str, user: User, code: str) -> Appointment:
    """One's own to cancel, somebody else's to answer."""
    return make.appointment(make.center_of(code), state=state, asked_by=user if step == "cancel" else None)


class TestEveryStep(EveryStep):
    grid = Grid(APPOINTMENT, TABLE, {"confirm": ANSWER, "decline": ANSWER, "cancel": EVERYBODY}, row, whose=own_to_cancel)


@pytest.mark.parametrize("persona", ["village", "township", "district", "neighbour"])
def test_what_somebody_else_asked_for_is_not_ones_own_to_cancel(persona: str, request: pytest.FixtureRequest, resident: User) -> None:
    asked = make.appointment(asked_by=resident)
    with pytest.raises(PermissionDenied):
        APPOINTMENT.take(asked, "cancel", by=request.getfixturevalue(persona))


def test_a_resident_sees_ones_own_and_answers_nothing(resident: User, neighbour: User) -> None:
    asked = make.appointment(asked_by=resident)
    assert Appointment.objects.all().allowed(resident, "view").get() == asked
    assert not Appointment.objects.all().allowed(neighbour, "view").exists()
    for step in ("confirm", "decline"):
        with pytest.raises(PermissionDenied):
            APPOINTMENT.take(asked, step, by=resident, reason=REASON)


@pytest.mark.parametrize("state", ["requested", "confirmed"])
def test_what_has_begun_is_not_cancelled(state: str, resident: User) -> None:
    begun = make.appointment(state=state, days=-1, asked_by=resident)
    with pytest.raises(NotYours, match="不能再取消"):
        APPOINTMENT.take(begun, "cancel", by=resident)


def test_what_was_promised_and_has_begun_is_not_declined(village: User) -> None:
    with pytest.raises(NotYours, match="已经开始了"):
        APPOINTMENT.take(make.appointment(state="confirmed", days=-1), "decline", by=village, reason=REASON)


def test_what_nobody_answered_in_time_is_declined_and_not_confirmed(village: User) -> None:
    late = make.appointment(days=-1)
    with pytest.raises(ValidationError, match="已经过了"):
        APPOINTMENT.take(late, "confirm", by=village)
    assert APPOINTMENT.take(late, "decline", by=village, reason=REASON).state == S.DECLINED


def test_hours_that_changed_since_bar_the_promise_and_not_the_refusal(village: User) -> None:
    asked = make.appointment()
    OpeningHours.objects.all().delete()
    with pytest.raises(ValidationError, match="没有预约开放的时段"):
        APPOINTMENT.take(asked, "confirm", by=village)
    assert APPOINTMENT.take(asked, "decline", by=village, reason=REASON).note == REASON


def test_an_overlapping_one_is_refused_in_words_and_the_next_hour_is_not(village: User) -> None:
    first = APPOINTMENT.take(make.appointment(), "confirm", by=village)
    with pytest.raises(ValidationError, match="已经约给别人了"):
        APPOINTMENT.take(make.appointment(), "confirm", by=village)
    after = make.appointment(starts_at=first.ends_at, ends_at=first.ends_at + timedelta(hours=1))
    assert APPOINTMENT.take(after, "confirm", by=village).state == S.CONFIRMED


@pytest.mark.parametrize(("step", "words"), [("confirm", {"note": "从东门进"}), ("decline", {"reason": "那天停电"})])
def test_the_answer_is_dated_and_told(step: str, words: dict[str, str], village: User, resident: User) -> None:
    answered = APPOINTMENT.take(make.appointment(asked_by=resident), step, by=village, **words)
    assert answered.note == next(iter(words.values()))
    assert abs((timezone.now() - answered.answered_at).total_seconds()) < 60
    told = Message.objects.inbox(resident).get()
    assert answered.note in told.body and answered.span in told.body and told.link == "/me/appointments/"
    assert Message.objects.filter(recipient=resident, channel="sms").count() == 1


def test_a_cancellation_tells_those_who_would_open_the_door(village: User, resident: User) -> None:
    gone = APPOINTMENT.take(make.appointment(state="confirmed", asked_by=resident), "cancel", by=resident)
    assert Message.objects.inbox(village).get().link == f"/desk/appointments/{gone.pk}/"
