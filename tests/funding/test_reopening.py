"""What is set right after the decision: a round opened again, an objection that was upheld."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from funding.models import Application, DecisionLine, RatingRound, Sheet
from funding.workflows.application import APPLICATION
from funding.workflows.objection import OBJECTION
from funding.workflows.round import ROUND
from funding.workflows.sheet import SHEET
from tests import make
from workflow.engine import NotYours

pytestmark = pytest.mark.django_db


def noticed_out(row: RatingRound) -> RatingRound:
    """Its notice ended yesterday."""
    RatingRound.objects.filter(pk=row.pk).update(notice_until=timezone.localdate() - timedelta(1))
    row.refresh_from_db()
    return row


def test_a_mark_is_set_right_and_the_next_decision_replaces_the_first(district: User, client: Client) -> None:
    row = make.decided()
    page = f"/funding/rounds/{row.pk}/"
    APPLICATION.take(Application.objects.get(round=row), "reopen", by=district, reason="区级的分抄错了")
    sheet = Sheet.objects.select_related("application__round").get(application__round=row, source="district")
    SHEET.take(sheet, "score", by=sheet.scorer, marks=make.marks_of(sheet.application, "district", 60))
    with pytest.raises(ValidationError, match="请填写这一项"):
        ROUND.take(row, "revise", by=district)
    row = ROUND.take(row, "revise", by=district, reason="区级的分抄错了")
    assert [decision.number for decision in row.decisions.order_by("number")] == [1, 2]
    assert [str(line.total) for line in DecisionLine.objects.order_by("decision__number")] == ["92.10", "80.10"]
    assert DecisionLine.objects.current().get().star == 4  # type: ignore[attr-defined]
    text = client.get(page).content.decode()
    assert "80.10" in text and "区级的分抄错了" in text and "92.10" not in text


def test_an_upheld_objection_waits_for_another_decision(district: User) -> None:
    row = make.decided()
    OBJECTION.take(make.objection(row), "uphold", by=district, answer="核对过，是抄错了。")
    noticed_out(row)
    with pytest.raises(ValidationError, match="有成立的异议"):
        ROUND.take(row, "finalise", by=district)
    row = noticed_out(ROUND.take(row, "revise", by=district, reason="异议成立"))
    assert ROUND.take(row, "finalise", by=district).state == "final"


def test_what_was_awarded_is_not_opened_again(district: User) -> None:
    row = noticed_out(make.decided())
    row = ROUND.take(row, "finalise", by=district)
    make.budget(100_000_000, "stars", row.year)
    row = ROUND.take(row, "award", by=district)
    with pytest.raises(ValidationError, match="奖励已落实"):
        ROUND.take(row, "revise", by=district, reason="改主意了")
    with pytest.raises(NotYours, match="落实奖励以前"):
        APPLICATION.take(Application.objects.get(round=row), "reopen", by=district, reason="改主意了")
