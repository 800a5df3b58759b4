"""What a trigger of the database freezes: the parts of a published standard set, the months as they stood at their end.

Of a star rating: the rules that a round was opened with, scores once all are in, decisions, and the ledger.
"""

from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from centers.models import MonthSnapshot, SnapshotLine, Standard, StandardItem, StandardSet
from funding.models import Decision, DecisionLine, LedgerEntry, RatingScheme
from tests import make

pytestmark = pytest.mark.django_db
INSERT_STANDARD = "INSERT INTO centers_standard (set_id, number, name, summary, origin) VALUES (%s, 9, '新条', '', 'derived')"
INSERT_ITEM = (
    "INSERT INTO centers_standarditem (standard_id, number, text, evidence, weight, essential, unit, origin)"
    " VALUES (%s, 9, '新项', 'look', 1, FALSE, '', 'derived')"
)
#: What somebody might try on a part → (statement, whose id it takes).
TRIED = {
    "insert a standard": (INSERT_STANDARD, "set"),
    "change a standard": ("UPDATE centers_standard SET name = '改' WHERE id = %s", "standard"),
    "delete a standard": ("DELETE FROM centers_standard WHERE id = %s", "standard"),
    "insert an item": (INSERT_ITEM, "standard"),
    "change an item": ("UPDATE centers_standarditem SET weight = 9 WHERE id = %s", "item"),
    "delete an item": ("DELETE FROM centers_standarditem WHERE id = %s", "item"),
}


def ids(made: StandardSet) -> dict[str, int]:
    """The set, one more standard of it than the factory makes, and one item that nothing refers to."""
    part = Standard.objects.filter(set=made).order_by("-number").first()
    assert part is not None
    item = StandardItem.objects.filter(standard=part).first()
    assert item is not None
    return {"set": made.pk, "standard": part.pk, "item": item.pk}


def execute(text: str, *values: object) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, list(values))
        return cursor.rowcount


@pytest.mark.parametrize("state", ["published", "retired"])
@pytest.mark.parametrize("what", TRIED)
def test_a_part_of_a_set_that_is_no_draft_is_never_changed(what: str, state: str) -> None:
    made = make.standard_set()
    if state == "retired":
        make.published_as(made, "retired", last=make.this_month())
    text, owner = TRIED[what]
    with pytest.raises(IntegrityError) as caught:
        execute(text, ids(made)[owner])
    assert caught.value.__cause__.diag.constraint_name == "standard_set_published"  # type: ignore[union-attr]


@pytest.mark.parametrize("what", TRIED)
def test_a_part_of_a_draft_can_be(what: str) -> None:
    text, owner = TRIED[what]
    found = ids(make.standard_set(published=False))
    if what == "delete a standard":
        execute("DELETE FROM centers_standarditem WHERE standard_id = %s", found["standard"])
    assert execute(text, found[owner]) == 1


def test_a_part_is_not_carried_into_a_published_set() -> None:
    published, draft = make.standard_set(), make.standard_set(published=False)
    with pytest.raises(IntegrityError) as caught:
        execute("UPDATE centers_standard SET set_id = %s, number = 9 WHERE id = %s", published.pk, ids(draft)["standard"])
    assert caught.value.__cause__.diag.constraint_name == "standard_set_published"  # type: ignore[union-attr]


def test_a_part_is_not_carried_out_of_a_published_set() -> None:
    published, draft = make.standard_set(), make.standard_set(published=False)
    with pytest.raises(IntegrityError) as caught:
        execute("UPDATE centers_standard SET set_id = %s, number = 9 WHERE id = %s", draft.pk, ids(published)["standard"])
    assert caught.value.__cause__.diag.constraint_name == "standard_set_published"  # type: ignore[union-attr]


def test_an_item_is_not_carried_out_of_a_published_set() -> None:
    published, draft = ids(make.standard_set()), ids(make.standard_set(published=False))
    with pytest.raises(IntegrityError):
        execute("UPDATE centers_standarditem SET standard_id = %s, number = 9 WHERE id = %s", draft["standard"], published["item"])


def frozen() -> SnapshotLine:
    return make.snapshot(tasks=[make.task()]).lines.get()


