"""Books and cancels places. Capacity is held by the database (a trigger and a named CHECK), for every writer.

An unlocked look at the count refuses cheaply; only who may still get a place writes, in one short transaction, and in
one statement where nothing else goes with it: the intake's row is locked for that statement and the commit.
"""

import hashlib
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import consents
from accounts.models import Guardianship, Participant
from accounts.scope import prefixes
from activities import turnstile
from activities.models import Booking, IdempotencyKey, Intake
from activities.models.booking import new_code
from activities.refusal import KeyReused, Refused
from activities.sight import intake_for, participant_for
from records import audit, compiled, outbox

State, Channel = Booking.State, Booking.Channel

#: The booking, and the inbox messages of those who act for the participant, in one statement and one round trip.
INSERT = """
WITH context AS (
    SELECT set_config('pghistory.context_id', %(context)s, true), set_config('pghistory.context_metadata', %(who)s, true)
), seat AS (
    INSERT INTO activities_booking (intake_id, participant_id, party, state, code, channel, booked_by_id, created_at)
    VALUES (%(intake)s, %(participant)s, %(party)s, 'booked', %(code)s, %(channel)s, %(user)s, %(now)s)
    RETURNING id
), told AS (
    INSERT INTO records_message (recipient_id, channel, kind, subject, body, link, once, state, created_at, due_at, sent_at,
                                 attempts, provider_id, error)
    SELECT person, 'inbox', 'booked', %(subject)s::text, %(body)s::text, %(link)s::text, %(once)s::text, 'sent',
           %(now)s, %(now)s, %(now)s, 0, '', ''
    FROM unnest(%(people)s::bigint[]) AS person
)
SELECT seat.id FROM seat, context
"""


def book(
    user: Any, intake_id: int, participant_id: int, *, channel: str = "", key: str = "", wait: bool = False, consented: bool = False
) -> Booking:
    """Gives the participant a place, or raises Refused, NotHere or KeyReused.

    ``key`` is the client's idempotency key: the same one returns the same booking for 24 hours. ``consented`` says that
    the person ticked the consent on this page; it is recorded with the booking or not at all. Whoever books by a grant
    and not for their own family books at the desk, whatever ``channel`` says.
    """
    body = hashlib.sha256(f"{intake_id} {participant_id} {wait}".encode()).hexdigest()
    if key and (earlier := replayed(user, key, body)):
        return earlier
    intake = intake_for(intake_id)
    if (phase := intake.phase) != "open":
        raise refusal(intake, phase, participant_id)
    participant, own = participant_for(user, participant_id)
    check_eligible(intake, participant)
    if not (participant.consented or consented):  # type: ignore[attr-defined]
        raise Refused("ineligible", _("还没有记录同意书。请先阅读并同意个人信息告知书，再预约。"))
    channel = (channel or Channel.PAGE) if own else Channel.DESK
    for last_try in (False, True):
        try:
            return insert(user, intake, participant, channel, key, body, consented and not participant.consented)  # type: ignore[attr-defined]
        except IntegrityError as error:
            return settled(error, user, intake, participant_id, key, body)
        except OperationalError as error:
            if last_try or getattr(error.__cause__, "sqlstate", "") != "40P01":
                raise
    raise AssertionError("unreachable")


def replayed(user: Any, key: str, body: str) -> Booking | None:
    """The booking that this key made within the last 24 hours; raises KeyReused for another request."""
    day = timezone.now() - timedelta(hours=24)
    row = IdempotencyKey.objects.select_related("booking__intake__activity__center").filter(user=user, key=key, created_at__gt=day).first()
    if row is None:
        return None
    if row.body != body:
        raise KeyReused
    return row.booking


