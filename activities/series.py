"""All intakes of an activity in one go: what can be booked is booked, of the rest one hears why."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from activities import seats
from activities.models import Activity, Booking, Intake
from activities.refusal import Refused


class Booked(NamedTuple):
    """What became of one intake: a booking, or the reason in the user's words."""

    intake: Intake
    booking: Booking | None
    words: str


def book_all(user: Any, activity: Activity, participant_id: int, only: set[int] | None = None, **options: Any) -> list[Booked]:
    """Each intake (or those of ``only``) in a transaction of its own, the earliest first; clashes, full and closed ones are skipped.

    Raises NotHere.
    """
    found = []
    rows = activity.intakes.order_by("opens_at", "id")
    for intake in rows if only is None else rows.filter(pk__in=only):
        intake.activity = activity
        if intake.phase in ("closed", "cancelled"):
            continue
        try:
            booking = seats.book(user, intake.pk, participant_id, **options)
            said = _("已约好。") if booking.state == Booking.State.BOOKED else _("已登记，等结果。")
            found.append(Booked(intake, booking, said))
        except Refused as error:
            found.append(Booked(intake, None, str(error.detail)))
    return found
