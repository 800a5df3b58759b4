"""Priority then first come: who comes first says why, the auditor reads it, the others follow by the time of entry."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from activities import lottery, seats, tasks
from activities.models import Booking, Intake
from records.models import AuditEntry, Message
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake() -> Intake:
    return make.lottery(2, mode="priority", wait_limit=5)


def prefer(officer: User, booking: Booking, priority: str = "disability", reason: str = "看过残疾证") -> int:
    page = f"/desk/bookings/{booking.pk}/priority/"
    return enter(officer).post(page, {"priority": priority, "reason": reason}).status_code


def settle(intake: Intake) -> None:
    with time_machine.travel(make.after_closing(intake), tick=False):
        tasks.settle()


def states(*rows: Booking) -> list[str]:
    return [Booking.objects.get(pk=row.pk).state for row in rows]


def test_a_priority_comes_first_and_the_others_by_the_time_of_entry(intake: Intake, village: User) -> None:
    first, second, third = (make.queue(intake) for _n in range(3))
    assert (states(first, second, third), Intake.objects.get(pk=intake.pk).seats_taken) == (["entered"] * 3, 0)
    assert prefer(village, third) == 302
    settle(intake)
    assert states(first, second, third) == ["booked", "waitlisted", "booked"]
    settle(intake)
    assert states(first, second, third) == ["booked", "waitlisted", "booked"]
    for row, kind in ((first, "drawn"), (second, "not_drawn")):
        assert Message.objects.inbox(row.booked_by).exclude(kind="entered").get().kind == kind


def test_a_priority_holds_for_the_whole_family(intake: Intake, village: User) -> None:
    single, family = make.queue(intake), make.queue(intake, 2)
    prefer(village, family)
    settle(intake)
    assert states(single, *Booking.objects.filter(party=family.party)) == ["waitlisted", "booked", "booked"]


def test_nobody_is_settled_before_booking_is_over(intake: Intake) -> None:
    row = make.queue(intake)
    tasks.settle()
    assert states(row) == ["entered"]


def test_the_reason_is_asked_for_and_the_auditor_reads_it(intake: Intake, village: User, auditor: User) -> None:
    row = make.queue(intake)
    assert prefer(village, row, reason="") == 200
    assert Booking.objects.get(pk=row.pk).priority == ""
    assert prefer(village, row) == 302
    entry = AuditEntry.objects.get(action="activities.prefer_booking")
    assert (entry.reason, entry.actor, entry.target_id) == ("看过残疾证", village, row.pk)
    assert "看过残疾证" in enter(auditor).get(f"/admin/records/auditentry/{entry.pk}/change/").content.decode()
    prefer(village, row, priority="", reason="证已过期")
    assert Booking.objects.get(pk=row.pk).priority == ""
    assert AuditEntry.objects.filter(action="activities.prefer_booking").count() == 2


@pytest.mark.parametrize("persona", ["resident", "other_township", "reviewer", "cadre", "auditor"])
def test_who_has_no_right_here_prefers_nobody(persona: str, intake: Intake, request: pytest.FixtureRequest) -> None:
    row = make.queue(intake)
    assert prefer(request.getfixturevalue(persona), row) in (403, 404)
    assert Booking.objects.get(pk=row.pk).priority == ""


def test_a_family_does_not_prefer_itself(intake: Intake) -> None:
    row = make.queue(intake)
    assert prefer(row.booked_by, row) in (403, 404)
    body = {"intake": intake.pk, "participant": make.child(row.booked_by).pk, "priority": "disability"}
    enter(row.booked_by).post("/api/v1/bookings/", body, content_type="application/json")
    assert set(Booking.objects.values_list("priority", flat=True)) == {""}


def test_only_an_entry_of_such_an_intake_is_preferred(village: User) -> None:
    booked = make.booking(make.activity(capacity=2).intakes.get())
    assert prefer(village, booked) == 404


def test_the_desk_sees_why_and_other_families_do_not(intake: Intake, village: User, neighbour: User) -> None:
    row = make.queue(intake)
    prefer(village, row)
    assert "残疾人家庭" in enter(village).get(f"/desk/intakes/{intake.pk}/bookings/").content.decode()
    for path in (f"/activities/{intake.activity_id}/", f"/activities/{intake.activity_id}/book/{intake.pk}/"):
        assert "残疾" not in enter(neighbour).get(path).content.decode()


def test_an_intake_that_cannot_be_settled_holds_up_no_other(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, other = make.queue(intake), make.lottery(1, mode="priority")
    row, drawn = make.queue(other), make.lottery(1)
    settle_one = lottery.settle

    def fragile(of: Intake, result: object) -> None:
        if of.pk == intake.pk:
            raise RuntimeError
        settle_one(of, result)  # type: ignore[arg-type]

    monkeypatch.setattr(lottery, "settle", fragile)
    settle(max(intake, other, drawn, key=lambda one: one.closes_at))
    assert states(broken, row) == ["entered", "booked"]
    drawn.draw.refresh_from_db()
    assert drawn.draw.closed_at is not None


def test_a_capacity_raised_while_it_is_settled_counts(intake: Intake) -> None:
    rows = [make.queue(intake) for _n in range(3)]
    stale = Intake.objects.get(pk=intake.pk)
    Intake.objects.filter(pk=intake.pk).update(capacity=1)
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        lottery.by_priority(stale)
    assert states(*rows) == ["booked", "waitlisted", "waitlisted"]


def test_who_did_not_ask_to_wait_hears_that_it_is_over(intake: Intake, resident: User) -> None:
    for _n in range(2):
        make.queue(intake)
    mine = seats.book(resident, intake.pk, resident.participant.pk)
    settle(intake)
    assert states(mine) == ["not_drawn"]
    page = enter(resident).get(f"/b/{mine.code}/").content.decode()
    assert "这次没有轮上。" in page and "看看还有名额的" in page
    assert seats.cancel(resident, mine).state == "not_drawn"
