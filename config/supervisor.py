"""The one foreground process behind ``script/up``: servers, release steps, then web, worker and beat until Ctrl-C.

Ends with 0 when it was asked to, 1 when a step or a process can't work, 2 when an argument or the port can't be used.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
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


class Signals:
    """Counts the requests to stop: the first asks, each later one hurries."""

    def __init__(self) -> None:
        self.count = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._came)

    def _came(self, number: int, frame: FrameType | None) -> None:
        self.count += 1


class Supervisor:
    """Runs ``children`` beside ``servers`` until a signal."""

    def __init__(self, servers: embedded.Servers, children: Sequence[Child], web_socket: socket.socket, signals: Signals) -> None:
        self.servers = servers
        self.children = children
        self.web_socket = web_socket
        self.signals = signals
        self.ready = threading.Event()
        self.keepers = [Keeper(server, partial(servers.relaunch, server)) for server in servers.members]

    def run(self, todo: Sequence[release.Step]) -> int:
        """Everything from the first step to the last process; the exit status."""
        code = 1
        try:
            code = self._release(todo)
            if code == 0 and not self.signals.count:
                code = self._serve()
        finally:
            self._stop()
        return code

    def _release(self, todo: Sequence[release.Step]) -> int:
        for step in todo:
            sys.stdout.write(f"{step.says} ...\n")
            sys.stdout.flush()
            child = Child(step.name, step.argv, self.servers.directory, cwd=embedded.REPOSITORY, stop_seconds=5)
            child.launch()
            while child.alive and not self.signals.count:
                time.sleep(0.02)
            if self.signals.count:
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
        # The kernel ties a child to the thread that started it, so this one alone starts them, and another one asks.
        threading.Thread(target=_announce, args=(self.web_socket.getsockname()[1], self.ready), daemon=True).start()
        while not self.signals.count:
            for keeper in self.keepers:
                keeper.look()
                if not self.ready.is_set() and keeper.failures >= TRIES_BEFORE_READY:
                    say(f"{keeper.child.name} keeps ending; the lines above say why")
                    return 1
            time.sleep(PAUSE)
        return 0

    def _stop(self) -> None:
        """Web first, so that nothing new comes in, then the worker's running tasks, then the servers that all of them need."""
        asked = self.signals.count
        self.web_socket.close()
        for child in self.children:
            child.ask_to_end()
        end = max((child.stop_seconds for child in self.children), default=0.0)
        wait_until(lambda: not any(child.alive for child in self.children) or self.signals.count > asked, end)
        for child in self.children:
            child.kill()
        self.servers.stop()


def _announce(port: int, ready: threading.Event) -> None:
    """Says that the portal answers, once; after a minute without an answer, what it says instead, once."""
    slow_at, pause = time.monotonic() + SLOW_AFTER, PAUSE
    while True:
        status, body = processes.answer(port)
        if status == 200:
            ready.set()
            sys.stdout.write(f"ready: http://127.0.0.1:{port}/\n")
            sys.stdout.flush()
            return
        if time.monotonic() > slow_at:
            slow_at = float("inf")
            say(f"not ready yet: /readyz says {status or 'nothing'} {body}".rstrip())
        time.sleep(pause)
        pause = min(pause * 1.5, 1.0)  # each refusal is a line in the web server's log


def listen(host: str, port: int) -> socket.socket:
    """The web server's socket. We hold it too, so that callers wait, instead of failing, while a web server starts or starts again.

    Raises SystemExit with one line when the address is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise SystemExit(f"port {port} on {host} can't be used ({why}); stop what uses it or set PORT to another one") from None


def children(directory: Path, web_socket: socket.socket) -> list[Child]:
    """Web, worker and beat. When we are killed the kernel kills them: Celery heeds nothing while it looks for its broker, which went
    with us, and a task that was running comes back from there. Gunicorn takes its own children along when it is told to quit.
    """

    def child(name: str, argv: Sequence[str], seconds: float, keep: tuple[int, ...] = ()) -> Child:
        return Child(name, argv, directory, cwd=embedded.REPOSITORY, stop_seconds=seconds, keep=keep)

    number = web_socket.fileno()
    web = child("web", processes.web(f"fd://{number}"), 20, (number,))
    web.death_signal = signal.SIGQUIT
    return [web, child("worker", processes.worker(), 30), child("beat", processes.beat(), 10)]


def _settings_hold() -> bool:
    """Whether the environment makes sense; settings say in one line what does not."""
    return subprocess.run([sys.executable, "-c", "import config.settings"], cwd=embedded.REPOSITORY, check=False).returncode == 0


Make = Callable[[Path, socket.socket], Sequence[Child]]


def supervise(host: str, port: int, make: Make, steps: Callable[[Path], Sequence[release.Step]]) -> int:
    """Starts the servers, then runs the steps and the processes; the exit status."""
    directory, signals = embedded.data_dir(), Signals()
    with listen(host, port) as web_socket:
        servers = embedded.start(directory, "script/up")
        return Supervisor(servers, make(directory, web_socket), web_socket, signals).run(steps(directory))


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
