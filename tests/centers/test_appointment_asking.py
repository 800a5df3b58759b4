"""Asking for an opening by appointment: within a window of that day, once a day and center, by page and by program."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from centers import expiry
from centers.models import Appointment, Center
from centers.models.appointment import moment
from records.models import AuditEntry, Message
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db
SATURDAY = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel("2026-11-24 10:00 +0800", tick=False):
        yield


@pytest.fixture
def center(db: None) -> Center:
    """By appointment on Saturdays and Sundays from 18 to 23."""
    made = make.center()
    make.hours(made)
    make.hours(made, "rest_day", "18:00", "23:00", "appointment")
    return made


def typed(**changes: Any) -> dict[str, Any]:
    return {"day": f"{SATURDAY}", "opens": "18:30", "closes": "20:00", "people": "6", "purpose": "舞蹈队排练", **changes}


def ask(client: Client, center: Center, **changes: Any) -> Any:
    return client.post(f"/centers/{center.pk}/appointments/new/", typed(**changes))


def test_a_resident_asks_and_the_village_hears_of_it(center: Center, resident: User, village: User) -> None:
    assert ask(enter(resident), center)["Location"] == "/me/appointments/"
    row = Appointment.objects.get()
    assert (row.asked_by, row.state, row.day, row.people) == (resident, "requested", SATURDAY, 6)
    assert (row.starts_at, row.ends_at) == (moment(SATURDAY, time(18, 30)), moment(SATURDAY, time(20)))
    assert row.due_on == date(2026, 11, 25)  # one working day
    assert Message.objects.inbox(village).get().link == f"/desk/appointments/{row.pk}/"
    assert AuditEntry.objects.get(action="centers.add_appointment").actor_id == resident.pk
    assert "舞蹈队排练" in enter(resident).get("/me/appointments/").content.decode()


def test_the_answer_is_due_on_the_day_itself_at_the_latest(center: Center, resident: User) -> None:
    with time_machine.travel("2026-11-27 22:00 +0800", tick=False):
        ask(enter(resident), center)
    assert Appointment.objects.get().due_on == SATURDAY


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"opens": "17:30"}, "可以预约的时段是 18:00–23:00"),
        ({"opens": "21:00", "closes": "23:30"}, "可以预约的时段是 18:00–23:00"),
        ({"day": "2026-11-25"}, "这一天没有预约开放的时段"),
        ({"opens": "20:00", "closes": "18:30"}, "结束时间要晚于开始时间"),
        ({"opens": "18:00", "closes": "22:01"}, "最长 4 个小时"),
        ({"people": "51"}, "人数填 1 到 50"),
        ({"people": "0"}, "人数填 1 到 50"),
        ({"day": "2026-11-21"}, "已经过了"),
        ({"day": "2026-12-26"}, "最多提前 30 天"),
        ({"purpose": "长" * 121}, "120"),
        ({"day": "", "opens": "", "closes": ""}, "必填项"),
        ({"day": "never", "opens": "x", "closes": "25:00"}, "输入一个有效的"),
    ],
)
def test_what_can_not_be_is_said_beside_the_field_and_everything_typed_stays(
    changes: dict[str, Any], words: str, center: Center, resident: User
) -> None:
    answer = ask(enter(resident), center, **changes)
    page = answer.content.decode()
    assert answer.status_code == 200 and words in page and 'aria-invalid="true"' in page
    assert typed(**changes)["purpose"] in page
    assert not Appointment.objects.exists()


def test_a_second_one_on_the_same_day_is_refused_until_the_first_is_cancelled(center: Center, resident: User, neighbour: User) -> None:
    client = enter(resident)
    ask(client, center)
    words = "这一天您已经申请过这个中心了"
    assert words in ask(client, center, opens="21:00", closes="22:00").content.decode()
    assert ask(enter(neighbour), center).status_code == 302  # somebody else may ask for the same time; one will be promised
    row = Appointment.objects.get(asked_by=resident)
    assert client.post(f"/me/appointments/{row.pk}/cancel/")["Location"] == "/me/appointments/"
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert ask(client, center, opens="21:00", closes="22:00").status_code == 302


def test_a_promised_time_is_not_asked_for_in_vain(center: Center, resident: User) -> None:
    times = {"starts_at": moment(SATURDAY, time(19)), "ends_at": moment(SATURDAY, time(21))}
    taken = make.appointment(center, state="confirmed", purpose="老年模特队", **times)
    page = enter(resident).get(f"/centers/{center.pk}/appointments/new/?day={SATURDAY}").content.decode()
    assert "已经约出去的" in page and "11月28日 周六 19:00–21:00" in page and taken.purpose not in page


def test_somebody_elses_is_not_there_to_cancel(center: Center, resident: User, neighbour: User) -> None:
    ask(enter(resident), center)
    row = Appointment.objects.get()
    assert enter(neighbour).post(f"/me/appointments/{row.pk}/cancel/").status_code == 404


def test_one_that_has_begun_can_not_be_cancelled_and_says_so(center: Center, resident: User) -> None:
    ask(enter(resident), center)
    row = Appointment.objects.get()
    with time_machine.travel("2026-11-28 18:31 +0800", tick=False):
        page = enter(resident).post(f"/me/appointments/{row.pk}/cancel/", follow=True).content.decode()
    row.refresh_from_db()
    assert "不能再取消" in page and row.state == "requested"


def test_without_windows_by_appointment_the_page_says_so(resident: User) -> None:
    plain = make.center(make.NEXT_VILLAGE)
    make.hours(plain)
    page = enter(resident).get(f"/centers/{plain.pk}/appointments/new/").content.decode()
    assert "最近 30 天没有预约开放的时段" in page and "<form class" not in page


@pytest.mark.parametrize("day", ["never", "2026-11-25", "2020-01-01", ""])
def test_a_day_in_the_address_that_leads_nowhere_is_left_aside(day: str, center: Center, resident: User) -> None:
    page = enter(resident).get(f"/centers/{center.pk}/appointments/new/", {"day": day}).content.decode()
    assert f'<option value="{SATURDAY}" selected>' in page


def body(at: Center, **changes: Any) -> dict[str, Any]:
    times = {"starts_at": f"{SATURDAY}T18:30:00+08:00", "ends_at": f"{SATURDAY}T20:00:00+08:00"}
    return {"center": at.pk, "people": 6, "purpose": "排练", **times, **changes}


def test_a_program_asks_and_cancels_for_its_own_user(center: Center, resident: User, village: User) -> None:
    client = enter(resident)
    made = client.post("/api/v1/appointments/", body(center), JSON)
    assert made.status_code == 201, made.json()
    path = f"/api/v1/appointments/{made.json()['id']}/"
    assert (made.json()["state"], made.json()["day"]) == ("requested", f"{SATURDAY}")
    assert Message.objects.inbox(village).count() == 1
    assert [step["name"] for step in client.get(f"{path}steps/").json()] == ["cancel"]
    assert [step["name"] for step in enter(village).get(f"{path}steps/").json()] == ["confirm", "decline"]
    assert client.post(f"{path}steps/cancel/", {}, JSON).json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": f"{SATURDAY}T18:00:00+08:00"}, "ends_at"),
        ({"ends_at": f"{SATURDAY}T23:00:00+08:00"}, "ends_at"),
        ({"starts_at": f"{SATURDAY}T17:00:00+08:00"}, "starts_at"),
        ({"people": 51}, "people"),
        ({"center": 0}, "center"),
    ],
)
def test_a_program_is_told_the_field(changes: dict[str, Any], field: str, center: Center, resident: User) -> None:
    answer = enter(resident).post("/api/v1/appointments/", body(center, **changes), JSON)
    assert answer.status_code == 400 and set(answer.json()["errors"]) == {field}


def test_a_program_is_refused_the_second_of_a_day(center: Center, resident: User) -> None:
    client = enter(resident)
    assert client.post("/api/v1/appointments/", body(center), JSON).status_code == 201
    again = client.post("/api/v1/appointments/", body(center), JSON)
    assert again.status_code == 400 and "已经申请过" in str(again.json())


def test_an_exception_takes_the_windows_of_its_day(center: Center, resident: User) -> None:
    make.exception(center, SATURDAY, opens="09:00", closes="22:00")
    assert "这一天没有预约开放的时段" in ask(enter(resident), center).content.decode()


def test_one_that_reaches_over_midnight_is_refused(center: Center) -> None:
    row = Appointment(center=center, starts_at=moment(SATURDAY, time(22)), ends_at=moment(SATURDAY, time(22)) + timedelta(hours=3))
    row.asked_by, row.purpose = make.user(), "排练"
    with pytest.raises(ValidationError, match="时段是 18:00–23:00"):
        row.full_clean()


def test_the_deadlines_property_and_queryset_agree(center: Center) -> None:
    for days in (-3, -1, 0, 1):
        for state in Appointment.State.values:
            make.appointment(center, state=state, days=9 + days, due_on=timezone.localdate() + timedelta(days))
    late = {row.pk for row in Appointment.objects.all() if row.overdue}
    assert late == set(Appointment.objects.all().overdue().values_list("pk", flat=True)) and len(late) == 2


def test_what_it_was_for_is_forgotten_after_a_year(center: Center) -> None:
    old, fresh = make.appointment(center, state="confirmed", days=-380), make.appointment(center, state="confirmed", days=-300)
    expiry.forget_numbers()
    assert [Appointment.objects.get(pk=row.pk).purpose for row in (old, fresh)] == ["—", "排练"]


def test_the_desk_shows_a_masked_number_and_writes_down_who_saw_it_in_full(center: Center, resident: User, village: User) -> None:
    ask(enter(resident), center)
    row = Appointment.objects.get()
    page = enter(village).get(f"/desk/appointments/{row.pk}/").content.decode()
    assert str(resident.phone) in page
    assert AuditEntry.objects.filter(action="centers.unmask_appointment", actor_id=village.pk, target_id=row.pk).count() == 1
