"""A round from the opening to the money: what each step freezes, refuses and writes."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from activities.draw import sha256
from funding import ledger, panels, rating
from funding.models import Application, Award, Criterion, DecisionLine, RatingRound, RatingScheme, Sheet
from funding.workflows.application import APPLICATION
from funding.workflows.objection import OBJECTION
from funding.workflows.round import ROUND
from funding.workflows.sheet import SHEET
from records.models import Message
from tests import make
from workflow.engine import NotOpen, NotYours

pytestmark = pytest.mark.django_db


def refused(write: Any) -> str:
    """The name of the rule by which the database refuses."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    return str(caught.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def test_opening_freezes_the_rules_in_the_database(district: User) -> None:
    row = make.rating_round(by=district)
    scheme = RatingScheme.objects.get(pk=row.scheme_id)
    assert len(scheme.rules_hash) == 64 and row.seed_commitment == sha256(row.seed)
    assert refused(lambda: Criterion.objects.filter(scheme=scheme).update(weight=1)) == "criterion_frozen"
    assert refused(lambda: scheme.tiers.update(threshold=1)) == "tier_frozen"
    with pytest.raises(Exception, match="frozen"), transaction.atomic():
        RatingScheme.objects.filter(pk=scheme.pk).update(budget=1)


def test_a_scheme_with_a_fault_does_not_open(district: User) -> None:
    row = make.rating_round(opened=False)
    Criterion.objects.filter(scheme=row.scheme, source="township").delete()
    with pytest.raises(ValidationError, match="评分项"):
        ROUND.take(row, "open", by=district)


def test_a_village_applies_with_the_systems_facts_frozen(village: User, district: User) -> None:
    row = make.rating_round(by=district)
    draft = make.application(row, state="draft")
    done = APPLICATION.take(draft, "submit", by=village)
    assert [fact["key"] for fact in done.facts] == [
        *("open_hours", "activities", "headcount", "compliance", "coverage", "satisfaction", "complaints"),
    ]
    make.reviewing(row)
    with pytest.raises(NotYours, match="申报时间"):
        APPLICATION.take(done, "withdraw", by=village)


def test_nobody_scores_their_own_village_whoever_writes(district: User) -> None:
    of = make.application(make.rating_round(by=district))
    neighbour = make.representative_of(make.VILLAGE)
    assert refused(lambda: make.sheet(of, who=neighbour.user)) == "sheet_own_village"
    assert refused(lambda: make.sheet(of, "township", make.officer("head"))) == "sheet_own_village"
    assert make.sheet(of, who=neighbour.user, state="recused", reason="本村").state == "recused"


@pytest.mark.parametrize("marks", [{"0": 50}, {"first": 101}, {"first": "90"}, {"first": 90.5}, {"first": -1}])
def test_marks_are_whole_numbers_of_the_sources_own_items(district: User, marks: dict[str, Any]) -> None:
    of = make.application(make.rating_round(by=district))
    own = Criterion.objects.filter(scheme=of.round.scheme, source="representatives").order_by("number").first()
    given = {str(own.pk) if key == "first" else key: value for key, value in marks.items()}  # type: ignore[union-attr]
    assert refused(lambda: make.sheet(of, marks=given)) == "sheet_marks_fit"


def test_a_sheet_is_done_with_all_marks_only_and_recused_with_none(district: User) -> None:
    of = make.application(make.rating_round(by=district))
    some = dict(list(make.marks_of(of, "representatives", 80).items())[:1])
    assert refused(lambda: make.sheet(of, state="done", marks=some)) == "sheet_marks_fit"
    assert refused(lambda: make.sheet(of, state="recused", reason="亲戚", marks=some)) == "sheet_recused_is_empty"


def test_the_lot_leaves_out_ones_own_village_and_tells_who_was_drawn(district: User) -> None:
    row = make.rating_round(by=district)
    of = make.application(row)
    own = make.representative_of(make.VILLAGE)
    others = [make.representative_of(make.NEXT_VILLAGE) for _n in range(4)]
    make.reviewing(row)
    ROUND.take(row, "draw", by=district, count=5)
    drawn = set(of.sheets.values_list("scorer", flat=True))
    assert own.user_id not in drawn and drawn == {one.user_id for one in others}
    assert Message.objects.filter(recipient__in=drawn, link="/me/reviews/").count() == 4
    with pytest.raises(NotYours):
        ROUND.take(row, "draw", by=district, count=5)


