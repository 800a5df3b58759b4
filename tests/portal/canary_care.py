"""For ``test_canary``: the other township's childcare, columns, brands and polls, and where else to listen for the canary."""

from typing import Any

from activities.models import DigestItem, PollOption
from centers.models import Center
from tests import make

API = ("care-programs", "pickup-persons", "handovers", "digests", "notices", "brands", "polls")
PUBLIC = ("notices",)
DESK = ("care-programs", "handovers", "digests", "brands", "roadshows", "polls")
ADMIN = ("activities/careprogram", "activities/handover", "activities/digest", "activities/brand", "activities/poll")
REGISTERS = ("care_programs", "handovers", "digests", "brands", "polls")


def questions(persona: str, name: str) -> list[str]:
    """Searches, filters and exports beyond the table's own addresses."""
    nouns = PUBLIC if persona == "anonymous" else API
    found = [f"/api/v1/{noun}/?{query}" for noun in nouns for query in ("page_size=200", "ordering=-id", f"search={name}")]
    found += ["/notices/rss.xml", "/notices/atom.xml", "/brands/?page=1"]
    if persona in ("village", "township", "other_township"):
        found += [f"/desk/{noun}/?{query}" for noun in DESK for query in (f"q={name}", "town=330703101")]
        found += [f"/desk/export/{register}/" for register in REGISTERS]
    if persona in ("township", "other_township"):
        found += [f"/admin/{model}/?q={name}" for model in ADMIN]
    return found


def plant(draft: Center, text: str) -> dict[str, Any]:
    """Drafts of the other township, and a child's day at a center of its own that is not public."""
    hidden = make.center(draft.region.code, published=False, name=f"{text}园")
    program = make.care_program(hidden, fee_note=text)
    meeting, parent = make.care_class(program), make.resident(code=draft.region.code)
    booking = make.enrolled(meeting, make.child(parent, name=text, code=draft.region.code))
    code = draft.region.code[:9]
    digest = make.digest(code, title=text, lead=text)
    DigestItem.objects.create(digest=digest, kind="words", text=text)
    poll = make.poll(code, "draft", title=text)
    PollOption.objects.create(poll=poll, title=text)
    return {
        "care_program": program,
        "care_meeting": meeting,
        "care_booking": booking,
        "handover": make.handover(booking, meeting),
        "digest": digest,
        "draft_brand": make.brand(hidden, name=text, summary=text),
        "draft_poll": poll,
    }


def heard_at(rows: dict[str, Any]) -> list[str]:
    """Where the other township's own officer reads it."""
    return [
        *("/desk/digests/", "/desk/brands/", "/desk/polls/", "/desk/export/digests/", "/desk/export/brands/"),
        *(f"/desk/digests/{rows['digest'].pk}/", f"/desk/digests/{rows['digest'].pk}/wechat/", f"/desk/polls/{rows['draft_poll'].pk}/"),
        f"/desk/care-programs/{rows['care_program'].pk}/",
    ]
