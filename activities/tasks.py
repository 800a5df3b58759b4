"""What the worker does for activities; each task may run twice."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from activities import digest, lottery, remind, survey, waiting
from activities.models import IdempotencyKey


@shared_task
def sweep() -> None:
    """Deletes idempotency keys after their 24 hours."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - timedelta(hours=24)).delete()


@shared_task
def pass_on() -> None:
    """Ends offers that ran out, and offers what is free to the next who wait."""
    waiting.pass_on()


@shared_task
def settle() -> None:
    """Closes the lists of lotteries and gives out the places of intakes with priority, once booking is over."""
    lottery.settle_due()
    remind.too_few()


@shared_task
def reminders() -> None:
    """Tells who is booked for tomorrow."""
    remind.tomorrow()


@shared_task
def surveys() -> None:
    """Asks a drawn sample of those who came whether it was good."""
    survey.draw_due()


@shared_task
def column() -> None:
    """Drafts last month's column, once; an early morning that was missed is made up the next day."""
    digest.draft_due()
