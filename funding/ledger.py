"""Posting to the ledger, and reversing: the one place that writes entries. Whoever posts first holds what it is for, then its book."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Region
from accounts.scope import prefixes
from funding.models import Award, Book, LedgerEntry, Project
from records import audit

T = TypeVar("T")
Kind = LedgerEntry.Kind


def words_of(name: str) -> str:
    """What a broken rule of the database says, by its name."""
    for model in (Book, Award, Project, LedgerEntry):
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.violation_error_message)
    known = {
        "entry_reverses_its_like": _("没有这样一笔可以冲销，请刷新页面看看。"),
        "funding_ledgerentry_reverses_id_key": _("这一笔已经冲销过了。"),
    }
    return known.get(name, "")


def posted(write: Callable[[], T]) -> T:
    """Runs a posting; what the database refuses comes back in words, nothing stays."""
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        words = words_of(name)
        if not words:
            raise
        raise ValidationError(words, code=name) from error


def book_of(region: Region, year: int, purpose: str) -> Book:
    """The year's book, opened where there is none, and held till the transaction ends."""
    Book.objects.get_or_create(region=region, year=year, purpose=purpose)
    return Book.objects.select_for_update(no_key=True).get(region=region, year=year, purpose=purpose)


def district_of(region: Any) -> Region:
    return Region.objects.get(code=region.code[:6])


def budget(region: Region, year: int, purpose: str, amount: int, *, by: Any, reason: str = "") -> LedgerEntry:
    """Adds to a year's budget, in fen."""

    def write() -> LedgerEntry:
        return post(book_of(region, year, purpose), Kind.BUDGET, amount, region, by=by, reason=reason)

    return posted(write)


def post(book: Book, kind: str, amount: int, region: Region, *, by: Any, reason: str = "", **target: Any) -> LedgerEntry:
    """One entry, checked, written, audited; the book is held by the caller."""
    row = LedgerEntry(book=book, region=region, kind=kind, account=kind, amount=amount, reason=reason, posted_by=by, **target)
    row.full_clean(validate_constraints=False)
    if amount <= 0:
        raise ValidationError(_("金额要大于 0。"))
    row.save()
    audit.write("funding.add_ledgerentry", by=by, on=row, fields=["amount"], reason=reason, region_code=region.code)
    return row


def held(target: Award | Project) -> Any:
    """The award or project, held."""
    manager: models.Manager[Any] = type(target)._default_manager
    return manager.select_for_update(of=("self",), no_key=True).select_related("center__region").get(pk=target.pk)


def for_what(target: Award | Project) -> dict[str, Any]:
    return {"award": target, "star": target.star} if isinstance(target, Award) else {"project": target}


def home(target: Award | Project) -> tuple[Region, int, str]:
    """District, year and purpose of the book."""
    if isinstance(target, Award):
        return target.round.region, target.round.year, Book.Purpose.STARS
    return district_of(target.center.region), target.year, Book.Purpose.PROJECTS


def allocate(target: Award | Project, amount: int, *, by: Any, reason: str = "") -> LedgerEntry:
    """Puts money in place (落实) for an award or a project."""

    def write() -> LedgerEntry:
        row = held(target)
        return post(book_of(*home(row)), Kind.ALLOCATION, amount, row.center.region, by=by, reason=reason, **for_what(row))

    return posted(write)


def rest(target: Award | Project) -> int:
    """Fen that were granted or awarded and are not in place: more than 0 after a reversal."""
    if isinstance(target, Award):
        return target.amount - target.allocated
    return (target.granted or 0) - target.allocated


def may_allocate(target: Award | Project, user: Any) -> bool:
    """Whether something is left to put in place, and this user may."""
    codes = prefixes(user, "funding.add_ledgerentry")
    return rest(target) > 0 and any(target.center.region.code.startswith(code) for code in codes)


def allocate_rest(target: Award | Project, *, by: Any) -> LedgerEntry:
    """Puts in place anew what was reversed. PermissionDenied: not theirs, or nothing is left to."""
    if not may_allocate(target, by):
        raise PermissionDenied
    return allocate(target, rest(target), by=by)


