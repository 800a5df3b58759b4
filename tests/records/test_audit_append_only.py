"""Nobody changes what was recorded: not the portal's own role, not even the owner of the tables."""

from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import User
from portal.management.commands.privileges import history_tables
from records import audit
from tests import make

TABLES = ("records_auditentry", "records_auditseal")
ENTRY = (
    "INSERT INTO records_auditentry (at, action, target_type, region_code, fields, reason, count) VALUES (now(), 'x', '', '', '{}', '', 1)"
)
SEAL = "INSERT INTO records_auditseal (sequence, entry_id, digest, sealed_at) SELECT 1, max(id), 'd', now() FROM records_auditentry"

pytestmark = pytest.mark.django_db


def refused(statement: str) -> str:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(caught.value)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_runtime_role_cannot_change_the_audit(table: str, statement: str) -> None:
    column = "count" if table == "records_auditentry" else "sequence"
    assert "permission denied" in refused(statement.format(table, column, column))


@pytest.mark.parametrize("table", TABLES)
def test_runtime_role_cannot_switch_the_triggers_off(table: str) -> None:
    assert "must be owner" in refused(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def test_runtime_role_owns_no_table_and_cannot_make_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user AND relkind = 'r'")
        assert cursor.fetchone() == (0,)
    assert "permission denied" in refused("CREATE TABLE mine (id int)")


def test_row_history_cannot_be_changed_by_the_runtime_role() -> None:
    assert len(history_tables()) >= 10
    for table in history_tables():
        assert "permission denied" in refused(f"UPDATE {table} SET pgh_label = 'x'")
        assert "permission denied" in refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_owner_meets_the_trigger(owner: psycopg.Connection[Any], table: str, statement: str) -> None:
    column = "count" if table == "records_auditentry" else "digest"
    with owner.transaction(force_rollback=True):
        owner.execute(ENTRY)
        owner.execute(SEAL)
        with pytest.raises(psycopg.errors.RaiseException, match="Cannot update or delete"):
            owner.execute(statement.format(table, column, column))


def test_an_entry_holds_names_of_fields_and_the_callers_id(village: User) -> None:
    center = make.center()
    row = audit.write(
        "centers.change_center", by=village, on=center, fields=["phone", "address"], reason="x" * 300, region_code=make.VILLAGE
    )
    row.refresh_from_db()
    assert (row.actor_id, row.target_type, row.target_id) == (village.pk, "centers.center", center.pk)
    assert row.fields == ["address", "phone"]
    assert len(row.reason) == 200


def test_an_entry_disappears_with_the_change_that_it_tells_of(village: User) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        row = audit.write("centers.change_center", by=village)
        raise ZeroDivisionError
    assert not type(row).objects.filter(pk=row.pk).exists()


def test_every_change_of_a_business_row_leaves_history_by_raw_sql_too() -> None:
    center = make.center()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE centers_center SET phone = '1' WHERE id = %s", [center.pk])
    assert [e.pgh_label for e in center.events.order_by("pgh_id")] == ["insert", "update"]  # type: ignore[attr-defined]
