"""The one statement that takes a place, and what it is made from."""

import json
import uuid
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.models import Participant
from activities import telling
from activities.models import Booking, IdempotencyKey, Intake
from activities.models.booking import new_code
from records import compiled, outbox

#: The booking, and the inbox messages of those who act for the participant, in one statement and one round trip.
INSERT = """
WITH context AS (
    SELECT set_config('pghistory.context_id', %(context)s, true), set_config('pghistory.context_metadata', %(who)s, true)
), seat AS (
    INSERT INTO activities_booking (intake_id, participant_id, party, state, code, channel, booked_by_id, created_at,
                                    queued_at, answer, photo_consent)
    VALUES (%(intake)s, %(participant)s, %(party)s, %(state)s, %(code)s, %(channel)s, %(user)s, %(now)s,
            %(queued)s, %(answer)s, %(photo)s)
    RETURNING id
), told AS (
    INSERT INTO records_message (recipient_id, channel, kind, subject, body, link, once, state, created_at, due_at, sent_at,
                                 attempts, provider_id, error)
    SELECT person, 'inbox', %(state)s, %(subject)s::text, %(body)s::text, %(link)s::text, %(once)s::text, 'sent',
           %(now)s, %(now)s, %(now)s, 0, '', ''
    FROM unnest(%(people)s::bigint[]) AS person
)
SELECT seat.id FROM seat, context
"""


class Wish(NamedTuple):
    """What is asked for: by whom, which intake, how; ``state`` is what the booking will be."""

    user: Any
    intake: Intake
    state: str
    channel: str
    key: str
    body: str
    queued: bool
    answer: str
    photo: bool


@outbox.portal_language
def take_seat(wish: Wish, participant: Participant, party: uuid.UUID) -> Booking:
    """The one statement that takes the seat and tells those who act for the participant."""
    now = timezone.now()
    booking = Booking(
        intake=wish.intake,
        participant=participant,
        state=wish.state,
        channel=wish.channel,
        booked_by=wish.user,
        code=new_code(),
        party=party,
        created_at=now,
        queued_at=now if wish.queued and wish.state != Booking.State.BOOKED else None,
        answer=wish.answer,
        photo_consent=wish.photo,
    )
    people = sorted({*participant.guards, participant.user_id} - {None})  # type: ignore[attr-defined]
    subject, words = telling.TAKEN[wish.state]
    values = {
        "intake": wish.intake.pk,
        "participant": participant.pk,
        "party": party,
        "state": wish.state,
        "code": booking.code,
        "channel": wish.channel,
        "user": wish.user.pk,
        "now": now,
        "queued": booking.queued_at,
        "answer": wish.answer,
        "photo": wish.photo,
        "people": people,
        "subject": (subject % {"what": wish.intake})[:120],
        "body": str(words),
        "link": f"/b/{booking.code}/",
        "once": f"{wish.state}:{booking.code}",
        "context": str(uuid.uuid4()),
        "who": json.dumps({"user": wish.user.pk, "channel": wish.channel}),
    }
    booking.pk = compiled.write(INSERT, values)
    booking._state.adding = False
    return booking


def keep_key(user: Any, key: str, body: str, booking: Booking) -> None:
    """Stores the client's key; one older than 24 hours makes room."""
    IdempotencyKey.objects.filter(user=user, key=key, created_at__lte=timezone.now() - timedelta(hours=24)).delete()
    IdempotencyKey.objects.create(user=user, key=key, body=body, booking=booking)
