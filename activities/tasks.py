"""What the worker does for activities; each task may run twice."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from activities.models import IdempotencyKey


@shared_task
def sweep() -> None:
    """Deletes idempotency keys after their 24 hours."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - timedelta(hours=24)).delete()
