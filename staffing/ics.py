"""A cadre's duties for calendar programs: RFC 5545, by the account's own secret address."""

from datetime import timedelta
from typing import Any

import icalendar
from django.utils import timezone
from django.utils.translation import gettext as _

from staffing.models import Duty

#: How far back a feed looks.
BACK = timedelta(days=14)


def events(user: Any) -> list[icalendar.Event]:
    """The duties of posted rosters; one that was given away is no longer there, and programs take it out."""
    zone, found = timezone.get_default_timezone(), []
    rows = Duty.objects.posted().filter(cadre__user=user, ends_at__gte=timezone.now() - BACK)
    for duty in rows.select_related("shift__roster__center").order_by("starts_at", "id")[:300]:
        center, event = duty.shift.roster.center, icalendar.Event()
        event.add("uid", f"duty-{duty.shift_id}@portal")
        event.add("dtstamp", duty.shift.roster.published_at)
        event.add("dtstart", duty.starts_at.astimezone(zone))
        event.add("dtend", duty.ends_at.astimezone(zone))
        event.add("summary", _("值班：%(center)s") % {"center": center.short_name})
        event.add("location", " ".join(filter(None, [center.name, center.address])))
        event.add("description", duty.shift.spans)
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _("值班"))
        alarm.add("trigger", timedelta(hours=-12))
        event.add_component(alarm)
        found.append(event)
    return found
