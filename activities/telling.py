"""What people hear about their bookings; texts name the activity, never the child."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Guardianship, Participant
from activities.models import Booking
from records import outbox

#: By the state of a new booking: subject and body.
TAKEN = {
    "booked": (gettext_lazy("预约成功：%(what)s"), gettext_lazy("在“我的预约”里可以看到预约码，也可以取消。")),
    "entered": (gettext_lazy("已登记：%(what)s"), gettext_lazy("名额不是先到先得，结果出来后会马上告诉您。")),
    "waitlisted": (gettext_lazy("已排队候补：%(what)s"), gettext_lazy("有人退出，就按顺序轮到您。在“我的预约”里可以看到排在第几位。")),
}
#: What is worth a text message: others act on it, or it runs out.
URGENT = ("cancelled", "offered", "drawn", "not_drawn", "expired", "postponed")


def moment(value: datetime) -> str:
    """``12月3日 12:00`` in the reader's language."""
    local = timezone.localtime(value)
    return _("%(month)d月%(day)d日 %(time)s") % {"month": local.month, "day": local.day, "time": f"{local:%H:%M}"}


def on(day: date) -> str:
    """``12月3日`` in the reader's language."""
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def people_of(participant: Participant) -> dict[int, Any]:
    """Those who act for the participant, by primary key."""
    ties = Guardianship.objects.in_force().filter(participant=participant).select_related("user")
    people: dict[int, Any] = {tie.user_id: tie.user for tie in ties}
    if participant.user_id:
        people[participant.user_id] = participant.user
    return people


def tell(booking: Booking, by: Any, kind: str, subject: str, body: str, about: str = "") -> None:
    """Messages to those who act for the participant, once for each ``about``; a text too where it matters and another caused it."""
    people = people_of(booking.participant)
    if not people and booking.channel not in (Booking.Channel.DESK, Booking.Channel.CALL) and by is not None:
        people = {by.pk: by}
    once = ":".join(filter(None, [kind, booking.code, about]))
    channels = ("sms", "email") if kind in URGENT and (by is None or by.pk not in people) else ()
    for person in people.values():
        outbox.tell(person, kind, subject, body, link=f"/b/{booking.code}/", once=once, channels=channels)


def tell_units(bookings: list[Booking], kind: str, subject: str, body: str, about: str = "") -> None:
    """One message to each person for all of a family's bookings of one intake; once for each booking and ``about``."""
    told: set[tuple[Any, int]] = set()
    for booking in bookings:
        for person in people_of(booking.participant).values():
            if (booking.party, person.pk) not in told:
                told.add((booking.party, person.pk))
                once = f"{kind}:{booking.code}:{about}"
                outbox.tell(person, kind, subject, body, link=f"/b/{booking.code}/", once=once, channels=("sms", "email"))
