"""Writes audit entries: called by ``workflow.take``, the scoped bases and the login receivers, never by a view."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from records.models import AuditEntry


def write(
    action: str,
    *,
    by: Any = None,
    on: models.Model | None = None,
    fields: Iterable[str] = (),
    reason: str = "",
    region_code: str = "",
    target_type: str = "",
    count: int = 1,
) -> AuditEntry:
    """Inserts one entry in the caller's transaction; ``fields`` are names, never values."""
    return AuditEntry.objects.create(
        action=action,
        actor_id=by.pk if by is not None and getattr(by, "is_authenticated", False) else None,
        target_type=on._meta.label_lower if on is not None else target_type,
        target_id=on.pk if on is not None else None,
        fields=sorted(fields),
        reason=reason[:200],
        region_code=region_code,
        count=count,
    )