def check_eligible(intake: Intake, participant: Participant) -> None:
    """Age in full years on the first day; a person whose birthday is unknown passes no age rule."""
    if intake.min_age is None and intake.max_age is None:
        return
    start = intake.first_start  # type: ignore[attr-defined]
    age = participant.age_on(timezone.localdate(start or intake.closes_at))
    if age is None:
        raise Refused("ineligible", _("这次活动有年龄要求，请先在家人资料里补上出生日期。"))
    low, high = intake.min_age or 0, intake.max_age if intake.max_age is not None else 200
    if not low <= age <= high:
        rule = _("%(low)d 至 %(high)d 岁") % {"low": low, "high": high} if high < 200 else _("满 %(low)d 岁") % {"low": low}
        raise Refused("ineligible", _("这次活动要求%(rule)s（按开始那天算），这位参与人那天 %(age)d 岁。") % {"rule": rule, "age": age})


def insert(user: Any, intake: Intake, participant: Participant, channel: str, key: str, body: str, consented: bool) -> Booking:
    """Takes the seat; in a transaction of several statements only where more goes with it."""
    family = participant.has_family  # type: ignore[attr-defined]
    if not (family or consented or key or channel == Channel.DESK or connection.in_atomic_block):
        return take_seat(user, intake, participant, channel)
    with transaction.atomic():
        if family:
            check_family(intake, participant)
        if consented:
            way = consents.ConsentRecord.Channel.DESK if channel == Channel.DESK else consents.ConsentRecord.Channel.PAGE
            consents.record(participant, user, consents.needed(participant), way)
        booking = take_seat(user, intake, participant, channel)
        if key:
            keep_key(user, key, body, booking)
        if channel == Channel.DESK:
            audit.write("activities.add_booking", by=user, on=booking, region_code=intake.region_code)  # type: ignore[attr-defined]
    return booking


@outbox.portal_language
def take_seat(user: Any, intake: Intake, participant: Participant, channel: str) -> Booking:
    """The one statement that takes the seat and tells those who act for the participant."""
    booking = Booking(
        intake=intake,
        participant=participant,
        channel=channel,
        booked_by=user,
        code=new_code(),
        party=uuid.uuid4(),
        created_at=timezone.now(),
    )
    people = sorted({*participant.guards, participant.user_id} - {None})  # type: ignore[attr-defined]
    values = {
        "intake": intake.pk,
        "participant": participant.pk,
        "party": booking.party,
        "code": booking.code,
        "channel": channel,
        "user": user.pk,
        "now": booking.created_at,
        "people": people,
        "subject": (_("预约成功：%(what)s") % {"what": intake})[:120],
        "body": _("在“我的预约”里可以看到预约码，也可以取消。"),
        "link": f"/b/{booking.code}/",
        "once": f"booked:{booking.code}",
        "context": str(uuid.uuid4()),
        "who": json.dumps({"user": user.pk, "channel": channel}),
    }
    booking.pk = compiled.write(INSERT, values)
    booking._state.adding = False
    return booking


def keep_key(user: Any, key: str, body: str, booking: Booking) -> None:
    """Stores the client's key; one older than 24 hours makes room."""
    IdempotencyKey.objects.filter(user=user, key=key, created_at__lte=timezone.now() - timedelta(hours=24)).delete()
    IdempotencyKey.objects.create(user=user, key=key, body=body, booking=booking)


def check_family(intake: Intake, participant: Participant) -> None:
    """Counts the family's live bookings under a lock that only this family waits for."""
    guards = set(Guardianship.objects.in_force().filter(participant=participant).values_list("user_id", flat=True))
    guards |= {pk for pk in (participant.user_id,) if pk}
    with connection.cursor() as cursor:
        for guard in sorted(guards):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [intake.pk % 2**31, guard % 2**31])
    members = Guardianship.objects.in_force().filter(user__in=guards).values("participant")
    taken = Booking.objects.live().filter(Q(participant__in=members) | Q(participant__user__in=guards), intake=intake)
    if taken.exclude(participant=participant).count() >= intake.family_limit:
        raise Refused("ineligible", _("这次活动每家最多 %(limit)d 人，您家已经约满了。") % {"limit": intake.family_limit})


