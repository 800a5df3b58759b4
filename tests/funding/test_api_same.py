"""What a page does, a program does: budget, putting in place anew, an officer's sheet, the next one of the lot."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from funding import ledger
from funding.models import Application, DecisionLine, Sheet
from funding.workflows.application import APPLICATION
from funding.workflows.round import ROUND
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


def sent(client: Client, path: str, data: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/v1/{path}", data or {}, content_type=JSON)


def test_a_program_adds_to_a_budget_within_its_district(district: User) -> None:
    typed = {"region": make.region(make.DISTRICT).pk, "year": 2026, "purpose": "stars", "amount": 500, "reason": "区委〔2026〕1号"}
    done = sent(enter(district), "ledger/", typed)
    assert done.status_code == 201 and done.json()["amount"] == 500
    assert sent(enter(district), "ledger/", typed | {"region": make.region("330702").pk}).status_code == 403
    assert sent(enter(district), "ledger/", typed | {"amount": 0}).status_code == 400


def test_a_program_puts_in_place_anew_what_was_reversed(district: User, reviewer: User) -> None:
    project = make.allocated()
    assert sent(enter(district), f"projects/{project.pk}/allocate/").status_code == 403  # nothing is left to
    ledger.reverse(project.entries.get(kind="allocation"), by=reviewer, reason="先不发")
    assert sent(enter(reviewer), f"projects/{project.pk}/allocate/").status_code == 403
    assert sent(enter(district), f"projects/{project.pk}/allocate/").json()["allocated"] == 2_000_000


def test_a_program_hands_in_an_officers_sheet(district: User, township: User, other_township: User) -> None:
    of = make.application(make.rating_round(by=district))
    make.reviewing(of.round)
    marks = make.marks_of(of, "township", 80)
    assert sent(enter(other_township), "scores/", {"application": of.pk, "marks": marks}).status_code == 404
    assert sent(enter(township), "scores/", {"application": of.pk, "marks": dict(list(marks.items())[:1])}).status_code == 400
    done = sent(enter(township), "scores/", {"application": of.pk, "marks": marks})
    assert done.status_code == 201 and done.json()["source"] == "township" and done.json()["own"] is True
    assert sent(enter(township), "scores/", {"application": of.pk, "marks": marks}).status_code == 400


def test_a_program_replaces_who_does_not_answer_and_sees_no_mark(district: User) -> None:
    row = make.rating_round(by=district)
    of = make.application(row)
    for _n in range(4):
        make.representative_of(make.NEXT_VILLAGE)
    make.reviewing(row)
    ROUND.take(row, "draw", by=district, count=3)
    silent = of.sheets.order_by("number")[0]
    client = enter(district)
    assert client.get(f"/api/v1/scores/{silent.pk}/").status_code == 404
    done = sent(client, f"scores/{silent.pk}/steps/replace/", {"reason": "没有答复"})
    assert done.status_code == 200 and done.json()["marks"] == {}
    assert Sheet.objects.get(pk=silent.pk).state == "recused" and of.sheets.count() == 4


def test_the_same_threshold_written_otherwise_is_no_change(district: User) -> None:
    row = make.scored_round()
    tiers = [{"star": star, "threshold": line, "quota": None, "award": money} for star, line, money in make.TIERS]
    ROUND.take(row, "decide", by=district, tiers=tiers)
    assert DecisionLine.objects.get().star == 5


def test_a_village_that_was_ruled_out_is_opened_again_and_gets_its_ballots(district: User) -> None:
    row = make.rating_round(by=district)
    of = make.application(row)
    for _n in range(4):
        make.representative_of(make.NEXT_VILLAGE)
    make.reviewing(row)
    APPLICATION.take(of, "rule", by=district, reason="材料没有交")
    for step in ("draw", "score", "decide"):
        ROUND.take(row, step, by=district)
    APPLICATION.take(Application.objects.get(pk=of.pk), "reopen", by=district, reason="材料补来了")
    assert of.sheets.filter(state="pending").count() == 4
    with pytest.raises(Exception, match="分没齐"):
        ROUND.take(row, "revise", by=district, reason="材料补来了")


def test_marks_that_a_program_sends_are_the_marks_of_the_sheet(district: User) -> None:
    of = make.application(make.rating_round(by=district))
    neighbour = make.representative_of(make.NEXT_VILLAGE)
    row = make.sheet(of, who=neighbour.user)
    make.reviewing(of.round)
    marks = make.marks_of(of, "representatives", 77)
    answer = sent(enter(neighbour.user), f"scores/{row.pk}/steps/score/", {"marks": marks})
    row.refresh_from_db()
    assert (answer.status_code, row.state, row.marks) == (200, "done", marks)
