"""The supervisor against stand-in processes: started, watched, started again, and never left behind."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from config import embedded, lock, place, processes, release, supervisor
from config.child import Child, leftovers, running, wait_until

WEB = """
import http.server, os, signal, socket, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server.serve_forever()
"""
#: Two generations, as a worker with its pool has; the second ignores what the first is told.
WORKER = "trap 'exit 0' TERM; sh -c 'trap \"\" TERM INT QUIT; while :; do sleep 0.2; done' & wait"


def stand_ins(directory: Path, web_socket: socket.socket) -> list[Child]:
    """Web, worker and beat without Django, as the environment of the test wants them."""
    number = web_socket.fileno()
    web = (
        [sys.executable, "-c", WEB, str(number)]
        if os.environ.get("STAND_IN") != "broken"
        else [sys.executable, "-c", "raise SystemExit(3)"]
    )
    return [
        Child("web", web, directory, keep=(number,), death_signal=signal.SIGTERM),
        Child("worker", ["sh", "-c", WORKER], directory, death_signal=signal.SIGTERM),
        Child("beat", ["tail", "-f", "/dev/null"], directory, death_signal=signal.SIGTERM),
    ]


def one_step(directory: Path) -> Sequence[release.Step]:
    return [release.Step("step", "a step", ["false"] if os.environ.get("STAND_IN") == "failing" else ["true"], "")]


def main() -> None:
    """What the subprocess of each test runs."""
    try:
        sys.exit(supervisor.supervise("127.0.0.1", int(os.environ["PORT"]), stand_ins, one_step))
    except (lock.Busy, SystemExit) as end:
        if isinstance(end, SystemExit) and not isinstance(end.code, str):
            raise
        place.say(str(end))
        sys.exit(2)


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


class Portal:
    """A supervisor in a process of its own."""

    def __init__(self, directory: Path, port: int, **environment: str) -> None:
        self.directory = directory
        self.port = port
        self.said = directory.parent / f"said-{len(list(directory.parent.glob('said-*')))}"
        with self.said.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from tests.races.test_supervisor import main; main()"],
                cwd=embedded.REPOSITORY,
                env={**os.environ, "PORT": str(port), **environment},
                stdout=output,
                stderr=output,
            )

    @property
    def output(self) -> str:
        return self.said.read_text()

    def ready(self) -> None:
        assert wait_until(lambda: "ready: " in self.output or self.process.poll() is not None, 30), self.output
        assert f"ready: http://127.0.0.1:{self.port}/\n" in self.output, self.output

    def ask(self) -> int:
        """The pid of the web process, as it answers itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        connection.request("GET", "/")
        return int(connection.getresponse().read())

    def left(self) -> list[int]:
        return leftovers(self.directory, [self.directory / "postgres", self.directory / "valkey"])

    def pid(self, name: str) -> int:
        """One of the processes by its command name, the eldest; 0 when there is none."""
        return min((pid for pid in self.left() if command(pid) == name), default=0)


Start = Callable[..., Portal]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    above = Path(os.path.realpath(tempfile.mkdtemp(prefix="portal-test-")))
    above.chmod(0o755)
    monkeypatch.setenv("DATA_DIR", str(above / "var"))
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "WEB_BIND", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    portals: list[Portal] = []

    def begin(**environment: str) -> Portal:
        portals.append(Portal(above / "var", port, **environment))
        return portals[-1]

    yield begin
    for portal in portals:
        portal.process.kill()
        portal.process.wait()
        for pid in portal.left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    shutil.rmtree(place.sockets(above / "var"), ignore_errors=True)
    shutil.rmtree(above, ignore_errors=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_with_success(start: Start, number: int) -> None:
    portal = start()
    portal.ready()
    assert len(portal.left()) > 5
    portal.process.send_signal(number)
    assert portal.process.wait(20) == 0
    assert portal.left() == []
    assert portal.output.count("ready: ") == 1
    assert lock.read(portal.directory) == lock.Holder()


def test_a_killed_supervisor_leaves_nothing_after_the_next_start(start: Start) -> None:
    portal = start()
    portal.ready()
    portal.process.kill()
    portal.process.wait()
    # What heeds its parent's end goes at once; the one that ignores every polite signal goes with the next start.
    assert wait_until(lambda: len(portal.left()) <= 2, 10)
    stubborn = portal.left()
    again = start()
    again.ready()
    assert "was not stopped cleanly; recovered" in again.output
    assert not any(running(pid) for pid in stubborn)
    again.process.terminate()
    assert again.process.wait(20) == 0
    assert again.left() == []


@pytest.mark.parametrize(("comm", "name"), [("postgres", "postgres"), ("valkey-server", "valkey"), ("tail", "beat")])
def test_what_dies_is_started_again(start: Start, comm: str, name: str) -> None:
    portal = start()
    portal.ready()
    before = portal.pid(comm)
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: f"{name} ended (SIGKILL); starting it again\n" in portal.output, 10)
    assert wait_until(lambda: portal.pid(comm) not in {0, before}, 10)
    portal.process.terminate()
    assert portal.process.wait(20) == 0
    assert portal.left() == []


