"""What the worker does across apps; each task may run twice."""

from celery import shared_task

from portal import purpose


@shared_task
def end_purposes() -> None:
    """Lets personal data go whose purpose is over."""
    purpose.end()
