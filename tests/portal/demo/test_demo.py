"""The demonstration district: its people, centers and activities, and what a second run does."""

import pytest
from django.apps import apps
from django.core.management import CommandError
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts.demo import PASSWORD, STAFF
from accounts.models import ConsentRecord, Grant, Guardianship, Organisation, Participant, User
from accounts.models.organisation import valid_credit_code
from activities.models import Activity, Booking, Intake
from centers.models import Center, Photo
from portal import demo, integrity
from records.models import Message
from tests.portal.demo.conftest import run


def rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}


def test_every_village_and_township_has_a_center(district: str) -> None:
    assert Center.objects.count() == 372
    assert Center.objects.filter(level="town").count() == 11
    assert Center.objects.filter(published_at=None).count() == 6
    assert not Center.objects.filter(location_is_demo=False).exists()
    assert [c.region.code for c in Center.objects.found("gnsq")] == [demo.PILOT]
    assert Photo.objects.count() >= 30


def test_everybody_in_the_contract_has_an_account(district: str) -> None:
    staff = User.objects.filter(login__in=[row[0] for row in STAFF], is_demo=True)
    assert {(g.user.login, g.role, g.region.code) for g in Grant.objects.filter(user__in=staff)} == {
        (r[0], r[2].value, r[3]) for r in STAFF
    }
    assert staff.get(login="village").check_password(PASSWORD)
    residents = User.objects.filter(phone__in=[f"+8613800{n:06d}" for n in range(1, 10)], is_demo=True)
    assert residents.count() == 9
    assert all(Participant.objects.filter(user=user).exists() and Message.objects.inbox(user).exists() for user in residents)
    with override_settings(DEMO=False):
        assert not User.objects.may_log_in().exists()


def test_two_parents_share_one_child(district: str) -> None:
    first, second = User.objects.filter(phone__in=["+8613800000001", "+8613800000002"])
    shared = Participant.objects.filter(kind="child", guardianships__user=first).filter(guardianships__user=second)
    assert shared.count() == 1
    assert Guardianship.objects.requested().count() == 1


def test_nothing_that_is_stored_twice_differs(district: str) -> None:
    assert integrity.faults() == []
    assert "all agree" in district


def test_there_is_a_living_present(district: str) -> None:
    assert Activity.objects.count() >= 700
    assert Booking.objects.count() >= 4000
    assert Participant.objects.count() >= 1400
    intakes = Intake.objects.select_related("activity").all()
    assert {row.phase for row in intakes} == {"open", "full", "not_open_yet", "closed", "cancelled"}
    pilot = {row.activity.title: row for row in intakes.filter(activity__center__region__code=demo.PILOT)}
    care = pilot["小豆芽课后托管"]
    assert (care.phase, care.capacity, care.seats_taken, care.meetings.count()) == ("open", 40, 25, 20)
    assert care.cancel_until > timezone.now()
    assert pilot["亲子烘焙"].phase == "full"
    assert pilot["寒假小小志愿者"].phase == "not_open_yet"


def test_bookings_keep_the_rules_of_the_booking_core(district: str) -> None:
    consented = set(ConsentRecord.objects.in_force().values_list("participant", "purpose"))
    first = {row.pk: min(m.starts_at for m in row.meetings.all()) for row in Intake.objects.prefetch_related("meetings")}
    for row in Booking.objects.select_related("intake", "participant"):
        intake, participant = row.intake, row.participant
        assert (participant.pk, "child" if participant.kind == "child" else "booking") in consented
        assert intake.opens_at <= row.created_at <= intake.closes_at and row.created_at <= timezone.now()
        age = participant.age_on(timezone.localdate(first[intake.pk]))
        assert age is not None and (intake.min_age or 0) <= age <= (intake.max_age or 200)


def test_organisations_have_valid_codes_or_none(district: str) -> None:
    codes = list(Organisation.objects.values_list("code", flat=True))
    assert len(codes) >= 12 and None in codes
    for code in filter(None, codes):
        valid_credit_code(code)


def test_a_second_run_changes_nothing(district: str) -> None:
    before = rows()
    assert "nothing changed" in run()
    with override_settings(DEMO=False):
        assert "can't log in" in run()
    assert rows() == before


def test_data_that_are_not_a_demonstration_are_refused(district: str) -> None:
    with transaction.atomic():
        User.objects.filter(login="district").update(is_demo=False)
        before = rows()
        with pytest.raises(CommandError, match="account") as refusal:
            run()
        assert refusal.value.returncode == 2
        assert rows() == before
        transaction.set_rollback(True)
