"""What beat does: alarms once each, months settled by themselves, rosters of many centers counted, stopped, resumed."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from records.models import Message
from staffing import alarms, runs
from staffing.models import CommunityPartner, Roster, RosterRun
from staffing.workflows.partner import PARTNER
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


def at(days: int, clock: str) -> datetime:
    return timezone.make_aware(datetime.combine(make.day_after(days), time.fromisoformat(clock)))


def test_an_uncovered_shift_is_told_a_day_ahead_and_at_its_start_once_each(head: User) -> None:
    shift = make.shift(day=make.day_after(20))
    moments = ((18, "12:00", 0), (19, "12:00", 1), (19, "13:00", 1), (20, "09:05", 2), (20, "09:15", 2), (20, "15:00", 2))
    for days, clock, said in moments:
        with time_machine.travel(at(days, clock), tick=False):
            alarms.uncovered()
        assert Message.objects.filter(recipient=head, link=f"/desk/shifts/{shift.pk}/").count() == said


def test_a_full_shift_and_a_draft_alarm_nobody(head: User) -> None:
    make.duty(make.shift(day=make.day_after(20), people=1))
    draft = make.roster(make.center_of(make.NEXT_VILLAGE), month=make.month_of(make.day_after(20)))
    make.shift(draft, make.day_after(20))
    with time_machine.travel(at(19, "12:00"), tick=False):
        assert alarms.uncovered() == 0


def test_a_roster_that_should_hang_is_called_to_mind_once(head: User) -> None:
    month = make.next_month()
    make.roster(month=month)
    for ahead in (11, 6, 5, 3):
        alarms.not_posted(month - timedelta(days=ahead))
    assert Message.objects.filter(recipient=head, subject__contains="还没公示").count() == 1


def test_a_month_settles_itself_five_days_after_its_end(db: None) -> None:
    center = make.center_on_duty(4)
    posted = make.made(center, "published", date(2026, 10, 1))
    with time_machine.travel("2026-11-04T09:00+08:00", tick=False):
        assert alarms.settle() == 0
    with time_machine.travel("2026-11-06T09:00+08:00", tick=False):
        assert alarms.settle() == 1
    assert Roster.objects.get(pk=posted.pk).state == "closed" and posted.balances.count() == 16


def test_an_agreement_is_called_to_mind_90_and_30_days_before_its_end(township: User) -> None:
    end = make.day_after(200)
    row = make.community_partner(state="agreed", ends_on=end)
    for left in (91, 90, 89, 30, 29):
        alarms.partners(end - timedelta(days=left))
    assert Message.objects.filter(recipient=township, link=f"/desk/partners/{row.pk}/").count() == 2


def test_who_works_with_children_has_no_agreement_without_the_checks(township: User) -> None:
    from django.core.exceptions import ValidationError

    row = make.community_partner(with_children=True)
    PARTNER.take(row, "vet", by=township)
    days = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate() + timedelta(days=365)}
    with pytest.raises(ValidationError, match="从业人员"):
        PARTNER.take(row, "agree", by=township, **days)
    CommunityPartner.objects.filter(pk=row.pk).update(checked_on=timezone.localdate() - timedelta(days=30))
    assert PARTNER.take(row, "agree", by=township, **days).active


def test_a_partner_applies_for_its_own_organisation_and_sees_its_own_alone(partner: User, township: User) -> None:
    partner.organisation = make.organisation()
    partner.save()
    center, client = make.center_of(), enter(partner)
    page = client.post(
        "/desk/partners/add/", {"organisation": partner.organisation.pk, "center": center.pk, "services": "书法", "gives_back": "每周一课"}
    )
    row = CommunityPartner.objects.get()
    assert page.status_code == 302 and row.organisation == partner.organisation
    assert Message.objects.filter(recipient=township, kind="partner").exists()
    other = make.community_partner(center)
    assert client.get(f"/desk/partners/{row.pk}/").status_code == 200
    assert client.get(f"/desk/partners/{other.pk}/").status_code == 404
    refused = client.post(
        "/desk/partners/add/", {"organisation": make.organisation().pk, "center": center.pk, "services": "x", "gives_back": "y"}
    )
    assert refused.status_code == 200 and CommunityPartner.objects.count() == 2


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The centers for which the worker was asked."""
    found: list[int] = []
    monkeypatch.setattr(runs, "ask", lambda run, centers: found.extend(centers))
    return found


