"""Every address of the portal × every persona: what each is answered. The expectation is one table, ``access_matrix*.txt``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, resolve

from accounts.models import User
from tests.conftest import for_a_while
from tests.portal import world


class Line(NamedTuple):
    """One address: the method, its path with names of rows in braces, the expected answer of each persona."""

    method: str
    path: str
    expected: tuple[str, ...]


def table() -> list[Line]:
    """The lines of the table, comments and blank lines aside: what all share, and the centers' work."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(Path(__file__).parent.glob("access_matrix*.txt"))]
    rows = [line.split() for text in texts for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Line(method, path, tuple(expected)) for method, path, *expected in rows]


TABLE = table()


class Ground(NamedTuple):
    people: dict[str, User | None]
    names: dict[str, Any]


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The people and rows, made once; every request's changes are rolled back."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path_factory.mktemp("files")}}
    storages = {**settings.STORAGES, "default": files}
    with for_a_while(django_db_blocker), override_settings(STORAGES=storages):
        people = world.people()
        resident = people["resident"]
        assert resident is not None
        yield Ground(people, world.where(world.district(resident, people["unit"])))


@pytest.fixture(scope="module")
def clients(ground: Ground) -> dict[str, Client]:
    return {name: world.enter(user) for name, user in ground.people.items()}


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """The route of every URL pattern, written as ``resolve`` writes it."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from patterns(entry, route)


def test_every_url_pattern_stands_in_the_table(ground: Ground) -> None:
    tried = {resolve(line.path.format(**ground.names).split("?")[0]).route for line in TABLE}
    assert set(patterns()) == tried


def test_every_line_answers_every_persona_and_stands_once() -> None:
    assert not [line for line in TABLE if len(line.expected) != len(world.PERSONAS)]
    asked = [line[:2] for line in TABLE]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("line", TABLE, ids=lambda line: f"{line.method} {line.path}")
def test_access(ground: Ground, clients: dict[str, Client], line: Line) -> None:
    path, got = line.path.format(**ground.names), {}
    for persona, client in clients.items():
        cache.clear()
        with transaction.atomic():
            cookies = client.cookies.copy()
            got[persona] = world.answer(client, world.ask(client, line.method, path))
            client.cookies = cookies
            transaction.set_rollback(True)
    assert got == dict(zip(world.PERSONAS, line.expected, strict=True))
