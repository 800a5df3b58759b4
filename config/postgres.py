"""PostgreSQL 18 from its wheel: a cluster of our own, on a socket, with the portal's two roles."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from config.child import Child, dying_with
from config.place import Place

#: For two processors and some gigabytes that other programs use too. Errors are logged without the statement and its
#: values: those hold personal data, which must not stay behind in a log after it was erased.
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
#: Set by script/test alone: an ended process loses nothing without it, a power cut in the middle of a test may.
FOR_TESTS = {"fsync": "off", "full_page_writes": "off"}
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}


def _role(name: str, password: str, rights: str) -> str:
    return f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION {rights} PASSWORD '{password}';"


def first_statements(passwords: Mapping[str, str]) -> list[str]:
    """What a new cluster needs. The owner may make databases, for tests and restores; the runtime role owns nothing."""
    return [
        _role("portal_owner", passwords["owner"], "CREATEDB"),
        _role("portal", passwords["portal"], "NOCREATEDB NOINHERIT"),
        "CREATE DATABASE portal OWNER portal_owner;",
        "REVOKE ALL ON DATABASE portal FROM PUBLIC;",
        "GRANT CONNECT, TEMPORARY ON DATABASE portal TO portal;",
    ]


class Postgres(Child):
    """The server process; ``prepare()`` makes the cluster on the first start."""

    def __init__(self, place: Place, data_dir: Path, passwords: Mapping[str, str]) -> None:
        self.place = place
        self.passwords = passwords
        super().__init__(
            name="postgres",
            argv=[str(place.postgres_bin / "postgres"), "-D", str(place.postgres), *self._options(place)],
            data_dir=data_dir,
            env=ENVIRONMENT,
            account=place.account,
            log=place.log / "postgres.log",
            stop_signal=signal.SIGINT,  # "fast": clients are cut off, nothing is lost
            death_signal=signal.SIGINT,
            stop_seconds=60,
        )

    @staticmethod
    def _options(place: Place) -> list[str]:
        settings = {**SETTINGS, "unix_socket_directories": str(place.sockets)}
        if os.environ.get("PORTAL_MODE") == "test":
            settings.update(FOR_TESTS)
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _run(self, *argv: str, text: str = "") -> str:
        """Runs one of PostgreSQL's programs as the server's user; its output. Raises SystemExit with the last line of its error."""
        who = self.account
        done = subprocess.run(  # noqa: S603 - our own lists
            [str(self.place.postgres_bin / argv[0]), *argv[1:]],
            input=text,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            cwd="/",
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
            preexec_fn=dying_with(os.getpid(), signal.SIGKILL),
            check=False,
        )
        if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
            raise SystemExit(f"{argv[0]} failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
        return done.stdout

    def prepare(self) -> None:
        """Makes the cluster where there is none; gives the roles the passwords that we know where those are others."""
        known = hashlib.sha256(repr(sorted(self.passwords.items())).encode()).hexdigest()
        mark = self.data_dir / "postgres.roles"
        if not self.place.postgres.exists():
            self._make(known)
        elif not mark.exists() or mark.read_text() != known:  # embedded.json was lost and made anew
            roles = (("portal_owner", "owner"), ("portal", "portal"))
            self._single(self.place.postgres, [f"ALTER ROLE {role} PASSWORD '{self.passwords[key]}';" for role, key in roles])
            mark.write_text(known)

    def _make(self, known: str) -> None:
        """initdb beside the final place, renamed when complete: a start that is killed half-way leaves no half cluster."""
        fresh = self.place.postgres.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.account:
            os.chown(fresh, *self.account)
        collation = ("--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8")
        self._run("initdb", "-D", str(fresh), "--username=postgres", *collation)
        # initdb trusts every local connection; no server ever starts with that.
        (fresh / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        self._single(fresh, first_statements(self.passwords))
        (self.data_dir / "postgres.roles").write_text(known)
        fresh.rename(self.place.postgres)

    def _single(self, cluster: Path, statements: list[str]) -> None:
        """Statements in single-user mode: the superuser has no password, so nobody can log in as it."""
        self._run("postgres", "--single", "-D", str(cluster), "postgres", text="\n".join(statements) + "\n")

    def launch(self) -> None:
        """Starts the server; the caller has made sure that no process of a former one is left.

        PostgreSQL takes the number in a former pid file for a running server where it is a zombie that nobody reaped (a
        container's first process seldom does) or a newer process; where the number is free it clears up better itself.
        """
        for path in (self.place.postgres / "postmaster.pid", self.place.sockets / ".s.PGSQL.5432.lock"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                if Path(f"/proc/{int(path.read_text().split()[0])}").exists():
                    path.unlink()
        super().launch()

    def interrupted(self) -> bool:
        """Whether the cluster was not shut down, so that the next start replays its log. Ask before the start."""
        if not self.place.postgres.exists():
            return False
        state = self._run("pg_controldata", "-D", str(self.place.postgres))
        return not any(line.startswith("Database cluster state:") and "shut down" in line for line in state.splitlines())

    def ready(self) -> bool:
        """Whether it accepts connections: it says so in its pid file, which costs no connection."""
        with contextlib.suppress(OSError):
            lines = (self.place.postgres / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"
        return False
