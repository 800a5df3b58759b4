"""What must be done before the portal serves, each step once: tables, rights, catalogue, static files, regions, demonstration.

``python -m config.release`` runs the steps (containers, ``Procfile``); ``config.supervisor`` runs the same ones.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.embedded import REPOSITORY, data_dir
from config.place import own
from config.processes import MANAGE, PYTHON

#: The other reader of API descriptions: ten megabytes that no page of ours loads, and compressing them takes eight seconds.
UNUSED = "drf_spectacular_sidecar/redoc*"
REGIONS = REPOSITORY / "data" / "jindong_regions.csv"


@dataclass(frozen=True)
class Step:
    """One command. ``key`` tells what it was done for; an empty one means that it runs at every start."""

    name: str
    says: str
    argv: Sequence[str]
    key: str


def _digest(paths: Iterable[Path], contents: bool = True) -> str:
    """A digest over the files' names and contents, or their sizes and times where reading them all would take long."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(os.fsencode(path.relative_to(REPOSITORY)) + b"\0")
        found = path.stat()
        total.update(path.read_bytes() if contents else f"{found.st_size} {found.st_mtime_ns}".encode())
    return total.hexdigest()


def _code(pattern: str) -> list[Path]:
    return list(REPOSITORY.glob(pattern))


def _static_files() -> list[Path]:
    """The project's own and each app's, but not what an earlier step collected below DATA_DIR."""
    roots = [REPOSITORY / "static", *(app.parent / "static" for app in _code("*/apps.py"))]
    return [path for root in roots for path in root.rglob("*") if path.is_file()]


def all_steps() -> list[Step]:
    """Every step with its key of today, in order."""
    foreign = os.environ.get("DATABASE_URL", "")
    packages = REPOSITORY / "requirements" / "base.txt"
    tables = _digest([*_code("*/migrations/*.py"), *_code("*/management/commands/privileges.py"), packages])
    words = _digest(_code("locale/**/*.po")) if all(po.with_suffix(".mo").exists() for po in _code("locale/**/*.po")) else ""
    static = _digest([*_static_files(), packages], contents=False)
    once = hashlib.sha256(foreign.encode()).hexdigest()
    # A database of somebody else's may have been replaced by another since: it is looked at every time.
    tables_key = "" if foreign else tables
    steps = [
        Step("migrate", "tables", [*MANAGE, "migrate", "--noinput", "--verbosity", "0"], tables_key),
        Step("privileges", "rights of the runtime role", [*MANAGE, "privileges"], tables_key),
        Step("catalogue", "translations", [*PYTHON, "config.catalogue", "compile"], words),
        Step("collectstatic", "static files", [*MANAGE, "collectstatic", "--noinput", "--verbosity", "0", "--ignore", UNUSED], static),
        Step("regions", "regions of the district", [*MANAGE, "import_regions", str(REGIONS)], once + _digest([REGIONS])),
    ]
    if os.environ.get("DEMO", "").strip().lower() in {"1", "true"}:
        steps.append(Step("demo", "demonstration data", [*MANAGE, "demo"], once))
        steps.append(Step("analyze", "statistics of the tables", [*MANAGE, "analyze"], once))
    return steps


def _done(directory: Path) -> dict[str, str]:
    try:
        return dict(json.loads((directory / "release.json").read_text()))
    except (OSError, ValueError):
        return {}


def steps(directory: Path) -> list[Step]:
    """The steps that are still to do for this DATA_DIR."""
    done = _done(directory)
    if not (directory / "static").is_dir():
        done.pop("collectstatic", None)
    return [step for step in all_steps() if not step.key or done.get(step.name) != step.key]


def mark(directory: Path, step: Step) -> None:
    """Remembers that a step is done. The catalogue's key exists only after its files do."""
    key = next((now.key for now in all_steps() if now.name == step.name), step.key)
    fresh = directory / "release.json.new"
    fresh.write_text(json.dumps({**_done(directory), step.name: key}))
    fresh.replace(directory / "release.json")


def forget(directory: Path) -> None:
    """After another database was put in place, everything is to be looked at again, but the demonstration is not wanted twice."""
    kept = {name: key for name, key in _done(directory).items() if name in {"demo", "analyze", "regions", "collectstatic"}}
    (directory / "release.json").write_text(json.dumps(kept))


def main() -> int:
    """Runs what is to do, against the servers that the environment names; 1 when a step failed."""
    directory = data_dir()
    own(directory)
    for step in steps(directory):
        sys.stdout.write(f"{step.says} ...\n")
        sys.stdout.flush()
        if subprocess.run(step.argv, cwd=REPOSITORY, check=False).returncode:  # noqa: S603 - our own lists
            sys.stderr.write(f"{step.name} failed; nothing after it was done\n")
            return 1
        mark(directory, step)
    return 0


if __name__ == "__main__":
    sys.exit(main())
