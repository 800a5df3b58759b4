"""The waiting list: who is next gets an offer, which holds the places until it is taken, turned down or runs out.

A family waits as one unit. A free place goes to the first unit that fits into what is free; whoever is passed over keeps
the place at the head. As long as anybody waits nobody else is given a place (the database refuses: ``booking_queue_first``).
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import rules, telling
from activities.models import Booking, Intake
from activities.models.booking import CLASH
from activities.refusal import Refused
from records import audit, outbox

log = logging.getLogger(__name__)
State = Booking.State


def units(intake: Intake) -> Iterator[list[Booking]]:
    """Those who wait, family by family, in their order."""
    rows = Booking.objects.queue().filter(intake=intake).select_related("participant__user").select_for_update(of=("self",), no_key=True)
    for _party, unit in groupby(rows, key=lambda row: row.party):
        yield list(unit)


def held_until(intake: Intake, now: datetime) -> datetime | None:
    """Until when an offer made now is held: its hours, counted from the morning at night; None once it has begun."""
    first = intake.meetings.aggregate(first=Min("starts_at"))["first"] or intake.closes_at
    if now >= first:
        return None
    return min(outbox.after_quiet_hours(now) + timedelta(hours=intake.offer_hours), first)  # type: ignore[no-any-return]


def offer_next(intake_id: int) -> int:
    """Offers what is free to those who wait; returns how many places. Takes the intake's lock; harmless at any time."""
    from activities import seats

    with transaction.atomic():
        intake = Intake.objects.select_for_update(of=("self",), no_key=True).select_related("activity").get(pk=intake_id)
        free = intake.capacity - intake.seats_taken
        until = held_until(intake, timezone.now()) if free > 0 and intake.waiting and intake.activity.state == "published" else None
        if until is None:
            return 0
        offered: list[Booking] = []
        for unit in units(intake):
            if len(unit) <= free:
                free -= len(unit)
                offered += unit
        for row in offered:
            row.intake = intake
            seats.move(row, State.OFFERED, offered_until=until)
        tell_offers(intake, offered, until)
    return len(offered)


@outbox.portal_language
def tell_offers(intake: Intake, offered: list[Booking], until: datetime) -> None:
    subject = _("轮到您了：%(what)s") % {"what": intake}
    body = _("名额为您保留到 %(until)s，请在这之前点开确认。不来了也请点一下放弃，好让给下一位。") % {"until": telling.moment(until)}
    telling.tell_units(offered, "offered", subject, body, f"{until:%m%d%H%M}")


def accept(user: Any, booking: Booking) -> Booking:
    """Takes the offer for the whole unit; raises PermissionDenied or Refused."""
    from activities import seats

    try:
        with transaction.atomic():
            party = Booking.objects.filter(party=booking.party, intake=booking.intake_id)
            seats.take_turns(party.values_list("participant_id", flat=True))
            seats.hold([booking.intake_id])
            mine = Booking.objects.allowed(user, "accept").filter(pk=booking.pk).first()
            if mine is None:
                raise PermissionDenied
            if mine.state == State.BOOKED:
                return mine
            unit = list(party.select_for_update().filter(state=State.OFFERED))
            if mine.state != State.OFFERED or not unit or unit[0].offered_until <= timezone.now():  # type: ignore[operator]
                raise Refused("closed", _("保留的时间已经过了，名额让给了下一位。还想来的话，可以重新候补。"))
            for row in unit:
                seats.move(row, State.BOOKED)
            audit.write("activities.accept_booking", by=user, on=mine, region_code=mine.intake.activity.center.region.code)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != CLASH:
            raise
        people = [row.participant for row in Booking.objects.filter(party=booking.party).select_related("participant")]
        raise Refused("ineligible", rules.clash_words(booking.intake, people)) from error
    mine.refresh_from_db()
    return mine


def pass_on(now: datetime | None = None) -> int:
    """Ends offers that ran out and offers what is free, everywhere; returns how many offers ended. One transaction an intake."""
    moment = now or timezone.now()
    late = Booking.objects.filter(state=State.OFFERED, offered_until__lte=moment).values_list("intake", flat=True)
    rows = Intake.objects.filter(waiting__gt=0, seats_taken__lt=F("capacity"), activity__state="published")
    free = rows.exclude(meetings__starts_at__lte=moment).values_list("pk", flat=True)  # nothing is offered once it has begun
    ended = 0
    for pk in sorted({*late, *free}):
        try:
            ended += end_offers(pk, moment)
        except Exception:
            log.exception("offers of intake %s", pk)  # the next run tries again; the others go on
    return ended


@outbox.portal_language
def end_offers(intake_id: int, now: datetime) -> int:
    """Ends the intake's offers that ran out and makes the next ones."""
    from activities import seats

    with transaction.atomic():
        seats.hold([intake_id])
        rows = Booking.objects.filter(intake=intake_id, state=State.OFFERED, offered_until__lte=now)
        late = list(rows.select_related("intake__activity", "participant__user").select_for_update(of=("self",), no_key=True))
        if late:
            subject = _("保留的名额过期了：%(what)s") % {"what": late[0].intake}
            telling.tell_units(
                late, "expired", subject, _("没有等到您确认，名额让给了下一位。还想来的话，可以重新候补。"), f"{now:%m%d%H%M}"
            )
        for row in late:
            seats.move(row, State.CANCELLED, cancelled_at=now)
        offer_next(intake_id)
    return len(late)
