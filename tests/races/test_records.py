"""Two workers at once: one chain of seals, and each message once."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError

from records import outbox, sealing
from records.models import AuditSeal, Message
from tests import make
from tests.races.together import Meeting, NoLocks, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def anchors(tmp_path: Path, settings: Any) -> None:
    settings.ANCHOR_DIR = tmp_path


def sealed_at_once(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Both have read the end of the chain before the first one writes, as far as nothing holds them up."""
    for _n in range(5):
        make.entry()
    monkeypatch.setattr(sealing, "digest", Meeting(2, seconds=2).before(sealing.digest))
    results = together([sealing.seal] * 2)
    monkeypatch.undo()
    return results


def test_two_sealing_runs_at_once_give_one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(sealed_at_once(monkeypatch)) == [0, 5]
    assert list(AuditSeal.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3, 4, 5]
    assert sealing.verify() == []


def test_without_the_lock_one_of_them_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "connection", NoLocks())
    assert {type(r) for r in sealed_at_once(monkeypatch)} == {int, IntegrityError}


def delivered_at_once(monkeypatch: pytest.MonkeyPatch, claim: bool) -> Counter[str]:
    """How often each of five e-mails went out; both workers have read the list before the first one claims."""
    for _n in range(5):
        make.message()
    rows = type(Message.objects.all())
    original, point = rows.filter, Meeting(2)

    def filtered(self: Any, *args: Any, **kwargs: Any) -> Any:
        if set(kwargs) == {"pk", "state"}:
            point.wait()
            if not claim:
                kwargs.pop("state")
        return original(self, *args, **kwargs)

    monkeypatch.setattr(rows, "filter", filtered)
    assert all(isinstance(r, int) for r in together([outbox.deliver_due] * 2))
    return Counter(m.extra_headers["Message-ID"] for m in mail.outbox)


def test_two_workers_at_once_send_each_message_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(delivered_at_once(monkeypatch, claim=True).values()) == [1] * 5


def test_without_the_claim_each_goes_out_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(delivered_at_once(monkeypatch, claim=False).values()) == [2] * 5
