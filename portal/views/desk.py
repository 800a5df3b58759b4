"""The officer's in-tray: what is to do, by deadline; then the centers."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from accounts.models import Guardianship
from accounts.register import REGISTERS
from accounts.scope import permission, prefixes
from accounts.views.base import OfficerMixin
from activities.models import Activity, Booking, Intake, Meeting
from centers.models import Center


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
        return super().get_context_data(
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
