"""Requests for venues: checks the venue's rules, takes the slots of all rooms concerned, tells; the database bars an overlap."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import DurationField, ExpressionWrapper, F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Grant, User
from accounts.roles import MAY, OF_A_UNIT, roles_with
from accounts.scope import grants_of, prefixes
from activities import telling
from activities.models import Venue, VenueBooking, VenueSlot
from records import audit, outbox
from workflow.telling import tell_holders

State = VenueBooking.State
#: Three times within half a year pauses for ninety days after the last (DOMAIN §2.7); a person may forgive one of them.
TIMES, WITHIN, PAUSED = 3, timedelta(days=180), timedelta(days=90)
#: So many days ahead an officer books.
YEAR = 366
DURATION = ExpressionWrapper(F("booking__ends_at") - F("booking__starts_at"), output_field=DurationField())


class Tried(NamedTuple):
    """One date of a series: the booking, or why not."""

    day: date
    booking: VenueBooking | None
    words: str


def paused_until(user: Any) -> date | None:
    """Until when this account asks for no venue; None when it may."""
    since = timezone.now() - WITHIN - PAUSED
    missed = VenueBooking.objects.filter(asked_by=user, state=State.NO_SHOW, starts_at__gte=since).order_by("-starts_at")
    days = [timezone.localdate(at) for at in missed.values_list("starts_at", flat=True)]
    thirds = [last for last, first in zip(days, days[TIMES - 1 :], strict=False) if last - first <= WITHIN]
    until = thirds[0] + PAUSED if thirds else None
    return until if until and until >= timezone.localdate() else None


def answers(user: Any, venue: Venue) -> bool:
    """Whether this officer answers for the venue, and so books it at once: the step's own condition, before there is a row."""
    name = "activities.approve_venuebooking"
    of_a_unit = any(role in OF_A_UNIT and name in MAY[role] for role, _code in grants_of(user))
    if of_a_unit and venue.resource and venue.resource.organisation_id == user.organisation_id:
        return True
    return venue.delegated and any(venue.region.code.startswith(code) for code in prefixes(user, name, OF_A_UNIT))


def check(row: VenueBooking, by_desk: bool) -> None:
    """The venue's own rules; an officer who books for somebody is held to the hours, the size and the year ahead alone."""
    venue = row.venue
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    if start.date() != end.date() or start.time() < venue.opens or end.time() > venue.closes:
        hours = {"opens": f"{venue.opens:%H:%M}", "closes": f"{venue.closes:%H:%M}"}
        raise ValidationError({"starts_at": _("这个场地每天 %(opens)s 到 %(closes)s 可以用。") % hours})
    if row.people > venue.holds:
        raise ValidationError({"people": _("这里最多容纳 %(n)d 人，请换个大点的场地。") % {"n": venue.holds}})
    if start <= timezone.localtime():
        raise ValidationError({"starts_at": _("开始时间已经过去了，请填以后的时间。")})
    ahead = (start.date() - timezone.localdate()).days
    if venue.resource and venue.resource.until and start.date() > venue.resource.until:
        raise ValidationError({"starts_at": _("这个场地共享到 %(day)s，请选这天以前的日期。") % {"day": telling.on(venue.resource.until)}})
    low, high = (0, YEAR) if by_desk else (venue.lead_days, venue.ahead_days)
    if not low <= ahead <= high:
        days = {"low": low, "high": high}
        raise ValidationError({"starts_at": _("请提前 %(low)d 到 %(high)d 天申请。") % days})


def request(row: VenueBooking, by: Any, *, by_desk: bool = False) -> VenueBooking:
    """Saves a request with its slots; raises ValidationError in words. What an officer books, the officer approves next."""
    row.asked_by = by
    if (until := paused_until(by)) and not by_desk:
        raise ValidationError(_("因为三次约了没来，场地预约暂停到 %(day)s。有特殊情况请打电话给中心。") % {"day": telling.on(until)})
    check(row, by_desk)
    row.full_clean()
    try:
        with transaction.atomic():
            row.save()
            VenueSlot.objects.bulk_create(slots(row))
            audit.write("activities.add_venuebooking", by=by, on=row, region_code=row.venue.region.code)
            if not by_desk:
                tell_asked(row)
    except IntegrityError as error:
        if "venue_slot_no_overlap" not in str(error):
            raise
        row.pk = None
        raise ValidationError({"starts_at": _("这段时间已经有人约了，请换个时间。")}) from error
    return row