def test_too_few_representatives_are_named_by_township(district: User) -> None:
    row = make.rating_round(by=district)
    make.application(row)
    make.representative_of(make.NEXT_VILLAGE)
    make.reviewing(row)
    with pytest.raises(ValidationError, match="多湖街道"):
        ROUND.take(row, "draw", by=district)


def test_a_sheet_is_its_owners_alone_until_all_are_in(district: User, township: User) -> None:
    of = make.application(make.rating_round(by=district))
    one = make.marked(of, "township", 90)
    for who in (district, township):
        assert not Sheet.objects.allowed(who, "view").exists()  # type: ignore[attr-defined]
    assert Sheet.objects.allowed(one.scorer, "view").get() == one  # type: ignore[attr-defined]
    with pytest.raises((NotYours, PermissionDenied)):
        SHEET.take(one, "score", by=district, marks=make.marks_of(of, "township", 0))


def test_the_next_one_of_the_lot_takes_the_place_of_who_does_not_answer(district: User) -> None:
    row = make.rating_round(by=district)
    of = make.application(row)
    for _n in range(4):
        make.representative_of(make.NEXT_VILLAGE)
    make.reviewing(row)
    ROUND.take(row, "draw", by=district, count=3)
    silent = of.sheets.first()
    SHEET.take(silent, "replace", by=district, reason="没有答复")
    assert of.sheets.filter(state="pending").count() == 3 and of.sheets.count() == 4
    with pytest.raises(ValidationError, match="没有别的代表"):
        SHEET.take(of.sheets.filter(state="pending").first(), "replace", by=district, reason="没有答复")


def test_two_of_the_township_score_and_a_third_where_they_differ(township: User, district: User) -> None:
    row = make.rating_round(by=district)
    of = make.application(row)
    second, third = make.officer("township"), make.officer("township")
    make.reviewing(row)
    panels.give(of, township, make.marks_of(of, "township", 70))
    with pytest.raises(ValidationError, match="打过分"):
        panels.give(of, township, make.marks_of(of, "township", 99))
    panels.give(of, second, make.marks_of(of, "township", 85))
    assert ("township", "third_needed") in dict(rating.missing(row))[of.pk]
    panels.give(of, third, make.marks_of(of, "township", 80))
    with pytest.raises(ValidationError, match="齐"):
        panels.give(of, make.officer("township"), make.marks_of(of, "township", 80))
    _entries, totals = rating.scored(row)
    assert totals[of.pk].sources["township"] == 80


def test_what_is_missing_is_named_and_never_counted_as_nothing(district: User) -> None:
    row = make.rating_round(by=district)
    of = make.application(row)
    make.reviewing(row)
    make.marked(of, "district", 90)
    with pytest.raises(ValidationError, match="光南社区：代表评议不够票数、镇街打分还没有打分"):
        ROUND.take(row, "score", by=district)
    APPLICATION.take(of, "rule", by=district, reason="代表全部回避，下次再评")
    ROUND.take(row, "score", by=district)
    ROUND.take(row, "decide", by=district)
    line = DecisionLine.objects.get(application=of)
    assert (line.total, line.star, line.award) == (None, 0, 0)


def test_scores_are_sealed_when_all_are_in(district: User) -> None:
    row = make.scored_round()
    one = Sheet.objects.filter(application__round=row).first()
    assert one is not None
    assert refused(lambda: Sheet.objects.filter(pk=one.pk).update(number=9)) == "sheet_round_open"
    assert refused(lambda: Sheet.objects.filter(pk=one.pk).delete()) == "sheet_round_open"
    assert refused(lambda: Application.objects.filter(round=row).update(strengths="改了")) == "application_round_open"
    seen = Sheet.objects.allowed(district, "view")  # type: ignore[attr-defined]
    assert sorted(seen.values_list("source", flat=True)) == ["district", "township", "township"]  # ballots stay anonymous


