"""What the worker does for the centers: each task may run twice, or in two workers at once."""

from celery import shared_task

from centers import escalation, expiry, monthly


@shared_task
def month() -> int:
    """Whatever of the month's cycle is due and not done."""
    return len(monthly.run())


@shared_task
def escalate() -> int:
    """Raises what is late."""
    return escalation.run()


@shared_task
def leases() -> int:
    """Tells of leases and approvals that end soon; forgets telephone numbers that have served their purpose."""
    expiry.forget_numbers()
    return expiry.run()
