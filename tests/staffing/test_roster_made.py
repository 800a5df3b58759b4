"""A month's roster is made from opening hours and postings, judged, posted, changed by hand, planned anew, settled."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from records.models import Message
from staffing import changing, checker, judging, making, replanning
from staffing.models import Duty, DutyBalance, DutyNeed, Roster, Shift
from staffing.workflows.roster import ROSTER
from tests import make

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def roster() -> Roster:
    return make.roster(make.center_on_duty(6), month=OCTOBER)


def taken(roster: Roster, *names: str, by: User) -> Any:
    for name in names:
        roster = ROSTER.take(roster, name, by=by)
    return roster


def test_shifts_follow_the_opening_hours_and_the_calendar(roster: Roster, head: User) -> None:
    made = taken(roster, "generate", by=head)
    by_kind = {(s.day.day, s.kind): s for s in made.shifts.all()}
    assert (1, "staggered") in by_kind and (1, "regular") not in by_kind  # National Day
    assert {k for d, k in by_kind if d == 10} == {"regular", "extended"}  # a make-up Saturday is worked
    assert {k for d, k in by_kind if d == 11} == {"staggered"}
    workday = by_kind[12, "regular"]
    assert workday.spans == "08:30–11:30、13:30–17:00" and workday.people == 2 and workday.lead
    assert timezone.localtime(workday.starts_at).hour == 8 and timezone.localtime(workday.ends_at).hour == 17


def test_a_made_roster_breaks_no_rule_and_is_told_how_good_it_is(roster: Roster, head: User) -> None:
    made = taken(roster, "generate", by=head)
    found = changing.month(made)
    assert checker.faults(found.problem, found.now) == []
    assert made.state == "generated" and made.method == "cp_sat" and len(made.input_hash) == 64
    assert made.quality["gaps"] == 0 and made.quality["leadless"] == 0 and made.quality["announced"] is True
    assert made.quality["bound"] <= made.quality["cost"]


def test_the_same_input_gives_the_same_roster(roster: Roster, head: User) -> None:
    first = changing.month(taken(roster, "generate", by=head)).now
    again = Roster.objects.get(pk=roster.pk)
    assert changing.month(taken(again, "generate", by=head)).now == first


def test_a_center_says_how_many_it_wants(roster: Roster, head: User) -> None:
    DutyNeed.objects.create(center=roster.center, kind="regular", people=1)
    DutyNeed.objects.create(center=roster.center, kind="extended", people=0)
    made = taken(roster, "generate", by=head)
    assert set(made.shifts.values_list("kind", "people")) == {("regular", 1), ("staggered", 1)}


def test_a_maker_that_breaks_a_rule_is_never_believed(roster: Roster, caplog: Any) -> None:
    def wild(problem: Any) -> Any:
        lead = problem.people[0].key
        return making.rota.Made({s.key: (lead,) for s in problem.slots}, 0, 0, "cp_sat")

    making.fill(roster, maker=wild)
    found = changing.month(roster)
    assert checker.faults(found.problem, found.now) == [] and roster.method == "least_loaded"
    assert "broke" in caplog.text


def test_without_people_or_hours_it_says_what_to_do_first(head: User) -> None:
    center = make.center_of()
    with pytest.raises(ValidationError, match="任职"):
        taken(make.roster(center), "generate", by=head)
    make.cadres(center, 3)
    center.hours.all().delete()
    with pytest.raises(ValidationError, match="开放时间"):
        taken(make.roster(center, month=OCTOBER), "generate", by=head)


def test_the_head_posts_it_and_everybody_on_it_hears(roster: Roster, head: User) -> None:
    account = make.user("cadre_told")
    make.posting(roster.center, make.cadre(user=account))
    made = taken(roster, "generate", "review", "publish", by=head)
    assert made.posted and made.published_at and made.reviewed_by == head
    assert Message.objects.filter(recipient=account, subject__contains="值班表公示").count() == 1


def test_a_broken_rule_stops_the_posting(roster: Roster, head: User) -> None:
    made = taken(roster, "generate", "review", by=head)
    one = Duty.objects.filter(shift__roster=made, shift__kind="regular").order_by("starts_at").first()
    assert one is not None
    make.leave(one.cadre, state="approved", first_day=one.shift.day, last_day=one.shift.day)
    with pytest.raises(ValidationError, match="请了假"):
        taken(made, "publish", by=head)


@pytest.mark.parametrize("persona", ["village", "cadre", "other_township", "resident"])
def test_others_do_not_post_it(roster: Roster, persona: str, request: Any) -> None:
    making.fill(roster)
    roster.save()
    Roster.objects.filter(pk=roster.pk).update(state="reviewed")
    with pytest.raises(PermissionDenied):
        taken(roster, "publish", by=request.getfixturevalue(persona))


def put(shift: Shift, out: Any, into: Any, by: User) -> None:
    changing.put(shift, out, into, by)


@pytest.mark.parametrize("rule", ["leave", "once_a_day", "too_many", "away"])
def test_a_change_by_hand_that_breaks_a_rule_is_refused_by_its_name(roster: Roster, head: User, rule: str) -> None:
    taken(roster, "generate", by=head)
    shift = roster.shifts.filter(kind="regular").prefetch_related("duties").first()
    assert shift is not None
    there = {d.cadre_id for d in shift.duties.all()}
    same_day = Duty.objects.filter(shift__roster=roster, shift__day=shift.day, shift__kind="extended").get().cadre
    idle = next(p.cadre for p in roster.center.postings.all() if p.cadre_id not in there | {same_day.pk})
    out: Any = shift.duties.order_by("lead").first()
    if rule == "leave":
        make.leave(idle, state="approved", first_day=shift.day, last_day=shift.day)
    if rule == "away":
        idle.postings.update(valid_until=shift.day - timedelta(1))
    into = same_day if rule == "once_a_day" else idle
    with pytest.raises(ValidationError) as refused:
        put(shift, None if rule == "too_many" else out.cadre, into, head)
    assert refused.value.code == rule


def test_who_owes_most_is_offered_first(roster: Roster, head: User) -> None:
    taken(roster, "generate", by=head)
    for n, posting in enumerate(roster.center.postings.order_by("pk")):
        make.duty_balance(make.roster(roster.center, "closed", month=date(2025, n + 1, 1)), posting.cadre, amount=100 * n)
    found = changing.month(roster)
    shift = next(s for s in found.shifts.values() if s.kind == "staggered")
    owed = changing.owed(found)
    ranked = changing.candidates(found, shift.key, found.now[shift.key][0])
    assert ranked and [owed[c] for c in ranked] == sorted(owed[c] for c in ranked)


@pytest.fixture
def posted(head: User) -> Roster:
    """A month that lies ahead whole, posted by a head who held office then."""
    head.grants.update(valid_from=date(2026, 1, 1))
    with time_machine.travel("2026-09-20T10:00+08:00", tick=False):
        return taken(make.roster(make.center_on_duty(7), month=OCTOBER), "generate", "review", "publish", by=head)


def test_a_leave_is_planned_around_with_few_changes(posted: Roster, head: User, township: User) -> None:
    from staffing.workflows.leave import LEAVE

    who = Duty.objects.filter(shift__roster=posted, shift__day__gte=date(2026, 10, 14)).first()
    assert who is not None
    with time_machine.travel("2026-10-10T10:00+08:00", tick=False):
        leave = make.leave(who.cadre, first_day=date(2026, 10, 14), last_day=date(2026, 10, 20))
        given = Duty.objects.filter(cadre=who.cadre, shift__day__range=(leave.first_day, leave.last_day)).count()
        before = changing.month(posted).now
        LEAVE.take(leave, "approve", by=head)
        assert not Duty.objects.filter(cadre=who.cadre, shift__day__range=(leave.first_day, leave.last_day)).exists()
        difference = replanning.replan(posted)
        assert all(change.shift.day > date(2026, 10, 12) and not change.kind for change in difference.changes)
        assert sum(len(change.out) for change in difference.changes) <= 3
        assert difference.gaps == [] and given
        concerned = replanning.apply(difference, head)
    after = changing.month(posted)
    assert checker.faults(after.problem, after.now) == []
    assert concerned and {k: v for k, v in after.now.items() if k < "2026-10-13"} == {k: v for k, v in before.items() if k < "2026-10-13"}


def test_a_replan_is_not_published_over_somebody_elses_change(posted: Roster, head: User) -> None:
    with time_machine.travel("2026-10-10T10:00+08:00", tick=False):
        last = posted.shifts.filter(day__gte=date(2026, 10, 20), kind="regular").first()
        assert last is not None
        last.duties.all().delete()
        difference = replanning.replan(posted)
        added = next(change for change in difference.changes if change.into)
        difference.changes.append(replanning.Change(added.shift, [999999], [], []))
        with pytest.raises(ValidationError, match="重新算"):
            replanning.apply(difference, head)
        assert not last.duties.exists() and not added.out


def test_a_month_is_settled_once_and_an_absence_earns_a_debt(posted: Roster, head: User) -> None:
    absent = Duty.objects.filter(shift__roster=posted).first()
    assert absent is not None
    Duty.objects.filter(pk=absent.pk).update(state="absent", finding="没来")
    with time_machine.travel("2026-10-20T10:00+08:00"), pytest.raises(ValidationError, match="五天"):
        taken(posted, "close", by=head)
    with time_machine.travel("2026-11-06T10:00+08:00"):
        taken(posted, "close", by=head)
    rows = DutyBalance.objects.filter(roster=posted, kind="total")
    assert rows.count() == 7 and DutyBalance.objects.filter(roster=posted).exclude(entry="month").count() == 0
    assert sum(rows.values_list("amount", flat=True)) == -100  # one duty was nobody's
    counted = judging.why(changing.month(posted).problem, changing.month(posted).now, absent.cadre_id)["total"]
    stood = Duty.objects.filter(shift__roster=posted, cadre=absent.cadre).count()
    assert rows.get(cadre=absent.cadre).amount == 100 * (stood - 1) - counted.share


def test_balances_are_never_changed(posted: Roster, head: User) -> None:
    from django.db import DatabaseError, transaction

    row = make.duty_balance(posted)
    for change in (lambda: DutyBalance.objects.filter(pk=row.pk).update(amount=0), lambda: DutyBalance.objects.filter(pk=row.pk).delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_month_is_made_with_what_the_unsettled_month_before_will_bring(head: User) -> None:
    """It is made before the month before it ends: what that brings counts already, else shares swing for ever."""
    center = make.center_on_duty(6)
    first = make.made(center, "published", OCTOBER)
    busiest = Duty.objects.filter(shift__roster=first).order_by("cadre", "pk").first()
    assert busiest is not None
    told = judging.why(changing.month(first).problem, changing.month(first).now, busiest.cadre_id)["total"]
    second = make.roster(center, month=date(2026, 11, 1))
    carried = {p.key: p.balance["total"] for p in changing.month(second).problem.people}
    assert carried[busiest.cadre_id] == told.balance
    with time_machine.travel("2026-11-06T10:00+08:00", tick=False):
        ROSTER.take(first, "close", by=None)
    assert {p.key: p.balance["total"] for p in changing.month(second).problem.people} == carried


def test_by_hand_nobody_takes_a_found_absence_away(roster: Roster, head: User) -> None:
    taken(roster, "generate", by=head)
    shift = roster.shifts.filter(kind="regular").first()
    assert shift is not None
    absent = shift.duties.first()
    assert absent is not None
    Duty.objects.filter(pk=absent.pk).update(state="absent", finding="没来")
    with pytest.raises(ValidationError, match="刷新"):
        put(shift, absent.cadre, None, head)
    assert Duty.objects.filter(pk=absent.pk).exists()