def test_a_run_makes_each_center_once_and_names_those_it_could_not(
    asked: list[int], township: User, django_capture_on_commit_callbacks: Any
) -> None:
    good, empty = make.center_on_duty(4), make.center_of(make.NEXT_VILLAGE)
    with django_capture_on_commit_callbacks(execute=True):
        run = runs.start(township, make.region(make.TOWN), make.next_month())
    assert sorted(asked) == sorted([good.pk, empty.pk]) and (run.total, run.done) == (2, 0)
    for center in (good.pk, good.pk, empty.pk):
        runs.step(run.pk, center)
    run = RosterRun.objects.get()
    assert run.done == 2 and run.finished_at and list(run.failed) == [str(empty.pk)] and "任职" in run.failed[str(empty.pk)]
    assert Roster.objects.get(center=good).state == "generated"


def test_a_stopped_run_makes_no_more_and_a_stalled_one_is_asked_again(asked: list[int], township: User) -> None:
    center = make.center_on_duty(4)
    run = runs.start(township, make.region(make.TOWN), make.next_month())
    assert runs.resume() == 0
    RosterRun.objects.update(asked_at=timezone.now() - timedelta(minutes=9))
    assert runs.resume() == 1 and asked == [center.pk]
    assert runs.resume() == 0
    runs.cancel(run, township)
    runs.step(run.pk, center.pk)
    assert not Roster.objects.filter(state="generated").exists()


def test_what_is_looked_over_is_not_made_anew(asked: list[int], township: User) -> None:
    from django.core.exceptions import ValidationError

    center = make.center_on_duty(4)
    make.roster(center, "reviewed", month=make.next_month())
    with pytest.raises(ValidationError, match="没有可以排的"):
        runs.start(township, make.region(make.TOWN), make.next_month())


def test_an_election_ends_the_postings_of_a_place_at_once(township: User) -> None:
    center = make.center_on_duty(3)
    last = timezone.localdate() + timedelta(days=10)
    client = enter(township)
    seen = client.post("/desk/elections/", {"center": center.pk, "last_day": f"{last}"}).content.decode()
    assert "3 条任职" in seen and center.postings.filter(valid_until=None).count() == 3
    client.post("/desk/elections/", {"center": center.pk, "last_day": f"{last}", "sure": "1"})
    assert set(center.postings.values_list("valid_until", flat=True)) == {last}


def test_two_runs_never_take_a_center_from_each_other_and_what_was_made_since_stays(asked: list[int], township: User) -> None:
    from django.core.exceptions import ValidationError

    center = make.center_on_duty(4)
    run = runs.start(township, make.region(make.TOWN), make.next_month())
    with pytest.raises(ValidationError, match="正在排"):
        runs.start(township, make.region(make.TOWN), make.next_month())
    by_hand = make.made(center, "generated")
    Roster.objects.filter(pk=by_hand.pk).update(generated_at=timezone.now() + timedelta(seconds=1), method="by_hand")
    runs.step(run.pk, center.pk)
    assert Roster.objects.get(pk=by_hand.pk).method == "by_hand" and RosterRun.objects.get().finished_at


@pytest.mark.parametrize("months", [-1, 4])
def test_a_month_that_is_over_or_too_far_ahead_is_not_begun(head: User, months: int) -> None:
    today = timezone.localdate()
    month = date(today.year + (today.month - 1 + months) // 12, (today.month - 1 + months) % 12 + 1, 1)
    page = enter(head).post("/desk/rosters/add/", {"center": make.center_of().pk, "month": f"{month:%Y-%m}"})
    assert page.status_code == 200 and "三个月以内" in page.content.decode() and not Roster.objects.exists()


def test_an_activity_names_a_partner_of_its_own_center_that_is_at_work(partner: User) -> None:
    from django.core.exceptions import ValidationError

    from activities import delivered

    center = make.center_of()
    activity = make.activity(center)
    for wrong in (make.community_partner(center), make.community_partner(make.center_of(make.NEXT_VILLAGE), state="agreed")):
        activity.partner = wrong
        with pytest.raises(ValidationError, match="合伙人"):
            activity.full_clean()
    own = make.community_partner(center, state="agreed")
    activity.partner = own
    activity.full_clean()
    activity.save()
    make.outcome(activity, headcount=23)
    assert dict(delivered.facts(own))["来了多少人次"] == 23
