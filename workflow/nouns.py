"""The desk's nouns: each has a list, a page, a form and its steps, from one declaration. Apps add theirs in ``ready()``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from accounts.register import REGISTERS, Register
from workflow.engine import REGISTRY, Workflow

Facts = Callable[[Any], list[tuple[Any, Any]]]


@dataclass(frozen=True)
class Filter:
    """A row of filter chips: ``choices(user)`` gives (value, label), ``narrow(rows, value)`` the rows."""

    name: str
    title: Any
    choices: Callable[[Any], list[tuple[str, Any]]]
    narrow: Callable[[Any, str], Any]


@dataclass(frozen=True)
class Noun:
    """One kind of row at the desk.

    ``register`` names the Excel register whose columns the list shows; ``facts(row)`` gives (label, value) for its page;
    ``more(row, user)`` further context for ``template``; ``due(row)`` the day by which it waits for somebody;
    ``fixed(request)`` values of a new row that the page sets; ``initial(request)`` what its form starts with.
    """

    slug: str
    title: Any
    model: type[models.Model]
    register: str
    form: Any = None
    edit_form: Any = None
    search: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    joins: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ("-id",)
    facts: Facts | None = None
    more: Callable[[Any, Any], dict[str, Any]] | None = None
    due: Callable[[Any], Any] | None = None
    fixed: Callable[[Any], dict[str, Any]] | None = None
    initial: Callable[[Any], dict[str, Any]] | None = None
    template: str = "workflow/noun_detail.html"
    icon: str = "list"
    empty: Any = ""
    lead: Any = ""
    links: tuple[tuple[Any, str], ...] = field(default=())
    #: In the in-tray these rows are one line with their count, which leads here.
    tray_link: str = ""
    #: Townships and districts have such rows of their own: whoever may take a step has the turn, at whatever level.
    every_level: bool = False

    @property
    def columns(self) -> Register:
        return REGISTERS[self.register]

    @property
    def workflow(self) -> Workflow | None:
        return REGISTRY.get(self.model._meta.label_lower)


#: slug → noun, in the order in which the desk lists them.
NOUNS: dict[str, Noun] = {}


def noun(entry: Noun) -> Noun:
    """Adds a noun to the desk."""
    NOUNS[entry.slug] = entry
    return entry


def noun_of(model: type[models.Model]) -> Noun | None:
    """The desk's noun of a model."""
    return next((entry for entry in NOUNS.values() if entry.model is model), None)


def by_state(model: Any, title: Any) -> Filter:
    """Chips for the states of a workflow."""
    return Filter("state", title, lambda user: list(model.State.choices), lambda rows, value: rows.filter(state=value))


def by_choice(name: str, title: Any, choices: Any) -> Filter:
    """Chips for a field with choices."""
    return Filter(name, title, lambda user: list(choices), lambda rows, value: rows.filter(**{name: value}))


def by_town(lookup: str, title: Any) -> Filter:
    """Chips for the townships within reach, where there are several."""

    def towns(user: Any) -> list[tuple[str, Any]]:
        from accounts.models import Region

        rows = Region.objects.allowed(user, "view").filter(level=Region.Level.TOWN).order_by("code")
        found = [(row.code, row.name) for row in rows]
        return found if len(found) > 1 else []

    return Filter("town", title, towns, lambda rows, value: rows.filter(**{f"{lookup}__startswith": value}) if value.isalnum() else rows)
