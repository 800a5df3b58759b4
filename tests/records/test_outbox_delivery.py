"""Messages: the inbox at once, the rest by claims that no two workers share, never twice where nobody knows."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from records import outbox, sms
from records.models import Message
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")
Channel, State = Message.Channel, Message.State
pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{text}").replace(tzinfo=SHANGHAI)


class Refusing(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError


class Vanishing(BaseEmailBackend):
    """A mail server that takes the message and never answers."""

    def send_messages(self, messages: Any) -> int:
        raise TimeoutError


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at("20:59:59"), at("20:59:59")),
        (at("21:00"), at("08:00") + timedelta(days=1)),
        (at("23:59"), at("08:00") + timedelta(days=1)),
        (at("00:00"), at("08:00")),
        (at("07:59:59"), at("08:00")),
        (at("08:00"), at("08:00")),
        (at("12:00"), at("12:00")),
    ],
)
def test_no_text_message_from_21_to_8(moment: datetime, expected: datetime) -> None:
    assert outbox.after_quiet_hours(moment) == expected


@given(st.integers(0, 5 * 365 * 24 * 3600).map(lambda seconds: at("00:00") + timedelta(seconds=seconds)))
def test_waiting_for_the_morning_is_never_early_and_never_longer_than_a_night(moment: datetime) -> None:
    later = outbox.after_quiet_hours(moment)
    assert moment <= later <= moment + timedelta(hours=11)
    assert 8 <= timezone.localtime(later).hour < 21
    assert outbox.after_quiet_hours(later) == later


def test_the_inbox_is_delivered_by_its_own_commit(resident: User) -> None:
    outbox.tell(resident, "booked", "预约成功")
    row = Message.objects.inbox(resident).get()
    assert (row.state, row.sent_at is not None) == (State.SENT, True)


def test_only_channels_that_reach_the_person_are_used() -> None:
    outbox.tell(make.user(), "x", "x", channels=("sms", "email"))
    assert list(Message.objects.values_list("channel", flat=True)) == [Channel.INBOX]


def test_a_text_message_of_the_night_waits_and_the_email_does_not() -> None:
    person = make.user(email="a@example.org", phone="+8613700000001")
    with time_machine.travel(at("22:30"), tick=False):
        outbox.tell(person, "x", "x", channels=("sms", "email"))
    due = dict(Message.objects.values_list("channel", "due_at"))
    assert due[Channel.SMS] == at("08:00") + timedelta(days=1)
    assert due[Channel.EMAIL] == at("22:30")


def test_the_same_matter_is_told_once_on_each_channel(resident: User, neighbour: User) -> None:
    for _n in range(2):
        outbox.tell(resident, "x", "x", once="booked:1", channels=("sms",))
    outbox.tell(neighbour, "x", "x", once="booked:1")
    assert Message.objects.filter(recipient=resident).count() == 2
    assert Message.objects.filter(recipient=neighbour).count() == 1


def test_an_email_goes_out_with_our_identifier_and_a_link(settings: Any) -> None:
    row = make.message(link="/b/ABC/")
    assert outbox.deliver_due() == 1
    row.refresh_from_db()
    assert (row.state, row.sent_at is not None) == (State.SENT, True)
    assert mail.outbox[0].extra_headers["Message-ID"] == row.provider_id == f"<message-{row.pk}@portal>"
    assert f"{settings.SITE_URL}/b/ABC/" in mail.outbox[0].body
    assert outbox.deliver_due() == 0


def test_what_is_not_due_yet_stays() -> None:
    make.message(due_at=timezone.now() + timedelta(minutes=1))
    assert outbox.deliver_due() == 0
    assert mail.outbox == []


def test_a_message_that_another_worker_claimed_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    row = make.message()

    def claimed_by_another() -> None:
        Message.objects.filter(pk=row.pk).update(state=State.SENDING, claimed_at=timezone.now())

    rows = type(Message.objects.all()).due
    monkeypatch.setattr(type(Message.objects.all()), "due", lambda self: _after(rows(self), claimed_by_another))
    assert outbox.deliver_due() == 0
    assert mail.outbox == []


def _after(rows: Any, call: Any) -> Any:
    """The rows as they were before the call."""
    numbers = list(rows.values_list("pk", flat=True))
    call()
    return Message.objects.filter(pk__in=numbers)


def test_a_server_that_refuses_connections_is_tried_again_four_times(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    row = make.message()
    waits = []
    for tries in range(1, 6):
        Message.objects.filter(pk=row.pk).update(due_at=timezone.now())
        before = timezone.now()
        assert outbox.deliver_due() == 0
        row.refresh_from_db()
        assert row.attempts == tries
        waits.append(round((row.due_at - before).total_seconds() / 60))
    assert waits[:4] == [1, 5, 30, 120]
    assert row.state == State.FAILED
    assert outbox.deliver_due() == 0


def test_a_server_that_never_answers_leaves_unknown_and_is_not_asked_again(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Vanishing"
    row = make.message()
    outbox.deliver_due()
    row.refresh_from_db()
    assert (row.state, row.error) == (State.UNKNOWN, "TimeoutError")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert outbox.deliver_due() == 0
    assert mail.outbox == []


def test_a_text_message_is_not_tried_again_in_the_night() -> None:
    row = make.message(channel=Channel.SMS)
    with time_machine.travel(at("20:59:30"), tick=False):
        outbox.retry_later(row, "busy")
    row.refresh_from_db()
    assert row.due_at == at("08:00") + timedelta(days=1)


class Deduplicating:
    deduplicates = True

    def __init__(self) -> None:
        self.sent: list[str] = []

    def notice(self, phone: str, text: str, identifier: str) -> str:
        self.sent.append(identifier)
        return identifier


def stuck(channel: str, minutes: int = 6) -> Message:
    """What a worker leaves that is killed between sending and commit."""
    return make.message(channel=channel, state=State.SENDING, claimed_at=timezone.now() - timedelta(minutes=minutes))


def test_a_killed_worker_leaves_unknown_where_the_provider_does_not_deduplicate() -> None:
    rows = [stuck(Channel.SMS), stuck(Channel.EMAIL)]
    assert outbox.deliver_due() == 0
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.error) == (State.UNKNOWN, "worker ended while sending")
    assert mail.outbox == []


def test_a_killed_workers_text_message_goes_out_again_with_the_same_id_where_the_provider_deduplicates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider = Deduplicating()
    monkeypatch.setattr(sms, "provider", lambda: provider)
    text, letter = stuck(Channel.SMS), stuck(Channel.EMAIL)
    assert outbox.deliver_due() == 1
    assert provider.sent == [f"m{text.pk}"]
    letter.refresh_from_db()
    assert letter.state == State.UNKNOWN


def test_what_a_worker_is_sending_now_is_left_to_it() -> None:
    row = stuck(Channel.EMAIL, minutes=4)
    outbox.deliver_due()
    row.refresh_from_db()
    assert row.state == State.SENDING
