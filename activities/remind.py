"""The day before: who is booked hears when and where; once for each meeting and booking, whenever the beat runs."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from activities import telling
from activities.models import Booking, Meeting
from records import outbox

#: From this hour on the next day's meetings are reminded of.
HOUR = 15


@outbox.portal_language
def tomorrow() -> int:
    """Reminds of tomorrow's meetings; returns how many bookings. May run twice."""
    now = timezone.localtime()
    if now.hour < HOUR:
        return 0
    day = now.date() + timedelta(days=1)
    meetings = Meeting.objects.filter(starts_at__date=day, intake__activity__state="published").select_related("intake__activity__center")
    reminded = 0
    for meeting in meetings.order_by("id").iterator(200):
        rows = Booking.objects.filter(intake=meeting.intake_id, state="booked").select_related("participant__user")
        subject = _("明天见：%(what)s") % {"what": meeting.intake}
        where = " ".join(filter(None, [meeting.intake.activity.center.name, meeting.place]))
        body = _("%(at)s 在%(where)s。来不了请提前取消。") % {"at": telling.moment(meeting.starts_at), "where": where}
        telling.tell_units(list(rows.order_by("id")), "remind", subject, body, f"{meeting.pk}:{day}")
        reminded += len(rows)
    return reminded
