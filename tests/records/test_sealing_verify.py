"""The chain tells of every change to what it sealed, and the anchored heads tell of a chain written anew."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction

from records import sealing
from records.models import Anchor, AuditEntry, AuditSeal
from tests import make

DAY = date(2026, 11, 22)
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anchors(tmp_path: Path, settings: Any) -> Path:
    settings.ANCHOR_DIR = tmp_path / "anchors"
    return tmp_path / "anchors"


@contextmanager
def triggers_off(owner: psycopg.Connection[Any]) -> Iterator[None]:
    """What only somebody with the owner's password can do."""
    tables = ("records_auditentry", "records_auditseal")
    for table in tables:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def chain(length: int = 4) -> list[AuditEntry]:
    entries = [make.entry(reason=f"r{n}") for n in range(length)]
    sealing.seal()
    return entries


@pytest.mark.django_db
def test_entries_are_sealed_once_in_order_of_their_ids(anchors: Path) -> None:
    entries = chain(3)
    assert sealing.seal() == 0
    make.entry()
    assert sealing.seal() == 1
    links = list(AuditSeal.objects.order_by("sequence"))
    assert [link.sequence for link in links] == [1, 2, 3, 4]
    assert [link.entry_id for link in links[:3]] == [e.pk for e in entries]
    assert len({link.digest for link in links}) == 4
    assert sealing.verify() == []


@pytest.mark.django_db
def test_equal_entries_have_different_links() -> None:
    first, second = make.entry(), make.entry()
    second.pk, second.at = first.pk, first.at
    assert sealing.digest(sealing.START, first) == sealing.digest(sealing.START, second)
    assert sealing.digest("f" * 64, first) != sealing.digest(sealing.START, first)


@pytest.mark.django_db
def test_the_head_of_a_day_leaves_the_database_once(anchors: Path) -> None:
    chain(3)
    row = sealing.anchor(DAY)
    written = (anchors / "2026-11-22.json").read_text()
    assert json.loads(written) == {"day": "2026-11-22", "sequence": 3, "digest": AuditSeal.objects.get(sequence=3).digest}
    chain(1)
    assert sealing.anchor(DAY) == row
    assert (anchors / "2026-11-22.json").read_text() == written
    assert Anchor.objects.count() == 1


@pytest.mark.django_db
def test_no_chain_has_no_head(anchors: Path) -> None:
    assert sealing.anchor(DAY) is None
    assert not anchors.exists()


@pytest.mark.django_db
def test_an_entry_that_is_rolled_back_leaves_no_hole(anchors: Path) -> None:
    chain(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make.entry()
        raise ZeroDivisionError
    chain(1)
    assert sealing.verify() == []
    assert list(AuditSeal.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2]


CHANGES = {
    "reason": "UPDATE records_auditentry SET reason = 'nothing happened' WHERE id = %s",
    "actor": "UPDATE records_auditentry SET target_id = 1 WHERE id = %s",
    "time": "UPDATE records_auditentry SET at = at + interval '1 microsecond' WHERE id = %s",
    "fields": "UPDATE records_auditentry SET fields = '{name}' WHERE id = %s",
    "count": "UPDATE records_auditentry SET count = 7 WHERE id = %s",
}


@committing
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_entry_differs_from_its_seal(owner: psycopg.Connection[Any], anchors: Path, change: str) -> None:
    entries = chain()
    assert sealing.verify() == []
    with triggers_off(owner):
        owner.execute(change, [entries[1].pk])
    assert sealing.verify() == [f"audit chain: entry {entries[1].pk} differs from its seal 2"]


@committing
def test_an_entry_taken_out_leaves_a_missing_link(owner: psycopg.Connection[Any], anchors: Path) -> None:
    entries = chain()
    with triggers_off(owner):
        owner.execute("DELETE FROM records_auditseal WHERE sequence = 2")
        owner.execute("DELETE FROM records_auditentry WHERE id = %s", [entries[1].pk])
    assert "audit chain: link 2 is missing" in sealing.verify()


@committing
def test_a_chain_written_anew_does_not_meet_the_anchored_head(owner: psycopg.Connection[Any], anchors: Path) -> None:
    entries = chain()
    sealing.anchor(DAY)
    with triggers_off(owner):
        owner.execute("UPDATE records_auditentry SET reason = 'nothing happened' WHERE id = %s", [entries[1].pk])
        owner.execute("DELETE FROM records_auditseal")
    sealing.seal()
    assert sealing.verify() == ["audit chain: the head anchored on 2026-11-22 is not in the chain"]
    assert sealing.verify(anchors / "empty") == []  # without what left the database, nothing would show


@committing
def test_an_end_cut_off_does_not_meet_the_anchored_head(owner: psycopg.Connection[Any], anchors: Path) -> None:
    entries = chain()
    sealing.anchor(DAY)
    with triggers_off(owner):
        owner.execute("DELETE FROM records_auditseal WHERE sequence = 4")
        owner.execute("DELETE FROM records_auditentry WHERE id = %s", [entries[3].pk])
    assert sealing.verify() == ["audit chain: the head anchored on 2026-11-22 is not in the chain"]
