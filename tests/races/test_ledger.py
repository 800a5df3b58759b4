"""Money and scores written by two at once: never paid twice, never beyond the budget, reversed once, decided once.

Each race has its control: with the guard taken out, the fault shows.
"""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from funding import deciding, ledger, panels
from funding.models import Application, Award, Book, Decision, LedgerEntry, Project, RatingRound, RatingScheme, Sheet
from funding.workflows.round import ROUND
from tests import make
from tests.races.together import Meeting, together, without

pytestmark = pytest.mark.django_db(transaction=True)
Owner = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def calendar(db: None) -> None:
    make.calendar()


def said(result: Any) -> str:
    """``done``; ``refused``, or the code of the engine's refusal; anything else as it is."""
    if isinstance(result, ValidationError):
        code = str(getattr(result, "code", "") or "")
        return code if code in ("not_open", "conflict") else "refused"
    return repr(result) if isinstance(result, Exception) else "done"


def at_once(*calls: Callable[[], Any]) -> list[str]:
    return sorted(said(result) for result in together(calls))


def unlocked(monkeypatch: pytest.MonkeyPatch, model: Any) -> None:
    """The rows of a model are read without being held."""
    monkeypatch.setattr(type(model._default_manager.all()), "select_for_update", lambda self, **kwargs: self)


# -- two payments of one thing ------------------------------------------------------------------------------
def project() -> Project:
    return make.allocated()


def award() -> Award:
    made = make.award()
    make.budget(100_000_000, "stars", made.round.year)
    ledger.allocate(made, made.amount, by=make.user())
    return made


PAID: list[Callable[[], Any]] = [project, award]


def paid_at_once(monkeypatch: pytest.MonkeyPatch, target: Any) -> list[str]:
    """Both have read how much is due before the first one pays, unless they are kept from it."""
    monkeypatch.setattr(ledger, "held", Meeting(2, seconds=2).after(ledger.held))
    found = at_once(*[partial(ledger.pay, target, by=make.user()) for _n in range(2)])
    target.refresh_from_db()
    return found


