"""Rows that the database shall refuse, and the way to it past everything that stands before it."""

from typing import Any, TypeVar

from django.db import connection, models, transaction

M = TypeVar("M", bound=models.Model)


def twin(row: models.Model | None, **changes: Any) -> models.Model:
    """The same row once more, unsaved."""
    assert row is not None
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key and not f.generated}
    return type(row)(**(values | changes))


def changed(row: M, **changes: Any) -> M:
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def write(row: models.Model) -> None:
    """The row by raw SQL: an INSERT of a new one, an UPDATE of one that is stored."""
    fields = [f for f in row._meta.concrete_fields if not f.generated and not f.primary_key]
    values = [f.get_db_prep_save(f.pre_save(row, row._state.adding), connection) for f in fields]
    columns = [connection.ops.quote_name(str(f.column)) for f in fields]
    table = connection.ops.quote_name(row._meta.db_table)
    if row._state.adding:
        text, extra = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", []
    else:
        text, extra = f"UPDATE {table} SET {', '.join(f'{c} = %s' for c in columns)} WHERE id = %s", [row.pk]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values + extra)