def slots(row: VenueBooking) -> list[VenueSlot]:
    """One for each leaf room, in ascending order, so that two requests never wait for each other."""
    pad = timedelta(minutes=row.venue.buffer_minutes)
    return [
        VenueSlot(booking=row, leaf=leaf, blocked_from=row.starts_at - pad, blocked_until=row.ends_at + pad) for leaf in row.venue.leaves()
    ]


@outbox.portal_language
def tell_asked(row: VenueBooking) -> None:
    """Who answers hears of it: the center, or the officers of the unit that shares it."""
    subject = _("有人申请场地：%(what)s") % {"what": row}
    link = f"/desk/venue-bookings/{row.pk}/"
    if row.venue.delegated:
        center: Any = row.venue.center or row.venue.resource.center  # type: ignore[union-attr]
        tell_holders("activities.approve_venuebooking", center.region.code, "venue", subject, _("请在一天内答复。"), link)
        return
    unit = User.objects.filter(organisation=row.venue.resource.organisation_id, is_active=True)  # type: ignore[union-attr]
    answering = [role for role in roles_with("activities.approve_venuebooking") if role in OF_A_UNIT]
    officers = Grant.objects.in_force().filter(role__in=answering).values("user")
    for officer in unit.filter(pk__in=officers):
        outbox.tell(officer, "venue", subject, _("请在一天内答复。"), link=link)


def series(row: VenueBooking, by: Any, until: date, *, by_desk: bool = False) -> list[Tried]:
    """The same time every week until a day, past those that clash; each in a transaction of its own."""
    found: list[Tried] = []
    step = timedelta(days=7)
    start, end = row.starts_at, row.ends_at
    while len(found) < 30:
        one = VenueBooking(venue=row.venue, starts_at=start, ends_at=end, people=row.people, purpose=row.purpose)
        try:
            found.append(Tried(timezone.localdate(start), request(one, by, by_desk=by_desk), str(_("已申请"))))
        except ValidationError as error:
            found.append(Tried(timezone.localdate(start), None, " ".join(error.messages)))
        if until - timezone.localdate(start) < step:  # asked before the next week is reckoned: there is none after the year 9999
            break
        start, end = start + step, end + step
    return found


def free_again(row: VenueBooking) -> None:
    """Its slots hold no longer."""
    VenueSlot.objects.filter(booking=row).update(holding=False)


def day_of(venue: Venue, day: date) -> list[VenueBooking]:
    """What holds the venue, one of its parts or what it is part of on a day."""
    start = timezone.make_aware(datetime.combine(day, time()))
    leaves = [leaf.pk for leaf in venue.leaves()]
    rows = VenueBooking.objects.holding().filter(slots__leaf__in=leaves, starts_at__lt=start + timedelta(days=1), ends_at__gt=start)
    return list(rows.distinct().order_by("starts_at"))


def use(venue: Venue, first: date, last: date) -> Decimal | None:
    """Hours used ÷ hours open from ``first`` to ``last``, both included, over all of its rooms; None where it was never open.

    A half is in use while its hall is; a hall of which one half is taken is half in use.
    """
    days, rooms = (last - first).days + 1, [leaf.pk for leaf in venue.leaves()]
    opening = datetime.combine(first, venue.closes) - datetime.combine(first, venue.opens)
    start = timezone.make_aware(datetime.combine(first, time()))
    slots = VenueSlot.objects.filter(leaf__in=rooms, booking__state=State.APPROVED)
    within = slots.filter(booking__starts_at__gte=start, booking__starts_at__lt=start + timedelta(days=days))
    used = within.aggregate(n=Sum(DURATION))["n"] or timedelta()
    whole = opening * days * len(rooms)
    return round(Decimal(used.total_seconds()) / Decimal(whole.total_seconds()), 4) if whole else None


def told(row: VenueBooking, subject: str, body: str) -> None:
    """The answer to who asked."""
    outbox.tell(row.asked_by, "venue", subject, body, link="/me/venues/", channels=("sms", "email"))
