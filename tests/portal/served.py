"""The portal as ``script/up`` serves it, with the demonstration data, for tests that come from outside.

One for every name, shared by the processes of pytest-xdist: whoever comes first starts it, whoever leaves last stops it.
``python -m tests.portal.served PID`` is the guard between the two: it ends the portal when the tests' process is gone.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from config import embedded, place
from config.child import Child, running, wait_until
from tests import ground

READY_SECONDS = 300
#: What script/test sets for the tests themselves; the served portal is the one that people get.
NOT_OURS = {
    "PORTAL_MODE", "PORTAL_TEST_INSIDE", "DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS",
    "WEB_BIND", "SITE_URL", "STORAGE_URL", "EMAIL_URL", "SMS_URL", "STAFF_TOTP", "STAFF_NETWORKS", "DJANGO_SETTINGS_MODULE",
}  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A portal that answers."""

    url: str
    home: Path
    environment: dict[str, str]

    @property
    def log(self) -> Path:
        return self.home / "said"

    def manage(self, *arguments: str) -> str:
        """Runs ``manage.py`` beside the portal; what it wrote."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            check=False,
            cwd=embedded.REPOSITORY,
            env=environment(self.environment),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def token(self, login: str) -> str:
        """A fresh API token of an account."""
        return self.manage("issue_token", login).split()[-1]


def environment(ours: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NOT_OURS} | ours


@contextlib.contextmanager
def serving(name: str, shared: Path, **settings: str) -> Iterator[Served]:
    """The portal of this name. ``shared`` is a directory that all processes of the test run see.

    While writing tests, SERVED_URL names a portal that runs already (with DEMO=1, in this environment's SERVED_DATA_DIR).
    """
    if url := os.environ.get("SERVED_URL"):
        ours = {"DEMO": "1", "DATA_DIR": os.environ["SERVED_DATA_DIR"]}
        yield Served(url, Path(ours["DATA_DIR"]), ours)
        return
    state = shared / f"served-{name}.json"
    with _locked(state):
        known = json.loads(state.read_text()) if state.exists() else _start(name, settings, _prepared(shared))
        state.write_text(json.dumps(known | {"users": known["users"] + 1}))
    try:
        yield Served(known["url"], Path(known["home"]), known["environment"])
    finally:
        with _locked(state):
            known = json.loads(state.read_text())
            known["users"] -= 1
            state.write_text(json.dumps(known))
            if not known["users"]:
                state.unlink()
                _stop(known)
                if not list(shared.glob("served-*.json")):
                    shutil.rmtree(shared / "served-prepared", ignore_errors=True)


@contextlib.contextmanager
def _locked(state: Path) -> Iterator[None]:
    with state.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _home(name: str) -> Path:
    """Not below pytest's own directory: the servers' user must reach it, and a socket's path is short."""
    home = Path(os.path.realpath(tempfile.mkdtemp(prefix=f"portal-{name}-")))
    home.chmod(0o755)
    return home


def _prepared(shared: Path) -> Path:
    """A DATA_DIR with everything that a first start does, the demonstration too: done once, copied for each portal.

    The tables come from the tests' ground; ``tests/races/test_kill_rush.py`` starts with the migrations themselves.
    """
    ready = shared / "served-prepared"
    with _locked(ready):
        if not ready.exists():
            home = _home("prepared")
            ours = {"DEMO": "1", "DATA_DIR": str(home / "var")}
            for step in (("-m", "tests.ground", str(ground.dumped())), ("-m", "config.release")):
                run = ("-m", "config.embedded", "run", "--", sys.executable, *step)
                done = subprocess.run(
                    [sys.executable, *run], cwd=embedded.REPOSITORY, env=environment(ours), check=False, capture_output=True, text=True
                )
                assert done.returncode == 0, done.stdout + done.stderr
            shutil.move(home / "var", ready)
            home.rmdir()
    return ready


def _start(name: str, settings: dict[str, str], prepared: Path) -> dict[str, object]:
    home = _home(name)
    subprocess.run(["cp", "-a", str(prepared), str(home / "var")], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {"DEMO": "1", "DATA_DIR": str(home / "var"), "PORT": str(port), **settings}
    watched = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    with (home / "said").open("wb") as said:
        guard = subprocess.Popen(
            [sys.executable, "-m", "tests.portal.served", str(watched)],
            cwd=embedded.REPOSITORY,
            env=environment(ours),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    known: dict[str, object] = {"url": url, "home": str(home), "environment": ours, "guard": guard.pid, "users": 0}
    line = f"ready: {url}/"
    came = wait_until(lambda: line in (home / "said").read_text() or guard.poll() is not None, READY_SECONDS, 0.1)
    if not came or guard.poll() is not None:
        words = (home / "said").read_text()
        _stop(known)
        pytest.fail(f"the portal did not start:\n{words[-4000:]}")
    return known


def _stop(known: dict[str, object]) -> None:
    guard, home = int(str(known["guard"])), Path(str(known["home"]))
    with contextlib.suppress(ProcessLookupError):
        os.kill(guard, signal.SIGTERM)
    wait_until(lambda: not running(guard), 60, 0.1)
    shutil.rmtree(place.sockets(home / "var"), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


def guard(watched: int) -> int:
    """Runs the supervisor until asked to end, or until the process of the tests is gone."""
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    directory = embedded.data_dir()
    child = Child("portal", [sys.executable, "-m", "config.supervisor"], directory, stop_seconds=50, death_signal=signal.SIGTERM)
    child.launch()
    while child.alive and not asked and Path(f"/proc/{watched}").exists():
        time.sleep(0.2)
    child.stop()
    return child.code or 0


if __name__ == "__main__":
    sys.exit(guard(int(sys.argv[1])))
