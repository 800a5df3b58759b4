"""The tests' database as the migrations make it: made once, then copied for each process of a test run.

``python -m tests.ground`` makes it ahead (``script/test`` does so while the static checks run). It stays in DATA_DIR for the
next run, and is made anew when a migration, its data, the rights or a package is another one. ``python -m tests.ground FILE``
fills a portal of a test's own from the dump beside it: the migrations alone take a minute of a processor.
"""

import fcntl
import gc
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from config import backup, release
from config.embedded import REPOSITORY, data_dir
from tests.lighter import lighter

NAME = "test_ground"
#: What the tables, their first rows and the rights are made from; a later ``migrate`` on each copy adds nothing.
SOURCES = (
    *("*/migrations/*.py", "*/management/commands/privileges.py", "records/*.py", "data/*", "requirements/base.txt"),
    *("tests/ground.py", "tests/lighter.py"),
)


def login_of(address: str) -> dict[str, str]:
    """The role and the password in a database's address."""
    config = environ.Env.db_url_config(address)
    return {"USER": config["USER"], "PASSWORD": config["PASSWORD"]}


def switch(address: str) -> None:
    """Every connection, in every thread, is the address's role from now on."""
    connection.close()
    connection.settings_dict.update(login_of(address))


def connected(name: str) -> psycopg.Connection[Any]:
    """A connection of the owner to a database of the tests' server, autocommitting."""
    own, login = connection.settings_dict, login_of(settings.OWNER_DATABASE_URL)
    return psycopg.connect(
        host=own["HOST"], port=own["PORT"] or None, dbname=name, user=login["USER"], password=login["PASSWORD"], autocommit=True
    )


def digest() -> str:
    """Of everything that it is made from."""
    total = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in REPOSITORY.glob(pattern) if path.is_file()):
        total.update(os.fsencode(path.relative_to(REPOSITORY)) + b"\0" + path.read_bytes())
    return total.hexdigest()


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One process at a time makes it or looks whether it is there; the others wait."""
    with (directory / "test_ground.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ready() -> str:
    """The name of the database to copy, made now where it is not there. The owner's rights must be on, in ``connection``."""
    wanted = digest()
    with _alone(data_dir()), connected("postgres") as link:
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        found = link.execute(query, [NAME]).fetchone()
        if found != (wanted,) or not dump().exists():
            _make(link)
            # Said last: one that a stopped run left half made has no description.
            link.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(NAME), sql.Literal(wanted)))
    return NAME


def dump() -> Path:
    """The tables in a file, of which a portal on another server gets its own. Written with them: nobody may look into a
    database that is being copied."""
    return data_dir() / f"{NAME}.dump"


def dumped() -> Path:
    """The same, made first where it is not there: by a process of its own, which may take the owner's rights."""
    subprocess.run([sys.executable, "-m", "tests.ground"], cwd=REPOSITORY, check=True)
    return dump()


def fill(source: Path) -> None:
    """The tables of this DATA_DIR's portal, as if its first start had migrated; its servers must be up."""
    backup._load(source)
    for step in [step for step in release.steps(data_dir()) if step.name == "migrate"]:
        release.mark(data_dir(), step)


def _make(link: psycopg.Connection[Any]) -> None:
    link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))
    link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = NAME
    try:
        gc.freeze()  # the migrations leave much behind, and the collector would walk over everything else each time
        with lighter():
            call_command("migrate", verbosity=0, interactive=False)
        call_command("privileges", verbosity=0)
        connection.close()
        known = backup._client(backup.database()) | {"PGDATABASE": NAME}
        subprocess.run([backup._program("pg_dump"), "-Fc", "--file", dump()], env=known, check=True)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


if __name__ == "__main__" and len(sys.argv) > 1:
    fill(Path(sys.argv[1]))
elif __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    switch(settings.OWNER_DATABASE_URL)
    ready()