@pytest.mark.parametrize("made", PAID)
def test_of_two_payments_at_once_one_is_refused(made: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    target = made()
    assert paid_at_once(monkeypatch, target) == ["done", "refused"]
    assert target.paid == target.allocated == Book.objects.get(pk=target.entries.first().book_id).paid
    assert target.entries.filter(kind="payment").count() == 1


@pytest.mark.parametrize("made", PAID)
def test_where_nobody_waits_the_database_still_refuses_the_second(made: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    target = made()
    unlocked(monkeypatch, type(target))
    assert paid_at_once(monkeypatch, target) == ["done", "refused"]
    assert target.paid == target.allocated


@pytest.mark.parametrize("made", PAID)
def test_without_both_guards_it_is_paid_twice(made: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    """The control."""
    target = made()
    unlocked(monkeypatch, type(target))
    name = type(target)._meta.model_name
    with ExitStack() as stack:
        stack.enter_context(without(owner, f"funding_{name}", f"{name}_paid_within_allocated"))
        stack.enter_context(without(owner, "funding_book", "book_paid_within_allocated"))
        assert paid_at_once(monkeypatch, target) == ["done", "done"]
        assert target.paid == 2 * target.allocated


def test_paying_one_award_while_all_are_paid_pays_it_once() -> None:
    row = make.decided()
    RatingRound.objects.filter(pk=row.pk).update(state="final", final_at=timezone.now())
    make.budget(100_000_000, "stars", row.year)
    row.refresh_from_db()
    row = ROUND.take(row, "award", by=make.officer("district"))
    one, reviewer = Award.objects.get(), make.officer("reviewer")
    assert "done" in at_once(partial(ROUND.take, row, "pay", by=reviewer), partial(ledger.pay, one, by=reviewer))
    one.refresh_from_db()
    assert one.paid == one.amount and one.entries.filter(kind="payment").count() == 1


# -- two allocations of one budget --------------------------------------------------------------------------
def allocated_at_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two projects of 20,000 yuan each, a budget of 30,000."""
    make.budget(3_000_000)
    rows = [make.project(make.center_of(code), "approved") for code in (make.VILLAGE, make.NEXT_VILLAGE)]
    monkeypatch.setattr(ledger, "book_of", Meeting(2).before(ledger.book_of))
    return at_once(*[partial(ledger.allocate, row, 2_000_000, by=make.user()) for row in rows])


def test_two_allocations_at_once_never_exceed_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    assert allocated_at_once(monkeypatch) == ["done", "refused"]
    assert (Book.objects.get().allocated, Project.objects.filter(allocated=2_000_000).count()) == (2_000_000, 1)


def test_without_the_constraint_more_is_put_in_place_than_there_is(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    """The control."""
    with without(owner, "funding_book", "book_allocated_within_budget"):
        assert allocated_at_once(monkeypatch) == ["done", "done"]
        assert Book.objects.get().allocated > Book.objects.get().budgeted


# -- one entry reversed by two ------------------------------------------------------------------------------
def reversed_at_once() -> tuple[list[str], int]:
    """Two payments of one project, of which two officers reverse the smaller: outcomes, and what counts as paid then."""
    target, payer = make.allocated(), make.user()
    first = ledger.pay(target, 800_000, by=payer)
    ledger.pay(target, 1_200_000, by=payer)
    assert Book.objects.get().paid == 2_000_000
    calls = [partial(ledger.reverse, LedgerEntry.objects.get(pk=first.pk), by=make.user(), reason="账号写错了") for _n in range(2)]
    found = at_once(*calls)
    target.refresh_from_db()
    return found, target.paid


def test_an_entry_is_reversed_once() -> None:
    assert reversed_at_once() == (["done", "refused"], 1_200_000)
    assert LedgerEntry.objects.filter(kind="reversal").count() == 1


def test_without_the_unique_constraint_it_is_reversed_twice(owner: Owner) -> None:
    """The control: the sums no longer say what was paid."""
    with without(owner, "funding_ledgerentry", "funding_ledgerentry_reverses_id_key"):
        assert reversed_at_once() == (["done", "done"], 400_000)


# -- two officers of a township, both the second ------------------------------------------------------------
def scored_at_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One officer's sheet is in; two more hand in theirs at once, each found to be wanted."""
    of = make.application()
    make.reviewing(of.round)
    make.marked(of, "township", 80)
    fresh = Application.objects.select_related("round__scheme", "center__region").get(pk=of.pk)
    monkeypatch.setattr(panels, "needed", Meeting(2, seconds=2).after(panels.needed))
    marks = make.marks_of(of, "township", 82)
    return at_once(*[partial(panels.give, fresh, make.officer("township"), marks) for _n in range(2)])


def test_of_two_at_once_as_the_second_scorer_one_is_told_that_it_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scored_at_once(monkeypatch) == ["done", "refused"]
    assert Sheet.objects.filter(source="township").count() == 2


def test_without_the_lock_there_are_three_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    unlocked(monkeypatch, Application)
    assert scored_at_once(monkeypatch) == ["done", "done"]
    assert Sheet.objects.filter(source="township").count() == 3


# -- one round decided by two -------------------------------------------------------------------------------
def decided_at_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Both have found the round scored before the first one decides, unless they are kept from it."""
    row = make.scored_round()
    monkeypatch.setattr(deciding, "notice_days", Meeting(2, seconds=2).after(deciding.notice_days))
    return at_once(*[partial(ROUND.take, row, "decide", by=make.officer("district"), reason="会议决定") for _n in range(2)])


def test_a_round_is_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert decided_at_once(monkeypatch) == ["done", "not_open"]
    assert Decision.objects.get().number == 1


def test_without_the_engines_lock_it_is_decided_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    unlocked(monkeypatch, RatingRound)
    assert decided_at_once(monkeypatch) == ["done", "done"]
    assert Decision.objects.count() == 2


# -- two copies of one scheme -------------------------------------------------------------------------------
def copied_at_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Both have read which version is the last before the first one writes, unless they are kept from it."""
    scheme = make.rating_round().scheme
    rows = type(RatingScheme.objects.all())
    monkeypatch.setattr(rows, "latest", Meeting(2, seconds=2).after(rows.latest))

    def copy() -> None:
        with transaction.atomic():
            deciding.next_version(RatingScheme.objects.get(pk=scheme.pk))

    return at_once(copy, copy)


def test_two_who_copy_a_scheme_at_once_edit_the_same_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert copied_at_once(monkeypatch) == ["done", "done"]
    assert list(RatingScheme.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_without_the_lock_the_second_copy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    unlocked(monkeypatch, RatingScheme)
    assert copied_at_once(monkeypatch) != ["done", "done"]
