"""What the worker does for rosters; each task may run twice."""

from celery import shared_task

from staffing import alarms, runs


@shared_task
def make_roster(run: int, center: int) -> None:
    """One center of a run."""
    runs.step(run, center)


@shared_task
def resume_rosters() -> None:
    """Asks again for what a killed worker or a lost message left unmade."""
    runs.resume()


@shared_task
def uncovered() -> None:
    """Tells of shifts that lack people."""
    alarms.uncovered()


@shared_task
def stale_rosters() -> None:
    """Tells of posted rosters that the hours have left behind."""
    alarms.stale()


@shared_task
def remind_staffing() -> None:
    """Once a day: rosters not posted, agreements and checks that end."""
    alarms.not_posted()
    alarms.partners()


@shared_task
def settle_months() -> None:
    """Months that are over since five days."""
    alarms.settle()
