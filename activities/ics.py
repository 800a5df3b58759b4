"""Bookings for calendar programs: RFC 5545 with its time zone, no child's name inside."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import icalendar
from django.conf import settings
from django.utils import timezone

from activities import seats
from activities.models import Booking
from staffing import ics as duty

#: How far back a feed looks, so that a program that asks rarely sees what was cancelled.
BACK = timedelta(days=14)


def empty() -> icalendar.Calendar:
    result = icalendar.Calendar()
    result.add("prodid", f"-//{settings.SITE['name']}//portal//ZH")
    result.add("version", "2.0")
    result.add("method", "PUBLISH")
    return result


def events(booking: Booking) -> list[icalendar.Event]:
    """One event per meeting; cancelled ones say so, so that the calendar takes them out."""
    cancelled = booking.state == Booking.State.CANCELLED
    zone = timezone.get_default_timezone()
    found = []
    for meeting in booking.intake.meetings.all():
        event = icalendar.Event()
        event.add("uid", f"{booking.code}-{meeting.pk}@portal")
        event.add("dtstamp", booking.cancelled_at or booking.created_at)
        event.add("dtstart", meeting.starts_at.astimezone(zone))
        event.add("dtend", meeting.ends_at.astimezone(zone))
        event.add("summary", str(booking.intake))
        center = booking.intake.activity.center
        event.add("location", " ".join(filter(None, [center.name, meeting.place, center.address])))
        event.add("description", seats.link(booking))
        event.add("url", seats.link(booking))
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
        event.add("sequence", 1 if cancelled else 0)
        if not cancelled:
            alarm = icalendar.Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", str(booking.intake))
            alarm.add("trigger", timedelta(hours=-2))
            event.add_component(alarm)
        found.append(event)
    return found


def written(bookings: Any, more: Iterable[icalendar.Event] = ()) -> bytes:
    result = empty()
    for event in more:
        result.add_component(event)
    for booking in bookings:
        for event in events(booking):
            result.add_component(event)
    result.add_missing_timezones()
    return result.to_ical()


def calendar(booking: Booking) -> bytes:
    """One booking."""
    return written([booking])


def feed(user: Any) -> bytes:
    """The family's bookings, those cancelled lately too, and a cadre's duties; two siblings in one class are two events."""
    rows = Booking.objects.all()
    since = timezone.now() - BACK
    own = rows.filter(rows.own(user), state__in=("booked", "cancelled"), intake__meetings__ends_at__gte=since)
    joined = own.select_related("intake__activity__center").prefetch_related("intake__meetings").distinct().order_by("id")
    return written(joined[:500], duty.events(user))
