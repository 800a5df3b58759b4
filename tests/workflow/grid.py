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


def own_to_cancel(step: str, user: User) -> Any:
    """For ``whose``: what one cancels is one's own."""
    return user.pk if step == "cancel" else None


@dataclass(frozen=True)
class Grid:
    """``row(state, step, user, code)`` makes one that is ready for the step; ``whose(step, user)`` says which persons can't be
    shown the same one; ``not_yours(step, persona, state)`` says where a role would be enough and the person is still refused.
    ``outside`` is a region that no persona but the highest reaches.
    """

    workflow: Workflow
    table: Table
    may: Mapping[str, Iterable[str]]
    row: Callable[[str, str, User, str], Any]
    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    not_yours: Callable[[str, str, str], bool] = lambda step, persona, state: False
    whose: Callable[[str, User], Any] = lambda step, user: None
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

    def outcomes(self, name: str, users: Mapping[str, User]) -> dict[str, dict[str, str]]:
        """What became of the step, by persona and state. Those who may see the same row are shown the same: each finds it as made."""
        found: dict[str, dict[str, str]] = {persona: {} for persona in users}
        for state in self.states:
            for group in self.alike(name, users):
                with transaction.atomic():
                    made = self.row(state, name, next(iter(group.values())), self.code)
                    for persona, user in group.items():
                        found[persona][state] = self.outcome(name, user, made)
                    transaction.set_rollback(True)
        return found

    def alike(self, name: str, users: Mapping[str, User]) -> list[dict[str, User]]:
        """The personas, those together for whom the same row will do."""
        groups: dict[Any, dict[str, User]] = {}
        for persona, user in users.items():
            groups.setdefault(self.whose(name, user), {})[persona] = user
        return list(groups.values())

    def outcome(self, name: str, user: User, made: Any) -> str:
        """What became of the step; the row's state, the button and the audit entry must agree. Leaves nothing behind."""
        state = made.state
        with transaction.atomic():
            row = self.workflow.manager().get(pk=made.pk)  # as a request finds it, with nothing remembered
            offered = name in [step.name for step in self.workflow.open_to(row, user)]
            try:
                said = TAKEN if self.workflow.take(row, name, by=user, **self.given(name)).state == self.table[name][1] else "elsewhere"
            except (PermissionDenied, NotOpen, NotYours) as error:
                said = type(error).__name__
            except ValidationError as error:
                said = repr(error)
            row.refresh_from_db()
            faults = ["it is " + row.state] if row.state != (self.table[name][1] if said == TAKEN else state) else []
            faults += [f"offered {offered}"] if offered is not (said == TAKEN) else []
            faults += ["the audit entry"] if self.entries(name).exists() is not (said == TAKEN) else []
            transaction.set_rollback(True)
        return "; ".join([said, *faults])

    def entries(self, name: str) -> Any:
        return AuditEntry.objects.filter(action=permission(self.workflow.model, name))


def differing(found: dict[str, dict[str, str]], expected: dict[str, dict[str, str]]) -> list[str]:
    """Each cell that is not as expected, by its name."""
    cells = [(persona, state) for persona, states in expected.items() for state in states]
    return [f"{p} × {s}: {found[p][s]}, expected {expected[p][s]}" for p, s in cells if found[p][s] != expected[p][s]]


class EveryStep:
    """The tests of each workflow; a subclass sets ``grid``. ``step`` and ``everybody`` come from ``conftest``."""

    grid: Grid

    def test_the_table_is_the_one_that_these_tests_know(self) -> None:
        found = {name: (step.sources, step.target, step.needs) for name, step in self.grid.workflow.steps.items()}
        assert found == dict(self.grid.table)
        assert REGISTRY[self.grid.workflow.model._meta.label_lower] is self.grid.workflow

    def test_step_by_persona_by_state(self, step: str, everybody: dict[str, User]) -> None:
        make.center_of(self.grid.code)  # made once, for the rows of every state
        expected = {persona: {state: self.grid.expected(step, persona, state) for state in self.grid.states} for persona in everybody}
        assert set(everybody) == set(EVERYBODY)
        assert differing(self.grid.outcomes(step, everybody), expected) == []

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

    def test_the_in_tray_holds_what_has_an_open_step(self, everybody: dict[str, User]) -> None:
        found, many, buttons = {}, {}, {}
        for group in self.grid.alike("", everybody):
            with transaction.atomic():
                user = next(iter(group.values()))
                rows = [self.grid.row(state, "", user, code) for code in (self.grid.code, self.grid.outside) for state in self.grid.states]
                for persona, user in group.items():
                    steps = {row.pk: self.grid.workflow.open_to(row, user) for row in rows}
                    buttons[persona] = {pk: some for pk, some in steps.items() if some}
                    found[persona] = set(self.grid.workflow.waiting_for(user).values_list("pk", flat=True))
                    many[persona] = self.grid.workflow.open_to_many(rows, user)
                transaction.set_rollback(True)
        assert set(buttons) == set(EVERYBODY)
        assert found == {persona: set(steps) for persona, steps in buttons.items()}
        assert many == buttons

    def test_every_step_is_held_by_some_role(self, step: str) -> None:
        assert any(permission(self.grid.workflow.model, step) in names for names in MAY.values())
