"""Many rows at once by COPY: no object and no statement for each; triggers and constraints look at every row as ever."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def numbers(model: type[models.Model], count: int) -> list[int]:
    """So many keys from the model's own sequence."""
    with connection.cursor() as cursor:
        table = model._meta.db_table
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]


def write(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Inserts plain values, in the order of ``columns``; every column that may not be empty must be among them.

    Neither ``save()`` nor ``clean()`` nor the fields' defaults take part: for records that are right by the way they are made.
    """
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    # Django wraps what a cursor executes, not what it copies: a broken rule is an IntegrityError here too.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
