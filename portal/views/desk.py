"""The officer's in-tray: what is to do, by deadline; then the centers."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.models import Guardianship
from accounts.register import REGISTERS
from accounts.scope import permission, prefixes
from accounts.views.base import OfficerMixin
from activities.models import Activity, Booking, Intake, Meeting
from centers.models import Center
from funding import panels
from workflow.nouns import NOUNS
from workflow.tray import Waiting, tray


class DeskView(OfficerMixin, TemplateView):
    """Today's meetings, drafts to publish, what fills up; counts that open their rows."""

    template_name = "portal/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        now, today = timezone.now(), timezone.localdate()
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        meetings = Meeting.objects.allowed(user, "view").filter(intake__activity__state="published")
        joined = meetings.select_related("intake__activity__center").order_by("starts_at")
        drafts = Activity.objects.allowed(user, "publish").filter(state=Activity.State.DRAFT).select_related("center").order_by("-id")
        requests = Guardianship.objects.requested().filter(pk__in=Guardianship.objects.allowed(user, "view"))
        filling = Intake.objects.open(now).allowed(user, "view").select_related("activity__center").order_by("closes_at")
        registers = [entry for entry in REGISTERS.values() if prefixes(user, permission(entry.model, "view"))]
        waiting = tray(user)
        soon = today + timedelta(days=7)
        nouns = [noun for noun in NOUNS.values() if prefixes(user, permission(noun.model, "view"))]
        staffing, funding = ([noun for noun in nouns if noun.model._meta.app_label == app] for app in ("staffing", "funding"))
        return super().get_context_data(
            tray=by_deadline(waiting, today, soon),
            nouns=[noun for noun in nouns if noun not in (*staffing, *funding)],
            staffing=staffing,
            funding=funding,
            to_score=panels.to_score(user).count() if prefixes(user, "funding.score_sheet") else 0,
            may_confirm=bool(prefixes(user, "staffing.confirm_duty")),
            may_manage=bool(prefixes(user, "staffing.add_safetylist")),
            may_board=bool(prefixes(user, "staffing.view_roster")),
            may_see_board=bool(prefixes(user, "accounts.view_board")),
            may_checkin=bool(prefixes(user, "activities.checkin_meeting")),
            may_month=bool(prefixes(user, "centers.view_progressreport")),
            today=today,
            today_meetings=joined.filter(starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1))[:30],
            week_meetings=joined.filter(starts_at__gte=midnight + timedelta(days=1), starts_at__lt=midnight + timedelta(days=8))[:30],
            drafts=drafts[:20],
            requests=requests.count(),
            filling=filling[:10],
            centers=Center.objects.allowed(user, "view").count(),
            drafts_centers=Center.objects.allowed(user, "publish").filter(published_at=None)[:10],
            activities=Activity.objects.allowed(user, "view").count(),
            bookings=Booking.objects.live().allowed(user, "view").count(),
            own_center=Center.objects.allowed(user, "change").order_by("region__code").first(),
            registers=registers,
            **kwargs,
        )


def by_deadline(waiting: list[Waiting], today: date, soon: date) -> list[tuple[Any, list[Waiting]]]:
    """Late or today, this week, later; groups without lines are left out."""
    groups: list[tuple[Any, list[Waiting]]] = [
        (_("今天和已过期"), [w for w in waiting if w.due and w.due <= today]),
        (_("这一周"), [w for w in waiting if w.due and today < w.due <= soon]),
        (_("以后"), [w for w in waiting if w.due is None or w.due > soon]),
    ]
    return [(title, lines) for title, lines in groups if lines]
