"""The hash chain over committed audit rows, and its verification from the heads that left the database.

A chain that nobody anchored outside proves nothing: ``verify`` starts from the anchor files.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from records.models import Anchor, AuditEntry, AuditSeal

START = "0" * 64
LOCK = 7_330_703
BATCH = 2000


def digest(previous: str, entry: AuditEntry) -> str:
    """SHA-256 (hex) over the link before and the entry's content."""
    content = [
        entry.pk,
        entry.at.timestamp(),
        entry.actor_id,
        entry.action,
        entry.target_type,
        entry.target_id,
        entry.region_code,
        entry.fields,
        entry.reason,
        entry.count,
    ]
    return hashlib.sha256((previous + json.dumps(content, ensure_ascii=False)).encode()).hexdigest()


def seal() -> int:
    """Seals committed entries that have no link yet, in order of id; returns how many. Safe to run twice at once."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = AuditSeal.objects.order_by("-sequence").first()
        number, head = (last.sequence, last.digest) if last else (0, START)
        links = []
        for entry in AuditEntry.objects.filter(seal=None).order_by("id")[:BATCH]:
            number, head = number + 1, digest(head, entry)
            links.append(AuditSeal(sequence=number, entry=entry, digest=head))
        AuditSeal.objects.bulk_create(links)
    return len(links)


def anchor(day: date) -> Anchor | None:
    """Writes the head of the chain at the end of ``day`` to a file outside the database, once; None without a chain."""
    while seal():
        pass
    head = AuditSeal.objects.order_by("-sequence").first()
    if head is None:
        return None
    settings.ANCHOR_DIR.mkdir(parents=True, exist_ok=True)
    path = settings.ANCHOR_DIR / f"{day.isoformat()}.json"
    if not path.exists():
        path.write_text(json.dumps({"day": day.isoformat(), "sequence": head.sequence, "digest": head.digest}) + "\n")
    return Anchor.objects.get_or_create(day=day, defaults={"sequence": head.sequence, "digest": head.digest})[0]


def anchors(folder: Path | None = None) -> Iterator[dict[str, object]]:
    """The anchored heads, oldest first."""
    for path in sorted((folder or settings.ANCHOR_DIR).glob("*.json")):
        yield json.loads(path.read_text())


def verify(folder: Path | None = None) -> list[str]:
    """What differs between the entries, the chain and the anchored heads; empty when all agree."""
    faults: list[str] = []
    heads: dict[int, str] = {0: START}
    expected, previous = 0, START
    for link in AuditSeal.objects.select_related("entry").order_by("sequence").iterator(BATCH):
        expected += 1
        if link.sequence != expected:
            faults.append(f"audit chain: link {expected} is missing")
            expected = link.sequence
        if digest(previous, link.entry) != link.digest:
            faults.append(f"audit chain: entry {link.entry_id} differs from its seal {link.sequence}")
        previous = heads[link.sequence] = link.digest
    for head in anchors(folder):
        if heads.get(int(str(head["sequence"]))) != head["digest"]:
            faults.append(f"audit chain: the head anchored on {head['day']} is not in the chain")
    return faults
