"""Messages to people: written in the caller's transaction, delivered later by the worker.

The inbox needs no delivery. E-mail and SMS: a row is claimed by a conditional UPDATE that commits before the provider
is called. A worker killed after that leaves ``sending``, which becomes ``unknown``: it is sent again only where the
provider deduplicates by our id.
"""

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation

from records import sms
from records.models import Message

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
Channel, State = Message.Channel, Message.State
QUIET_FROM, QUIET_UNTIL = time(21, 0), time(8, 0)
STUCK_AFTER = timedelta(minutes=5)
RETRIES = [timedelta(minutes=m) for m in (1, 5, 30, 120)]


def portal_language(function: Callable[P, T]) -> Callable[P, T]:
    """Messages are written in the portal's language, whatever language the one who causes them reads."""

    @wraps(function)
    def speaking(*args: P.args, **kwargs: P.kwargs) -> T:
        with translation.override(settings.LANGUAGE_CODE):  # one of its own each time: threads must not share it
            return function(*args, **kwargs)

    return speaking


def after_quiet_hours(moment: datetime) -> datetime:
    """The moment itself, or 8:00 when it falls between 21:00 and 8:00 (no text message wakes anybody)."""
    local = timezone.localtime(moment)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return moment
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return timezone.make_aware(datetime.combine(day, QUIET_UNTIL))


def letter(recipient: Any, kind: str, subject: str, body: str = "", *, link: str = "", once: str = "") -> Message:
    """An inbox row, delivered by its own commit; unsaved, for those who tell many at once."""
    now = timezone.now()
    values = {"kind": kind, "subject": str(subject)[:120], "body": str(body), "link": link, "once": once}
    return Message(recipient=recipient, **values, channel=Channel.INBOX, state=State.SENT, sent_at=now, created_at=now)


def tell(
    recipient: Any, kind: str, subject: str, body: str = "", *, link: str = "", once: str = "", channels: tuple[str, ...] = ()
) -> None:
    """Puts a message into the inbox, and on further ``channels`` the person can be reached by; ``once`` deduplicates."""
    now = timezone.now()
    rows = [letter(recipient, kind, subject, body, link=link, once=once)]
    common: dict[str, Any] = {
        "recipient": recipient,
        "kind": kind,
        "subject": rows[0].subject,
        "body": rows[0].body,
        "link": link,
        "once": once,
    }
    if Channel.EMAIL in channels and recipient.email:
        rows.append(Message(**common, channel=Channel.EMAIL))
    if Channel.SMS in channels and recipient.phone:
        rows.append(Message(**common, channel=Channel.SMS, due_at=after_quiet_hours(now)))
    Message.objects.bulk_create(rows, ignore_conflicts=bool(once))
    if len(rows) > 1 and not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake)  # once a transaction, however many are told


def wake() -> None:
    """Asks the worker to deliver now; a dead broker only delays (beat asks again)."""
    from records.tasks import deliver

    try:
        deliver.apply_async(retry=False, ignore_result=True)
    except Exception as error:  # the broker's client raises many kinds; none may reach the person who booked
        log.warning("the broker is away, messages wait for beat: %s", type(error).__name__)


def deliver_due(limit: int = 200) -> int:
    """Delivers what is due; returns how many were sent. Any number of workers may run it at once."""
    recover_stuck()
    sent = 0
    for pk in list(Message.objects.due().exclude(channel=Channel.INBOX).order_by("due_at").values_list("pk", flat=True)[:limit]):
        claimed = Message.objects.filter(pk=pk, state=State.PENDING).update(state=State.SENDING, claimed_at=timezone.now())
        if claimed:
            sent += send(Message.objects.select_related("recipient").get(pk=pk))
    return sent


def send(message: Message) -> bool:
    """Hands one claimed message to its provider and stores what became of it."""
    try:
        provider_id = send_email(message) if message.channel == Channel.EMAIL else send_sms(message)
    except sms.Refused as error:
        return retry_later(message, str(error))
    except Exception as error:
        # After a time-out nobody knows whether it went out: better once too few than twice.
        Message.objects.filter(pk=message.pk).update(state=State.UNKNOWN, error=type(error).__name__)
        log.warning("message %s: unknown whether sent: %s", message.pk, type(error).__name__)
        return False
    Message.objects.filter(pk=message.pk).update(state=State.SENT, sent_at=timezone.now(), provider_id=provider_id)
    return True


def retry_later(message: Message, why: str) -> bool:
    """The provider surely has not sent it: again later, at most four times."""
    if message.attempts >= len(RETRIES):
        values: dict[str, Any] = {"state": State.FAILED}
    else:
        due = timezone.now() + RETRIES[message.attempts]
        values = {"state": State.PENDING, "due_at": after_quiet_hours(due) if message.channel == Channel.SMS else due}
    Message.objects.filter(pk=message.pk).update(attempts=message.attempts + 1, error=why[:120], **values)
    return False


def recover_stuck() -> None:
    """What a killed worker left in ``sending``: again with the same id where the provider deduplicates, else ``unknown``."""
    stuck = Message.objects.filter(state=State.SENDING, claimed_at__lt=timezone.now() - STUCK_AFTER)
    if sms.provider().deduplicates:
        stuck.filter(channel=Channel.SMS, attempts__lt=len(RETRIES)).update(state=State.PENDING, attempts=F("attempts") + 1)
    stuck.update(state=State.UNKNOWN, error="worker ended while sending")


def send_email(message: Message) -> str:
    link = f"\n\n{settings.SITE_URL}{message.link}" if message.link else ""
    identifier = f"<message-{message.pk}@portal>"
    mail = EmailMessage(message.subject, message.body + link, to=[message.recipient.email], headers={"Message-ID": identifier})
    try:
        mail.send()
    except ConnectionRefusedError as error:
        raise sms.Refused("mail server refuses connections") from error
    return identifier


def send_sms(message: Message) -> str:
    return sms.provider().notice(str(message.recipient.phone), message.subject, f"m{message.pk}")
