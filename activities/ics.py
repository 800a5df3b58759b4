"""Bookings for calendar programs: RFC 5545 with its time zone, no child's name inside."""

from datetime import timedelta

import icalendar
from django.conf import settings
from django.utils import timezone

from activities import seats
from activities.models import Booking


def calendar(booking: Booking) -> bytes:
    """One event per meeting; cancelled ones say so, so that the calendar takes them out."""
    result = icalendar.Calendar()
    result.add("prodid", f"-//{settings.SITE['name']}//portal//ZH")
    result.add("version", "2.0")
    result.add("method", "PUBLISH")
    cancelled = booking.state == Booking.State.CANCELLED
    zone = timezone.get_default_timezone()
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
        result.add_component(event)
    result.add_missing_timezones()
    return result.to_ical()
