"""What activities hold about a person: exported, erased. ``portal/personal.py`` puts all apps' together."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Participant, User
from activities import care, poll, purpose, seats, waiting
from activities.models import Attendance, Booking, CalendarFeed, CareNote, Handover, IdempotencyKey, Pause, PickupPerson, Poll, VenueBooking
from activities.workflows.venue_booking import VENUE_BOOKING
from records import secret


def exported(user: User, people: list[Participant]) -> dict[str, Any]:
    """Bookings of the family, who came, pauses, requests for venues."""
    bookings = Booking.objects.filter(participant__in=people).select_related("intake__activity__center")
    came = Attendance.objects.filter(booking__in=bookings)
    asked = VenueBooking.objects.filter(asked_by=user)
    pickers = PickupPerson.objects.filter(participant__in=people)
    days = Handover.objects.filter(attendance__booking__in=bookings)
    return {
        "bookings": [
            {
                "code": b.code,
                "participant_id": b.participant_id,
                "center": b.intake.activity.center.name,
                "activity": str(b.intake),
                "state": b.state,
                "booked_at": b.created_at.isoformat(),
                "answer": b.answer,
                "priority": b.priority,
                "photo_consent": b.photo_consent,
            }
            for b in bookings
        ],
        "attendance": list(came.values("booking__code", "meeting__starts_at", "seen", "marked_at")),
        "pauses": list(Pause.objects.filter(participant__in=people).values("participant_id", "starts_on", "ends_on", "state")),
        "pickup_persons": list(pickers.values("participant_id", "name", "relation", "phone", "added_at", "ended_at")),
        "care_notes": [{"participant_id": row.participant_id, **opened(row)} for row in CareNote.objects.filter(participant__in=people)],
        "handovers": [
            {"in_at": d.in_at, "out_at": d.out_at, "collected": d.collected, "relation": d.person.relation if d.person else d.taken_by}
            for d in days.select_related("person")
        ],
        "votes": voted_in(user),
        "venue_bookings": list(asked.values("venue_id", "starts_at", "ends_at", "people", "purpose", "state", "answer")),
    }


def voted_in(user: User) -> list[str]:
    """The open polls that this number has voted in; for what is kept nowhere."""
    if not user.phone:
        return []
    return list(Poll.objects.filter(voters__digest=poll.digest_of(user)).values_list("title", flat=True))


def opened(row: CareNote) -> dict[str, str]:
    """A note in clear, for its family; said so where no key opens it."""
    try:
        return care.note_of(row.participant)
    except secret.Unreadable:
        return {"unreadable": "kept, but no key opens it"}


def erase_account(user: User) -> None:
    """Keys and the calendar's address go; what lies ahead of requested venues is given back, the words of all go."""
    IdempotencyKey.objects.filter(user=user).delete()
    CalendarFeed.objects.filter(user=user).delete()
    mine = VenueBooking.objects.filter(asked_by=user)
    for row in mine.holding().filter(starts_at__gt=timezone.now()).order_by("id"):  # type: ignore[attr-defined]
        VENUE_BOOKING.take(row, "cancel", by=user)
    words = _("（已按本人要求删除）")
    mine.update(purpose=words)
    mine.exclude(answer="").update(answer=words)


def erase_participant(person: Participant, by: User | None) -> None:
    """Live bookings are cancelled, so that the places go to others; answers and priorities go."""
    live = Booking.objects.live().filter(participant=person).select_related("intake__activity__center__region", "participant")
    seats.hold(live.order_by("intake_id").values_list("intake_id", flat=True))
    intakes = []
    for booking in live.select_for_update(of=("self",)).order_by("intake_id"):
        seats.release(booking, by, "")
        intakes.append(booking.intake_id)
    for intake in intakes:
        waiting.offer_next(intake)
    Booking.objects.filter(participant=person).update(answer="", priority="")
    purpose.forget_care(person)
