"""A pause, lifted by a person before its time: who may, with which reason, and who hears of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from activities.models import Pause
from activities.workflows.pause import PAUSE
from records.models import Message
from tests import make
from tests.workflow.grid import DISTRICT, TOWN, VILLAGE, EveryStep, Grid

pytestmark = pytest.mark.django_db
S = Pause.State
TABLE = {"lift": ((S.PAUSED,), S.LIFTED, ("reason",))}


def row(state: str, step: str, user: User, code: str) -> Pause:
    lifted: dict[str, Any] = {"lifted_at": timezone.now()} if state == S.LIFTED else {}
    return make.pause(make.person(code=code, consented=False), state=state, **lifted)


class TestEveryStep(EveryStep):
    grid = Grid(PAUSE, TABLE, {"lift": VILLAGE | TOWN | DISTRICT}, row)


def test_whoever_acts_for_the_participant_hears_that_the_pause_is_lifted_and_not_why(village: User, resident: User) -> None:
    child = make.child(resident)
    PAUSE.take(make.pause(child), "lift", by=village, reason="孩子住院了")
    told = Message.objects.inbox(resident).get(kind="lifted")
    assert "住院" not in told.subject + told.body
    assert child.name not in told.subject + told.body


def test_a_pause_counts_from_its_first_to_its_last_day() -> None:
    today = timezone.localdate()
    pause = make.pause(starts_on=today, ends_on=today + timedelta(days=90))
    found = [Pause.objects.in_force(today + timedelta(days=n)).filter(pk=pause.pk).exists() for n in (-1, 0, 90, 91)]
    assert found == [False, True, True, False]
