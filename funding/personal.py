"""What funding holds of an account: exported, and let go."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.views.parts import forget as forget_files
from funding.models import Objection, Representative, Sheet

#: An objection's person is kept for a year after its answer; a default of ours, as for bookings (DOMAIN.md §4).
KEPT = timedelta(days=365)
OBJECTION = ("round__title", "kind", "name", "phone", "text", "received_at", "answer")


def exported(user: User) -> dict[str, Any]:
    """One's objections, one's place among the representatives, one's own sheets."""
    sheets = Sheet.objects.filter(scorer=user)
    return {
        "objections": list(Objection.objects.filter(user=user).values(*OBJECTION)),
        "representative": list(Representative.objects.filter(user=user).values("region__name", "kind", "valid_from", "valid_until")),
        "sheets": list(sheets.values("application__center__name", "source", "state", "marks", "reason", "done_at")),
    }


def forget(rows: Any) -> int:
    """Takes who objected, and the words, from objections; the answer stays. Returns how many."""
    files = [row.seal for row in rows if row.seal]
    number = int(rows.update(name="", phone="", text="", seal="", kind="person", user=None))
    # Once it is certain: a row that comes back has its letter still.
    transaction.on_commit(lambda: forget_files(files))
    return number


def erase_account(user: User) -> None:
    """Objections lose their person; a representative is one no longer; sheets stay, as numbers that count."""
    forget(Objection.objects.filter(user=user))
    yesterday = timezone.localdate() - timedelta(days=1)
    for row in Representative.objects.in_force().filter(user=user):  # type: ignore[attr-defined]
        row.valid_until = max(yesterday, row.valid_from)
        row.save()
    Sheet.objects.filter(scorer=user).exclude(reason="").update(reason="—")


def over(now: datetime | None = None) -> Any:
    """Objections whose person's purpose is over."""
    return Objection.objects.filter(answered_at__lt=(now or timezone.now()) - KEPT).exclude(text="")
