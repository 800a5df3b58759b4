"""What the worker does for the records: each task may run twice, or in two workers at once."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from records import outbox, sealing

HEARTBEAT = "heartbeat"


@shared_task
def deliver() -> int:
    """Delivers the messages that are due."""
    return outbox.deliver_due()


@shared_task
def seal() -> int:
    """Seals the audit entries committed since the last run."""
    return sealing.seal()


@shared_task
def heartbeat() -> None:
    """Shows ``/readyz`` that beat asks and a worker answers."""
    cache.set(HEARTBEAT, timezone.now().timestamp(), 60)
