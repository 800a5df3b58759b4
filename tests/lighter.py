"""Migrations without most of the work that Django does between them.

For each constraint, index and trigger that a migration adds, Django builds the classes of fifty models of the state anew, though
none of their fields has changed; and for each field it looks through all models for one that a setting replaces. That was most of
the minute that the migrations took. The tables are the same: ``tests/races/test_kill_rush.py`` compares them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from unittest import mock

from django.apps import apps
from django.apps.registry import Apps
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

#: What a class of the state is asked for, later in the same migration.
KEPT = ("constraints", "indexes")


def _refresh(state: ProjectState, app_label: str, model_name: str) -> None:
    """The model's class knows its constraints and indexes, and no other class is touched."""
    if "apps" not in state.__dict__:  # no class was built yet
        return
    meta = state.apps.get_model(app_label, model_name)._meta
    for name in KEPT:
        setattr(meta, name, list(state.models[app_label, model_name.lower()].options.get(name, [])))
    meta.__dict__.pop("total_unique_constraints", None)


def _alone(change: Callable[..., None]) -> Callable[..., None]:
    """A change of a model's options by ``ProjectState``: without building classes anew."""

    @wraps(change)
    def changed(self: ProjectState, app_label: str, model_name: str, *arguments: Any) -> None:
        with mock.patch.object(self, "reload_model"):
            change(self, app_label, model_name, *arguments)
        _refresh(self, app_label, model_name)

    return changed


def _silent(forwards: Callable[..., None]) -> Callable[..., None]:
    """The same of a trigger, which no class of the state is asked for."""

    @wraps(forwards)
    def stepped(self: Any, app_label: str, state: ProjectState) -> None:
        with mock.patch.object(state, "reload_model"):
            forwards(self, app_label, state)

    return stepped


def _replaced() -> Callable[..., str | None]:
    """``Apps.get_swappable_settings_name`` from a table: Django forgets the answer with each class that it builds."""
    known = {
        model._meta.label_lower: apps.get_swappable_settings_name(model._meta.label) for model in apps.get_models(include_swapped=True)
    }

    def answer(self: Apps, to_string: str) -> str | None:
        return known.get(to_string.lower())

    answer.cache_clear = lambda: None  # type: ignore[attr-defined]
    return answer


@contextmanager
def lighter() -> Iterator[None]:
    """While it lasts, migrations change the tables as always, in half the time."""
    with (
        mock.patch.multiple(
            ProjectState,
            _append_option=_alone(ProjectState._append_option),
            _remove_option=_alone(ProjectState._remove_option),
            _alter_option=_alone(ProjectState._alter_option),
        ),
        mock.patch.object(AddTrigger, "state_forwards", _silent(AddTrigger.state_forwards)),
        mock.patch.object(RemoveTrigger, "state_forwards", _silent(RemoveTrigger.state_forwards)),
        mock.patch.object(Apps, "get_swappable_settings_name", _replaced()),
    ):
        yield
