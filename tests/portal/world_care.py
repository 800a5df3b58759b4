"""Childcare, the month's column, brands and polls in the small world."""

from typing import Any

from accounts.models import User
from centers.models import Center
from tests import make


def care(center: Center, resident: User) -> dict[str, Any]:
    """Rows by name; the class is today's, the column and the poll are the township's."""
    program = make.care_program(center)
    meeting = make.care_class(program)
    mine = make.child(resident, name="小米")
    booking = make.enrolled(meeting, mine)
    draft = make.digest(title="编着的专栏")
    return {
        "care_activity": program.activity,
        "care_program": program,
        "care_meeting": meeting,
        "care_child": mine,
        "care_booking": booking,
        "picker": make.picker(mine),
        "handover": make.handover(booking, meeting),
        "digest": draft,
        "notice": make.digest(state="published", month=draft.month.replace(year=draft.month.year - 1)),
        "draft_brand": make.brand(center),
        "brand": make.brand(center, "recognised"),
        "roadshow": make.roadshow(),
        "draft_poll": make.poll(state="draft"),
        "poll": make.poll(),
    }