@pytest.mark.parametrize(
    ("change", "table"),
    [
        (lambda line: SnapshotLine.objects.filter(pk=line.pk).update(percent=99), "line"),
        (lambda line: SnapshotLine.objects.filter(pk=line.pk).delete(), "line"),
        (lambda line: MonthSnapshot.objects.filter(pk=line.snapshot_id).update(month="2020-01-01"), "snapshot"),
        (lambda line: execute("DELETE FROM centers_monthsnapshot WHERE id = %s", line.snapshot_id), "snapshot"),
    ],
)
def test_a_frozen_month_is_neither_changed_nor_deleted(change: Callable[[SnapshotLine], object], table: str) -> None:
    line = frozen()
    with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
        change(line)
    line.refresh_from_db()
    assert (line.percent, MonthSnapshot.objects.count()) == (40, 1)


def test_the_owner_of_the_database_meets_the_same_trigger(owner: psycopg.Connection[object]) -> None:
    names = owner.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger_append_only%'").fetchall()
    assert {"centers_snapshotline", "centers_monthsnapshot"} <= {name for (name,) in names}  # type: ignore[misc]
    assert {"funding_decision", "funding_decisionline", "funding_ledgerentry"} <= {name for (name,) in names}  # type: ignore[misc]


INSERT_TIER = "INSERT INTO funding_tier (scheme_id, star, threshold, award) VALUES (%s, 2, 60, 0)"
INSERT_CRITERION = (
    "INSERT INTO funding_criterion (scheme_id, pillar, source, number, title, guide, weight, fact)"
    " VALUES (%s, 'use', 'district', 99, '新项', '', 1, '')"
)
#: What somebody might try on the rules of a rating → (statement, whose id it takes, the rule that refuses it).
ON_RULES = {
    "insert a tier": (INSERT_TIER, "scheme", "tier_frozen"),
    "change a tier": ("UPDATE funding_tier SET threshold = 1 WHERE id = %s", "tier", "tier_frozen"),
    "delete a tier": ("DELETE FROM funding_tier WHERE id = %s", "tier", "tier_frozen"),
    "insert a criterion": (INSERT_CRITERION, "scheme", "criterion_frozen"),
    "change a criterion": ("UPDATE funding_criterion SET weight = 9 WHERE id = %s", "criterion", "criterion_frozen"),
    "delete a criterion": ("DELETE FROM funding_criterion WHERE id = %s", "criterion", "criterion_frozen"),
}


def rules(scheme: RatingScheme) -> dict[str, int]:
    tier, criterion = scheme.tiers.order_by("star").first(), scheme.criteria.order_by("number").first()
    assert tier is not None and criterion is not None
    return {"scheme": scheme.pk, "tier": tier.pk, "criterion": criterion.pk}


@pytest.mark.parametrize("what", ON_RULES)
def test_the_rules_of_a_round_that_was_opened_are_never_changed(what: str) -> None:
    text, owner, name = ON_RULES[what]
    with pytest.raises(IntegrityError) as caught:
        execute(text, rules(make.rating_round().scheme)[owner])
    assert caught.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


@pytest.mark.parametrize("what", ON_RULES)
def test_the_rules_of_a_draft_can_be(what: str) -> None:
    text, owner, _name = ON_RULES[what]
    assert execute(text, rules(make.rating_scheme())[owner]) == 1


@pytest.mark.parametrize("table", ["tier", "criterion"])
def test_a_part_of_the_rules_is_carried_neither_in_nor_out(table: str) -> None:
    frozen, draft = make.rating_round().scheme, make.rating_scheme()
    for source, target in ((frozen, draft), (draft, frozen)):
        with pytest.raises(IntegrityError) as caught:
            execute(f"UPDATE funding_{table} SET scheme_id = %s WHERE id = %s", target.pk, rules(source)[table])
        assert caught.value.__cause__.diag.constraint_name == f"{table}_frozen"  # type: ignore[union-attr]


@pytest.mark.parametrize("act", ["change", "delete"])
def test_a_frozen_scheme_a_decision_and_the_ledger_are_neither_changed_nor_deleted(act: str) -> None:
    line, entry = make.decision_line(), make.ledger_entry()
    tried: list[tuple[type[models.Model], int, dict[str, int]]] = [
        (RatingScheme, line.decision.round.scheme_id, {"budget": 1}),
        (Decision, line.decision_id, {"budget": 1}),
        (DecisionLine, line.pk, {"star": 1}),
        (LedgerEntry, entry.pk, {"amount": 1}),
    ]
    for model, pk, values in tried:
        table = model._meta.db_table
        text = f"DELETE FROM {table} WHERE id = %s" if act == "delete" else f"UPDATE {table} SET {next(iter(values))} = 1 WHERE id = %s"
        with pytest.raises(DatabaseError, match=r"Cannot (update|delete|update or delete) rows"):
            execute(text, pk)
        assert model._default_manager.filter(pk=pk).exclude(**values).exists()