def settled(error: IntegrityError, user: Any, intake: Intake, participant_id: int, key: str, body: str) -> Booking:
    """What the database's refusal means; nothing of the attempt is left."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if name == "idempotency_key_once" and (earlier := replayed(user, key, body)):
        return earlier
    if name == "booking_one_live":
        if key and (earlier := replayed(user, key, body)):
            return earlier  # the same request sent twice at once
        raise Refused("duplicate") from error
    if name == "intake_seats_within_capacity":
        raise refusal(intake, "full", participant_id) from error
    raise error


def refusal(intake: Intake, phase: str, participant_id: int) -> Refused:
    """The refusal for a phase; remembers it for the next who ask."""
    code = "closed" if phase == "cancelled" else phase
    detail = None
    if code == "full" and Booking.objects.live().filter(intake=intake, participant=participant_id).exists():
        return Refused("duplicate")
    if code == "not_open_yet":
        detail = _("预约还没有开始，%(at)s 开始。") % {"at": moment(intake.opens_at)}
    turnstile.remember(intake, code)
    return Refused(code, detail)


def moment(value: datetime) -> str:
    """``12月3日 12:00`` in the reader's language."""
    local = timezone.localtime(value)
    return _("%(month)d月%(day)d日 %(time)s") % {"month": local.month, "day": local.day, "time": f"{local:%H:%M}"}


def cancel(user: Any, booking: Booking, *, reason: str = "", now: datetime | None = None) -> Booking:
    """Gives the place back; raises PermissionDenied, or Refused ``closed`` after the time until which residents may.

    Twice is harmless: a cancelled booking is returned as it is.
    """
    with transaction.atomic():
        rows = Booking.objects.allowed(user, "cancel").select_for_update(of=("self",), no_key=True)
        row = rows.select_related("intake__activity__center__region", "participant").filter(pk=booking.pk).first()
        if row is None:
            raise PermissionDenied
        if row.state == State.CANCELLED:
            return row
        region = row.intake.activity.center.region.code
        officer = any(region.startswith(code) for code in prefixes(user, "activities.cancel_booking"))
        if not officer and (now or timezone.now()) >= row.intake.cancel_until:
            raise Refused("closed", _("已经过了可以取消的时间。去不了的话，请打电话告诉中心，好让别人补上。"))
        release(row, user, reason if officer else "")  # what a resident writes may name a child: it is kept nowhere
        if officer:
            audit.write("activities.cancel_booking", by=user, on=row, reason=reason, region_code=region)
    return row


@outbox.portal_language
def release(row: Booking, by: Any, reason: str) -> None:
    """Moves a live booking to cancelled, tells those concerned, lets the next ones ask again; inside a transaction."""
    subject = _("预约已取消：%(what)s") % {"what": row.intake}
    tell(row, by, "cancelled", subject, reason or _("名额已经让给别人。想再来，可以重新预约。"))
    row.state, row.cancelled_at = State.CANCELLED, timezone.now()
    row.save(update_fields=["state", "cancelled_at"])
    transaction.on_commit(lambda: turnstile.forget(row.intake_id))


def cancel_all(intake: Intake, by: Any, reason: str) -> int:
    """Cancels every live booking of an intake (its activity was called off); tells all. Inside a transaction."""
    rows = list(Booking.objects.live().select_for_update(of=("self",), no_key=True).filter(intake=intake).order_by("id"))
    for row in rows:
        row.intake = intake
        release(row, by, reason)
    return len(rows)


def tell(booking: Booking, by: Any, kind: str, subject: str, body: str) -> None:
    """Messages to those who act for the participant; texts name the activity, never the child."""
    people: dict[int, Any] = {
        guard.user_id: guard.user
        for guard in Guardianship.objects.in_force().filter(participant=booking.participant).select_related("user")
    }
    if booking.participant.user_id:
        people[booking.participant.user_id] = booking.participant.user
    if not people and booking.channel != Booking.Channel.DESK:
        people = {by.pk: by}
    channels = ("sms", "email") if kind == "cancelled" and by.pk not in people else ()
    for person in people.values():
        outbox.tell(
            person,
            kind,
            subject,
            body,
            link=f"/b/{booking.code}/",
            once=f"{kind}:{booking.code}",
            channels=channels,
        )


def link(booking: Booking) -> str:
    """The address in the QR code: opens the booking for whoever may see it."""
    return f"{settings.SITE_URL}/b/{booking.code}/"
