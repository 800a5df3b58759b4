"""What goes wrong in a round is set right: one village opened again, recusals followed, vetoes lifted, money put in place anew."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from funding import ledger, panels
from funding.models import Application, Award, Criterion, DecisionLine, RatingRound, Sheet
from funding.workflows.application import APPLICATION
from funding.workflows.objection import OBJECTION
from funding.workflows.round import ROUND
from funding.workflows.sheet import SHEET
from records.models import AuditEntry, Message
from tests import make
from tests.funding.test_round_whole import refused
from tests.portal.test_api import program
from workflow.engine import NotYours

pytestmark = pytest.mark.django_db


def test_one_village_is_opened_again_to_set_a_score_right(district: User) -> None:
    row = make.decided({make.VILLAGE: (95, 92, 60), make.NEXT_VILLAGE: (80, 80, 80)})
    said = make.objection(row)
    OBJECTION.take(said, "uphold", by=district, answer="区级评定录错了一项。")
    RatingRound.objects.filter(pk=row.pk).update(notice_until=timezone.localdate() - timedelta(1))
    with pytest.raises(ValidationError, match="成立的异议"):
        ROUND.take(row, "finalise", by=district)
    one, other = Application.objects.order_by("center__region__code")
    APPLICATION.take(one, "reopen", by=district, reason="异议成立")
    sheet = Sheet.objects.get(source="district", application=one)
    SHEET.take(sheet, "score", by=sheet.scorer, marks=make.marks_of(one, "district", 90))
    sealed = Sheet.objects.get(source="district", application=other)
    with pytest.raises(NotYours):
        SHEET.take(sealed, "score", by=sealed.scorer, marks=make.marks_of(other, "district", 90))
    assert refused(lambda: Sheet.objects.filter(pk=sealed.pk).update(number=9)) == "sheet_round_open"
    with pytest.raises(ValidationError):
        ROUND.take(row, "revise", by=district)
    ROUND.take(row, "revise", by=district, reason="异议成立，改正一项")
    lines = DecisionLine.objects.filter(application=one).order_by("decision__number")
    assert [str(line.total) for line in lines] == ["80.10", "92.10"]
    assert not Application.objects.filter(reopened=True).exists()
    assert refused(lambda: Sheet.objects.filter(pk=sheet.pk).update(number=9)) == "sheet_round_open"


def test_who_recuses_is_followed_by_the_next_of_the_lot_where_too_few_are_left(district: User) -> None:
    row = make.rating_round(by=district)
    of = make.application(row)
    for _n in range(5):
        make.representative_of(make.NEXT_VILLAGE)
    make.reviewing(row)
    ROUND.take(row, "draw", by=district, count=3)
    first = of.sheets.order_by("number")[0]
    SHEET.take(first, "recuse", by=first.scorer, why="亲戚在那里上班")
    assert of.sheets.exclude(state="recused").count() == 3


def test_a_veto_that_is_lifted_after_the_lot_brings_ballots(district: User) -> None:
    row = make.rating_round(by=district)
    of = make.application(row)
    for _n in range(4):
        make.representative_of(make.NEXT_VILLAGE)
    item = Criterion.objects.get(scheme=row.scheme, source="veto")
    APPLICATION.take(of, "veto", by=district, criterion=item, reason="发生了事故")
    make.reviewing(row)
    ROUND.take(row, "draw", by=district, count=3)
    assert not of.sheets.exists()
    APPLICATION.take(Application.objects.get(pk=of.pk), "lift_veto", by=district, reason="查清了不是责任事故")
    assert of.sheets.filter(state="pending").count() == 4


def test_revising_starts_from_the_last_decision(district: User) -> None:
    row = make.scored_round({make.VILLAGE: (85, 85, 85)})
    tiers = [{"star": 5, "threshold": "84", "quota": None, "award": 5_000_000}]
    ROUND.take(row, "decide", by=district, tiers=tiers, reason="试行")
    ROUND.take(row, "revise", by=district, reason="再看一遍")
    assert [line.star for line in DecisionLine.objects.order_by("pk")] == [5, 5]


def test_awards_that_were_reversed_are_not_called_paid(district: User, reviewer: User) -> None:
    row = make.decided()
    RatingRound.objects.filter(pk=row.pk).update(state="final", final_at=timezone.now())
    make.budget(6_000_000, "stars", row.year)
    ROUND.take(row, "award", by=district)
    award = Award.objects.get()
    ledger.reverse(award.entries.get(), by=reviewer, reason="先不发")
    with pytest.raises(ValidationError, match="没有落实"):
        ROUND.take(row, "pay", by=reviewer)
    ledger.allocate(award, award.amount, by=district)
    assert ROUND.take(row, "pay", by=reviewer).state == "disbursed"


def test_the_time_to_apply_is_made_longer_until_the_lot_is_drawn(district: User, village: User) -> None:
    row = make.reviewing(make.rating_round(by=district))
    draft, today = make.application(row, state="draft"), timezone.localdate()
    scored = row.review_until
    with pytest.raises(NotYours, match="申报时间"):
        APPLICATION.take(draft, "submit", by=village)
    for day in (today - timedelta(1), row.apply_until, row.apply_until - timedelta(1)):
        with pytest.raises(ValidationError, match="要比现在的"):
            ROUND.take(row, "extend", by=district, until=day, reason="台风")
    with pytest.raises(ValidationError, match="年份"):
        ROUND.take(row, "extend", by=district, until=date(9999, 12, 31), reason="台风")
    Message.objects.all().delete()
    row = ROUND.take(row, "extend", by=district, until=today + timedelta(4), reason="台风，停电三天")
    assert (row.apply_until, row.review_until, row.phase) == (today + timedelta(4), scored + timedelta(5), "applying")
    told = Message.objects.get(recipient=village)
    assert "申报延到" in told.subject and told.body == "台风，停电三天"
    assert AuditEntry.objects.filter(action="funding.extend_ratinground", reason="台风，停电三天").count() == 1
    assert APPLICATION.take(draft, "submit", by=village).state == "submitted"
    row = ROUND.take(row, "extend", by=district, until=today + timedelta(5), reason="再等一天")
    assert Message.objects.filter(recipient=village).count() == 1  # who has handed in is left in peace
    Application.objects.filter(pk=draft.pk).update(state="withdrawn")
    row = ROUND.take(row, "extend", by=district, until=today + timedelta(6), reason="再等一天")
    assert Message.objects.filter(recipient=village).count() == 2
    RatingRound.objects.filter(pk=row.pk).update(drawn_at=timezone.now())
    with pytest.raises(NotYours, match="代表已经抽过了"):
        ROUND.take(row, "extend", by=district, until=today + timedelta(9), reason="再等一天")


def test_what_was_scored_is_not_opened_to_changes_by_an_extension(district: User, township: User) -> None:
    row = make.rating_round(by=district)
    of = make.application(row)
    make.reviewing(row)
    today = timezone.localdate()
    made = panels.give(Application.objects.get(pk=of.pk), township, make.marks_of(of, "township", 80))
    with pytest.raises(ValidationError, match="打过分"):
        ROUND.take(row, "extend", by=district, until=today + timedelta(4), reason="台风")
    made.delete()
    ROUND.take(row, "extend", by=district, until=today + timedelta(4), reason="台风")
    late = Application.objects.select_related("round").get(pk=of.pk)
    late.round.apply_until = today - timedelta(1)  # as a page read it a moment before
    with pytest.raises(ValidationError, match="现在"):
        panels.give(late, township, make.marks_of(of, "township", 80))
    assert not of.sheets.exists()


def test_a_number_for_a_day_is_refused_in_words(district: User) -> None:
    row = make.reviewing(make.rating_round(by=district))
    client = program(district)
    for wrong in (5, True, 1.5, "明天", "9999-99-99"):
        given = {"until": wrong, "reason": "台风"}
        answer = client.post(f"/api/v1/rounds/{row.pk}/steps/extend/", given, "application/json")
        assert answer.status_code == 400 and "until" in answer.json()["errors"], wrong
    half = {"until": f"{timezone.localdate() + timedelta(3)}", "reason": "\ud800"}
    assert client.post(f"/api/v1/rounds/{row.pk}/steps/extend/", half, "application/json").status_code == 400
