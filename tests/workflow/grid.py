"""What holds for every workflow, tried from a table of its own: step × persona × state, needs, audit, the in-tray.

A test file says the table, who may take each step, and how a row in a state is made; ``EveryStep`` does the rest.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import User
from accounts.roles import MAY
from accounts.scope import permission
from records.models import AuditEntry
from tests import make
from workflow.engine import REGISTRY, NotOpen, NotYours, Workflow

VILLAGE, TOWN, DISTRICT, REVIEWER = {"village", "head"}, {"township"}, {"district"}, {"reviewer"}
EVERYBODY = ("resident", *make.PERSONAS)
REASON = "请补充材料"
TAKEN = "taken"
Table = Mapping[str, tuple[tuple[str, ...], str, tuple[str, ...]]]


@dataclass(frozen=True)
class Grid:
    """``row(state, step, user, code)`` makes one that is ready for the step; ``not_yours(step, persona, state)`` says where
    a role would be enough and the person is still refused. ``outside`` is a region that no persona but the highest reaches.
    """

    workflow: Workflow
    table: Table
    may: Mapping[str, Iterable[str]]
    row: Callable[[str, str, User, str], Any]
    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    not_yours: Callable[[str, str, str], bool] = lambda step, persona, state: False
    code: str = make.VILLAGE
    outside: str = make.OTHER_VILLAGE

    @property
    def states(self) -> list[str]:
        return list(self.workflow.model.State.values)  # type: ignore[attr-defined]

    def given(self, name: str) -> dict[str, Any]:
        """What the step needs, for the reason a default."""
        return {"reason": REASON} | dict(self.data.get(name, {}))

    def one(self, name: str) -> str:
        """Somebody who may take the step."""
        return sorted(self.may[name])[0]

    def source(self, name: str) -> str:
        """A state from which they may."""
        return next(state for state in self.table[name][0] if not self.not_yours(name, self.one(name), state))

    def expected(self, name: str, persona: str, state: str) -> str:
        if persona not in self.may[name]:
            return PermissionDenied.__name__
        if self.not_yours(name, persona, state):
            return NotYours.__name__
        return TAKEN if state in self.table[name][0] else NotOpen.__name__

    def outcome(self, name: str, user: User, state: str) -> str:
        """What became of the step; the row's state, the button and the audit entry must agree. Leaves nothing behind."""
        with transaction.atomic():
            row = self.row(state, name, user, self.code)
            offered = name in [step.name for step in self.workflow.open_to(row, user)]
            try:
                said = TAKEN if self.workflow.take(row, name, by=user, **self.given(name)).state == self.table[name][1] else "elsewhere"
            except (PermissionDenied, NotOpen, NotYours) as error:
                said = type(error).__name__
            row.refresh_from_db()
            assert row.state == (self.table[name][1] if said == TAKEN else state)
            assert offered is (said == TAKEN), f"{state}: offered {offered}, {said}"
            assert self.entries(name).exists() is (said == TAKEN)
            transaction.set_rollback(True)
        return said

    def entries(self, name: str) -> Any:
        return AuditEntry.objects.filter(action=permission(self.workflow.model, name))


class EveryStep:
    """The tests of each workflow; a subclass sets ``grid``. ``step`` and ``persona`` come from ``conftest``."""

    grid: Grid

    def test_the_table_is_the_one_that_these_tests_know(self) -> None:
        found = {name: (step.sources, step.target, step.needs) for name, step in self.grid.workflow.steps.items()}
        assert found == dict(self.grid.table)
        assert REGISTRY[self.grid.workflow.model._meta.label_lower] is self.grid.workflow

    def test_step_by_persona_by_state(self, step: str, persona: str, request: pytest.FixtureRequest) -> None:
        user = request.getfixturevalue(persona)
        make.center_of(self.grid.code)  # made once, for the rows of every state
        found = {state: self.grid.outcome(step, user, state) for state in self.grid.states}
        assert found == {state: self.grid.expected(step, persona, state) for state in self.grid.states}

    def test_what_a_step_needs_must_be_given(self, step: str, db: None) -> None:
        user = make.officer(self.grid.one(step))
        for missing in self.grid.table[step][2]:
            row = self.grid.row(self.grid.source(step), step, user, self.grid.code)
            with pytest.raises(ValidationError) as caught, transaction.atomic():
                self.grid.workflow.take(row, step, by=user, **(self.grid.given(step) | {missing: ""}))
            assert caught.value.message_dict == {missing: ["请填写这一项。"]}
            row.refresh_from_db()
            assert row.state == self.grid.source(step)
            assert not self.grid.entries(step).exists()

    def test_a_step_writes_who_what_where_and_why(self, step: str, db: None) -> None:
        user = make.officer(self.grid.one(step))
        row = self.grid.row(self.grid.source(step), step, user, self.grid.code)
        self.grid.workflow.take(row, step, by=user, **self.grid.given(step))
        entry = self.grid.entries(step).get()
        assert (entry.actor_id, entry.target_type, entry.target_id) == (user.pk, row._meta.label_lower, row.pk)
        assert (entry.fields, entry.reason) == (["state"], REASON)
        assert len(entry.region_code) >= 6
        assert self.grid.code.startswith(entry.region_code)

    def test_the_in_tray_holds_what_has_an_open_step(self, persona: str, request: pytest.FixtureRequest) -> None:
        user = request.getfixturevalue(persona)
        rows = [self.grid.row(state, "", user, code) for code in (self.grid.code, self.grid.outside) for state in self.grid.states]
        buttons = {row.pk: self.grid.workflow.open_to(row, user) for row in rows}
        assert set(self.grid.workflow.waiting_for(user).values_list("pk", flat=True)) == {pk for pk, steps in buttons.items() if steps}
        assert self.grid.workflow.open_to_many(rows, user) == {pk: steps for pk, steps in buttons.items() if steps}

    def test_every_step_is_held_by_some_role(self, step: str) -> None:
        assert any(permission(self.grid.workflow.model, step) in names for names in MAY.values())