def test_the_decision_holds_the_totals_and_is_never_changed(district: User) -> None:
    row = make.decided({make.VILLAGE: (95, 92, 90), make.NEXT_VILLAGE: (80, 70, 60)})
    lines = {line.application.center.region.code: line for line in DecisionLine.objects.select_related("application__center__region")}
    first, second = lines[make.VILLAGE], lines[make.NEXT_VILLAGE]
    assert (str(first.total), first.star, first.award) == ("92.10", 5, 5_000_000)
    assert (str(second.total), second.star, second.award) == ("69.00", 0, 0)
    assert first.decision.inputs_hash and row.notice_until > timezone.localdate()
    for write in (lambda: DecisionLine.objects.update(star=5), lambda: DecisionLine.objects.all().delete()):
        with pytest.raises(Exception, match="append_only"), transaction.atomic():
            write()


def test_deciding_otherwise_than_the_rules_wants_a_reason(district: User) -> None:
    row = make.scored_round()
    tiers = [{"star": 5, "threshold": "95", "quota": None, "award": 5_000_000}, {"star": 4, "threshold": "80", "quota": 1, "award": 1}]
    with pytest.raises(ValidationError, match="理由"):
        ROUND.take(row, "decide", by=district, tiers=tiers)
    ROUND.take(row, "decide", by=district, tiers=tiers, reason="预算收紧")
    assert DecisionLine.objects.get().star == 4
    with pytest.raises(ValidationError):
        ROUND.take(row, "revise", by=district)
    ROUND.take(row, "revise", by=district, reason="异议成立")
    assert [d.number for d in row.decisions.order_by("number")] == [1, 2]
    assert DecisionLine.objects.all().current().get().star == 4  # type: ignore[attr-defined]  # what is in force stays


def test_final_waits_for_the_notice_and_every_objection(district: User) -> None:
    row = make.decided()
    said = make.objection(row)
    with pytest.raises(ValidationError, match="公示到"):
        ROUND.take(row, "finalise", by=district)
    RatingRound.objects.filter(pk=row.pk).update(notice_until=timezone.localdate() - timedelta(1))
    with pytest.raises(ValidationError, match="异议"):
        ROUND.take(row, "finalise", by=district)
    OBJECTION.take(said, "dismiss", by=district, answer="查了值班表，每晚都有人。")
    assert ROUND.take(row, "finalise", by=district).state == "final"
    with pytest.raises(NotOpen):
        ROUND.take(row, "decide", by=district)


def test_awards_are_put_in_place_and_paid_by_another(district: User, reviewer: User) -> None:
    row = make.decided()
    RatingRound.objects.filter(pk=row.pk).update(state="final", final_at=timezone.now())
    with pytest.raises(ValidationError, match="预算"):
        ROUND.take(row, "award", by=district)
    assert not Award.objects.exists()
    make.budget(6_000_000, "stars", row.year)
    ROUND.take(row, "award", by=district)
    with pytest.raises(ValidationError, match="另一位"):
        ROUND.take(row, "pay", by=district)
    ROUND.take(row, "pay", by=reviewer)
    award = Award.objects.get()
    assert (award.allocated, award.paid) == (5_000_000, 5_000_000)
    payment = award.entries.get(kind="payment")
    ledger.reverse(payment, by=reviewer, reason="账号写错了")
    award.refresh_from_db()
    assert award.paid == 0
    ledger.pay(award, by=reviewer)
    award.refresh_from_db()
    assert award.paid == award.amount


@pytest.mark.parametrize("shift", [-30, -21, -20, -6, -5, 0, 5, 6, 30])
def test_the_phase_of_one_and_the_queries_of_many_agree(district: User, shift: int) -> None:
    """By dates alone, the first and the last day included."""
    row = make.rating_round(by=district)
    today = timezone.localdate()
    dates = {"apply_from": today + timedelta(shift - 5), "apply_until": today + timedelta(shift + 5)}
    RatingRound.objects.filter(pk=row.pk).update(**dates, review_until=today + timedelta(shift + 9))
    row.refresh_from_db()
    rows: Any = RatingRound.objects.all()
    assert rows.applying().exists() is (row.phase == "applying")
    assert rows.reviewing().exists() is (row.phase == "reviewing")
    held = {"state": "decided", "notice_from": today + timedelta(shift - 3), "notice_until": today + timedelta(shift)}
    RatingRound.objects.filter(pk=row.pk).update(**held)
    row.refresh_from_db()
    assert rows.in_notice().exists() is (row.phase == "notice")
