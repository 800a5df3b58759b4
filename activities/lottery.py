"""Places given at the end: a lottery's list is closed and drawn, an intake with priority is settled when its time is over."""

import logging
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import draw, seats, telling, waiting
from activities.models import Booking, Draw, Intake
from activities.models.draw import GRACE
from records import audit, outbox

log = logging.getLogger(__name__)
State = Booking.State


def announce(row: Draw) -> Draw:
    """Makes the secret and the commitment to it; the row is saved by its form."""
    row.secret, row.commitment = draw.new_secret()
    return row


def entries_of(intake: Intake) -> dict[str, list[Booking]]:
    """Ticket → its entered bookings, by the time of entry."""
    found: dict[str, list[Booking]] = {}
    rows = Booking.objects.filter(intake=intake, state=State.ENTERED).select_for_update(of=("self",), no_key=True)
    for row in rows.select_related("participant__user").order_by("created_at", "id"):
        row.intake = intake
        found.setdefault(str(row.party), []).append(row)
    return found


def close(row: Draw) -> bool:
    """Closes the list once booking is over; False if it was closed before."""
    with transaction.atomic():
        seats.hold([row.intake_id])
        current = Draw.objects.select_for_update(of=("self",)).select_related("intake__activity").get(pk=row.pk)
        if current.closed_at or current.intake.closes_at > timezone.now() - GRACE:
            return False
        if current.draws_on <= timezone.localdate():
            log.error("draw %s: the number is known already and the list was not closed; another must be announced", current.pk)
            return False
        current.entries = draw.listing((ticket, len(unit)) for ticket, unit in entries_of(current.intake).items())
        current.list_hash, current.closed_at = draw.sha256(current.entries), timezone.now()
        current.capacity = current.intake.capacity
        current.save(update_fields=["entries", "list_hash", "capacity", "closed_at"])
    return True


def run(row: Draw, number: str, by: Any) -> Draw:
    """Draws with the public number; raises ValidationError in words. The caller has checked who may."""
    with transaction.atomic():
        seats.hold([row.intake_id])
        rows = Draw.objects.select_for_update(of=("self",))
        current = rows.select_related("intake__activity__center__region").get(pk=row.pk)
        if current.drawn_at:
            raise ValidationError(_("已经抽过签了，结果不能改。"))
        if not current.closed_at:
            raise ValidationError(_("名单还没有封存：截止预约后几分钟内会自动封存。"))
        if timezone.localdate() < current.draws_on:
            raise ValidationError(_("还没到公布的开奖日期。"))
        current.public_number, current.drawn_at, current.drawn_by = number, timezone.now(), by
        current.full_clean()
        current.save()
        settle(current.intake, result_of(current))
        audit.write("activities.draw_draw", by=by, on=current, region_code=current.intake.activity.center.region.code)
    return current


def result_of(row: Draw) -> draw.Result:
    """The drawn result from the evidence alone."""
    seed = draw.seed_of(row.secret, row.list_hash, row.public_number)
    return draw.run(seed, draw.read(row.entries), row.capacity or 0)


def by_priority(intake: Intake) -> None:
    """Families with a priority first, then the others, both by the time of entry."""
    with transaction.atomic():
        seats.hold([intake.pk])
        intake = Intake.objects.select_related("activity").get(pk=intake.pk)  # its counts and capacity as they are under the lock
        units = entries_of(intake)
        order = sorted(units, key=lambda ticket: not any(row.priority for row in units[ticket]))  # sorting keeps the time's order
        result, left = draw.Result([], []), intake.capacity - intake.seats_taken
        for ticket in order:
            fits = len(units[ticket]) <= left
            left -= len(units[ticket]) if fits else 0
            (result.placed if fits else result.left).append(ticket)
        settle(intake, result)


@outbox.portal_language
def settle(intake: Intake, result: draw.Result) -> None:
    """Moves the entries as drawn; who asked to wait waits in the drawn order, while the list has room."""
    units, now = entries_of(intake), timezone.now()
    room = intake.wait_limit - intake.waiting
    for ticket in result.placed:
        unit = units.get(ticket, [])  # empty for a family that withdrew since the list was closed
        for booking in unit:
            seats.move(booking, State.BOOKED, queued_at=None)
        telling.tell_units(unit, "drawn", _("有名额了：%(what)s") % {"what": intake}, _("名额已经给您留好。来不了请早点取消。"))
    beside = [ticket for ticket in units if ticket not in {*result.placed, *result.left}]
    for rank, ticket in enumerate([*result.left, *beside]):
        unit = units.get(ticket, [])
        waits = bool(unit) and all(row.queued_at for row in unit) and len(unit) <= room
        room -= len(unit) if waits else 0
        state, since = (State.WAITLISTED, now + timedelta(microseconds=rank)) if waits else (State.NOT_DRAWN, None)
        for booking in unit:
            seats.move(booking, state, queued_at=since)
        words = _("这次没有轮上，已经按顺序排队候补，有人退出就轮到您。") if waits else _("这次没有轮上。欢迎看看别的活动。")
        telling.tell_units(unit, "not_drawn", _("没有轮上：%(what)s") % {"what": intake}, words)
    waiting.offer_next(intake.pk)  # of families that withdrew since, and of places that were too few for one


def settle_due() -> int:
    """Closes lists and settles priority intakes whose booking time is over; returns how many. May run twice."""
    done = 0
    ended = Intake.objects.filter(mode=Intake.Mode.PRIORITY, closes_at__lte=timezone.now() - GRACE, activity__state="published")
    calls: list[tuple[Any, Any]] = [(close, row) for row in Draw.objects.to_close()]
    calls += [(by_priority, intake) for intake in ended.filter(bookings__state=State.ENTERED).distinct()]
    for call, row in calls:
        try:
            done += call(row) is not False
        except Exception:
            log.exception("settling %s %s", row._meta.model_name, row.pk)  # the next run tries again; the others go on
    return done
