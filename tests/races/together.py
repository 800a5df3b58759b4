"""Real threads against PostgreSQL, brought to the same point; and guards taken out, to see that they were needed."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import connection


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Runs the calls at once, each in a thread with a connection of its own; their results, or what they raised."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(number: int) -> None:
        try:
            start.wait(20)
            results[number] = calls[number]()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


class Meeting:
    """A place in the code where the racers wait for each other, once each; who is held up by a lock is not waited for long."""

    def __init__(self, racers: int, seconds: float = 20) -> None:
        self.barrier, self.seconds = threading.Barrier(racers), seconds
        self.been: set[int] = set()

    def wait(self) -> None:
        if threading.get_ident() not in self.been:
            self.been.add(threading.get_ident())
            with suppress(threading.BrokenBarrierError):
                self.barrier.wait(self.seconds)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, entered by all at once."""

        def met(*args: Any, **kwargs: Any) -> Any:
            self.wait()
            return function(*args, **kwargs)

        return met

    def after(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, left by all at once."""

        def met(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            self.wait()
            return result

        return met


class NoLocks:
    """In place of a module's ``connection``: the same, but statements that take an advisory lock do nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(connection, name)

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        with connection.cursor() as real:
            execute = real.execute
            real.execute = lambda text, values=None: None if "advisory" in text else execute(text, values)  # type: ignore[method-assign]
            yield real


@contextmanager
def without(owner: psycopg.Connection[Any], table: str, *names: str) -> Iterator[None]:
    """The constraints or unique indexes of a table taken out, and put back over emptied tables."""
    again = []
    for name in names:
        row = owner.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]).fetchone()
        if row:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {row[0]}")
        else:
            index = owner.execute("SELECT pg_get_indexdef(%s::regclass)", [name]).fetchone()
            assert index
            assert re.match("CREATE UNIQUE INDEX", index[0])
            owner.execute(f"DROP INDEX {name}")
            again.append(index[0])
    try:
        yield
    finally:
        owner.execute(f"TRUNCATE activities_intake, {table} CASCADE")
        for statement in again:
            owner.execute(statement)
