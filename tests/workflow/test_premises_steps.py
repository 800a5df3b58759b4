"""Sites from found to in use; leases from draft to signed, with the agreement's scan, to their end."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from centers.models import CandidateSite, Lease, Paper
from centers.workflows.premises import LEASE, SITE
from records.models import Message
from tests import make
from tests.workflow.grid import DISTRICT, REASON, TOWN, EveryStep, Grid

pytestmark = pytest.mark.django_db
S, L = CandidateSite.State, Lease.State
TODAY = timezone.localdate()


def site(state: str, step: str, user: User, code: str) -> CandidateSite:
    return make.site(code, state=state)


def lease(state: str, step: str, user: User, code: str) -> Lease:
    return make.lease(make.site(code), state=state)


class TestEveryStepOfASite(EveryStep):
    grid = Grid(
        SITE,
        {
            "assess": ((S.FOUND,), S.ASSESSED, ()),
            "negotiate": ((S.ASSESSED,), S.NEGOTIATING, ()),
            "agree": ((S.NEGOTIATING,), S.AGREED, ()),
            "use": ((S.AGREED,), S.IN_USE, ()),
            "drop": ((S.FOUND, S.ASSESSED, S.NEGOTIATING, S.AGREED), S.DROPPED, ("reason",)),
            "take_up": ((S.DROPPED,), S.FOUND, ()),
        },
        dict.fromkeys(("assess", "negotiate", "agree", "use", "drop", "take_up"), TOWN | DISTRICT),
        site,
    )


class TestEveryStepOfALease(EveryStep):
    grid = Grid(
        LEASE,
        {
            "review": ((L.DRAFT,), L.LEGAL_REVIEW, ()),
            "send_back": ((L.LEGAL_REVIEW,), L.DRAFT, ("reason",)),
            "sign": ((L.LEGAL_REVIEW,), L.SIGNED, ("day",)),
            "renew": ((L.SIGNED,), L.RENEWED, ()),
            "end": ((L.SIGNED,), L.ENDED, ("reason",)),
        },
        {"review": TOWN | DISTRICT, "send_back": DISTRICT, "sign": DISTRICT, "renew": DISTRICT, "end": DISTRICT},
        lease,
        {"sign": {"day": TODAY}},
    )


# -- sites --------------------------------------------------------------------------------------------------
def test_a_site_that_serves_no_center_is_not_put_to_use(township: User) -> None:
    with pytest.raises(ValidationError, match="用于哪个中心"):
        SITE.take(make.site(state="agreed", center=None), "use", by=township)


def test_a_site_that_is_dropped_is_dated_and_taken_up_again_it_is_not(township: User) -> None:
    dropped = SITE.take(make.site(), "drop", by=township, reason=REASON)
    assert dropped.dropped_on == timezone.localdate()
    assert not CandidateSite.objects.all().counted().exists()
    assert SITE.take(dropped, "take_up", by=township).dropped_on is None


# -- leases -------------------------------------------------------------------------------------------------
def test_a_lease_without_the_agreements_scan_is_not_signed(district: User) -> None:
    row = make.lease(state="legal_review")
    Paper.objects.filter(lease=row).update(kind="title")
    with pytest.raises(ValidationError, match="还缺协议扫描件"):
        LEASE.take(row, "sign", by=district, day=TODAY)


def test_a_lease_is_not_signed_on_a_day_to_come(district: User) -> None:
    with pytest.raises(ValidationError, match="签约日期还没到"):
        LEASE.take(make.lease(state="legal_review"), "sign", by=district, day=timezone.localdate() + timedelta(days=1))


def test_a_lease_keeps_the_day_of_the_agreement(district: User) -> None:
    day = timezone.localdate() - timedelta(days=40)
    row = LEASE.take(make.lease(state="legal_review"), "sign", by=district, day=day)
    assert row.signed_on == day
    assert list(Lease.objects.all().signed_by(day)) == [row]
    assert not Lease.objects.all().signed_by(day - timedelta(days=1)).exists()


def test_a_second_lease_of_the_site_for_the_same_time_is_not_signed(district: User) -> None:
    first = make.lease(state="signed")
    second = make.lease(first.site, state="legal_review", starts_on=first.ends_on, ends_on=first.ends_on + timedelta(days=365))
    with pytest.raises(ValidationError, match="已经有一份签了约的协议"):
        LEASE.take(second, "sign", by=district, day=TODAY)
    second.starts_on = first.ends_on + timedelta(days=1)
    second.save()
    assert LEASE.take(second, "sign", by=district, day=TODAY).state == L.SIGNED


def test_another_site_has_leases_of_its_own(district: User) -> None:
    make.lease(state="signed")
    assert LEASE.take(make.lease(state="legal_review"), "sign", by=district, day=TODAY).state == L.SIGNED


def test_once_the_first_is_renewed_the_next_one_is_signed(district: User) -> None:
    first = make.lease(state="signed")
    assert LEASE.take(first, "renew", by=district).ended_on == timezone.localdate()
    assert LEASE.take(make.lease(first.site, state="legal_review"), "sign", by=district, day=TODAY).state == L.SIGNED


def test_a_township_does_not_sign(township: User) -> None:
    with pytest.raises(PermissionDenied):
        LEASE.take(make.lease(state="legal_review"), "sign", by=township, day=TODAY)


def test_the_district_hears_of_a_lease_to_review(township: User, district: User) -> None:
    row = LEASE.take(make.lease(), "review", by=township)
    assert Message.objects.inbox(district).get().link == f"/desk/leases/{row.pk}/"


@pytest.mark.parametrize(("left", "expiring"), [(91, 0), (90, 90), (31, 90), (30, 30), (0, 30), (-1, 0)])
def test_what_expires_is_computed_and_the_query_agrees_with_the_row(left: int, expiring: int) -> None:
    ends = timezone.localdate() + timedelta(days=left)
    row = make.lease(state="signed", starts_on=ends - timedelta(days=365), ends_on=ends)
    assert row.expiring == expiring
    for days in (90, 30):
        assert Lease.objects.all().expiring(days).exists() is (0 < expiring <= days)


@pytest.mark.parametrize("state", ["draft", "legal_review", "renewed", "ended"])
def test_only_a_signed_lease_expires(state: str) -> None:
    ends = timezone.localdate() + timedelta(days=10)
    row = make.lease(state=state, starts_on=ends - timedelta(days=365), ends_on=ends)
    assert row.expiring == 0
    assert not Lease.objects.all().expiring().exists()
