"""A whole portal of its own for one measurement: servers, web, worker and beat on a temporary DATA_DIR and a free port."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import psutil
import psycopg

from config import embedded, place, processes
from config.child import Child, wait_until

#: What the caller's shell may say about another portal.
FOREIGN = (
    *("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "WEB_BIND", "SITE_URL", "STORAGE_URL", "EMAIL_URL", "SMS_URL", "DEBUG"),
    *("PORTAL_MODE", "CONN_MAX_AGE", "WEB_CONCURRENCY", "WEB_THREADS", "WORKER_CONCURRENCY", "SENTRY_DSN", "STAFF_NETWORKS"),
)
#: Seconds: a first start migrates, and perhaps writes the demonstration, on a machine that others use too; one command in it.
START, COMMAND = 1800, 1800
#: The five parts by a word of their command lines.
PARTS = {"web": "gunicorn", "worker": " worker ", "beat": " beat ", "postgres": "/postgres ", "valkey": "valkey-server"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time of a process and all below it, those that have ended included (their parents reaped them)."""
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = one.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def _end_orderly(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


class Stack:
    """``with Stack() as stack:`` the portal answers; afterwards every process and file of it is gone. Use in the main thread.

    Rate limits are on; the loopback address is the one trusted proxy, so that each resident brings an address of their own.
    """

    def __init__(self, **environment: str) -> None:
        self.above = Path(os.path.realpath(tempfile.mkdtemp(prefix="portal-bench-")))
        self.above.chmod(0o755)  # the servers' user passes through
        self.data_dir, self.port = self.above / "var", free_port()
        own = {
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "DEMO": "0",
            "SECRET_KEY": "bench" * 12,
            "ALLOWED_HOSTS": "127.0.0.1",
            "TRUSTED_PROXIES": "127.0.0.1/32",
        }
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.environment = kept | own | environment
        self.said = self.above / "said"
        self.supervisor = self._child("stack", [sys.executable, "-m", "config.supervisor"], 120)
        self.others: list[Child] = []

    def _child(self, name: str, argv: list[str], seconds: float) -> Child:
        child = Child(name, argv, self.data_dir, env=self.environment, cwd=embedded.REPOSITORY, log=self.said, stop_seconds=seconds)
        child.death_signal = signal.SIGTERM
        return child

    def __enter__(self) -> "Stack":
        self.before = signal.signal(signal.SIGTERM, _end_orderly)
        try:
            self.supervisor.launch()
            if not wait_until(lambda: "ready: " in self.output or not self.supervisor.alive, START, 0.05) or not self.supervisor.alive:
                raise SystemExit(f"the portal did not start:\n{self.output}")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def _end(self) -> None:
        for child in (*self.others, self.supervisor):
            child.stop()
        signal.signal(signal.SIGTERM, self.before)
        shutil.rmtree(place.sockets(self.data_dir), ignore_errors=True)
        for name in place.DATA:  # moved out of a directory that the servers' user could not reach
            if (self.data_dir / name).is_symlink():
                shutil.rmtree((self.data_dir / name).readlink().parent, ignore_errors=True)
        shutil.rmtree(self.above, ignore_errors=True)

    @property
    def output(self) -> str:
        return self.said.read_text(errors="replace") if self.said.exists() else ""

    def ready(self, seconds: float = 90) -> bool:
        """Waits until /readyz says that all of it works."""
        return wait_until(lambda: processes.answer(self.port)[0] == 200, seconds, 0.2)

    def run(self, *argv: str, ok: tuple[int, ...] = (0,)) -> "subprocess.CompletedProcess[str]":
        """A Python command in the portal's environment, with its output; SystemExit when it ends with another status."""
        done = subprocess.run(
            [sys.executable, *argv],
            env=self.environment,
            cwd=embedded.REPOSITORY,
            text=True,
            capture_output=True,
            timeout=COMMAND,
            check=False,
        )
        if done.returncode not in ok:
            raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def beside(self, module: str) -> tuple[psutil.Process, int]:
        """Another WSGI module behind the same web server with the same options; the process and its port."""
        port = free_port()
        argv = [module if part == "config.wsgi" else part for part in processes.web(f"127.0.0.1:{port}")]
        child = self._child(module, argv, 20)
        self.others.append(child)
        child.launch()

        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        if not wait_until(answers, 20):
            raise SystemExit(f"{module} did not start:\n{self.output}")
        return psutil.Process(child.pid), port

    def parts(self) -> dict[str, psutil.Process]:
        """web, worker, beat, postgres, valkey: the eldest process of each that runs now."""
        found: dict[str, psutil.Process] = {}
        for process in psutil.Process(self.supervisor.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                line = " ".join(process.cmdline()) + " "
                found |= {name: process for name, word in PARTS.items() if word in line}
        return found

    def cpu(self) -> dict[str, float]:
        """Processor seconds of each part since it started."""
        return {name: cpu_seconds(process) for name, process in self.parts().items()}

    def login(self, role: str = "owner") -> dict[str, Any]:
        """psycopg's arguments for a role: ``owner`` or ``portal``."""
        user = {"owner": "portal_owner", "portal": "portal"}[role]
        password = embedded.known_secrets(self.data_dir)[role]
        return {"host": str(place.sockets(self.data_dir)), "dbname": "portal", "user": user, "password": password}

    def database(self, role: str = "owner") -> psycopg.Connection[Any]:
        return psycopg.connect(**self.login(role), autocommit=True)
