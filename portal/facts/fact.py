"""What a fact is: one figure of the article as one query, with the day it is asked for and the rows behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from accounts.models import Region
from accounts.register import Column, Register

Number = int | Decimal


class Part(NamedTuple):
    """A share of a figure under its own heading: a batch, a month."""

    label: Any
    value: Number


class Reading(NamedTuple):
    """What the one query answered."""

    value: Number
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Fact:
    """``read`` asks one query; ``rows`` are what it counted, in the form that anybody may see: no name of a person.

    ``definition`` is the 口径. ``adding`` says how the rows lead to the figure, where they don't simply add up.
    """

    key: str
    label: Any
    unit: Any
    definition: Any
    model: type[Any]
    read: Callable[[date], Reading]
    rows: Callable[[date], Any]
    columns: tuple[Column, ...]
    adding: Any = ""

    @property
    def register(self) -> Register:
        """The rows as the Excel mechanism takes them."""
        return Register(f"fact-{self.key}", self.label, self.model, self.columns)


def number(value: Number) -> int | float:
    """A figure as JSON and charts take it: whole where it is whole."""
    return int(value) if value == int(value) else float(value)


def year_of(day: date) -> date:
    """The first day of the day's year."""
    return day.replace(month=1, day=1)


def town(region: Region) -> str:
    """The township that a region is, or lies in; ``parent`` is joined by the caller."""
    return region.name if region.level == "town" or region.parent is None else region.parent.name


def places(path: Callable[[Any], Region]) -> tuple[Column, Column]:
    """Township and village of a row."""
    return Column(_("镇街"), lambda row: town(path(row)), 16), Column(_("村社"), lambda row: path(row).name, 20)
