"""The factories themselves: each state of each noun can be made, and is what the model's own check takes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models

from centers.models import CandidateSite, Feedback, Finding, Lease, PlacementApplication, ProgressReport, RepairTicket, UpgradeTask
from tests import make

pytestmark = pytest.mark.django_db
MAKERS: dict[type[models.Model], Callable[..., Any]] = {
    CandidateSite: make.site,
    Feedback: make.feedback,
    Finding: make.finding,
    Lease: make.lease,
    PlacementApplication: make.placement,
    ProgressReport: make.report,
    RepairTicket: make.repair,
    UpgradeTask: make.task,
}
STATES = [(model, state) for model in MAKERS for state in model.State.values]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("model", "state"), STATES, ids=lambda value: getattr(value, "__name__", value))
def test_every_state_can_be_made(model: type[models.Model], state: str) -> None:
    made = MAKERS[model](state=state)
    assert made.state == state
    made.full_clean()


@pytest.mark.parametrize("name", ["visit", "planned_step", "closure_photo", "matter", "picture", "sign", "paper", "snapshot", "cycle_run"])
def test_the_other_nouns_too(name: str) -> None:
    getattr(make, name)().full_clean()


def test_a_task_ready_for_every_step_and_an_inspection_with_results() -> None:
    assert make.task(ready=True).closure_photos.count() == 2
    assert [a.result for a in make.inspection(results=["met", "na"]).answers.all()] == ["met", "na", "unknown", "unknown", "unknown"]
    assert make.officer("unit").organisation is not None
