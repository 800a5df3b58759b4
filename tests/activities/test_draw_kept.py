"""A lottery's course: announced, closed, drawn. What is fixed at each step stays so, and the secret is nobody's before."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from activities import lottery, seats, tasks
from activities.models import Booking, Draw, Intake
from activities.refusal import Refused
from records.models import AuditEntry, Message
from tests import make
from tests.portal.surfaces import local
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake(db: None) -> Intake:
    """Announced, with three entries."""
    row = make.lottery(2)
    for _n in range(3):
        make.queue(row)
    return row


def close(intake: Intake) -> Draw:
    with time_machine.travel(make.after_closing(intake), tick=False):
        tasks.settle()
    return Draw.objects.get(intake=intake)


def at(intake: Intake, days: float) -> Any:
    return time_machine.travel(make.after_closing(intake, days), tick=False)


# -- the secret ---------------------------------------------------------------------------------------------
def everywhere(intake: Intake, people: list[User | None]) -> str:
    """Whatever these people can read of a lottery, and what the database keeps beside the row."""
    paths = [f"/draws/{intake.pk}/", f"/draws/{intake.pk}/evidence.json", f"/activities/{intake.activity_id}/"]
    paths += [f"/desk/activities/{intake.activity_id}/", f"/desk/intakes/{intake.pk}/bookings/", f"/desk/intakes/{intake.pk}/draw/"]
    paths += ["/api/v1/draws/", f"/api/v1/draws/{intake.draw.pk}/", f"/admin/activities/draw/{intake.draw.pk}/change/"]
    paths += [f"/admin/activities/draw/{intake.draw.pk}/history/", "/desk/export/activities/", "/api/v1/me/data/"]
    texts = [enter(user).get(path).content.decode(errors="replace") for user in people for path in paths]
    with connection.cursor() as cursor:
        for table in ("activities_drawevent", "records_auditentry", "records_message", "activities_bookingevent"):
            cursor.execute(f"SELECT coalesce(string_agg(row_to_json(t)::text, ' '), '') FROM {table} t")
            texts.append(cursor.fetchone()[0])
    return "\n".join(texts)


def test_the_secret_is_nowhere_before_it_is_drawn_and_everybodys_after(
    intake: Intake, resident: User, village: User, district: User, auditor: User
) -> None:
    people = [None, resident, village, district, auditor]
    secret, commitment = intake.draw.secret, intake.draw.commitment
    assert (len(secret), len(commitment)) == (64, 64)
    before = everywhere(intake, people)
    assert commitment in before and secret not in before
    close(intake)
    assert secret not in everywhere(intake, people)
    with at(intake, 2):
        lottery.run(intake.draw, "31415", village)
    page, api = (Client().get(path).content.decode() for path in (f"/draws/{intake.pk}/", f"/api/v1/draws/{intake.draw.pk}/"))
    assert secret in page and secret in api


def test_every_draw_has_a_secret_of_its_own_bound_by_its_hash(intake: Intake) -> None:
    other = make.lottery().draw
    assert other.secret != intake.draw.secret
    assert lottery.draw.sha256(other.secret) == other.commitment


# -- announcing ---------------------------------------------------------------------------------------------
def test_nobody_enters_a_lottery_that_is_not_announced(resident: User) -> None:
    row = make.lottery(announced=False)
    with pytest.raises(Refused) as caught:
        seats.book(resident, row.pk, resident.participant.pk)
    assert caught.value.code == "not_open_yet"
    assert Booking.objects.count() == 0


def test_the_date_is_after_closing_on_the_form_and_for_programs(village: User) -> None:
    row = make.lottery(announced=False)
    wrong, right = (timezone.localdate(row.closes_at) + timedelta(days=n) for n in (0, 1))
    page, client = f"/desk/intakes/{row.pk}/draw/announce/", enter(village)
    assert "开奖要在截止预约的第二天或以后" in client.post(page, {"source": "排列5", "draws_on": wrong}).content.decode()
    body = {"intake": row.pk, "source": "排列5", "draws_on": f"{wrong}"}
    assert client.post("/api/v1/draws/", body, JSON).status_code == 400
    assert not Draw.objects.exists()
    assert client.post(page, {"source": "排列5", "draws_on": right}).status_code == 302
    assert "排列5" in Client().get(f"/draws/{row.pk}/").content.decode()
    assert client.post("/api/v1/draws/", body | {"draws_on": f"{right}"}, JSON).status_code == 400  # one each


def test_booking_is_not_extended_past_the_day_of_the_draw(intake: Intake, village: User) -> None:
    late = intake.closes_at + timedelta(days=3)
    client = enter(village)
    times = {"opens_at": local(intake.opens_at), "closes_at": local(late), "cancel_until": local(intake.cancel_until)}
    typed = {"capacity": 2, "mode": "lottery", "wait_limit": 0, "offer_hours": 24, "family_limit": 3, **times}
    assert "开奖要在截止预约的第二天或以后" in client.post(f"/desk/intakes/{intake.pk}/", typed).content.decode()
    assert client.patch(f"/api/v1/intakes/{intake.pk}/", {"closes_at": late.isoformat()}, JSON).status_code == 400
    assert Intake.objects.get(pk=intake.pk).closes_at == intake.closes_at


def test_a_number_that_is_known_already_is_never_announced(intake: Intake, village: User) -> None:
    """The worker was away over the date: the list is not closed, and only a day to come can be announced instead."""
    with at(intake, 3):
        tasks.settle()
        assert Draw.objects.get().closed_at is None
        with pytest.raises(ValidationError):
            lottery.run(intake.draw, "31415", village)
        page, today = f"/desk/intakes/{intake.pk}/draw/change/", timezone.localdate()
        client = enter(village)
        assert client.post(page, {"source": "排列5 昨天", "draws_on": today}).status_code == 200
        assert client.post(page, {"source": "排列5 后天", "draws_on": today + timedelta(days=2)}).status_code == 302
        tasks.settle()
    row = Draw.objects.get()
    assert (row.source, row.closed_at is None, row.commitment) == ("排列5 后天", False, intake.draw.commitment)


# -- closing ------------------------------------------------------------------------------------------------
def test_the_list_is_closed_once_booking_is_over_and_not_before(intake: Intake, resident: User) -> None:
    with time_machine.travel(intake.closes_at + timedelta(seconds=30), tick=False):
        tasks.settle()
        assert Draw.objects.get().closed_at is None  # who asked in time may still commit
    row = close(intake)
    assert lottery.draw.sha256(row.entries) == row.list_hash
    assert {line.split()[0] for line in row.entries.splitlines()} == {str(b.party) for b in intake.bookings.all()}
    assert row.capacity == 2
    with at(intake, 1), pytest.raises(Refused) as caught:
        seats.book(resident, intake.pk, resident.participant.pk)
    assert caught.value.code == "closed"
    with at(intake, 1):
        tasks.settle()
    assert Draw.objects.get().closed_at == row.closed_at


def test_an_entry_smuggled_in_after_closing_wins_no_place(intake: Intake, village: User) -> None:
    close(intake)
    late = make.booking(intake, state="entered")
    with at(intake, 2):
        row = lottery.run(intake.draw, "31415", village)
    late.refresh_from_db()
    assert (late.state, str(late.party) in row.entries) == ("not_drawn", False)


def test_a_closed_lottery_is_neither_reopened_nor_made_smaller(intake: Intake, village: User) -> None:
    row = close(intake)
    client = enter(village)
    for change in ({"closes_at": (row.closed_at + timedelta(hours=1)).isoformat()}, {"capacity": 1}):  # type: ignore[operator]
        assert client.patch(f"/api/v1/intakes/{intake.pk}/", change, JSON).status_code == 400
    assert client.get(f"/desk/intakes/{intake.pk}/draw/change/").status_code == 404


FROZEN = {
    "commitment": "commitment = repeat('0', 64)",
    "secret": "secret = repeat('0', 64)",
    "entries": "entries = entries || 'x 1'",
    "hash": "list_hash = repeat('0', 64)",
    "capacity": "capacity = capacity + 1",
    "source": "source = '别的'",
    "date": "draws_on = draws_on + 1",
    "reopened": "closed_at = NULL, entries = '', list_hash = '', capacity = NULL",
    "number": "public_number = '99999'",
    "undrawn": "drawn_at = NULL, public_number = ''",
    "deleted": "",
}


def tried(what: str) -> str:
    """The constraint that refuses it; empty where it went through. Undone in any case."""
    text = f"UPDATE activities_draw SET {FROZEN[what]}" if FROZEN[what] else "DELETE FROM activities_draw"
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(text)
            transaction.set_rollback(True)
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name  # type: ignore[union-attr, no-any-return]
    return ""


def test_raw_sql_changes_nothing_that_is_fixed(intake: Intake, village: User) -> None:
    always = ("commitment", "secret")
    closed = ("entries", "hash", "capacity", "source", "date", "reopened", "deleted")
    assert {tried(what) for what in always} == {"draw_frozen"}
    assert {tried(what) for what in ("source", "date", "deleted")} == {""}
    close(intake)
    assert {what: tried(what) for what in always + closed} == dict.fromkeys(always + closed, "draw_frozen")
    with at(intake, 2):
        lottery.run(intake.draw, "31415", village)
    assert {what: tried(what) for what in FROZEN} == dict.fromkeys(FROZEN, "draw_frozen")


def test_the_orm_changes_nothing_that_is_fixed_either(intake: Intake) -> None:
    row = close(intake)
    row.entries = ""
    with pytest.raises(IntegrityError, match="the draw is fixed"), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError, match="the draw is fixed"), transaction.atomic():
        Draw.objects.all().delete()
    with pytest.raises(IntegrityError, match="the draw is fixed"), transaction.atomic():
        Draw.objects.update(secret="0" * 64)


# -- the number ---------------------------------------------------------------------------------------------
def test_the_number_is_entered_twice_in_digits_on_its_day_and_once(intake: Intake, village: User) -> None:
    page, client = f"/desk/intakes/{intake.pk}/draw/", enter(village)
    right = {"number": "31415", "again": "31415"}
    assert "名单还没有封存" in client.post(page, right).content.decode()
    close(intake)
    with at(intake, 1):
        client = enter(village)
        assert "还没到公布的开奖日期" in client.post(page, right).content.decode()
        assert client.post(f"/api/v1/draws/{intake.draw.pk}/draw/", {"number": "31415"}, JSON).status_code == 400
    with at(intake, 2):
        client = enter(village)
        assert "两次填的不一样" in client.post(page, right | {"again": "31416"}).content.decode()
        for wrong in ("3141x", "３１４１５", "12", "1" * 41, "31415\n1"):
            assert client.post(page, {"number": wrong, "again": wrong}).status_code == 200
            assert client.post(f"/api/v1/draws/{intake.draw.pk}/draw/", {"number": wrong}, JSON).status_code == 400
        assert Draw.objects.get().drawn_at is None
        assert client.post(page, right).status_code == 302
        assert "已经抽过签了" in client.post(page, {"number": "27182", "again": "27182"}).content.decode()
    row = Draw.objects.get()
    assert (row.public_number, row.drawn_by) == ("31415", village)
    assert AuditEntry.objects.get(action="activities.draw_draw").target_id == row.pk


@pytest.mark.parametrize("persona", ["other_township", "reviewer", "cadre", "auditor", "resident"])
def test_who_has_no_right_here_neither_announces_nor_draws(persona: str, intake: Intake, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(persona)
    plain = make.lottery(announced=False)
    close(intake)
    with at(intake, 2):
        client = enter(user)
        for path in (f"/desk/intakes/{intake.pk}/draw/", f"/api/v1/draws/{intake.draw.pk}/draw/"):
            assert client.post(path, json.dumps({"number": "31415"}), JSON).status_code in (403, 404)
        body = {"intake": plain.pk, "source": "排列5", "draws_on": f"{timezone.localdate() + timedelta(days=30)}"}
        assert client.post("/api/v1/draws/", body, JSON).status_code in (400, 403, 404)
    assert Draw.objects.filter(drawn_at=None).count() == 1


def test_everybody_who_entered_hears_the_result_once(intake: Intake, village: User) -> None:
    close(intake)
    with at(intake, 2):
        lottery.run(intake.draw, "31415", village)
        with pytest.raises(ValidationError):
            lottery.run(intake.draw, "31415", village)
    for booking in intake.bookings.select_related("booked_by"):
        kind = "drawn" if booking.state == "booked" else "not_drawn"
        assert Message.objects.inbox(booking.booked_by).exclude(kind="entered").get().kind == kind