def allocate_all(awards: list[Award], *, by: Any) -> int:
    """All awards of one round in one statement: all or none. Returns the sum in fen."""
    if not awards:
        return 0

    def write() -> int:
        book = book_of(*home(awards[0]))
        total = write_many(book, Kind.ALLOCATION, [(award, award.amount) for award in awards], by)
        audit.write("funding.add_ledgerentry", by=by, on=book, fields=["allocated"], region_code=book.region.code, count=len(awards))
        return total

    return posted(write)


def pay(target: Award | Project, amount: int | None = None, *, by: Any, reason: str = "") -> LedgerEntry:
    """Pays what is in place, or a part. Who put the money in place does not pay it out (maker ≠ checker)."""

    def write() -> LedgerEntry:
        row = held(target)
        book = book_of(*home(row))
        last = row.entries.filter(kind=Kind.ALLOCATION, reversed_by=None).order_by("-pk").first()
        if last is None:
            raise ValidationError(_("这笔钱还没有落实，不能拨付。"))
        if by is not None and last.posted_by_id == by.pk:
            raise ValidationError(_("落实这笔钱的人不能自己拨付，请另一位来办。"), code="same_person")
        due = row.allocated - row.paid if amount is None else amount
        if due <= 0:
            raise ValidationError(_("这笔钱已经全部拨付了。"))
        return post(book, Kind.PAYMENT, due, row.center.region, by=by, reason=reason, **for_what(row))

    return posted(write)


def pay_all(awards: list[Award], *, by: Any) -> int:
    """Pays what is in place and not paid yet of many awards of one round, in one statement. Returns the sum in fen."""

    def write() -> int:
        rows = list(Award.objects.select_for_update(no_key=True).filter(pk__in=[a.pk for a in awards]).order_by("pk"))
        due = [award for award in rows if award.allocated > award.paid]
        if not due:
            return 0
        book = book_of(*home(due[0]))
        made = LedgerEntry.objects.filter(award__in=due, kind=Kind.ALLOCATION, reversed_by=None)
        if by is not None and made.filter(posted_by=by).exists():
            raise ValidationError(_("落实这笔钱的人不能自己拨付，请另一位来办。"), code="same_person")
        total = write_many(book, Kind.PAYMENT, [(award, award.allocated - award.paid) for award in due], by)
        audit.write("funding.add_ledgerentry", by=by, on=book, fields=["paid"], region_code=book.region.code, count=len(due))
        return total

    return posted(write)


def write_many(book: Book, kind: str, amounts: list[tuple[Award, int]], by: Any) -> int:
    """Entries of many awards, in one statement."""
    regions = dict(Award.objects.filter(pk__in=[a.pk for a, _n in amounts]).values_list("pk", "center__region"))
    rows = [
        LedgerEntry(book=book, region_id=regions[a.pk], kind=kind, account=kind, amount=n, award=a, star=a.star, posted_by=by)
        for a, n in amounts
    ]
    LedgerEntry.objects.bulk_create(rows)
    return sum(n for _a, n in amounts)


def reverse(entry: LedgerEntry, *, by: Any, reason: str) -> LedgerEntry:
    """Undoes one entry, whole, by another of the opposite sign; an entry is reversed once, a reversal never."""
    if entry.kind == Kind.REVERSAL:
        raise ValidationError(_("冲销的那一笔不能再冲销，请重新记一笔。"))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么冲销。")})

    def write() -> LedgerEntry:
        if entry.target is not None:
            held(entry.target)
        book = Book.objects.select_for_update(no_key=True).get(pk=entry.book_id)
        row = LedgerEntry(
            book=book, region=entry.region, kind=Kind.REVERSAL, account=entry.account, amount=-entry.amount, award=entry.award,
            project=entry.project, star=entry.star, reverses=entry, reason=reason, posted_on=timezone.localdate(), posted_by=by,
        )  # fmt: skip
        row.save()
        audit.write("funding.reverse_ledgerentry", by=by, on=entry, fields=["amount"], reason=reason, region_code=entry.region.code)
        return row

    return posted(write)
