"""What staffing holds of an account: exported, and let go."""

from typing import Any

from accounts.models import User
from staffing.models import Cadre, Duty, Leave, Swap


def exported(user: User) -> dict[str, Any]:
    """The cadre's record with postings, duties, leave and swaps; empty for who is none."""
    cadre = Cadre.objects.filter(user=user).first()
    if cadre is None:
        return {}
    duties = Duty.objects.posted().filter(cadre=cadre)
    return {
        "cadre": {
            "name": cadre.name,
            "phone": cadre.phone,
            "region": cadre.region.name,
            "postings": list(cadre.postings.values("center__name", "position", "lead", "exempt", "valid_from", "valid_until")),
            "managed": list(cadre.managed.values("center__name", "valid_from", "valid_until")),
            "duties": list(duties.values("shift__day", "shift__spans", "position", "state", "finding", "answer")),
            "leaves": list(Leave.objects.filter(cadre=cadre).values("kind", "first_day", "last_day", "note", "state", "reply")),
            "swaps": list(Swap.objects.filter(owner=cadre).values("duty__shift__day", "note", "state", "reply", "created_at")),
            "balances": list(cadre.balances.values("center__name", "month", "kind", "amount")),
        }
    }


def erase_account(user: User) -> None:
    """The account leaves the cadre's record, which is the office's: the roster of the past stays true."""
    for cadre in Cadre.objects.filter(user=user):
        Leave.objects.filter(cadre=cadre).exclude(note="").update(note="")
        cadre.user, cadre.phone = None, ""
        cadre.save()
