"""The one foreground process behind ``script/up``: servers, release steps, then web, worker and beat until Ctrl-C.

Ends with 0 when it was asked to, 1 when a step or a process can't work, 2 when an argument or the port can't be used.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from config import embedded, processes, release
from config.child import Child, wait_until
from config.lock import Busy
from config.place import say

PAUSE = 0.1
#: Seconds before the first, second, … start of a process that keeps ending; a minute of life counts as health.
BACK_OFF = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
HEALTHY_AFTER = 60.0
#: So often may a process end before the portal has answered once: then something is wrong that patience won't cure.
TRIES_BEFORE_READY = 4
SLOW_AFTER = 60.0


class Keeper:
    """Starts one process again, later each time, when it ends by itself."""

    def __init__(self, child: Child, launch: Callable[[], None]) -> None:
        self.child = child
        self.launch = launch
        self.failures = 0
        self.since = time.monotonic()
        self.due: float | None = None

    def look(self) -> None:
        """Notices an end, and starts again when its time has come."""
        now = time.monotonic()
        if self.child.alive:
            return
        if self.due is None:
            self.failures = 1 if now - self.since > HEALTHY_AFTER else self.failures + 1
            pause = BACK_OFF[min(self.failures, len(BACK_OFF)) - 1]
            self.due = now + pause
            say(f"{self.child.name} ended ({_how(self.child.code)}); starting it again{f' in {pause:.0f} s' if pause else ''}")
            self.child.kill()  # what is left of its session
        if now >= self.due:
            self.due, self.since = None, now
            self.launch()


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"status {code}"


class Supervisor:
    """Runs ``children`` beside ``servers`` until a signal; ``todo`` steps come first."""

    def __init__(self, servers: embedded.Servers, children: Sequence[Child], todo: Sequence[release.Step], port: int) -> None:
        self.servers = servers
        self.children = children
        self.todo = todo
        self.port = port
        self.signals = 0
        self.ready = False
        self.slow_at = float("inf")
        self.keepers = [Keeper(server, lambda server=server: servers.relaunch(server)) for server in servers.members]  # type: ignore[misc]

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """The first asks to stop, a second one hurries."""
        self.signals += 1

    def run(self) -> int:
        """Everything from the first step to the last process; the exit status."""
        try:
            code = self._release()
            if code == 0 and not self.signals:
                code = self._serve()
        finally:
            self._stop()
        return code

    def _release(self) -> int:
        for step in self.todo:
            sys.stdout.write(f"{step.says} ...\n")
            sys.stdout.flush()
            child = Child(step.name, step.argv, self.servers.directory, cwd=embedded.REPOSITORY, stop_seconds=5)
            child.launch()
            while child.alive and not self.signals:
                time.sleep(0.02)
            if self.signals:
                child.stop()
                return 0
            if child.code:
                say(f"{step.name} failed; the lines above say why")
                return 1
            release.mark(self.servers.directory, step)
        return 0

    def _serve(self) -> int:
        for child in self.children:
            child.launch()
            self.keepers.append(Keeper(child, child.launch))
        self.slow_at = time.monotonic() + SLOW_AFTER
        while not self.signals:
            for keeper in self.keepers:
                keeper.look()
                if not self.ready and keeper.failures >= TRIES_BEFORE_READY:
                    say(f"{keeper.child.name} keeps ending; the lines above say why")
                    return 1
            if not self.ready:
                self._announce()
            time.sleep(PAUSE)
        return 0

    def _announce(self) -> None:
        status, body = _answer(self.port)
        if status == 200:
            self.ready = True
            sys.stdout.write(f"ready: http://127.0.0.1:{self.port}/\n")
            sys.stdout.flush()
        elif time.monotonic() > self.slow_at:
            self.slow_at = float("inf")
            say(f"not ready yet: /readyz says {status or 'nothing'} {body}".rstrip())

    def _stop(self) -> None:
        """Web first, so that nothing new comes in, then the worker's running tasks, then the servers that all of them need."""
        asked = self.signals
        for child in self.children:
            child.ask_to_end()
        end = max((child.stop_seconds for child in self.children), default=0.0)
        wait_until(lambda: not any(child.alive for child in self.children) or self.signals > max(asked, 1), end)
        for child in self.children:
            child.kill()
        self.servers.stop()


def _answer(port: int) -> tuple[int, str]:
    """Status and short body of /readyz; 0 while nobody listens."""
    hosts = [host.strip().lstrip(".") for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip(" .*")]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/readyz", headers={"Host": hosts[0] if hosts else "127.0.0.1", "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        return answer.status, answer.read(300).decode(errors="replace").replace("\n", " ")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def listen(host: str, port: int) -> socket.socket:
    """The web server's socket, bound but not yet listening. We keep it, so that a restarted web server finds its callers waiting.

    Raises SystemExit with one line when the address is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        probe = socket.socket(family)  # two sockets may share an address until one of them listens
        probe.close()
    except OSError as error:
        raise SystemExit(f"port {port} on {host} can't be used ({error.strerror}); stop what uses it or set PORT to another one") from None
    return bound


def children(directory: Path, web_socket: socket.socket) -> list[Child]:
    """Web, worker and beat. When we are killed the kernel ends them: a task that was running comes back from the broker."""

    def child(name: str, argv: Sequence[str], seconds: float, keep: tuple[int, ...] = ()) -> Child:
        return Child(name, argv, directory, cwd=embedded.REPOSITORY, stop_seconds=seconds, keep=keep, death_signal=signal.SIGQUIT)

    number = web_socket.fileno()
    beat = child("beat", processes.beat(), 10)
    beat.death_signal = signal.SIGTERM
    return [child("web", processes.web(f"fd://{number}"), 20, (number,)), child("worker", processes.worker(), 30), beat]


def _settings_hold() -> bool:
    """Whether the environment makes sense; settings say in one line what does not."""
    return subprocess.run([sys.executable, "-c", "import config.settings"], cwd=embedded.REPOSITORY, check=False).returncode == 0  # noqa: S603


def supervise(host: str, port: int, make: Callable[[Path, socket.socket], Sequence[Child]], steps: Callable[[Path], Sequence[release.Step]]) -> int:
    """Starts the servers, then runs the steps and the processes; the exit status."""
    directory = embedded.data_dir()
    with listen(host, port) as web_socket:
        servers = embedded.start(directory, "script/up")
        supervisor = Supervisor(servers, make(directory, web_socket), steps(directory), port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.on_signal)
        return supervisor.run()


def main() -> int:
    """The portal on this machine, as the environment says."""
    try:
        host, port = processes.address()
        os.environ["DATA_DIR"] = str(embedded.data_dir())
        os.environ["PORT"] = str(port)
        if not _settings_hold():
            return 2
        return supervise(host, port, children, release.steps)
    except Busy as busy:
        say(str(busy))
        return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SystemExit as end:
        if isinstance(end.code, str):
            say(end.code)
            sys.exit(2)
        raise
