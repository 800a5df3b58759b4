"""A day's meetings with who comes: for the cook, the helper, the hall; as a page and as paper."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import ListView

from accounts.views.base import ScopedMixin
from activities.models import Activity, Booking, Meeting
from activities.views.venues import chosen_day
from records import printing

#: More meetings than this on one day are a district's; the filters narrow them.
MOST = 200


class DayView(ScopedMixin, ListView):
    """Meetings of one day within reach, with masked names, codes and what was answered; ``?print=1`` is the paper."""

    model, action, desk = Meeting, "checkin", True
    template_name = "activities/desk_day.html"

    def tuned(self, rows: Any) -> Any:
        start = timezone.make_aware(datetime.combine(self.day, time()))
        rows = rows.filter(
            starts_at__gte=start, starts_at__lt=start + timedelta(days=1), intake__activity__state__in=("published", "reported")
        )
        if self.kind:
            rows = rows.filter(intake__activity__kind=self.kind)
        return rows.select_related("intake__activity__center__region").order_by("starts_at", "id")[:MOST]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.day: date = chosen_day(request.GET.get("day", ""))
        kind = request.GET.get("kind", "")
        self.kind = kind if kind in Activity.Kind.values else ""
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["object_list"] = meetings = list(context["object_list"])
        coming: dict[int, list[Booking]] = defaultdict(list)
        rows = Booking.objects.filter(intake__in={meeting.intake_id for meeting in meetings}, state="booked")
        for booking in rows.select_related("participant").order_by("id"):
            coming[booking.intake_id].append(booking)
        for meeting in meetings:
            meeting.coming = coming[meeting.intake_id]
        total = sum(len(meeting.coming) for meeting in meetings)
        near = {"before": self.day - timedelta(1), "after": self.day + timedelta(1)}
        return context | near | {"day": self.day, "kind": self.kind, "kinds": Activity.Kind.choices, "total": total}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if self.request.GET.get("print") == "1":
            title = _("%(day)s 名单") % {"day": f"{self.day:%Y-%m-%d}"}
            return printing.answer("register", paper(context, title), f"{title}.pdf")
        return super().render_to_response(context, **kwargs)


def paper(context: dict[str, Any], title: str) -> dict[str, Any]:
    """What the printed list says: one line a person, room to tick or sign."""
    lines = []
    for meeting in context["object_list"]:
        start = f"{timezone.localtime(meeting.starts_at):%H:%M}"
        what = str(meeting.intake)
        where = " ".join(filter(None, [meeting.intake.activity.center.short_name, meeting.place]))
        for booking in meeting.coming:
            person = booking.participant
            lines.append([start, what, where, person.masked_name, booking.code, (person.phone or "")[-4:], booking.answer, ""])
    totals = [{"label": str(meeting.intake), "value": str(len(meeting.coming))} for meeting in context["object_list"][:6]]
    return {
        "title": title,
        "subtitle": str(dict(context["kinds"]).get(context["kind"], "")),
        "totals": [*totals, {"label": _("合计"), "value": str(context["total"])}][-6:],
        "columns": [_("时间"), _("活动"), _("地点"), _("姓名"), _("预约码"), _("手机尾号"), _("回答"), _("签名")],
        "align": ["left"] * 8,
        "widths": [7, 22, 16, 9, 11, 9, 16, 14],
        "rows": lines,
    }
