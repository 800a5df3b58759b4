"""The ledger: append-only, bounded by budget and allocation for raw SQL too, reversed once and whole."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from funding import ledger
from funding.models import Book, LedgerEntry, Project
from funding.workflows.project import PROJECT
from records.models import AuditEntry
from tests import make
from workflow.engine import NotYours

pytestmark = pytest.mark.django_db


def numbers(book: Book) -> tuple[int, int, int]:
    book.refresh_from_db()
    return book.budgeted, book.allocated, book.paid


def test_entries_are_never_changed_or_deleted() -> None:
    entry = make.ledger_entry()
    for write in (
        lambda: LedgerEntry.objects.filter(pk=entry.pk).update(amount=1),
        lambda: LedgerEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(Exception, match="append_only"), transaction.atomic():
            write()


def test_nothing_is_put_in_place_beyond_the_budget() -> None:
    budget, project = make.budget(1_000_000), make.project(state="approved")
    with pytest.raises(ValidationError, match="预算"):
        ledger.allocate(project, 1_000_001, by=make.user())
    assert numbers(budget.book) == (1_000_000, 0, 0)


def test_nothing_is_put_in_place_beyond_what_was_granted() -> None:
    make.budget()
    with pytest.raises(ValidationError, match="批准"):
        ledger.allocate(make.project(state="approved"), 2_000_001, by=make.user())


def test_nothing_is_paid_beyond_what_is_in_place() -> None:
    project, payer = make.allocated(), make.user()
    with pytest.raises(ValidationError, match="拨付"):
        ledger.pay(project, 2_000_001, by=payer)
    ledger.pay(project, 500_000, by=payer)
    ledger.pay(project, by=payer)
    project.refresh_from_db()
    assert project.paid == project.granted
    with pytest.raises(ValidationError, match="全部"):
        ledger.pay(project, by=payer)


def test_raw_sql_is_bounded_too() -> None:
    project = make.allocated()
    book = Book.objects.get()
    words = """INSERT INTO funding_ledgerentry
               (book_id, region_id, kind, account, amount, project_id, reason, posted_on, posted_by_id, posted_at)
               VALUES (%s, %s, 'payment', 'payment', 99999999, %s, '', now(), %s, now())"""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(words, [book.pk, project.center.region_id, project.pk, make.user().pk])
    name = caught.value.__cause__.diag.constraint_name  # type: ignore[union-attr]
    assert name in ("book_paid_within_allocated", "project_paid_within_allocated")


def test_a_reversal_undoes_one_entry_once_and_says_why() -> None:
    project, payer = make.allocated(), make.user()
    paid = ledger.pay(project, by=payer)
    with pytest.raises(ValidationError, match="为什么"):
        ledger.reverse(paid, by=payer, reason=" ")
    undone = ledger.reverse(paid, by=payer, reason="账号写错")
    assert (undone.amount, undone.account, undone.kind) == (-2_000_000, "payment", "reversal")
    assert numbers(paid.book) == (100_000_000, 2_000_000, 0)
    with pytest.raises(ValidationError, match="已经冲销"):
        ledger.reverse(paid, by=payer, reason="又一次")
    with pytest.raises(ValidationError, match="不能再冲销"):
        ledger.reverse(undone, by=payer, reason="又一次")
    assert AuditEntry.objects.filter(action="funding.reverse_ledgerentry", reason="账号写错").exists()


def test_an_allocation_that_was_paid_is_not_reversed_before_the_payment() -> None:
    project, payer = make.allocated(), make.user()
    entry = project.entries.get(kind="allocation")
    paid = ledger.pay(project, by=payer)
    with pytest.raises(ValidationError, match="拨付"):
        ledger.reverse(entry, by=payer, reason="退回")
    ledger.reverse(paid, by=payer, reason="退回")
    ledger.reverse(entry, by=payer, reason="退回")
    project.refresh_from_db()
    assert (project.allocated, project.paid) == (0, 0)


def test_a_reversal_of_another_amount_is_refused_by_the_database() -> None:
    entry = make.ledger_entry()
    values = {"book": entry.book, "region": entry.region, "kind": "reversal", "account": "allocation", "project": entry.project}
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        LedgerEntry.objects.create(**values, amount=-1, reverses=entry, reason="x", posted_by=make.user())
    assert caught.value.__cause__.diag.constraint_name == "entry_reverses_its_like"  # type: ignore[union-attr]


def test_a_project_goes_from_the_council_to_the_payment_by_different_hands(
    village: User, township: User, district: User, reviewer: User
) -> None:
    project = make.project()
    with pytest.raises(ValidationError, match="议事记录"):
        PROJECT.take(project, "submit", by=village)
    make.project_paper(project)
    PROJECT.take(project, "submit", by=village)
    PROJECT.take(project, "endorse", by=township)
    with pytest.raises(ValidationError, match="预算"):
        PROJECT.take(project, "approve", by=district, granted=1_500_000)
    assert Project.objects.get().state == "endorsed"
    make.budget()
    done = PROJECT.take(project, "approve", by=district, granted=1_500_000)
    assert done.in_notice and Project.objects.get().allocated == 1_500_000
    with pytest.raises(ValidationError, match="公示到"):
        PROJECT.take(project, "accept", by=township, day=done.approved_on, note="好了")
    Project.objects.update(notice_until=done.approved_on)
    Project.objects.update(approved_on=make.day_after(-3), notice_until=make.day_after(-1))
    PROJECT.take(project, "accept", by=township, day=make.day_after(0), note="好了")
    with pytest.raises(ValidationError, match="另一位"):
        PROJECT.take(project, "pay", by=district)
    PROJECT.take(project, "pay", by=reviewer)
    assert Project.objects.get().paid == 1_500_000
    with pytest.raises(NotYours, match="全部"):
        PROJECT.take(project, "pay", by=reviewer)
