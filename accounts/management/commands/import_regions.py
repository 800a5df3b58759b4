"""Regions from ``code,name`` rows: streamed, idempotent, parents before children or not."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts.models import Region
from accounts.models.region import CODE, LENGTHS

BATCH = 5000


class Row(NamedTuple):
    line: int
    code: str
    name: str


class Command(BaseCommand):
    help = "Imports regions from a CSV file with the columns code and name; bad rows are reported, good ones are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--under", default="", metavar="CODE", help="only this division, its ancestors and what lies below it")

    def handle(self, *args: Any, file: Path, under: str, **options: Any) -> None:
        if under and not re.match(CODE, under):
            raise CommandError(f"--under {under}: write a division code of 2, 4, 6, 9 or 12 digits", returncode=2)
        self.bad = 0
        batch: list[Row] = []
        total = 0
        with transaction.atomic():
            for row in self.rows(file, under):
                batch.append(row)
                if len(batch) == BATCH:
                    total += store(batch)
                    batch = []
            total += store(batch)
            for code in link_parents():
                self.report(f"{code}: the division above it is in neither the file nor the database")
        self.stdout.write(f"{total} regions stored, {self.bad} rows reported")

    def report(self, sentence: str) -> None:
        self.bad += 1
        self.stderr.write(sentence)

    def rows(self, file: Path, under: str) -> Iterator[Row]:
        """The good rows of the file."""
        try:
            with file.open(encoding="utf-8-sig", newline="") as source:
                reader = csv.DictReader(source)
                if not {"code", "name"} <= set(reader.fieldnames or []):
                    raise CommandError(f"{file}: the first line must name the columns code and name", returncode=2)
                for record in reader:
                    row = self.row(reader.line_num, record)
                    if row and (not under or row.code.startswith(under) or under.startswith(row.code)):
                        yield row
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}; give a CSV file with the columns code and name", returncode=2) from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{file}: not a CSV file in UTF-8 ({error}); save it as CSV UTF-8 and try again", returncode=2) from error

    def row(self, line: int, record: dict[str, Any]) -> Row | None:
        code = unicodedata.normalize("NFKC", record.get("code") or "").strip()  # full-width digits are typed in good faith
        name = (record.get("name") or "").strip()
        if not re.match(CODE, code):
            self.report(f"line {line}: code {code!r} is not 2, 4, 6, 9 or 12 digits")
        elif not name or len(name) > 60 or "\x00" in name:
            self.report(f"line {line}: the name of {code} is missing, longer than 60 characters or damaged")
        else:
            return Row(line, code, name)
        return None


def store(batch: list[Row]) -> int:
    """Inserts or renames by code; returns how many distinct codes."""
    latest = {row.code: Region(code=row.code, name=row.name, level=LENGTHS[len(row.code)]) for row in batch}
    known = dict(Region.objects.filter(code__in=latest).values_list("code", "name"))
    Region.objects.bulk_create([r for r in latest.values() if r.code not in known])
    for row in (r for r in latest.values() if r.code in known and known[r.code] != r.name):
        Region.objects.filter(code=row.code).update(name=row.name)
    return len(latest)


LINK = """
UPDATE accounts_region AS child SET parent_id = parent.id
FROM accounts_region AS parent
WHERE child.parent_id IS NULL AND length(child.code) = %s AND parent.code = left(child.code, %s)
"""


def link_parents() -> Iterator[str]:
    """Links rows to their parents by code, in the database; yields the codes whose parent is missing."""
    lengths = sorted(LENGTHS)
    with connection.cursor() as cursor:
        for shorter, longer in pairwise(lengths):
            cursor.execute(LINK, [longer, shorter])
    loose = Region.objects.filter(parent=None).exclude(level=LENGTHS[lengths[0]])
    yield from loose.order_by("code").values_list("code", flat=True).iterator(BATCH)
