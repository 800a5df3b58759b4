"""Rows that exclude each other, written at once: one's stand, the other's are refused by the constraint's name, none as a deadlock."""

from collections.abc import Callable
from copy import copy
from datetime import date, time, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from accounts.models import Grant, User
from centers.models import Appointment, Lease, StandardSet
from centers.models.appointment import moment
from tests import make
from tests.races.together import Meeting, together

pytestmark = pytest.mark.django_db(transaction=True)


def leases() -> list[models.Model]:
    lease = make.lease(make.site())
    values = {"site": lease.site, "organisation": lease.organisation, "area": 10, "state": "signed", "signed_on": lease.ends_on}
    return [Lease(starts_on=date(year, 1, 1), ends_on=date(year, 12, 31), **values) for year in (2041, 2042)]


def appointments() -> list[models.Model]:
    made = make.appointment(state="cancelled")
    values = {"center": made.center, "people": 1, "purpose": "排练", "state": "confirmed", "answered_at": timezone.now()}
    starts = [moment(made.day + timedelta(days), time(19)) for days in (0, 1)]
    return [Appointment(starts_at=at, ends_at=at + timedelta(hours=1), asked_by=make.user(), **values) for at in starts]


def standard_sets() -> list[models.Model]:
    region = make.region("330703")
    values = {"region": region, "name": "标准", "state": "retired"}
    return [StandardSet(version=n, in_force_from=date(2040 + n, 1, 1), in_force_until=date(2040 + n, 12, 31), **values) for n in (7, 8)]


def insert(rows: list[models.Model], meeting: Meeting) -> str:
    """Both in one transaction; between the two the other racer is waited for, who writes them in the other order."""
    try:
        with transaction.atomic():
            rows[0].save(force_insert=True)
            meeting.wait()
            rows[1].save(force_insert=True)
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    return "saved"


@pytest.mark.parametrize(
    ("rows", "constraint"),
    [
        (leases, "lease_no_overlap"),
        (appointments, "appointment_no_overlap"),
        (standard_sets, "standard_one_in_force"),
    ],
)
def test_of_two_that_exclude_each_other_one_is_refused_by_name(rows: Callable[[], list[models.Model]], constraint: str) -> None:
    one, two = rows()
    other_one, other_two = copy(one), copy(two)
    for row in (other_one, other_two):
        if isinstance(row, StandardSet):
            row.version += 10  # or its unique number refuses it before
        if isinstance(row, Appointment):
            row.asked_by = make.user()  # likewise
    meeting = Meeting(2, seconds=1)
    results = together([partial(insert, [one, two], meeting), partial(insert, [other_two, other_one], meeting)])
    assert sorted(map(str, results)) == sorted([constraint, "saved"])


def test_a_grant_that_is_not_committed_yet_keeps_nobody_from_logging_in() -> None:
    """An import's preview holds what it wrote to its end; every login updates the account's row meanwhile."""
    user, region = make.officer("township"), make.region("330703")
    written, entered = Meeting(2, seconds=5), Meeting(2, seconds=5)

    def preview() -> str:
        with transaction.atomic():
            Grant.objects.create(user=user, role="auditor", region=region)
            written.wait()
            entered.wait()
            transaction.set_rollback(True)
        return "previewed"

    def log_in() -> str:
        written.wait()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            User.objects.filter(pk=user.pk).update(last_login=timezone.now())
        entered.wait()
        return "in"

    assert together([preview, log_in]) == ["previewed", "in"]
