"""Who is asked to score and who may not: one's own village by residence or by office, a round that was closed a moment ago."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from funding import panels
from funding.models import Application, RatingRound, Sheet
from funding.workflows.round import ROUND
from funding.workflows.sheet import SHEET
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


def reviewed(district: User, deputies: int = 4) -> Application:
    """An application of 光南社区 that waits for scores, with deputies of the next village."""
    of = make.application(make.rating_round(by=district))
    for _n in range(deputies):
        make.representative_of(make.NEXT_VILLAGE)
    make.reviewing(of.round)
    return of


def test_the_lot_leaves_out_who_holds_an_office_in_the_village(district: User) -> None:
    of = reviewed(district)
    head = make.officer("head")
    make.representative_of(make.NEXT_VILLAGE, head)
    ROUND.take(of.round, "draw", by=district, count=7)
    assert of.sheets.count() == 4 and not of.sheets.filter(scorer=head).exists()


def test_nor_does_it_put_them_in_the_place_of_another(district: User) -> None:
    of = reviewed(district, deputies=3)
    ROUND.take(of.round, "draw", by=district, count=3)
    make.representative_of(make.NEXT_VILLAGE, make.officer("head"))
    one = of.sheets.order_by("pk").first()
    with pytest.raises(ValidationError, match="没有别的代表"):
        SHEET.take(one, "replace", by=district, reason="没有答复")


def test_an_officer_of_the_township_who_is_also_the_villages_does_not_score_it(township: User, district: User) -> None:
    of = reviewed(district)
    make.grant(township, "village_head", make.VILLAGE)
    marks = {f"item_{pk}": value for pk, value in make.marks_of(of, "township", 90).items()}
    answer = enter(township).post(f"/desk/scoring/{of.pk}/", marks)
    assert answer.status_code == 200 and "请另一位来打分" in answer.content.decode()
    assert not Sheet.objects.exists()


def test_who_comes_a_moment_after_all_scores_are_in_is_told_so(township: User, district: User) -> None:
    of = reviewed(district)
    stale = Application.objects.select_related("round", "center__region").get(pk=of.pk)
    RatingRound.objects.filter(pk=of.round_id).update(state="scored")
    with pytest.raises(ValidationError, match="现在不能给这个村社打分"):
        panels.give(stale, township, make.marks_of(of, "township", 90))


# -- what a program may send ------------------------------------------------------------------------------
TIER = {"star": 5, "threshold": "90", "quota": None, "award": 5_000_000}
ODD: list[Any] = [
    *({"tiers": [TIER | {name: value}]} for name in TIER for value in ("x", [], {}, -1, "NaN", "1e999", 10**30)),
    *({"tiers": value} for value in (5, "x", {}, [5], [[]], [{}], {"star": 5})),
    *({"budget": value} for value in (-1, "x", 10**30, 1.5, [])),
]


ENDLESS = '{"tiers": [{"star": 1e999, "threshold": 1e999, "quota": null, "award": 1e999}], "reason": "x"}'


def test_odd_tiers_are_never_a_fault(district: User) -> None:
    row, client = make.scored_round(), enter(district)
    answered = {}
    for body in (*(json.dumps(one | {"reason": "会议决定"}) for one in ODD), ENDLESS):
        with transaction.atomic():
            answer = client.post(f"/api/v1/rounds/{row.pk}/steps/decide/", body, JSON)
            answered[body] = answer.status_code
            decision = row.decisions.first()
            assert decision is None or sum(line.award for line in decision.lines.all()) <= decision.budget
            transaction.set_rollback(True)
    assert {body: code for body, code in answered.items() if code not in (200, 400)} == {}
    assert answered[ENDLESS] == 400


def test_the_tiers_that_a_program_sends_are_decided_by(district: User) -> None:
    row, client = make.scored_round(), enter(district)
    body = {"tiers": [TIER | {"threshold": "99.5"}], "budget": 10_000_000, "reason": "会议决定"}
    assert client.post(f"/api/v1/rounds/{row.pk}/steps/decide/", body, JSON).status_code == 200
    decision = row.decisions.get()
    assert [(tier["star"], float(tier["threshold"])) for tier in decision.tiers] == [(5, 99.5)] and decision.budget == 10_000_000
