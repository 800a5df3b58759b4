"""Writes down who came. Repeating it is harmless: one row for each booking and meeting, whoever sends it, by whatever way."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import absence
from activities.models import Attendance, Booking, Intake, Meeting
from records import audit

Seen, Channel = Attendance.Seen, Attendance.Channel
#: How long before a meeting the door opens, and until how long after its end the list may be completed.
BEFORE, AFTER = timedelta(hours=2), timedelta(days=7)
SIGNER = Signer(salt="activities.checkin")


def token(booking: Booking) -> str:
    """What the QR code's address carries: the booking's number, signed, so that nobody makes one up."""
    return SIGNER.sign(str(booking.pk)).replace(":", ".")


def number_in(text: str) -> int | None:
    """The booking's number of a token; None for a forged one."""
    try:
        return int(SIGNER.unsign(text.replace(".", ":", 1)))
    except (BadSignature, ValueError):
        return None


def meeting_now(intake: Intake) -> Meeting | None:
    """The meeting for which one may check in at this moment: the next to begin of those whose door is open, else the last past."""
    now = timezone.now()
    open_now = [m for m in intake.meetings.all() if m.starts_at - BEFORE <= now <= m.ends_at + AFTER]
    running = [m for m in open_now if m.ends_at >= now]
    return min(running, key=lambda m: m.starts_at) if running else max(open_now, key=lambda m: m.starts_at, default=None)


def mark(user: Any, meeting: Meeting, seen: dict[int, str], channel: str, walk_ins: int | None = None) -> int:
    """Booking number → came or missed, for booked ones of the meeting's intake; returns how many rows changed.

    Raises PermissionDenied or ValidationError. Before the meeting nobody can have missed it.
    """
    check_time(meeting)
    with transaction.atomic():
        if not Meeting.objects.allowed(user, "checkin").filter(pk=meeting.pk).exists():
            raise PermissionDenied
        Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)
        changed = keep(user, meeting, seen, channel)
        if walk_ins is not None and walk_ins != meeting.walk_ins:
            meeting.walk_ins = walk_ins
            meeting.save(update_fields=["walk_ins"])
        missed = [booking for booking in changed if seen[booking.pk] == Seen.MISSED]
        if missed:
            absence.hold(booking.participant_id for booking in missed)
        for booking in missed:
            absence.follow(booking, meeting, user)
        if changed or walk_ins is not None:
            code = meeting.intake.activity.center.region.code
            audit.write("activities.checkin_meeting", by=user, on=meeting, fields=["attendance"], region_code=code, count=len(changed))
    return len(changed)


def check_time(meeting: Meeting) -> None:
    now = timezone.now()
    if now < meeting.starts_at - BEFORE:
        raise ValidationError(_("还没到签到的时候：开始前两小时可以签到。"))
    if now > meeting.ends_at + AFTER:
        raise ValidationError(_("这一场已经过去七天多了，名单不能再改。"))


def keep(user: Any, meeting: Meeting, seen: dict[int, str], channel: str) -> list[Booking]:
    """The rows that are new or say something else than before; returns their bookings."""
    if Seen.MISSED in seen.values() and timezone.now() < meeting.starts_at:
        raise ValidationError(_("还没开始，先不要记“没来”。"))
    rows = Booking.objects.filter(pk__in=seen, intake=meeting.intake_id, state="booked").select_related(
        "participant__user", "intake__activity"
    )
    bookings = {row.pk: row for row in rows}
    known = {row.booking_id: row for row in Attendance.objects.filter(meeting=meeting, booking__in=bookings)}
    changed = [pk for pk, value in seen.items() if pk in bookings and (pk not in known or known[pk].seen != value)]
    for pk in changed:
        row = known.get(pk) or Attendance(meeting=meeting, booking=bookings[pk])
        row.seen, row.channel, row.marked_by, row.marked_at = seen[pk], channel, user, timezone.now()
        row.full_clean()
        row.save()
    return [bookings[pk] for pk in changed]
