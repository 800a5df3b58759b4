"""Child processes that never outlive their parent: PostgreSQL, Valkey, the web server, the worker, beat."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

#: Every child carries this variable with its DATA_DIR, so that a later start finds what an earlier one left behind.
MARK = "PORTAL_RUN"
#: These change their own environment block, so they are known by the directory they work in.
SERVERS = {"postgres", "valkey-server"}
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Account(NamedTuple):
    """The user and group that a server runs as."""

    uid: int
    gid: int


def dying_with(parent: int, death_signal: int) -> Callable[[], None]:
    """A function for the new process: the kernel sends it ``death_signal`` when ``parent`` ends, however that happens.

    It runs after the change of user, which would clear the setting.
    """

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent went away before the line above
            os._exit(1)

    return prepare


@dataclass
class Child:
    """One process that can be started again. Launch it from the main thread: the kernel watches the thread that forked.

    ``stop_signal`` asks for an orderly end, ``death_signal`` comes by itself when the parent was killed.
    """

    name: str
    argv: Sequence[str]
    data_dir: Path
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    account: Account | None = None
    log: Path | None = None
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    stop_seconds: float = 30.0
    keep: tuple[int, ...] = ()
    own_session: bool = True
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    #: Its session was ended too; the number may belong to somebody else by now.
    swept: bool = field(default=False, init=False)
    #: It was asked to end; many programs take a second asking for impatience.
    asked: bool = field(default=False, init=False)

    def launch(self) -> None:
        """Starts the process; what a former one of the same session left behind ends first."""
        self.kill()
        self.swept = self.asked = False
        with self._output() as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own lists
                list(self.argv),
                env={**(os.environ if self.env is None else self.env), MARK: str(self.data_dir)},
                cwd=self.cwd,
                stdin=subprocess.DEVNULL if self.own_session else None,
                stdout=output,
                stderr=output,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
                preexec_fn=dying_with(os.getpid(), self.death_signal),  # noqa: PLW1509 - it takes no lock
                start_new_session=self.own_session,
                pass_fds=self.keep,
            )

    @contextlib.contextmanager
    def _output(self) -> Iterator[BinaryIO | None]:
        """The log file, opened by us, so that the server's own user needs no way to it."""
        if self.log is None:
            yield None
            return
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
            yield file

    @property
    def pid(self) -> int:
        """The process id, 0 before the first launch."""
        return self.process.pid if self.process else 0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def code(self) -> int | None:
        """The exit status of the ended process, negative for a signal."""
        return self.process.poll() if self.process else None

    def ask_to_end(self) -> None:
        if self.process is not None and self.alive and not self.asked:
            self.asked = True
            self.process.send_signal(self.stop_signal)

    def kill(self) -> None:
        """Ends the process and whatever is left of its session at once."""
        if self.process is None or self.swept:
            return
        self.swept = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self.own_session:
                os.killpg(self.process.pid, signal.SIGKILL)
            elif self.alive:
                self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """An orderly end within ``stop_seconds``, a hard one after that."""
        self.ask_to_end()
        wait_until(lambda: not self.alive, self.stop_seconds)
        self.kill()


def wait_until(true: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """Waits for ``true`` to hold; whether it did in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def _stat(pid: int) -> tuple[str, str, int]:
    """Command name, state letter and parent of a process, from /proc; empty when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return "", "X", 0
    name, rest = text.split("(", 1)[1].rsplit(")", 1)
    state, parent = rest.split()[:2]
    return name, state, int(parent)


def running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    return _stat(pid)[1] not in "XZ"


def _ours(pid: int, mark: bytes, homes: set[str]) -> bool:
    """Whether this process belongs to the DATA_DIR of ``mark`` or is a server that works in one of ``homes``."""
    try:
        if _stat(pid)[0] in SERVERS:
            return os.readlink(f"/proc/{pid}/cwd") in homes
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # gone meanwhile, or somebody else's
        return False


def leftovers(data_dir: Path | None, homes: Iterable[Path]) -> list[int]:
    """Processes that a former run on this DATA_DIR left behind, or its servers alone. Ask only while holding its lock."""
    spared, pid = set(), os.getpid()
    while pid > 0:  # never ourselves, nor the shell that we were typed into
        spared.add(pid)
        pid = _stat(pid)[2]
    mark, places = f"{MARK}={data_dir or ''}".encode(), {str(home) for home in homes}
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [pid for pid in pids if pid not in spared and running(pid) and _ours(pid, mark, places)]


def end(find: Callable[[], list[int]], orderly_seconds: float) -> int:
    """Waits for the processes that ``find`` names (they were told to end), then kills what stays; how many there were."""
    found = find()
    if not found or wait_until(lambda: not find(), orderly_seconds, 0.1):
        return len(found)
    for pid in find():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    if not wait_until(lambda: not find(), 10, 0.05):
        raise SystemExit(f"processes {', '.join(map(str, find()))} of an earlier run can't be ended; end them by hand")
    return len(found)
