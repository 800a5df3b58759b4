"""The day before: who is booked hears when and where; once for each meeting and booking, whenever the beat runs."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import telling
from activities.models import Booking, Intake, Meeting
from records import outbox
from workflow.telling import tell_holders

#: From this hour on the next day's meetings are reminded of.
HOUR = 15


@outbox.portal_language
def tomorrow() -> int:
    """Reminds of tomorrow's meetings, of a childcare term's first day alone; returns how many bookings. May run twice."""
    now = timezone.localtime()
    if now.hour < HOUR:
        return 0
    day = now.date() + timedelta(days=1)
    meetings = Meeting.objects.filter(starts_at__date=day, intake__activity__state="published")
    earlier = Meeting.objects.filter(intake=OuterRef("intake"), starts_at__lt=OuterRef("starts_at"))
    meetings = meetings.exclude(Exists(earlier), intake__activity__care__isnull=False)
    reminded = 0
    for meeting in meetings.select_related("intake__activity__center", "intake__activity__care").order_by("id").iterator(200):
        rows = Booking.objects.filter(intake=meeting.intake_id, state="booked").select_related("participant__user")
        subject = _("明天见：%(what)s") % {"what": meeting.intake}
        where = " ".join(filter(None, [meeting.intake.activity.center.name, meeting.place]))
        body = _("%(at)s 在%(where)s。来不了请提前取消。") % {"at": telling.moment(meeting.starts_at), "where": where}
        if hasattr(meeting.intake.activity, "care"):
            body += _("请先在“我的—家人—托管”里登记谁能接、有什么过敏。")
        telling.tell_units(list(rows.order_by("id")), "remind", subject, body, f"{meeting.pk}:{day}")
        reminded += len(rows)
    return reminded


@outbox.portal_language
def too_few() -> int:
    """Asks who runs an activity what becomes of it, once booking is over and fewer came forward than it needs; each intake once."""
    now = timezone.now()
    ended = Intake.objects.filter(activity__state="published", closes_at__lte=now, closes_at__gt=now - timedelta(days=1))
    rows = ended.filter(min_participants__isnull=False, seats_taken__lt=F("min_participants"), bookings__state="booked")
    found = 0
    for intake in rows.exclude(bookings__state="entered").select_related("activity__center__region").distinct():
        subject = _("人数不够成班：%(what)s") % {"what": intake}
        body = _("最少要 %(few)d 人，报了 %(n)d 人。照常办、改期还是取消，请早点定，系统会通知报名的人。")
        words = body % {"few": intake.min_participants or 0, "n": intake.seats_taken}
        code, link = intake.activity.center.region.code, f"/desk/activities/{intake.activity_id}/"
        tell_holders("activities.postpone_activity", code, "few", subject, words, link, once=f"few:{intake.pk}")
        found += 1
    return found
