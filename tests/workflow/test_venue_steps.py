"""A request for a venue: step × persona × state at a center's venue; what a unit shares and answers for by itself."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from activities.models import VenueBooking
from activities.workflows.venue_booking import VENUE_BOOKING
from tests import make
from tests.workflow.grid import DISTRICT, EVERYBODY, REASON, TOWN, VILLAGE, EveryStep, Grid, own_to_cancel

pytestmark = pytest.mark.django_db
S = VenueBooking.State
ANSWER = VILLAGE | TOWN | DISTRICT
TABLE = {
    "approve": ((S.REQUESTED,), S.APPROVED, ()),
    "reject": ((S.REQUESTED,), S.REJECTED, ("reason",)),
    "cancel": ((S.REQUESTED, S.APPROVED), S.CANCELLED, ()),
    "miss": ((S.APPROVED,), S.NO_SHOW, ()),
    "forgive": ((S.NO_SHOW,), S.FORGIVEN, ("reason",)),
}


def row(state: str, step: str, user: User, code: str) -> VenueBooking:
    """One's own to cancel, somebody else's to answer; over where somebody stayed away."""
    own = {"asked_by": user} if step == "cancel" else {}
    return make.venue_booking(make.venue(make.center_of(code)), days=-1 if step in ("miss", "forgive") else 3, state=state, **own)


class TestEveryStep(EveryStep):
    grid = Grid(VENUE_BOOKING, TABLE, {**dict.fromkeys(TABLE, ANSWER), "cancel": EVERYBODY}, row, whose=own_to_cancel)


def taken(booking: VenueBooking, step: str, by: User) -> bool:
    try:
        return bool(VENUE_BOOKING.take(booking, step, by=by, reason=REASON).pk)
    except PermissionDenied:
        return False


@pytest.mark.parametrize("step", TABLE)
@pytest.mark.parametrize("delegated", [False, True])
def test_only_the_unit_moves_what_it_shares_unless_it_delegates(step: str, delegated: bool, unit: User) -> None:
    """Another unit never; the place, its township and the district only where a center answers; the unit always."""
    shared = make.resource(organisation=unit.organisation, center=make.center_of() if delegated else None)
    place, others = make.venue(shared), [make.officer(name) for name in ("village", "township", "district")]
    strangers = [make.officer("unit"), make.officer("other_township"), make.resident()]
    days = iter(range(-30, -1) if step in ("miss", "forgive") else range(3, 30))
    tries = [
        (person, make.venue_booking(place, days=next(days), state=TABLE[step][0][0]), expected)
        for people, expected in ((strangers, False), (others, delegated), ([unit], True))
        for person in people
    ]
    assert [taken(booking, step, person) for person, booking, _expected in tries] == [expected for _p, _b, expected in tries]


def test_who_asked_a_unit_can_take_it_back_themselves(resident: User) -> None:
    asked = make.venue_booking(make.venue(make.resource()), asked_by=resident, state="approved")
    assert VENUE_BOOKING.take(asked, "cancel", by=resident).state == S.CANCELLED


@pytest.mark.parametrize("state", ["cancelled", "rejected"])
def test_what_was_given_back_is_never_approved_though_its_time_is_free(state: str, village: User) -> None:
    gone = make.venue_booking(state=state)
    with pytest.raises(ValidationError, match="不能同意"):
        VENUE_BOOKING.take(gone, "approve", by=village)
    assert not gone.slots.filter(holding=True).exists()


def test_what_is_over_is_not_approved_and_can_be_turned_down(village: User) -> None:
    late = make.venue_booking(days=-1)
    with pytest.raises(ValidationError, match="时间已经过去了"):
        VENUE_BOOKING.take(late, "approve", by=village)
    assert VENUE_BOOKING.take(late, "reject", by=village, reason=REASON).answer == REASON
