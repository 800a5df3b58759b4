"""The report of a held activity, drafted from what the portal knows; never saves."""

from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from activities.models import Activity, Attendance, Booking, Meeting


def counted(activity: Activity) -> dict[str, int]:
    """Bookings, marked as come, marked as missed, walk-ins."""
    attendance = Attendance.objects.filter(meeting__intake__activity=activity)
    return {
        "booked": Booking.objects.filter(intake__activity=activity, state="booked").count(),
        "came": attendance.filter(seen="came").count(),
        "missed": attendance.filter(seen="missed").count(),
        "walk_ins": Meeting.objects.filter(intake__activity=activity).aggregate(n=Sum("walk_ins"))["n"] or 0,
    }


def draft(activity: Activity) -> dict[str, Any]:
    """What the outcome's form starts with: headcount and three lines; without a list of who came the headcount stays open."""
    known = counted(activity)
    meetings = Meeting.objects.filter(intake__activity=activity).order_by("starts_at")
    first, number = meetings.first(), meetings.count()
    when = f"{timezone.localtime(first.starts_at):%Y年%-m月%-d日}" if first else ""
    lines = [
        _("%(when)s，%(center)s举办“%(title)s”，共 %(n)d 场。")
        % {"when": when, "center": activity.center.name, "title": activity.title, "n": number},
        _("预约 %(booked)d 人，到场 %(came)d 人次，直接来的 %(walk_ins)d 人。") % known,
        _("居民反映："),
    ]
    seen = known["came"] + known["walk_ins"]
    return {"headcount": seen or None, "lines": "\n".join(lines), "release": True}


def similar(activity: Activity, limit: int = 3) -> list[Activity]:
    """Reported ones of the same kind, the center's own first: a pattern to start from."""
    rows = Activity.objects.filter(state=Activity.State.REPORTED, kind=activity.kind).exclude(pk=activity.pk)
    near = rows.filter(center=activity.center_id).select_related("outcome", "center").order_by("-id")
    return list(near[:limit])


def for_wechat(activity: Activity) -> str:
    """A plain text for an official account: title, when and where, for whom, how to book; or, once reported, what it was."""
    outcome = getattr(activity, "outcome", None)
    if outcome:
        return f"【{activity.title}】\n{outcome.lines}\n{activity.center.name}"
    lines = [f"【{activity.title}】", activity.summary]
    for intake in activity.intakes.all():
        for meeting in list(intake.meetings.all())[:4]:
            start, end = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
            lines.append(f"时间：{start:%-m月%-d日 %H:%M}–{end:%H:%M} {meeting.place}".rstrip())
    lines += [_("地点：%(where)s") % {"where": " ".join(filter(None, [activity.center.name, activity.center.address]))}]
    if activity.audience:
        lines.append(_("对象：%(who)s") % {"who": activity.audience})
    return "\n".join(filter(None, lines))
