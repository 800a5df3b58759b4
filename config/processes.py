"""The portal's processes, each command line in this one place: for script/up, the Procfile and the containers.

``python -m config.processes NAME`` becomes that process: web, worker, beat, release, manage ARGS…, backup FILE, restore FILE;
``healthy web`` and ``healthy worker`` ask whether that process works.
"""

import contextlib
import http.client
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from config.embedded import REPOSITORY, data_dir

PYTHON = (sys.executable, "-m")
RELEASE = (*PYTHON, "config.release")
MANAGE = (sys.executable, "manage.py")


def address() -> tuple[str, int]:
    """Where the web server listens: WEB_BIND (host:port) for containers, else 127.0.0.1 and PORT (8000).

    Raises SystemExit with one line that names the malformed variable.
    """
    host, port, name = "127.0.0.1", os.environ.get("PORT") or "8000", "PORT"
    if os.environ.get("WEB_BIND"):
        host, _, port = os.environ["WEB_BIND"].rpartition(":")
        name = "WEB_BIND"
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        wish = "write a port from 1 to 65535" if name == "PORT" else "write host:port, 0.0.0.0:8000"
        raise SystemExit(f"{name}: {os.environ.get(name)!r} can't be used; {wish}")
    return host.strip("[]"), int(port)


def web(bind: str) -> list[str]:
    """Two processes of four threads, forked after the one import. The control socket would be a second way in; nobody uses it."""
    options = {
        "--bind": bind,
        "--worker-class": "gthread",
        "--workers": os.environ.get("WEB_CONCURRENCY") or "2",
        "--threads": os.environ.get("WEB_THREADS") or "4",
        "--timeout": "60",
        "--graceful-timeout": "15",
        "--max-requests": "0",
        "--log-level": "warning",
    }
    # The workers' sign of life must not wait for a disk.
    if os.access("/dev/shm", os.W_OK):  # noqa: S108 - it makes files of its own there
        options["--worker-tmp-dir"] = "/dev/shm"  # noqa: S108 - it makes files of its own there
    return [*PYTHON, "gunicorn", "config.wsgi", "--preload", "--no-control-socket", *(part for pair in options.items() for part in pair)]


def worker() -> list[str]:
    """No gossip and no mingle: there is one worker, and both only make its start slower."""
    concurrency = os.environ.get("WORKER_CONCURRENCY") or "2"
    # Celery warns root about itself at every start; whom the portal runs as is a matter of the installation.
    quiet = ("-W", "ignore:You're running the worker with superuser")
    options = ("--concurrency", concurrency, "-Ofair", "--without-gossip", "--without-mingle", "--loglevel", "WARNING")
    return [sys.executable, *quiet, "-m", "celery", "--quiet", "-A", "config", "worker", *options]


def beat() -> list[str]:
    schedule = str(data_dir() / "beat-schedule")
    return [*PYTHON, "celery", "--quiet", "-A", "config", "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "WARNING"]


def command(name: str, arguments: Sequence[str] = ()) -> list[str]:
    """The command line of a process by its name; KeyError for an unknown one."""
    if name == "web":
        host, port = address()
        return web(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    if name in {"worker", "beat"}:
        return {"worker": worker, "beat": beat}[name]()
    if name == "healthy" and list(arguments) == ["worker"]:
        return [*PYTHON, "celery", "--quiet", "-A", "config", "inspect", "ping", "--timeout", "5"]
    if name in {"backup", "restore"}:
        return [*PYTHON, "config.backup", name, *arguments]
    return [*{"release": RELEASE, "manage": MANAGE}[name], *arguments]


def answer(port: int) -> tuple[int, str]:
    """Status and short body of /readyz; 0 while nobody listens."""
    hosts = [host.strip().lstrip(".") for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip(" .*")]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz", headers={"Host": hosts[0] if hosts else "127.0.0.1", "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        return answer.status, answer.read(300).decode(errors="replace").replace("\n", " ")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def secret_key_from_file() -> None:
    """SECRET_KEY from the file SECRET_KEY_FILE, made on first use: containers of one installation share it on their volume."""
    path = os.environ.get("SECRET_KEY_FILE")
    if not path or os.environ.get("SECRET_KEY"):
        return
    fresh = Path(f"{path}.{secrets.token_hex(4)}")
    if not Path(path).exists():
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):  # another was first, and we use theirs
            os.link(fresh, path)
        fresh.unlink()
    os.environ["SECRET_KEY"] = Path(path).read_text().strip()


def main(argv: Sequence[str]) -> None:
    """Becomes the process that the first argument names."""
    if list(argv) == ["healthy", "web"]:
        raise SystemExit(answer(address()[1])[0] != 200)
    try:
        line = command(argv[0], argv[1:])
    except (KeyError, IndexError):
        names = "web, worker, beat, release, manage ARGUMENTS, backup FILE, restore FILE, healthy web, healthy worker"
        sys.stderr.write(f"write: python -m config.processes NAME, where NAME is one of: {names}\n")
        raise SystemExit(2) from None
    secret_key_from_file()
    os.chdir(REPOSITORY)
    os.execv(line[0], line)  # noqa: S606 - our own lists


if __name__ == "__main__":
    main(sys.argv[1:])
