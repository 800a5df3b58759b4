"""Two workers run the month's cycle at the same moment: every event once, one snapshot, each message once."""

from collections import Counter
from functools import partial
from typing import Any

import psycopg
import pytest

from centers import monthly
from centers.models import CycleRun, MonthSnapshot, ProgressReport, SnapshotLine
from records.models import Message
from tests import make
from tests.centers.month import at, campaign
from tests.races.together import Meeting, together, without

pytestmark = pytest.mark.django_db(transaction=True)
#: What a run on the 20th of November finds undone in a campaign that began in October.
UNDONE = ["10 open", "10 remind20", "10 remind25", "10 remindlast", "10 freeze", "11 open", "11 remind20"]


def at_once(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each event was done; both workers have listed what is due before the first one claims anything."""
    make.calendar()
    whole = campaign()
    for code in (make.VILLAGE, make.NEXT_VILLAGE, make.OTHER_VILLAGE):
        make.task(make.center(code), campaign=whole, target_month=whole.last_month)
    for persona in ("village", "township", "other_township", "district"):
        make.officer(persona)
    monkeypatch.setattr(monthly, "claimed", Meeting(2).before(monthly.claimed))
    results = together([partial(monthly.run, at("2024-11-20"))] * 2)
    assert [r for r in results if isinstance(r, Exception)] == []
    return Counter(f"{due.month:%m} {due.event}" for result in results for _name, due, _count in result)


def test_two_workers_at_once_do_every_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_once(monkeypatch) == dict.fromkeys(UNDONE, 1)
    assert CycleRun.objects.count() == len(UNDONE)
    assert (MonthSnapshot.objects.count(), SnapshotLine.objects.count()) == (1, 3)
    assert ProgressReport.objects.count() == 6


def test_each_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)
    heard = Counter(Message.objects.values_list("recipient__name", flat=True))
    assert heard == {"village": 1, "township": 1, "other_township": 1}
    assert CycleRun.objects.get(event="remind20", month__month=11).count == 3


def test_without_the_claim_both_do_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monthly, "claimed", lambda *_args: True)
    assert at_once(monkeypatch) == dict.fromkeys(UNDONE, 2)


def test_without_the_claim_and_the_messages_own_key_each_is_told_twice(
    monkeypatch: pytest.MonkeyPatch, owner: psycopg.Connection[Any]
) -> None:
    monkeypatch.setattr(monthly, "claimed", lambda *_args: True)
    with without(owner, "records_message", "message_once"):
        at_once(monkeypatch)
        assert Counter(Message.objects.values_list("recipient__name", flat=True)) == {"village": 2, "township": 2, "other_township": 2}
