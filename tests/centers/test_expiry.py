"""What ends is told once: a lease within 90 and 30 days, an approved sign past its date; numbers left long ago are forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from centers import expiry, tasks
from centers.models import Feedback, Lease, PlacementApplication, RepairTicket
from records.models import Message
from tests import make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def lease(left: int, state: str = "signed") -> Lease:
    ends = TODAY + timedelta(days=left)
    return make.lease(state=state, starts_on=ends - timedelta(days=365), ends_on=ends)


def heard(user: User) -> int:
    return Message.objects.inbox(user).count()


@pytest.mark.parametrize(("left", "messages"), [(91, 0), (90, 1), (31, 1), (30, 2), (0, 2), (-1, 0)])
def test_a_lease_is_told_of_within_90_and_30_days(left: int, messages: int, township: User) -> None:
    lease(left)
    expiry.run(TODAY)
    assert heard(township) == messages


def test_each_is_told_once_however_often_it_runs(township: User, other_township: User) -> None:
    row = lease(90)
    for day in (0, 0, 1, 59, 60, 60, 61):
        expiry.run(TODAY + timedelta(days=day))
    assert (heard(township), heard(other_township)) == (2, 0)
    assert set(Message.objects.values_list("link", flat=True)) == {f"/desk/leases/{row.pk}/"}


def test_a_lease_with_a_new_end_is_told_of_anew(township: User) -> None:
    row = lease(20)
    expiry.run(TODAY)
    Lease.objects.filter(pk=row.pk).update(ends_on=TODAY + timedelta(days=25))
    expiry.run(TODAY)
    assert heard(township) == 4


@pytest.mark.parametrize("state", ["draft", "legal_review", "renewed", "ended"])
def test_only_a_signed_lease_ends(state: str, township: User) -> None:
    lease(10, state)
    expiry.run(TODAY)
    assert heard(township) == 0


@pytest.mark.parametrize(("left", "messages"), [(1, 0), (0, 0), (-1, 1)])
def test_a_sign_past_its_date_is_told_of_once(left: int, messages: int, township: User) -> None:
    make.placement(state="installed", expires_on=TODAY + timedelta(days=left))
    for _n in range(2):
        expiry.run(TODAY)
    assert heard(township) == messages


@pytest.mark.parametrize("state", PlacementApplication.State.values)
def test_what_is_told_of_is_what_the_row_calls_expired(state: str, township: User) -> None:
    row = make.placement(state=state, expires_on=TODAY - timedelta(days=1))
    expiry.run(TODAY)
    assert bool(heard(township)) is (row.expired and state != "filed")  # a renovation hangs nowhere


# -- numbers ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "kept"), [(91, ""), (89, "13900000000")])
def test_the_number_of_who_reported_or_asked_is_forgotten_90_days_after_it_is_done(days: int, kept: str) -> None:
    then = timezone.now() - timedelta(days=days)
    make.repair(state="confirmed", phone="13900000000", done_at=then)
    make.feedback(state="answered", phone="13900000000", answered_at=then)
    tasks.leases()
    assert RepairTicket.objects.get().phone == Feedback.objects.get().phone == kept


def test_the_number_of_what_is_still_open_is_kept() -> None:
    long_ago = timezone.now() - timedelta(days=900)
    make.repair(phone="13900000000", reported_at=long_ago)
    make.feedback(phone="13900000000", received_at=long_ago)
    assert expiry.forget_numbers() == 0
