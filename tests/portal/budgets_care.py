"""For ``test_budgets``: the pages of childcare, the column, brands and polls."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from activities.models import DigestItem
from tests import make

API = tuple(f"/api/v1/{noun}/" for noun in ("care-programs", "digests", "brands", "polls"))
WALK: dict[str, tuple[str, ...]] = {
    "anonymous": (
        *("/notices/", "/notices/rss.xml", "/notices/{notice}/", "/brands/", "/brands/{brand}/", "/polls/{poll}/"),
        "/api/v1/notices/",
    ),
    "resident": ("/me/care/{care_child}/", "/polls/{poll}/", "/api/v1/pickup-persons/", "/api/v1/handovers/", *API),
    "village": (
        *("/desk/care/", "/desk/care/{care_meeting}/", "/desk/care/{care_meeting}/{care_booking}/", "/desk/care-programs/"),
        *("/desk/handovers/", "/desk/brands/", "/desk/export/care_programs/", "/desk/export/handovers/", "/api/v1/handovers/"),
    ),
    "township": ("/desk/digests/", "/desk/digests/{digest}/", "/desk/digests/{digest}/items/", "/desk/roadshows/", "/desk/polls/"),
}


def grow(resident: User, rows: dict[str, Any], n: int) -> None:
    """One more of each."""
    center, meeting = rows["center"], rows["care_meeting"]
    other = make.care_class(make.care_program(center))
    make.handover(make.enrolled(other), other)
    enrolled = make.enrolled(meeting)
    make.handover(enrolled, meeting)
    day = make.meeting(meeting.intake, make.at_clock(-2) - timedelta(minutes=make.number()))
    make.handover(rows["care_booking"], day, out_at=day.ends_at)
    if n < 4:
        make.picker(rows["care_child"])
    make.digest(state="published")
    make.digest()
    DigestItem.objects.create(digest=rows["digest"], kind="words", text="又一条")
    make.brand(center, "recognised")
    make.roadshow()
    make.poll(state="published")
    make.poll()
