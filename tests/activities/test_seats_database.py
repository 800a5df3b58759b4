"""Capacity is the database's: whoever writes, by whatever statement, the count and the bookings agree."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from activities.models import Booking, Intake
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake() -> Intake:
    return make.activity(capacity=2).intakes.get()


def sql(statement: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def taken(*rows: Intake) -> list[int]:
    return [Intake.objects.get(pk=row.pk).seats_taken for row in rows]


def insert(intake: Intake, participant: Any, conflict: str = "", state: str = "booked") -> int:
    return sql(
        "INSERT INTO activities_booking (intake_id, participant_id, party, state, code, channel, booked_by_id, created_at) "
        f"VALUES (%s, %s, gen_random_uuid(), %s, substr(md5(random()::text), 1, 8), 'page', %s, now()) {conflict}",
        intake.pk,
        participant.pk,
        state,
        make.user().pk,
    )


def test_raw_sql_cannot_book_past_the_capacity(intake: Intake) -> None:
    for _n in range(2):
        insert(intake, make.person())
    with pytest.raises(IntegrityError, match="intake_seats_within_capacity"):
        insert(intake, make.person())
    assert (taken(intake), intake.bookings.count()) == ([2], 2)


def test_on_conflict_do_nothing_leaks_no_seat(intake: Intake) -> None:
    person = make.person()
    insert(intake, person)
    assert insert(intake, person, "ON CONFLICT DO NOTHING") == 0
    assert taken(intake) == [1]


def test_a_booking_moved_to_another_intake_keeps_both_counts(intake: Intake) -> None:
    other = make.activity(capacity=1).intakes.get()
    row = make.booking(intake)
    sql("UPDATE activities_booking SET intake_id = %s WHERE id = %s", other.pk, row.pk)
    assert taken(intake, other) == [0, 1]
    second = make.booking(intake)
    with pytest.raises(IntegrityError, match="intake_seats_within_capacity"):
        sql("UPDATE activities_booking SET intake_id = %s WHERE id = %s", other.pk, second.pk)
    assert taken(intake, other) == [1, 1]


@pytest.mark.parametrize("statement", ["UPDATE activities_intake SET seats_taken = 0", "UPDATE activities_intake SET seats_taken = 9"])
def test_writing_the_count_changes_nothing(intake: Intake, statement: str) -> None:
    make.booking(intake)
    assert sql(statement) >= 1
    assert taken(intake) == [1]


def test_a_stale_row_saved_whole_changes_no_count(intake: Intake) -> None:
    stale = Intake.objects.get(pk=intake.pk)
    make.booking(intake)
    stale.name = "周三班"
    stale.save()
    assert taken(intake) == [1]


def test_a_new_intake_starts_empty_whatever_it_says() -> None:
    assert taken(make.intake(seats_taken=7)) == [0]


def test_capacity_cannot_fall_below_what_is_taken(intake: Intake) -> None:
    for _n in range(2):
        make.booking(intake)
    with pytest.raises(IntegrityError, match="intake_seats_within_capacity"):
        sql("UPDATE activities_intake SET capacity = 1 WHERE id = %s", intake.pk)
    sql("UPDATE activities_intake SET capacity = 3 WHERE id = %s", intake.pk)
    make.booking(intake)
    assert taken(intake) == [3]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("booked", "cancelled", 0),
        ("booked", "offered", 1),
        ("offered", "booked", 1),
        ("waitlisted", "booked", 1),
        ("waitlisted", "offered", 1),
        ("offered", "waitlisted", 0),
        ("entered", "booked", 1),
        ("entered", "not_drawn", 0),
        ("cancelled", "booked", 1),
        ("cancelled", "waitlisted", 0),
    ],
)
def test_the_count_follows_every_move_of_a_state(intake: Intake, before: str, after: str, expected: int) -> None:
    def dates(state: str) -> dict[str, Any]:
        names = {"cancelled": "cancelled_at", "offered": "offered_until", "waitlisted": "queued_at"}
        return {"state": state} | {name: timezone.now() if named == state else None for named, name in names.items()}

    Intake.objects.filter(pk=intake.pk).update(wait_limit=1)
    row = make.booking(intake, **dates(before))
    assert taken(intake) == [1 if before in ("booked", "offered") else 0]
    Booking.objects.filter(pk=row.pk).update(**dates(after))
    assert taken(intake) == [expected]
    assert Intake.objects.get(pk=intake.pk).waiting == (after == "waitlisted")


def test_a_deleted_booking_gives_its_place_back(intake: Intake) -> None:
    row = make.booking(intake)
    sql("DELETE FROM activities_booking WHERE id = %s", row.pk)
    assert taken(intake) == [0]


def test_many_rows_in_one_statement_are_counted_each(intake: Intake) -> None:
    Intake.objects.filter(pk=intake.pk).update(capacity=50)
    people = [make.person(consented=False) for _n in range(20)]
    Booking.objects.bulk_create([Booking(intake=intake, participant=p, booked_by=p.created_by or make.user()) for p in people])
    assert taken(intake) == [20]
    Booking.objects.filter(intake=intake).update(state="cancelled", cancelled_at=timezone.now())
    assert taken(intake) == [0]
