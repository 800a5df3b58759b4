"""The dedicated manager's day on one page: opening, who is on duty, what is booked, repairs, the month's list on safety."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.views.generic import DetailView

from accounts.views.base import ScopedMixin
from activities.models import Meeting
from centers import opening
from centers.models import Appointment, Center, RepairTicket
from staffing.models import SafetyList, Shift

OPEN_REPAIRS = ("reported", "assigned")


class ManagerDayView(ScopedMixin, DetailView):
    """Today and the week ahead of one center."""

    model, action, desk = Center, "change", True
    template_name = "portal/manager.html"

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region__parent").prefetch_related("hours", "exceptions")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        center, now = self.object, timezone.localtime()
        plans = opening.week(center, now.date(), 7)
        end = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=7)
        meetings = Meeting.objects.filter(intake__activity__center=center, intake__activity__state="published", ends_at__gte=now)
        shifts = Shift.objects.posted().filter(roster__center=center, day=now.date()).prefetch_related("duties__cadre")
        month = now.date().replace(day=1)
        return super().get_context_data(
            now=now,
            today=plans[0],
            next_opening=opening.next_window(plans, now),
            shifts=shifts.order_by("starts_at"),
            meetings=meetings.filter(starts_at__lt=end).select_related("intake__activity").order_by("starts_at")[:30],
            appointments=Appointment.objects.filter(center=center, state="confirmed", starts_at__range=(now, end)).order_by("starts_at"),
            repairs=RepairTicket.objects.filter(center=center, state__in=OPEN_REPAIRS).order_by("due_at")[:20],
            safety=SafetyList.objects.filter(center=center, month=month).first(),
            month=month,
            **kwargs,
        )
