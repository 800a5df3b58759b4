"""The in-tray: what waits for this person's own level, by deadline. A district may take a village's step, but it is not its turn."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.roles import OF_A_UNIT, Role, roles_with
from accounts.scope import grants_of, permission
from workflow.engine import Step
from workflow.nouns import NOUNS, Noun

#: The roles of each level, the lowest first.
LEVELS = ((12, {Role.VILLAGE_MANAGER, Role.VILLAGE_HEAD}), (9, {Role.TOWNSHIP_OFFICER}), (6, {Role.DISTRICT_ADMIN}))
MOST = 20


@dataclass
class Waiting:
    """One line of the in-tray; ``count`` where it stands for several rows."""

    noun: Noun
    title: str
    link: str
    due: date | None = None
    count: int = 1

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < timezone.localdate()


def turn(noun: Noun, user: Any) -> Any:
    """Whether a step is this person's own turn: no role of a lower level holds it."""
    grants = grants_of(user)
    level = max((len(code) for _role, code in grants), default=0)
    unit = any(role in OF_A_UNIT for role, _code in grants)

    def own(step: Step) -> bool:
        if step.aside:
            return False
        holders = set(roles_with(permission(noun.model, step.name)))
        lowest = next((length for length, roles in LEVELS if roles & holders), 6)
        return unit or noun.every_level or lowest <= level

    return own


def tray(user: Any) -> list[Waiting]:
    """Everything that waits, the earliest deadline first, undated last; a query or two for each noun."""
    found: list[Waiting] = []
    for noun in NOUNS.values():
        if noun.workflow is None or noun.due is None:
            continue
        rows = noun.workflow.waiting_for(user, turn(noun, user))
        if noun.tray_link:
            found += counted(noun, rows)
            continue
        for row in rows.select_related(*noun.joins).prefetch_related(*noun.prefetch).order_by(*noun.ordering)[:MOST]:
            found.append(Waiting(noun, str(row), f"/desk/{noun.slug}/{row.pk}/", noun.due(row)))
    return sorted(found, key=lambda one: (one.due is None, one.due or date.max))


def counted(noun: Noun, rows: Any) -> list[Waiting]:
    count = rows.count()
    if not count:
        return []
    first = rows.order_by(*noun.ordering).first()
    return [Waiting(noun, str(noun.title), noun.tray_link, noun.due(first) if noun.due else None, count)]
