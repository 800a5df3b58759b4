"""A backup of a living portal restores elsewhere, whole, and never over something that was not meant."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import embedded, place
from tests import ground

COUNT = """
import django; django.setup()
from django.core.files.storage import default_storage
from django.db import connection
from accounts.models import Region
print(Region.objects.count(), default_storage.open("kept/照片.txt").read(), "other" in connection.introspection.table_names())
"""
OTHER_DATA = """
import environ, psycopg
from config import embedded
login = environ.Env.db_url_config(embedded.endpoints(embedded.data_dir()).owner_database_url)
with psycopg.connect(host=login["OPTIONS"]["host"], dbname="portal", user=login["USER"], password=login["PASSWORD"]) as link:
    link.execute("CREATE TABLE other AS SELECT 1")
"""


@pytest.fixture
def above(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    directory = Path(os.path.realpath(tempfile.mkdtemp(prefix="portal-test-")))
    directory.chmod(0o755)
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "STORAGE_URL", "DEMO", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    yield directory
    for name in ("first", "second"):
        shutil.rmtree(place.sockets(directory / name), ignore_errors=True)
    shutil.rmtree(directory)


def call(data_dir: Path, *argv: str, served: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs Python with these arguments on a DATA_DIR, with its servers up unless the command brings them itself."""
    servers = ("-m", "config.embedded", "run", "--", sys.executable) if served else ()
    environment = {**os.environ, "DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "config.settings", "PORTAL_MODE": "test"}
    return subprocess.run(
        [sys.executable, *servers, *argv], cwd=embedded.REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )


def test_a_backup_restores_elsewhere_and_only_where_it_is_meant(above: Path) -> None:
    first, second, backup = above / "first", above / "second", above / "portal.tar"
    assert call(first, "-m", "tests.ground", str(ground.dumped())).returncode == 0
    for step in (["privileges"], ["import_regions", "data/jindong_regions.csv"]):
        filled = call(first, "manage.py", *step, served=False)
        assert filled.returncode == 0, filled.stderr
    (first / "files" / "kept").mkdir()
    (first / "files" / "kept" / "照片.txt").write_text("as it was")

    made = call(first, "-m", "config.backup", "backup", str(backup))  # beside a running portal
    assert made.returncode == 0, made.stderr
    assert backup.stat().st_mode & 0o077 == 0
    again = call(first, "-m", "config.backup", "backup", str(backup), served=False)
    assert (again.returncode, again.stderr) == (2, f"{backup} exists; name a new file\n")

    running = call(second, "-m", "config.backup", "restore", str(backup))
    assert running.returncode == 2
    assert "already runs on" in running.stderr
    damaged = above / "damaged.tar"
    damaged.write_bytes(backup.read_bytes().replace(b"as it was", b"something"))
    refused = call(second, "-m", "config.backup", "restore", str(damaged), served=False)
    assert refused.returncode == 2
    assert "is damaged" in refused.stderr

    assert call(second, "-c", OTHER_DATA).returncode == 0
    unforced = call(second, "-m", "config.backup", "restore", str(backup), served=False)
    assert unforced.returncode == 2
    assert "holds data already; add --force" in unforced.stderr

    restored = call(second, "-m", "config.backup", "restore", str(backup), "--force", served=False)
    assert restored.returncode == 0, restored.stderr
    assert "all agree" in restored.stdout
    assert call(second, "-c", COUNT).stdout == "375 b'as it was' False\n"