def test_callers_wait_while_a_killed_web_server_starts_again(start: Start) -> None:
    portal = start()
    portal.ready()
    before = portal.ask()
    os.kill(before, signal.SIGKILL)
    assert portal.ask() != before
    assert "web ended (SIGKILL); starting it again" in portal.output


def test_a_second_one_refuses_in_one_line(start: Start) -> None:
    portal = start()
    portal.ready()
    same_port = start()
    assert same_port.process.wait(20) == 2
    assert same_port.output == (
        f"port {portal.port} on 127.0.0.1 can't be used (Address already in use); stop what uses it or set PORT to another one\n"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = str(probe.getsockname()[1])
    same_data = start(PORT=other)
    assert same_data.process.wait(20) == 2
    assert same_data.output.count("\n") == 1
    assert f"(script/up, process {portal.process.pid}); stop it first" in same_data.output
    assert portal.ask()


def test_a_failing_step_stops_the_start(start: Start) -> None:
    portal = start(STAND_IN="failing")
    assert portal.process.wait(20) == 1
    assert "step failed" in portal.output
    assert portal.left() == []


def test_a_web_server_that_never_works_is_given_up(start: Start) -> None:
    portal = start(STAND_IN="broken")
    assert portal.process.wait(30) == 1
    assert "web keeps ending" in portal.output
    assert "ready" not in portal.output
    assert portal.left() == []


def test_steps_are_done_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEMO", "1")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "static").mkdir()
    todo = release.steps(tmp_path)
    assert [step.name for step in todo] == ["migrate", "privileges", "catalogue", "collectstatic", "regions", "demo", "analyze"]
    for step in todo:
        release.mark(tmp_path, step)
    assert [step.name for step in release.steps(tmp_path) if step.key] == []
    (tmp_path / "static").rmdir()
    assert "collectstatic" in [step.name for step in release.steps(tmp_path)]
    release.forget(tmp_path)
    assert {"migrate", "privileges"} <= {step.name for step in release.steps(tmp_path)}
    assert not {"demo", "analyze"} & {step.name for step in release.steps(tmp_path)}


@pytest.mark.parametrize(("name", "value"), [("PORT", "http"), ("PORT", "70000"), ("WEB_BIND", "8000"), ("WEB_BIND", "host:")])
def test_a_bad_address_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.delenv("WEB_BIND", raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=f"^{name}: '{value}' can't be used"):
        processes.address()


def test_the_procfile_names_every_process() -> None:
    lines = (embedded.REPOSITORY / "Procfile").read_text().splitlines()
    assert lines == [f"{name}: python -m config.processes {name}" for name in ("release", "web", "worker", "beat")]
    assert all(processes.command(line.split(":")[0]) for line in lines)


def test_a_secret_key_file_is_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("SECRET_KEY", "")
    processes.secret_key_from_file()
    made = os.environ["SECRET_KEY"]
    monkeypatch.setenv("SECRET_KEY", "")
    processes.secret_key_from_file()
    assert os.environ["SECRET_KEY"] == made
    assert len(made) >= 50
