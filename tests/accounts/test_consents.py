"""Consent by purpose and version, withdrawn as easily as given, given again afterwards."""

import pytest
from django.utils import timezone

from accounts import consents
from accounts.models import ConsentRecord, User
from tests import make

pytestmark = pytest.mark.django_db


def test_a_child_needs_the_guardians_separate_consent(resident: User) -> None:
    assert consents.needed(make.child(resident)) == "child"
    assert consents.needed(resident.participant) == "booking"
    assert consents.needed(make.person()) == "booking"


def test_consent_says_who_to_what_in_which_version_and_when(resident: User) -> None:
    child = make.child(resident, consented=False)
    row = consents.record(child, resident, "child", "page")
    assert (row.participant, row.given_by, row.purpose, row.version) == (child, resident, "child", consents.TEXTS["child"].version)
    assert abs((timezone.now() - row.given_at).total_seconds()) < 60


def test_the_same_version_is_recorded_once(resident: User) -> None:
    child = make.child(resident)
    again = consents.record(child, resident, "child", "page")
    assert ConsentRecord.objects.get(participant=child, purpose="child") == again


def test_consent_that_was_withdrawn_can_be_given_again(resident: User) -> None:
    child = make.child(resident)
    ConsentRecord.objects.filter(participant=child).update(withdrawn_at=timezone.now())
    assert not ConsentRecord.objects.in_force().filter(participant=child).exists()
    consents.record(child, resident, "child", "page")
    assert ConsentRecord.objects.filter(participant=child).count() == 2
    assert ConsentRecord.objects.in_force().filter(participant=child).count() == 1


def test_every_purpose_has_its_text_and_a_version_that_fits_its_column() -> None:
    assert set(consents.TEXTS) == set(ConsentRecord.Purpose)
    assert all(0 < len(text.version) <= 12 and text.full and text.sentence for text in consents.TEXTS.values())
