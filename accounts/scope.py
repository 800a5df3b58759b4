"""Region-scoped access, expressed once: every surface asks ``Model.objects.allowed(user, action)``.

``allowed`` loads the user's grants in force once, keeps those whose role holds the permission, and filters by literal
code prefixes: division codes nest (6 digits district, 9 town, 12 village). A superuser gets no shortcut.
"""

from enum import Enum
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from accounts.roles import MAY, OF_A_UNIT, Role

M = TypeVar("M", bound=models.Model)


class Scope(Enum):
    """How a model's rows belong: to a region, to nothing smaller than the portal, or to nobody (public)."""

    REGION = "region"
    PLAIN = "plain"


def grants_of(user: Any) -> list[tuple[str, str]]:
    """(role, region code) of the grants in force today, loaded once per request."""
    cached = getattr(user, "_grants", None)
    if cached is None:
        from accounts.models import Grant

        cached = list(Grant.objects.in_force().filter(user=user).values_list("role", "region__code"))
        user._grants = cached
    return list(cached)


def prefixes(user: Any, permission: str, without: tuple[str, ...] = ()) -> list[str]:
    """The code prefixes within which the user holds the permission by a grant; no prefix that another one covers.

    ``without`` names roles that don't count here.
    """
    if not getattr(user, "is_authenticated", False):
        return []
    codes = sorted({code for role, code in grants_of(user) if permission in MAY[role] and role not in without})
    return [code for code in codes if not any(code != other and code.startswith(other) for other in codes)]


def holds(user: Any, permission: str) -> bool:
    """Whether the user holds the permission anywhere: by a grant, or as a resident on their own rows."""
    if not getattr(user, "is_authenticated", False):
        return False
    return permission in MAY[Role.RESIDENT] or bool(prefixes(user, permission))


def above(codes: list[str]) -> list[str]:
    """The codes of the regions that these lie in, themselves left out: ``["33", "3307"]`` for ``["330703"]``."""
    return sorted({code[:n] for code in codes for n in (2, 4, 6, 9) if n < len(code)})


def within(path: str, codes: list[str]) -> Q:
    """The rows under these region codes, none for no code; ``path`` leads to a row's region code."""
    condition = Q(pk__in=[])
    for code in codes:
        condition |= Q(**{f"{path}__startswith": code})
    return condition


def outside(user: Any, name: str, path: str) -> Q:
    """The rows that lie in none of the regions in which the user holds the permission; ``path`` leads to a row's region code."""
    condition = Q()
    for code in prefixes(user, name):
        condition &= ~Q(**{f"{path}__startswith": code})
    return condition


def permission(model: type[models.Model], action: str) -> str:
    """``centers.view_center`` for ``(Center, "view")``."""
    return f"{model._meta.app_label}.{action}_{model._meta.model_name}"


def region_code(row: Any) -> str:
    """The code of the region a row belongs to, for audit entries; "" where it has none."""
    path = getattr(type(row)._default_manager.all(), "region_lookup", "")
    for part in path.split("__") if path else []:
        row = getattr(row, part, None)
    return row if isinstance(row, str) else ""


class ScopedQuerySet(models.QuerySet[M]):
    """Rows by who asks. Subclasses set ``region_lookup`` ("" means: not by region), and ``own`` where residents have rows."""

    region_lookup: str = "region__code"
    #: Where rows belong to an organisation too: its officers reach these, and no other row of their region.
    unit_lookup: str = ""
    #: Rows of a district that its townships and villages read: standards, campaigns.
    seen_below: bool = False
    #: The states in which a row may still be edited or deleted; empty: in all of them.
    changed_in: tuple[str, ...] = ()

    def allowed(self, user: Any, action: str = "view") -> "ScopedQuerySet[M]":
        """The rows on which this user may do this action."""
        name = permission(self.model, action)
        codes = prefixes(user, name, OF_A_UNIT if self.unit_lookup else ())
        if codes and not self.region_lookup:
            return self
        condition = within(self.region_lookup, codes)
        if self.seen_below and action == "view":
            condition |= Q(**{f"{self.region_lookup}__in": above(codes)}) & self.below()
        if self.unit_lookup and self._for_a_unit(user, name):
            condition |= Q(**{self.unit_lookup: user.organisation_id})
        own = self.own(user) if getattr(user, "is_authenticated", False) and name in MAY[Role.RESIDENT] else None
        rows = self.filter(condition if own is None else condition | own)
        return rows.filter(state__in=self.changed_in) if self.changed_in and action in ("change", "delete") else rows

    @staticmethod
    def _for_a_unit(user: Any, name: str) -> bool:
        """Whether the user holds the permission as an officer of the organisation that the account belongs to."""
        if not getattr(user, "organisation_id", None):
            return False
        return any(role in OF_A_UNIT and name in MAY[role] for role, _code in grants_of(user))

    def below(self) -> Q:
        """Which of a district's rows those below it read: all, unless a subclass keeps drafts back."""
        return Q()

    def own(self, user: Any) -> Q | None:
        """The condition for a resident's own rows; None where residents have none."""
        return None

    def visible(self, user: Any) -> "ScopedQuerySet[M]":
        """What anybody may read, and what this user may read besides."""
        published = getattr(self, "published", None)
        if published is None:
            return self.allowed(user, "view")
        if not prefixes(user, permission(self.model, "view")):
            return published()  # type: ignore[no-any-return]
        return self.filter(Q(pk__in=published().values("pk")) | Q(pk__in=self.allowed(user, "view").values("pk")))
