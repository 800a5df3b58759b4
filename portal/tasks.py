"""What the worker does across apps; each task may run twice."""

from datetime import date

from celery import shared_task

from portal import purpose
from portal.board import summary


@shared_task
def end_purposes() -> None:
    """Lets personal data go whose purpose is over."""
    purpose.end()


@shared_task
def refresh_board(code: str, last: str) -> None:
    """Counts one district's year anew, up to a month."""
    summary.refresh(code, summary.window(date.fromisoformat(last)))


@shared_task
def refresh_boards() -> int:
    """Counts every district's year anew; returns how many districts."""
    return summary.refresh_all()
