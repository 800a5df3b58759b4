"""Books, cancels and moves places: nothing else moves a booking's state. Capacity is held by the database, for every writer.

An unlocked look at the counts refuses cheaply; only who may still get a place writes, in one short transaction, and in
one statement where nothing else goes with it: the intake's row is locked for that statement and the commit. Whoever
changes a booking that stands locks the intake first (``hold``), so that two of them never wait for each other.
"""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import consents
from accounts.models import Participant
from accounts.scope import prefixes
from activities import rules, telling, turnstile, waiting
from activities.models import Booking, Draw, IdempotencyKey, Intake
from activities.models.booking import CLASH, PERSON_LOCK, QUEUE_FIRST
from activities.refusal import KeyReused, Refused
from activities.sight import intake_for, participant_for
from activities.taking import Wish, keep_key, take_seat
from records import audit, outbox

State, Channel = Booking.State, Booking.Channel
#: Booked by an officer for somebody else: at the counter, or when called.
BY_OFFICER = (Channel.DESK, Channel.CALL)


def book(user: Any, intake_id: int, participant_id: int, **options: Any) -> Booking:
    """Gives one participant a place; ``options`` and errors as ``book_party``."""
    return book_party(user, intake_id, [participant_id], **options)[0]


def book_party(
    user: Any,
    intake_id: int,
    people: Sequence[int],
    *,
    channel: str = "",
    key: str = "",
    wait: bool = False,
    consented: bool = False,
    answer: str = "",
    photo: bool = False,
) -> list[Booking]:
    """Gives the participants places as one unit, all or none, or raises Refused, NotHere or KeyReused.

    ``key`` is the client's idempotency key: the same one returns the same bookings for 24 hours. ``wait``: where it is
    full they wait, where places are drawn they would. ``consented`` says that the person ticked the consent on this
    page; it is recorded with the booking or not at all. Whoever books by a grant and not for their own family books at
    the counter, whatever ``channel`` says.
    """
    body = hashlib.sha256(f"{intake_id} {' '.join(map(str, people))} {wait}".encode()).hexdigest()
    if key and (earlier := replayed(user, key, body)):
        return unit_of(earlier) if len(people) > 1 else [earlier]
    intake = intake_for(intake_id)
    state = state_for(intake, people, wait)
    found = [participant_for(user, pk) for pk in people]
    for participant, _own in found:
        rules.check_eligible(intake, participant)
        if not (participant.consented or consented):  # type: ignore[attr-defined]
            raise Refused("ineligible", _("还没有记录同意书。请先阅读并同意个人信息告知书，再预约。"))
    if not all(own for _person, own in found):
        channel = Channel.CALL if channel == Channel.CALL else Channel.DESK
    channel = channel or Channel.PAGE
    said = answer[:200] if intake.question else ""  # what nobody asked is not kept
    wish = Wish(user, intake, state, channel, key, body, wait, said, photo and intake.asks_photo)
    return attempt(wish, [participant for participant, _own in found], consented)


def state_for(intake: Intake, people: Sequence[int], wait: bool) -> str:
    """What a booking made now becomes; raises Refused."""
    phase = intake.phase
    if phase == "open" and not intake.drawn and len(people) > intake.seats_left:
        if not (wait and intake.waitable):
            raise Refused("full", _("只剩 %(left)d 个名额，不够您家一起来。可以少选几位，或者一起候补。") % {"left": intake.seats_left})
        phase = "full"
    if phase == "full" and wait and intake.waitable:
        return State.WAITLISTED
    if phase != "open":
        raise refusal(intake, phase, people[0])
    if intake.mode == Intake.Mode.LOTTERY and not Draw.objects.filter(intake=intake.pk).exists():
        raise Refused("not_open_yet")  # nobody enters before the secret is bound and the date is announced
    return State.ENTERED if intake.drawn else State.BOOKED


def attempt(wish: Wish, people: list[Participant], consented: bool) -> list[Booking]:
    """Inserts; a deadlock is tried again once, the database's refusals are told in words."""
    for last_try in (False, True):
        try:
            return insert(wish, people, consented)
        except IntegrityError as error:
            return settled(error, wish, people)
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


def unit_of(booking: Booking) -> list[Booking]:
    """The booking and those made with it as one unit."""
    return list(Booking.objects.filter(party=booking.party, intake=booking.intake_id).order_by("id"))


def insert(wish: Wish, people: list[Participant], consented: bool) -> list[Booking]:
    """Takes the seats; in a transaction of several statements only where more goes with them."""
    party = uuid.uuid4()
    lacking = [person for person in people if consented and not person.consented]  # type: ignore[attr-defined]
    family = len(people) > 1 or people[0].has_family  # type: ignore[attr-defined]
    plain = wish.state == State.BOOKED and wish.intake.person_limit is None
    if plain and not (family or lacking or wish.key or wish.channel in BY_OFFICER or connection.in_atomic_block):
        return [take_seat(wish, people[0], party)]
    with transaction.atomic():
        if family:
            check_family(wish.intake, people)
        if len(people) > 1:
            take_turns(person.pk for person in people)
        rules.check_person_limit(wish.intake, people)
        record_consents(wish, lacking)
        bookings = [take_seat(wish, person, party) for person in people]
        if wish.key:
            keep_key(wish.user, wish.key, wish.body, bookings[0])
        if wish.channel in BY_OFFICER:
            for booking in bookings:
                audit.write("activities.add_booking", by=wish.user, on=booking, region_code=wish.intake.region_code)  # type: ignore[attr-defined]
        if wish.state == State.WAITLISTED:
            waiting.offer_next(wish.intake.pk)  # a place may have come free since the look at the counts
            bookings = unit_of(bookings[0])
    return bookings


