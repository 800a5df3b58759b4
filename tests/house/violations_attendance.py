"""For ``test_constraints``: rows of attendance, pauses and outcomes that the database shall refuse."""

from collections.abc import Callable
from datetime import timedelta

from django.db import models
from django.utils import timezone

from activities.models import Pause
from tests import make
from tests.house.rows import changed, twin


def came_twice() -> models.Model:
    meeting = make.meeting(make.intake())
    return twin(make.attendance(make.booking(meeting.intake), meeting))


def pause(**fields: object) -> Pause:
    today = timezone.localdate()
    return Pause(**({"participant": make.person(consented=False), "starts_on": today, "ends_on": today} | fields))


ATTENDANCE: dict[str, Callable[[], models.Model]] = {
    "attendance_once": came_twice,
    "pause_days_in_order": lambda: pause(ends_on=timezone.localdate() - timedelta(days=1)),
    "pause_lifted_is_dated": lambda: pause(state="lifted"),
    "pause_once": lambda: twin(make.pause()),
    "outcome_headcount_bounded": lambda: changed(make.outcome(), headcount=100_001),
}
