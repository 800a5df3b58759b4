"""At the door: who is found by what one types."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


def test_a_child_is_found_by_the_telephone_of_its_guardians(cadre: User) -> None:
    meeting = make.meeting(make.intake(), timezone.now())
    parent = make.resident("+8613788885678")
    row = make.booking(meeting.intake, make.child(parent), by=parent)
    make.booking(meeting.intake, make.child(make.resident()))
    for typed, found in (("5678", 1), ("78", 0), ("5679", 0), (row.code.lower(), 1)):
        page = enter(cadre).get(f"/desk/meetings/{meeting.pk}/?q={typed}").content.decode()
        assert page.count("data-item>") == found, typed
    former = make.booking(meeting.intake, make.child(make.resident()))
    make.guardianship(
        parent, former.participant, valid_from=timezone.localdate() - timedelta(9), valid_until=timezone.localdate() - timedelta(1)
    )
    assert enter(cadre).get(f"/desk/meetings/{meeting.pk}/?q=5678").content.decode().count("data-item>") == 1