def record_consents(wish: Wish, people: list[Participant]) -> None:
    """The consents that were ticked with this booking."""
    way = wish.channel if wish.channel in BY_OFFICER else consents.ConsentRecord.Channel.PAGE  # the same words in both
    for person in people:
        consents.record(person, wish.user, consents.needed(person), way)


def check_family(intake: Intake, people: list[Participant]) -> None:
    """Counts the family's live bookings under a lock that only this family waits for."""
    guards = rules.guards_of(people)
    with connection.cursor() as cursor:
        for guard in sorted(guards):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [intake.pk % 2**31, guard % 2**31])
    rules.check_family_limit(intake, people, guards)


def settled(error: IntegrityError, wish: Wish, people: list[Participant]) -> list[Booking]:
    """What the database's refusal means; nothing of the attempt is left."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if name in ("idempotency_key_once", "booking_one_live") and wish.key and (earlier := replayed(wish.user, wish.key, wish.body)):
        return [earlier]  # the same request sent twice at once
    if name == "booking_one_live":
        raise Refused("duplicate") from error
    if name == CLASH:
        raise Refused("ineligible", rules.clash_words(wish.intake, people)) from error
    if name in ("intake_seats_within_capacity", "intake_waiting_within_limit", QUEUE_FIRST):
        raise refusal(wish.intake, "full", people[0].pk) from error
    raise error


def refusal(intake: Intake, phase: str, participant_id: int) -> Refused:
    """The refusal for a phase; remembers it for the next who ask."""
    code = "closed" if phase == "cancelled" else phase
    detail = None
    if code == "full" and Booking.objects.live().filter(intake=intake, participant=participant_id).exists():
        return Refused("duplicate")
    if code == "not_open_yet":
        detail = _("预约还没有开始，%(at)s 开始。") % {"at": telling.moment(intake.opens_at)}
    turnstile.remember(intake, code)
    return Refused(code, detail)


def hold(intakes: Iterable[int]) -> None:
    """Locks intakes, in ascending order, before a booking of theirs is locked; inside a transaction."""
    list(Intake.objects.select_for_update(no_key=True).filter(pk__in=set(intakes)).order_by("pk").values_list("pk"))


def take_turns(people: Iterable[int]) -> None:
    """The trigger's locks of several persons, in ascending order, before an intake is locked: nobody waits in a circle."""
    with connection.cursor() as cursor:
        for person in sorted(people):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PERSON_LOCK, person % 2147483647])


def move(row: Booking, state: str, **fields: Any) -> None:
    """Changes a booking's state, with the fields that go with it; whoever calls holds the intake."""
    row.state = state
    if state != State.OFFERED:
        fields.setdefault("offered_until", None)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *fields])
    transaction.on_commit(lambda: turnstile.forget(row.intake_id))


def cancel(user: Any, booking: Booking, *, reason: str = "", now: datetime | None = None) -> Booking:
    """Gives the place back, leaves the queue or turns an offer down.

    Raises PermissionDenied, or Refused ``closed`` after the time until which residents may. Twice is harmless: a
    cancelled booking is returned as it is.
    """
    with transaction.atomic():
        hold([booking.intake_id])
        rows = Booking.objects.allowed(user, "cancel").select_for_update(of=("self",), no_key=True)
        row = rows.select_related("intake__activity__center__region", "participant").filter(pk=booking.pk).first()
        if row is None:
            raise PermissionDenied
        if row.state in (State.CANCELLED, State.NOT_DRAWN):
            return row
        region = row.intake.activity.center.region.code
        officer = any(region.startswith(code) for code in prefixes(user, "activities.cancel_booking"))
        if not officer and row.state in (State.BOOKED, State.ENTERED) and (now or timezone.now()) >= row.intake.cancel_until:
            raise Refused("closed", _("已经过了可以取消的时间。去不了的话，请打电话告诉中心，好让别人补上。"))
        release(row, user, reason if officer else "")  # what a resident writes may name a child: it is kept nowhere
        waiting.offer_next(row.intake_id)
        if officer:
            audit.write("activities.cancel_booking", by=user, on=row, reason=reason, region_code=region)
    return row


@outbox.portal_language
def release(row: Booking, by: Any, reason: str) -> None:
    """Moves a live booking to cancelled, tells those concerned, lets the next ones ask again; inside a transaction."""
    subject = _("预约已取消：%(what)s") % {"what": row.intake}
    telling.tell(row, by, "cancelled", subject, reason or _("名额已经让给别人。想再来，可以重新预约。"))
    move(row, State.CANCELLED, cancelled_at=timezone.now())


def cancel_all(intake: Intake, by: Any, reason: str) -> int:
    """Cancels every live booking of an intake (its activity was called off); tells all. Inside a transaction."""
    hold([intake.pk])
    rows = list(Booking.objects.live().select_for_update(of=("self",), no_key=True).filter(intake=intake).order_by("id"))
    for row in rows:
        row.intake = intake
        release(row, by, reason)
    return len(rows)


def link(booking: Booking) -> str:
    """The address in the QR code: opens the booking for whoever may see it."""
    return f"{settings.SITE_URL}/b/{booking.code}/"
