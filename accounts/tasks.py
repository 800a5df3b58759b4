"""What the worker does for accounts; each task may run twice."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts import codes, importing
from accounts.models import LockoutRow
from records import sealing


@shared_task
def anchor() -> None:
    """Yesterday's audit head leaves the database: to a file, and to the auditor's mailbox where one is set."""
    day = timezone.localdate() - timedelta(days=1)
    known = sealing.Anchor.objects.filter(day=day).exists()
    row = sealing.anchor(day)
    if row and not known and settings.AUDIT_MAILBOX:
        EmailMessage(f"audit head {row.day}", f"{row.sequence} {row.digest}", to=[settings.AUDIT_MAILBOX]).send()


@shared_task
def sweep() -> None:
    """Deletes expired codes, old failure counts and old imports."""
    codes.sweep()
    importing.sweep()
    LockoutRow.objects.filter(since__lt=timezone.now() - timedelta(days=1)).delete()


@shared_task
def import_rows(pk: int) -> None:
    """Goes on with one import; one that finds another at work comes back by ``resume_imports``."""
    if importing.work(pk):
        importing.next_one()


@shared_task
def resume_imports() -> None:
    """Asks again for imports whose worker was killed or whose message the broker lost."""
    importing.resume()
