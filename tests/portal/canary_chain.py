"""For ``test_canary``: the other township's outcomes, lists of who came and pauses, and where else to listen for the canary."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Participant
from centers.models import Center
from tests import make

API = {"outcomes": ("region=330703101", "after=2020-01-01"), "attendance": ("seen=came", "seen=missed"), "pauses": ("region=330703101",)}
DESK = ("outcomes", "pauses")
ADMIN = ("activities/outcome", "activities/attendance", "activities/pause")


def questions(persona: str, name: str) -> list[str]:
    """Searches, filters and exports beyond the table's own addresses."""
    if persona == "anonymous":
        return []
    found = [f"/api/v1/{noun}/?{query}" for noun, filters in API.items() for query in (*filters, "page_size=200")]
    if persona in ("village", "township", "other_township"):
        found += [f"/desk/{noun}/?{query}" for noun in DESK for query in (f"q={name}", "town=330703101")]
        found += [f"/desk/export/{register}/" for register in DESK]
    if persona in ("township", "other_township"):
        found += [f"/admin/{model}/?q={name}" for model in ADMIN]
    return found


def plant(draft: Center, person: Participant, text: str) -> dict[str, Any]:
    """Rows by the names that the access table uses, at a center of their own: a search for the other word finds none of them."""
    hidden = make.center(draft.region.code, published=False, name=f"{text}站")
    reported = make.activity(hidden, state="reported", title=text)
    places = make.intake(make.activity(hidden, title=text))
    evening = make.meeting(places, timezone.now() - timedelta(minutes=10), place=text)
    came = make.booking(places, person)
    return {
        "reported": reported,
        "outcome": make.outcome(reported, lines=text, released_at=timezone.now()),
        "evening": evening,
        "door": came,
        "attendance": make.attendance(came, evening),
        "pause": make.pause(person),
    }


def heard_at(rows: dict[str, Any]) -> list[str]:
    """Where the other township's own officer reads it."""
    return [
        *("/desk/outcomes/", "/desk/export/outcomes/", "/api/v1/outcomes/", "/admin/activities/outcome/"),
        f"/desk/outcomes/{rows['outcome'].pk}/",
        f"/desk/meetings/{rows['evening'].pk}/",
        f"/desk/activities/{rows['draft_activity'].pk}/publicity/",
    ]
