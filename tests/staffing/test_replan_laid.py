"""A re-plan is laid over the month as it is now, to the last person, or not at all."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from centers.models import OpeningException
from records.models import AuditEntry, CalendarDay, Message
from staffing import alarms, changing, replanning
from staffing.models import Cadre, Duty, Roster, Shift
from tests import make
from tests.funding.test_pages import text
from tests.portal.test_api import program
from tests.portal.world import enter
from tests.staffing.test_hours_changed import TODAY, closed, later, posted, sound

__all__ = ["posted"]
pytestmark = pytest.mark.django_db


def test_who_stays_keeps_the_swaps(posted: Roster, head: User) -> None:
    duties = list(Duty.objects.filter(shift__roster=posted, shift__day=date(2026, 10, 20), shift__kind="regular"))
    other = posted.center.postings.exclude(cadre__in=[duty.cadre_id for duty in duties]).first()
    assert other is not None
    open_one, done = (
        make.swap(duties[0], other.cadre, state="offered"),
        make.swap(duties[1], other.cadre, state="applied", decided_at=timezone.now()),
    )
    agreed = Duty.objects.filter(shift__roster=posted, shift__day=date(2026, 10, 21), shift__kind="regular").first()
    assert agreed is not None
    taker = posted.center.postings.exclude(cadre__duties__shift=agreed.shift).first()
    assert taker is not None
    taker.cadre.user = make.user("taker")
    taker.cadre.save()
    accepted = make.swap(agreed, taker.cadre, state="accepted")  # of hours that are others now: to be asked anew
    later(posted)
    Message.objects.all().delete()
    replanning.apply(replanning.replan(posted), head)
    sound(posted)
    assert type(done).objects.get(pk=accepted.pk).state not in ("offered", "accepted", "applied")
    assert Message.objects.filter(recipient=taker.cadre.user, subject__contains="换班").exists()
    assert set(type(done).objects.values_list("pk", "state")) >= {(open_one.pk, "offered"), (done.pk, "applied")}


def test_tomorrow_becomes_a_holiday_and_its_shift_waits_to_be_filled_by_hand(posted: Roster, head: User) -> None:
    CalendarDay.objects.filter(date=TODAY + timedelta(1)).update(kind="holiday", name="试")
    difference = replanning.replan(posted)
    kinds = {change.shift.key: change.kind for change in difference.changes if change.kind}
    assert kinds == {"2026-10-14 regular": "gone", "2026-10-14 extended": "gone", "2026-10-14 staggered": "fresh"}
    assert "2026-10-14 staggered" in {gap.slot for gap in difference.gaps}
    page = enter(head).get(f"/desk/rosters/{posted.pk}/replan/")
    assert [(shift.key, shift.pk) for shift, _gap, _why in page.context["gaps"]] == [("2026-10-14 staggered", None)]
    replanning.apply(difference, head)
    found = sound(posted)
    shift = found.shifts["2026-10-14 staggered"]
    assert shift.duties.count() == 0 and alarms.uncovered() == 1
    into = changing.candidates(found, shift.key)[0]
    changing.put(shift, None, Cadre.objects.get(pk=into), head)
    assert sound(posted).now[shift.key] == (into,)


def test_a_closure_entered_by_mistake_leaves_shifts_that_can_be_filled_again(posted: Roster, head: User) -> None:
    closed(posted, TODAY + timedelta(1))
    replanning.apply(replanning.replan(posted), head)
    OpeningException.objects.all().delete()
    assert set(replanning.stale(posted).fresh) == {"2026-10-14 regular", "2026-10-14 extended"}
    replanning.apply(replanning.replan(posted), head)
    assert {"2026-10-14 regular", "2026-10-14 extended"} <= set(sound(posted).shifts)


def test_a_shift_that_the_hall_may_confirm_already_stays(posted: Roster, head: User) -> None:
    closed(posted, TODAY + timedelta(1))
    with time_machine.travel("2026-10-14T08:05+08:00", tick=False):
        assert set(replanning.stale(posted).gone) == {"2026-10-14 extended"}
    with time_machine.travel("2026-10-14T07:55+08:00", tick=False):
        difference = replanning.replan(posted)
        assert "2026-10-14 regular" in {change.shift.key for change in difference.changes}
        Duty.objects.filter(shift__roster=posted, shift__day=TODAY + timedelta(1)).update(state="confirmed", confirmed_at=timezone.now())
        with pytest.raises(ValidationError, match="重新算"):
            replanning.apply(difference, head)


def test_other_windows_between_the_same_hours_are_told(posted: Roster) -> None:
    posted.center.hours.filter(day_type="workday", kind="regular", opens="08:30").update(closes="12:00")
    moved = [change for change in replanning.replan(posted).changes if change.kind == "moved"]
    assert moved and all(change.stay and change.shift.spans == "08:30–12:00、13:30–17:00" for change in moved)


def test_what_somebody_did_by_hand_meanwhile_is_seen(posted: Roster, head: User) -> None:
    later(posted)
    difference = replanning.replan(posted)
    change = difference.changes[0]
    Duty.objects.filter(shift=change.shift.pk, cadre=change.stay[0]).delete()
    with pytest.raises(ValidationError, match="重新算"):
        replanning.apply(difference, head)
    difference = replanning.replan(posted)
    free = posted.center.postings.exclude(cadre__duties__shift__day=change.shift.day).first()
    assert free is not None
    changing.duty(Shift.objects.get(pk=change.shift.pk), free.cadre_id).save()
    with pytest.raises(ValidationError, match="重新算"):
        replanning.apply(difference, head)


def test_a_page_opened_before_the_replan_writes_the_times_of_now(posted: Roster, head: User) -> None:
    old = Shift.objects.select_related("roster").get(roster=posted, day=date(2026, 10, 20), kind="regular")
    later(posted)
    replanning.apply(replanning.replan(posted), head)
    found = changing.month(posted)
    out = found.now[old.key][0]
    into = changing.candidates(found, old.key, out)[0]
    changing.put(old, Cadre.objects.get(pk=out), Cadre.objects.get(pk=into), head)
    sound(posted)
    closed(posted, date(2026, 10, 20))
    replanning.apply(replanning.replan(posted), head)
    with pytest.raises(ValidationError, match="重新安排过"):
        changing.put(old, None, Cadre.objects.get(pk=into), head)


def test_publishing_no_difference_changes_nothing(posted: Roster, head: User) -> None:
    before, mark = Roster.objects.get(pk=posted.pk).quality, replanning.replan(posted).mark
    answer = program(head).post(f"/api/v1/rosters/{posted.pk}/replan/", {"mark": mark}, "application/json")
    assert answer.status_code == 200 and Roster.objects.get(pk=posted.pk).quality == before
    assert not AuditEntry.objects.filter(action="staffing.change_duty").exists()


def test_hours_that_come_back_are_told_of_again(posted: Roster, head: User) -> None:
    for count, closes in enumerate(("18:00", "17:00", "18:00"), 1):
        posted.center.hours.filter(day_type="workday", kind="regular", opens="13:30").update(closes=closes)
        with time_machine.travel(timezone.now() + timedelta(minutes=count), tick=False):
            assert alarms.stale() == 1 and Message.objects.filter(recipient=head).count() == count
            replanning.apply(replanning.replan(Roster.objects.get(pk=posted.pk)), head)


def test_the_note_of_an_unannounced_month_goes_with_the_announcement(posted: Roster, head: User) -> None:
    Roster.objects.filter(pk=posted.pk).update(quality={**posted.quality, "announced": False})
    assert "还没有公布" not in text(enter(head).get(f"/desk/rosters/{posted.pk}/"))
    CalendarDay.objects.filter(date=date(2026, 10, 29)).delete()
    assert "还没有公布" in text(enter(head).get(f"/desk/rosters/{posted.pk}/"))


@pytest.mark.parametrize(
    "body", ['{"shift": 1e400, "into": 1}', '{"shift": "%s", "into": 1}' % ("9" * 5000), "[]", '{"shift": %s, "out": 1e400}', "{}"]
)
def test_what_is_no_number_is_refused_in_words(posted: Roster, head: User, body: str) -> None:
    shift = posted.shifts.latest("pk")
    text = body.replace("%s", str(shift.pk))
    answer = program(head).post(f"/api/v1/rosters/{posted.pk}/put/", text, "application/json")
    assert answer.status_code == 400, answer.content
    half = {"shift": shift.pk, "into": Cadre.objects.latest("pk").pk, "reason": "\ud800"}
    assert program(head).post(f"/api/v1/rosters/{posted.pk}/put/", half, "application/json").status_code == 400


def test_a_settled_month_is_not_changed_by_programs(posted: Roster, head: User) -> None:
    shift = posted.shifts.first()
    assert shift is not None
    Roster.objects.filter(pk=posted.pk).update(state="closed", closed_at=timezone.now())
    into = posted.center.postings.exclude(cadre__duties__shift=shift).first()
    assert into is not None
    client, place = program(head), f"/api/v1/rosters/{posted.pk}/"
    answer = client.post(f"{place}put/", {"shift": shift.pk, "into": into.cadre_id}, "application/json")
    assert answer.status_code == 400 and "结账" in str(answer.json()["errors"])
    assert client.get(f"{place}replan/").status_code == 404
