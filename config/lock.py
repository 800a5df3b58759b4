"""Who runs the servers of a DATA_DIR: one holder at a time, others may connect meanwhile."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from config.child import running, wait_until

#: What a second terminal takes over from the running portal: it is the same demonstration, on the same port.
SHARED = ("DEMO", "DEBUG", "PORT")


class Busy(Exception):
    """Another process runs the servers of this DATA_DIR; the text names it in one line."""


@dataclass(frozen=True)
class Holder:
    """What the lock file says: the process, what it was started as, and whether its servers answer."""

    pid: int = 0
    what: str = ""
    ready: bool = False
    environment: dict[str, str] = field(default_factory=dict)


def _open(path: Path) -> int:
    """Not inherited by children: a server that outlives us must not keep the lock."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SystemExit(f"DATA_DIR: {path} can't be opened ({error.strerror}); use the account that started the portal first") from None


def _try(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read(data_dir: Path) -> Holder:
    """The last word in the lock file; empty after a clean stop."""
    try:
        return Holder(**json.loads((data_dir / "lock").read_text() or "{}"))
    except (OSError, ValueError, TypeError):
        return Holder()


def held(data_dir: Path) -> bool:
    """Whether a process holds the lock now."""
    if not (data_dir / "lock").exists():
        return False
    descriptor = _open(data_dir / "lock")
    try:
        return not _try(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


class Lock:
    """The lock of one DATA_DIR, from ``Lock(...)`` to ``release()``; the kernel frees it when we are killed."""

    def __init__(self, data_dir: Path, what: str) -> None:
        self.what = what
        self.descriptor = _open(data_dir / "lock")
        # A reader that asks whether the lock is held has it for an instant.
        if not wait_until(lambda: _try(self.descriptor, fcntl.LOCK_EX), 0.5):
            os.close(self.descriptor)
            holder = read(data_dir)
            raise Busy(
                f"the portal already runs on {data_dir} ({holder.what or 'starting'}, process {holder.pid}); stop it first or set DATA_DIR"
            )
        #: The holder that never released, so it was killed.
        self.killed = read(data_dir)
        self._write(Holder(os.getpid(), what))

    def _write(self, holder: Holder | None) -> None:
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(asdict(holder)).encode() if holder else b"", 0)

    def servers_answer(self) -> None:
        """Tells the others that they may connect."""
        self._write(Holder(os.getpid(), self.what, True, {name: os.environ[name] for name in SHARED if name in os.environ}))

    def release(self) -> None:
        self._write(None)
        os.close(self.descriptor)


def _answers(holder: Holder) -> bool:
    """Not only the last word of one that was killed."""
    return holder.ready and running(holder.pid)


@contextlib.contextmanager
def visiting(data_dir: Path, seconds: float = 120) -> Iterator[None]:
    """Use servers that another process runs: waits until they answer and, meanwhile, asks that process not to leave.

    Raises SystemExit when they don't answer in time.
    """
    end = time.monotonic() + seconds
    descriptor = _open(data_dir / "users")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        while not _answers(read(data_dir)):
            if not held(data_dir) or time.monotonic() > end:
                raise SystemExit(f"the servers of {data_dir} did not start; look at {data_dir / 'log'}")
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def wait_for_visitors(data_dir: Path) -> None:
    """Returns when nobody uses our servers any more."""
    descriptor = _open(data_dir / "users")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)
