"""The tests' ground: databases made by the owner and used by the runtime role, and a person of every role.

PostgreSQL and Valkey are real: ``script/test``, or ``python -m config.embedded run -- pytest …``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as configured
from django.core.cache import cache, caches
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test.utils import setup_databases, teardown_databases

from accounts.models import User
from config.cache import Cache
from tests import ground, make
from tests.ground import switch
from tests.order import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401 - hooks

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
#: 0 is the broker's and 1 the portal's own cache.
CACHE_NUMBER = 2 + int(WORKER.removeprefix("gw")) if WORKER else 15


@pytest.fixture(scope="session", autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files, anchors and the numbered cache database of this test process alone; quick passwords."""
    configured.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path_factory.mktemp("files"))
    configured.ANCHOR_DIR = tmp_path_factory.mktemp("anchors")
    configured.CACHES["default"]["LOCATION"] = numbered(configured.REDIS_URL, CACHE_NUMBER)
    with suppress(AttributeError):
        del caches["default"]  # made while the tests were collected, for the portal's own cache
    Path(configured.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    configured.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def numbered(address: str, number: int) -> str:
    return f"{address}?db={number}" if address.startswith("unix") else f"{address.rstrip('/')}/{number}"


@pytest.fixture(autouse=True)
def empty_cache(own_places: None) -> None:
    """No counter, mark or session of another test."""
    Cache.away_until = 0.0
    assert cache._cache.get_client(write=True).connection_pool.connection_kwargs["db"] == CACHE_NUMBER  # type: ignore[attr-defined]
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Made and migrated with the owner's rights, as in production; then everything runs with the runtime role's."""
    keep = {"keepdb": True} if django_db_keepdb and not django_db_createdb else {}
    with django_db_blocker.unblock():
        switch(configured.OWNER_DATABASE_URL)
        # Each process copies what the migrations made once; ``setup_databases`` finds nothing left to apply.
        connection.settings_dict["TEST"]["TEMPLATE"] = ground.ready()
        made = setup_databases(verbosity=request.config.option.verbose, interactive=False, serialized_aliases=(), **keep)
        call_command("privileges", verbosity=0)
        switch(configured.DATABASE_URL)
    yield
    with django_db_blocker.unblock():
        switch(configured.OWNER_DATABASE_URL)
        teardown_databases(made, verbosity=request.config.option.verbose)


def owner_connection() -> psycopg.Connection[Any]:
    """A connection of the owner to this process's test database, autocommitting."""
    return ground.connected(connection.settings_dict["NAME"])


@contextmanager
def for_a_while(blocker: Any) -> Iterator[None]:
    """What is made within is there for the tests of a module, and taken back after them, with the room that it took.

    PostgreSQL plans for tables that are long and empty as if they were short: the next world would take minutes.
    """
    with blocker.unblock():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        with owner_connection() as link:
            link.execute("VACUUM (ANALYZE)")


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection[Any]]:
    """What the runtime role may not: switch triggers off, drop a constraint, look behind the portal's back."""
    with owner_connection() as link:
        yield link


@pytest.fixture(scope="session", autouse=True)
def flush_as_owner() -> Iterator[None]:
    """Tests that commit empty the tables afterwards by TRUNCATE, which the runtime role has no right to."""
    original = DatabaseOperations.execute_sql_flush

    def execute(self: DatabaseOperations, statements: list[str]) -> None:
        with owner_connection() as link:
            for statement in statements:
                link.execute(statement)

    DatabaseOperations.execute_sql_flush = execute  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = original  # type: ignore[method-assign]


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    """A file store of one test's own."""
    own = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": own}
    return tmp_path


# -- personas: 多湖街道 (330703001) with 光南社区 and its neighbour, 孝顺镇 (330703101) with a village ------------------
@pytest.fixture
def resident(db: None) -> User:
    """A resident of 光南社区 with a participant of their own."""
    return make.resident("+8613900000001")


@pytest.fixture
def neighbour(db: None) -> User:
    """Another resident of the same community, no relation."""
    return make.resident("+8613900000002")


@pytest.fixture
def village(db: None) -> User:
    return make.officer("village")


@pytest.fixture
def head(db: None) -> User:
    return make.officer("head")


@pytest.fixture
def cadre(db: None) -> User:
    return make.officer("cadre")


@pytest.fixture
def township(db: None) -> User:
    return make.officer("township")


@pytest.fixture
def other_township(db: None) -> User:
    return make.officer("other_township")


@pytest.fixture
def district(db: None) -> User:
    return make.officer("district")


@pytest.fixture
def reviewer(db: None) -> User:
    return make.officer("reviewer")


@pytest.fixture
def unit(db: None) -> User:
    return make.officer("unit")


@pytest.fixture
def partner(db: None) -> User:
    return make.officer("partner")


@pytest.fixture
def representative(db: None) -> User:
    return make.officer("representative")


@pytest.fixture
def system_admin(db: None) -> User:
    return make.officer("system_admin")


@pytest.fixture
def security_admin(db: None) -> User:
    return make.officer("security_admin")


@pytest.fixture
def auditor(db: None) -> User:
    return make.officer("auditor")
