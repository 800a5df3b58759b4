"""For ``test_constraints``: rows of schemes, rounds, sheets, decisions, projects and money that the database shall refuse."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from funding.models import (
    Application,
    Book,
    Decision,
    DecisionLine,
    LedgerEntry,
    Objection,
    Project,
    RatingRound,
    Representative,
    Sheet,
    Tier,
)
from funding.workflows.round import ROUND
from tests import make
from tests.house.rows import changed, twin


def rating_round(**fields: Any) -> RatingRound:
    return changed(twin(make.rating_round(opened=False)), **({"title": "另一次"} | fields))  # type: ignore[return-value]


def application(**fields: Any) -> Application:
    first = make.application(state="draft")
    return changed(twin(first), **({"center": make.center_of(make.NEXT_VILLAGE)} | fields))  # type: ignore[return-value]


def sheet(**fields: Any) -> Sheet:
    return changed(twin(make.sheet()), **({"scorer": make.user()} | fields))  # type: ignore[return-value]


def representative(**fields: Any) -> Representative:
    return changed(twin(make.representative_of()), **({"user": make.user()} | fields))  # type: ignore[return-value]


def decision(**fields: Any) -> Decision:
    return changed(twin(make.decision()), **({"number": 2, "reason": "重新评定"} | fields))  # type: ignore[return-value]


def objection(**fields: Any) -> Objection:
    return changed(twin(make.objection()), **fields)  # type: ignore[return-value]


def project(state: str = "draft", **fields: Any) -> Project:
    return changed(twin(make.project(state=state)), **({"title": "另一个项目"} | fields))  # type: ignore[return-value]


def paid(row: Any) -> Any:
    """More than was put in place."""
    return changed(row, paid=row.allocated + 1)


def put(row: Any, amount: int) -> Any:
    """More than there may be."""
    return changed(row, allocated=amount + 1)


def award_again() -> models.Model:
    """Of another line of the same center: that of the decision which replaced the first."""
    first = make.award()
    ROUND.take(first.round, "revise", by=make.officer("district"), reason="异议成立")
    line = DecisionLine.objects.filter(decision__round=first.round).current().get()  # type: ignore[attr-defined]
    return changed(twin(first), line=line)


def entry(**fields: Any) -> LedgerEntry:
    return changed(twin(make.ledger_entry()), **fields)  # type: ignore[return-value]


def book(**fields: Any) -> Book:
    return changed(make.rating_book(), **fields)


def tier(**fields: Any) -> Tier:
    return Tier(**({"scheme": make.rating_scheme(), "star": 2, "threshold": 60, "award": 0} | fields))


def criterion(**fields: Any) -> models.Model:
    return changed(twin(make.rating_scheme().criteria.first()), **({"number": 99} | fields))


FUNDING: dict[str, Callable[[], models.Model]] = {
    "scheme_once": lambda: twin(make.rating_scheme()),
    "scheme_weights_make_100": lambda: changed(twin(make.rating_scheme()), version=2, weight_district=41),
    "scheme_frozen_is_hashed": lambda: changed(twin(make.rating_scheme()), version=2, frozen_at=timezone.now()),
    "tier_once": lambda: tier(star=5),
    "tier_star_range": lambda: tier(star=6),
    "tier_threshold_range": lambda: tier(threshold=101),
    "criterion_number_once": lambda: criterion(number=2),
    "criterion_weight_fits": lambda: criterion(source="veto"),
    "round_once": lambda: twin(make.rating_round(opened=False)),
    "round_days_in_order": lambda: changed(row := rating_round(), review_until=row.apply_until),
    "round_opened_is_dated": lambda: rating_round(state="open"),
    "round_decided_is_noticed": lambda: rating_round(state="decided", opened_at=timezone.now()),
    "round_final_is_dated": lambda: rating_round(final_at=timezone.now()),
    "application_once": lambda: twin(make.application(state="draft")),
    "application_submitted_is_dated": lambda: application(state="submitted"),
    "application_veto_says_why": lambda: application(state="vetoed", submitted_at=timezone.now()),
    "application_ruling_says_why": lambda: application(state="ruled", submitted_at=timezone.now()),
    "representative_once": lambda: twin(make.representative_of()),
    "representative_days_in_order": lambda: representative(valid_until=date(2023, 1, 1)),
    "sheet_once": lambda: twin(make.sheet()),
    "sheet_recused_is_empty": lambda: sheet(state="recused", done_at=timezone.now()),
    "sheet_done_is_dated": lambda: sheet(done_at=timezone.now()),
    "decision_once": lambda: twin(make.decision()),
    "decision_change_says_why": lambda: decision(reason=""),
    "line_once": lambda: twin(make.decision_line()),
    "line_star_has_total": lambda: changed(twin(make.decision_line()), total=None),
    "objection_answered_in_words": lambda: objection(state="upheld", answered_at=timezone.now()),
    "objection_unit_seals": lambda: objection(kind="unit"),
    "objection_says_who": lambda: objection(phone=""),
    "project_once": lambda: twin(make.project()),
    "project_votes_fit": lambda: project(present=10, agreed=11),
    "project_granted_is_dated": lambda: project("approved", notice_until=None),
    "project_accepted_is_dated": lambda: project("accepted", acceptance=""),
    "project_granted_within_asked": lambda: project("approved", granted=2_000_001),
    "project_allocated_within_granted": lambda: put(row := project("approved"), row.granted or 0),
    "project_paid_within_allocated": lambda: paid(project("approved")),
    "book_once": lambda: twin(make.rating_book()),
    "book_allocated_within_budget": lambda: put(row := make.rating_book(), row.budgeted),
    "book_paid_within_allocated": lambda: paid(make.rating_book()),
    "award_once": award_again,
    "award_allocated_within_amount": lambda: put(row := make.award(), row.amount),
    "award_paid_within_allocated": lambda: paid(make.award()),
    "entry_sign_fits": lambda: entry(amount=-1),
    "entry_for_one_thing": lambda: entry(project=None),
}


def elsewhere() -> models.Model:
    """A reversal that says it is of another center's region."""
    first = make.ledger_entry()
    fields = {"kind": "reversal", "amount": -first.amount, "reverses": first, "reason": "记错了"}
    return changed(twin(first), region=make.region(make.NEXT_VILLAGE), **fields)


def own_village() -> models.Model:
    of = make.application()
    return Sheet(application=of, source="representatives", scorer=make.representative_of(make.VILLAGE).user)


def late(row: Any) -> Any:
    """A row of a round in which nothing is written any more."""
    RatingRound.objects.filter(pk=row.round.pk if isinstance(row, Application) else row.application.round.pk).update(state="scored")
    return row


#: What only a trigger knows: it looks at other rows.
FUNDING_TRIGGERS: dict[str, Callable[[], models.Model]] = {
    "tier_frozen": lambda: tier(scheme=make.rating_round().scheme),
    "criterion_frozen": lambda: changed(twin(make.rating_round().scheme.criteria.first()), number=99),
    "application_round_open": lambda: late(application()),
    "sheet_round_open": lambda: late(sheet()),
    "sheet_own_village": own_village,
    "sheet_marks_fit": lambda: sheet(marks={"0": 90}),
    "entry_reverses_its_like": elsewhere,
}
