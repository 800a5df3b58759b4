"""Hours change after a roster hangs: its page and a message say so, and the re-plan brings it in line."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from centers.models import OpeningException
from records.models import AuditEntry, CalendarDay, Message
from staffing import alarms, changing, checker, replanning
from staffing.models import Duty, DutyNeed, Roster, Shift
from staffing.workflows.roster import ROSTER
from tests import make
from tests.funding.test_pages import text
from tests.portal.test_api import program
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
OCTOBER, TODAY = date(2026, 10, 1), date(2026, 10, 13)


@pytest.fixture
def posted(head: User) -> Iterator[Roster]:
    """October, posted in September; it is the morning of the 13th: days up to the 15th stay."""
    head.grants.update(valid_from=date(2026, 1, 1))
    with time_machine.travel("2026-09-20T10:00+08:00", tick=False):
        row = make.roster(make.center_on_duty(7), month=OCTOBER)
        for name in ("generate", "review", "publish"):
            row = ROSTER.take(row, name, by=head)
    with time_machine.travel("2026-10-13T10:00+08:00", tick=False):
        Message.objects.all().delete()
        yield row


def later(roster: Roster, closes: str = "18:00") -> None:
    """From now on the hall closes later on workdays."""
    roster.center.hours.filter(day_type="workday", kind="regular", closes="17:00").update(closes=closes)


def closed(roster: Roster, first: date, last: date | None = None) -> None:
    OpeningException.objects.create(center=roster.center, first_day=first, last_day=last or first, closed=True, note="台风")


def sound(roster: Roster) -> changing.Month:
    """The month as stored: it fits the hours, breaks no rule, and each duty lasts as long as its shift."""
    roster = Roster.objects.get(pk=roster.pk)
    found = changing.month(roster)
    assert not replanning.stale(roster) and checker.faults(found.problem, found.now) == []
    for duty in Duty.objects.filter(shift__roster=roster).select_related("shift"):
        assert (duty.starts_at, duty.ends_at) == (duty.shift.starts_at, duty.shift.ends_at)
    return found


def test_a_roster_that_fits_the_hours_is_left_in_peace(posted: Roster) -> None:
    assert not replanning.stale(posted) and replanning.replan(posted).changes == []
    assert alarms.stale() == 0 and not Message.objects.exists()


def test_other_times_are_taken_over_with_the_same_people(posted: Roster, head: User) -> None:
    later(posted)
    days = replanning.stale(posted).days
    assert min(days) == date(2026, 10, 16) and max(days) == date(2026, 10, 30)
    difference = replanning.replan(posted)
    assert {change.kind for change in difference.changes} == {"moved"}
    assert sum(len(c.out) + len(c.into) for c in difference.changes) == 0 and all(c.stay for c in difference.changes)
    who = Duty.objects.get(shift=difference.changes[0].shift, cadre=difference.changes[0].stay[0]).cadre
    who.user = make.user("on_duty")
    who.save()
    concerned = replanning.apply(difference, head)
    found = sound(posted)
    ends = {timezone.localtime(s.ends_at).hour for s in found.shifts.values() if s.kind == "regular" and s.day > date(2026, 10, 15)}
    assert ends == {18} and who.pk in concerned
    before = Shift.objects.get(roster=posted, day=date(2026, 10, 15), kind="regular")
    assert timezone.localtime(before.ends_at).hour == 17  # the next 48 hours stay
    said = Message.objects.get(recipient=who.user)
    assert said.body.startswith("时间改了：") and said.body.count("\n") + 1 == sum(who.pk in c.stay for c in difference.changes)
    assert AuditEntry.objects.filter(action="staffing.change_duty", target_id=posted.pk).count() == 1


def test_a_closed_day_needs_nobody_even_tomorrow(posted: Roster, head: User) -> None:
    closed(posted, TODAY, TODAY + timedelta(1))
    gone = replanning.stale(posted).gone
    assert set(gone) == {"2026-10-13 extended", "2026-10-14 regular", "2026-10-14 extended"}  # this morning's has begun
    duty = Duty.objects.filter(shift=gone["2026-10-14 regular"]).first()
    assert duty is not None
    other = posted.center.postings.exclude(cadre=duty.cadre).first()
    assert other is not None
    swap = make.swap(duty, other.cadre, state="offered")
    difference = replanning.replan(posted)
    assert [(c.kind, c.shift.key) for c in difference.changes] == [
        ("gone", key) for key in ("2026-10-13 extended", "2026-10-14 regular", "2026-10-14 extended")
    ]
    replanning.apply(difference, head)
    sound(posted)
    assert not Shift.objects.filter(roster=posted, day=TODAY + timedelta(1)).exists()
    assert Shift.objects.filter(roster=posted, day=TODAY, kind="regular").exists()
    assert not type(swap).objects.filter(pk=swap.pk).exists()  # it went with the duty


def test_new_windows_get_people(posted: Roster, head: User) -> None:
    make.hours(posted.center, "rest_day", "18:00", "20:00", "extended")
    difference = replanning.replan(posted)
    fresh = [change for change in difference.changes if change.kind == "fresh"]
    assert {c.shift.day for c in fresh} == {date(2026, 10, day) for day in (17, 18, 24, 25, 31)} and all(c.into for c in fresh)
    replanning.apply(difference, head)
    assert sound(posted).shifts["2026-10-17 extended"].duties.count() == 1


def test_who_stays_at_the_same_times_hears_nothing(posted: Roster, head: User) -> None:
    DutyNeed.objects.create(center=posted.center, kind="regular", people=3, lead=True)
    difference = replanning.replan(posted)
    moved = [change for change in difference.changes if change.kind == "moved"]
    assert moved and all(len(c.into) - len(c.out) == 1 and not c.stay for c in moved)
    for posting in posted.center.postings.select_related("cadre"):
        posting.cadre.user = make.user(f"cadre{posting.cadre_id}")
        posting.cadre.save()
    wanted = {c: sum(c in (*each.out, *each.into) for each in difference.changes) for c in replanning.people_of(difference.changes)}
    before = set(Duty.objects.filter(shift__in=[c.shift.pk for c in moved]).values_list("pk", flat=True))
    replanning.apply(difference, head)
    sound(posted)
    gone = sum(len(c.out) for c in moved)
    assert Duty.objects.filter(pk__in=before).count() == len(before) - gone
    heard = {m.recipient.cadre.pk: len(m.body.splitlines()) for m in Message.objects.filter(link="/me/duties/")}
    assert heard == wanted and sum(wanted.values()) < len(before)


def test_hours_that_change_once_more_before_it_is_published_are_seen(posted: Roster, head: User) -> None:
    later(posted)
    difference = replanning.replan(posted)
    posted.center.hours.filter(closes="18:00").update(closes="17:30")
    with pytest.raises(ValidationError, match="重新算"):
        replanning.apply(difference, head)
    closed(posted, date(2026, 10, 20))
    with pytest.raises(ValidationError, match="重新算"):
        replanning.apply(difference, head)
    assert not Shift.objects.filter(roster=posted, spans__endswith="18:00").exists()
    assert Shift.objects.filter(roster=posted, day=date(2026, 10, 20)).exists()
    replanning.apply(replanning.replan(posted), head)
    sound(posted)


def test_who_may_change_it_is_told_once_for_the_same_hours(posted: Roster, head: User) -> None:
    later(posted)
    assert alarms.stale() == 1
    said = Message.objects.get(recipient=head)
    assert "对不上" in said.subject and said.link == f"/desk/rosters/{posted.pk}/replan/"
    with time_machine.travel("2026-10-20T10:00+08:00", tick=False):
        alarms.stale()
    assert Message.objects.count() == 1
    closed(posted, date(2026, 10, 28))
    alarms.stale()
    assert Message.objects.count() == 2
    replanning.apply(replanning.replan(posted), head)
    assert alarms.stale() == 0


def test_a_calendar_that_is_announced_later_reaches_a_posted_roster(posted: Roster) -> None:
    CalendarDay.objects.filter(date=date(2026, 10, 23)).update(kind="holiday", name="试")
    kinds = {change.shift.key: change.kind for change in replanning.replan(posted).changes if change.kind}
    assert kinds["2026-10-23 regular"] == kinds["2026-10-23 extended"] == "gone" and kinds["2026-10-23 staggered"] == "fresh"


def test_the_page_names_the_days_and_publishes_what_was_read(posted: Roster, head: User) -> None:
    later(posted)
    closed(posted, date(2026, 10, 20))
    client, place = enter(head), f"/desk/rosters/{posted.pk}/"
    assert "有 11 天和现在的开放时间、放假安排或者要的人数对不上" in text(client.get(place))
    page = client.get(f"{place}replan/")
    assert "不用值班了，取消" in text(page) and "照旧来" in text(page)
    mark = page.context["mark"]
    closed(posted, date(2026, 10, 21))
    assert "刚刚有变动" in text(client.post(f"{place}replan/", {"mark": mark}))
    answer = client.post(f"{place}replan/", {"mark": client.get(f"{place}replan/").context["mark"]}, follow=True)
    assert "已经公示" in text(answer) and "对不上" not in text(answer)
    sound(posted)


def test_programs_read_the_difference_and_publish_it(posted: Roster, head: User) -> None:
    closed(posted, date(2026, 10, 20))
    client, place = program(head), f"/api/v1/rosters/{posted.pk}/replan/"
    read = client.get(place).json()
    assert {(c["slot"], c["kind"], bool(c["out"])) for c in read["changes"]} >= {("2026-10-20 regular", "gone", True)}
    assert client.post(place, {"mark": "0" * 64}, "application/json").status_code == 409
    assert client.post(place, {"mark": read["mark"]}, "application/json").status_code == 200
    sound(posted)
    assert client.get(place).json()["changes"] == []
    assert program(make.officer("other_township")).get(place).status_code in (403, 404)


def test_programs_change_a_shift_by_hand_under_the_same_rules(posted: Roster, head: User) -> None:
    duty = Duty.objects.filter(shift__roster=posted, shift__day=date(2026, 10, 20), shift__kind="staggered").first()
    duty = duty or Duty.objects.filter(shift__roster=posted, shift__day=date(2026, 10, 24)).first()
    assert duty is not None
    client, place = program(head), f"/api/v1/rosters/{posted.pk}/put/"

    def put(**given: Any) -> Any:
        return client.post(place, {"shift": duty.shift_id, **given}, "application/json")

    found = changing.month(posted)
    into = changing.candidates(found, duty.shift.key, duty.cadre_id)[0]
    assert put().status_code == 400 and put(out=duty.cadre_id, into=10**9).status_code == 400
    assert client.post(place, {"shift": 10**9, "into": into}, "application/json").status_code == 404
    assert put(into=into).json()["errors"] and put(out=duty.cadre_id, into=into, reason="换一下").status_code == 204
    assert list(Duty.objects.filter(shift=duty.shift_id).values_list("cadre", flat=True)) == [into]
