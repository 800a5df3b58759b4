"""A dead broker delays messages and fails nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kombu.exceptions
import pytest
from django.core import mail

from activities import seats
from config.celery import app
from records import outbox
from records.models import Message
from records.tasks import deliver
from tests import make


@pytest.fixture
def dead_broker(tmp_path: Path) -> Iterator[None]:
    """The address of a broker that is not there."""
    before = app.conf.broker_url
    app.conf.broker_url = f"redis+socket://{tmp_path}/nobody.sock?virtual_host=0"
    app.amqp._producer_pool = app._pool = None
    yield
    app.conf.broker_url = before
    app.amqp._producer_pool = app._pool = None


def test_the_broker_is_really_away(dead_broker: None) -> None:
    with pytest.raises((kombu.exceptions.OperationalError, OSError)):
        deliver.apply_async(retry=False, ignore_result=True)


@pytest.mark.django_db(transaction=True)
def test_a_booking_and_its_cancellation_work_without_a_broker(dead_broker: None) -> None:
    resident, officer = make.resident(), make.officer("village")
    resident.email = "a@example.org"
    resident.save()
    intake = make.activity(capacity=1).intakes.get()
    booking = seats.book(resident, intake.pk, resident.participant.pk, channel="page")
    seats.cancel(officer, booking, reason="停电")
    told = Message.objects.filter(recipient=resident, kind="cancelled")
    assert set(told.values_list("channel", flat=True)) == {"inbox", "sms", "email"}
    assert told.get(channel="email").state == Message.State.PENDING
    assert outbox.deliver_due() >= 1  # beat asks again
    assert [m.to for m in mail.outbox] == [["a@example.org"]]


@pytest.mark.django_db
def test_the_worker_is_woken_once_however_many_are_told(django_capture_on_commit_callbacks: Any) -> None:
    people = [make.user(email=f"{n}@example.org") for n in range(3)]
    with django_capture_on_commit_callbacks() as calls:
        for person in people:
            outbox.tell(person, "x", "x", channels=("email",))
    assert calls == [outbox.wake]
