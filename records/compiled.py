"""Querysets compiled once and run with other values: the rules stay written once, in the ORM, without its price per call.

Building and compiling a query of this portal costs Python about ten times what PostgreSQL needs to answer it.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
from django.db import connection, models
from django.utils import timezone


class Prepared(psycopg.Cursor[Any]):
    """A cursor whose statement PostgreSQL parses and plans once a connection (measured: 1.08 → 0.11 ms for three reads)."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        return super().execute(query, params, prepare=True)


def write(sql: str, values: dict[str, Any]) -> Any:
    """Runs one prepared writing statement and returns its first row's first column.

    Past Django's execute wrappers: row history's would put a second statement in front, which can't be prepared. The
    statement sets the history's context itself.
    """
    with connection.cursor(), connection.wrap_database_errors:
        cursor = Prepared(connection.connection)
        cursor.execute(sql, values)
        row = cursor.fetchone()
        return row[0] if row else None


class Slot(int):
    """A stand-in for a value that each call brings: an integer that no row has, found again among the parameters."""


class Compiled:
    """``build(**slots)`` returns a ``values_list`` queryset; ``rows(**values)`` runs its SQL with the values in place.

    ``text`` names the slots whose values are strings. Compiled anew each day, since "in force" carries today's date.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any]], *names: str, text: tuple[str, ...] = ()) -> None:
        self.build = build
        self.slots: dict[str, Any] = {name: Slot(-7_330_703_000 - n) for n, name in enumerate(names)}
        self.slots |= {name: f"\x01{name}\x01" for name in text}
        self.day: date | None = None
        self.sql, self.places = "", []  # type: tuple[str, list[Any]]

    def compile(self, today: date) -> None:
        names = {value: name for name, value in self.slots.items()}
        sql, parameters = self.build(**self.slots).query.sql_with_params()
        places = [(True, names[p]) if isinstance(p, (int, str)) and p in names else (False, p) for p in parameters]
        self.sql, self.places, self.day = sql, places, today

    def rows(self, **values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows; a value for every slot."""
        today = timezone.localdate()
        if self.day != today:
            self.compile(today)
        with connection.cursor() as cursor:
            cursor.cursor = Prepared(connection.connection)
            cursor.execute(self.sql, [values[p] if slot else p for slot, p in self.places])
            yield from cursor.fetchall()

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        return next(self.rows(**values), None)
