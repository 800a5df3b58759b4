"""Two overlapping openings by appointment confirmed at once, and one asked for twice at once."""

from functools import partial
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from centers.models import Appointment, Center
from centers.models.appointment import moment
from centers.workflows.appointment import APPOINTMENT
from records.models import AuditEntry
from tests import make
from tests.portal.world import enter
from tests.races.together import Meeting, together, without

pytestmark = pytest.mark.django_db(transaction=True)
Owner = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def calendar(db: None) -> None:
    make.calendar()


def confirmed_at_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two officers say yes to two residents for the same hour; both checks have passed before the first one saves."""
    center = make.center()
    rows = [make.appointment(center) for _n in range(2)]
    monkeypatch.setattr(Appointment, "full_clean", Meeting(2, seconds=5).after(Appointment.full_clean))
    officers = (make.officer("village"), make.officer("head"))
    return sorted(
        said(r) for r in together([partial(APPOINTMENT.take, row, "confirm", by=user) for row, user in zip(rows, officers, strict=True)])
    )


def said(result: Any) -> str:
    return "confirmed" if isinstance(result, Appointment) else "refused" if isinstance(result, ValidationError) else repr(result)


@pytest.mark.parametrize("time", range(3))
def test_of_two_confirmed_at_once_one_is_refused_in_words(time: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert confirmed_at_once(monkeypatch) == ["confirmed", "refused"]
    assert Appointment.objects.filter(state="confirmed").count() == 1
    assert AuditEntry.objects.filter(action="centers.confirm_appointment").count() == 1


def test_without_the_exclusion_constraint_both_are_confirmed(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    with without(owner, "centers_appointment", "appointment_no_overlap"):
        assert confirmed_at_once(monkeypatch) == ["confirmed", "confirmed"]


def asked_twice(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A finger that taps twice: both requests have looked for an earlier one before the first one saves."""
    resident, center = make.resident(), make.center()
    made = make.appointment(center, state="cancelled")
    monkeypatch.setattr(Appointment, "save", Meeting(2, seconds=5).before(Appointment.save))
    return sorted(together([partial(post, resident, center, made)] * 2))


def post(user: User, center: Center, like: Appointment) -> int:
    typed = {"day": f"{like.day}", "opens": "19:00", "closes": "20:00", "people": "2", "purpose": "排练"}
    return int(enter(user).post(f"/centers/{center.pk}/appointments/new/", typed).status_code)


def test_one_asked_for_twice_at_once_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked_twice(monkeypatch) == [200, 302]
    assert Appointment.objects.filter(state="requested").count() == 1


def test_without_the_unique_index_there_are_two(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    with without(owner, "centers_appointment", "appointment_one_live"):
        assert asked_twice(monkeypatch) == [302, 302]


def test_the_hour_after_is_another_hour() -> None:
    center, village = make.center(), make.officer("village")
    first = make.appointment(center)
    after = make.appointment(center, starts_at=first.ends_at, ends_at=moment(first.day, first.ends_at.astimezone().time().replace(hour=21)))
    for row in (first, after):
        assert APPOINTMENT.take(row, "confirm", by=village).state == "confirmed"
