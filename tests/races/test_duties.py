"""Two at once on duties: nobody stands in two halls at the same time, a swap is applied once; without the guard the fault shows."""

from functools import partial
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from staffing.models import Duty, Roster, Swap
from staffing.workflows.swap import SWAP
from tests import make
from tests.races.together import together, without

pytestmark = pytest.mark.django_db(transaction=True)


def both_halls() -> tuple[Any, Any, Any]:
    """A cadre with posts at two centers, each of which wants somebody at the same time."""
    who = make.cadre()
    first = make.shift(make.roster(make.center_of(), "published", month=make.month_of(make.day_after(3))))
    second = make.shift(make.roster(make.center_of(make.NEXT_VILLAGE), "published", month=first.roster.month), first.day)
    return who, first, second


def put(shift: Any, who: Any) -> str:
    try:
        with transaction.atomic():
            Duty.objects.create(shift=shift, cadre=who)
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    return "on duty"


def test_one_person_is_never_on_duty_at_two_halls_at_once() -> None:
    for _round in range(6):
        who, first, second = both_halls()
        assert sorted(together([partial(put, first, who), partial(put, second, who)])) == ["duty_not_twice_at_once", "on duty"]
        Roster.objects.all().delete()


def test_without_the_constraint_it_happens(owner: psycopg.Connection[Any]) -> None:
    """The control."""
    with without(owner, "staffing_duty", "duty_not_twice_at_once"):
        who, first, second = both_halls()
        assert together([partial(put, first, who), partial(put, second, who)]) == ["on duty", "on duty"]


def test_a_swap_agreed_by_two_at_once_is_applied_once() -> None:
    make.calendar()
    head, second = make.officer("head"), make.officer("township")
    swap = make.swap(state="accepted")

    def agree(by: Any) -> str:
        try:
            SWAP.take(Swap.objects.get(pk=swap.pk), "agree", by=by)
        except ValidationError as error:
            return str(getattr(error, "code", "") or error.messages)
        return "applied"

    assert sorted(together([partial(agree, head), partial(agree, second)])) == ["applied", "not_open"]
    assert Duty.objects.get(pk=swap.duty_id).cadre_id == swap.to_id
