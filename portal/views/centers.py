"""A center's page: open or not, what can be had, what is on."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.views.generic import DetailView

from activities.models import Activity
from activities.views.activities import show, with_intakes
from centers import compliance, opening
from centers.models import Center
from centers.models.appointment import AHEAD
from staffing.models import CommunityPartner, Roster
from staffing.views.public import on_duty


class CenterDetailView(DetailView):
    """Public where published; drafts for those in whose region they lie."""

    model = Center
    template_name = "centers/center_detail.html"

    def get_queryset(self) -> Any:
        rows = Center.objects.all().visible(self.request.user)
        return rows.select_related("region__parent").prefetch_related("hours", "exceptions", "services", "contacts", "photos")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        center = self.object
        now = timezone.localtime()
        plans = opening.week(center, now.date(), 14)
        is_open = plans[0].open_at(now.time())
        coming = with_intakes(Activity.objects.published().coming().filter(center=center)).order_by("id")[:12]
        activities = list(coming)
        for activity in activities:
            show(activity)
        activities.sort(key=lambda a: a.meeting.starts_at if a.meeting else timezone.now())  # type: ignore[attr-defined]
        return super().get_context_data(
            week=opening.week_view(center, self.request.GET.get("week", ""), plans),
            today=plans[0],
            last_appointment=now.date() + timedelta(AHEAD),
            is_open=is_open,
            next_opening=None if is_open else opening.next_window(plans, now),
            activities=activities,
            contacts=[c for c in center.contacts.all() if c.public],
            matters=center.matters.all(),
            standing=compliance.standing(center),
            on_duty=on_duty(center) if is_open else [],
            has_roster=Roster.objects.public().filter(center=center, month=now.date().replace(day=1)).exists(),
            partners=CommunityPartner.objects.active().filter(center=center).select_related("organisation"),
            **kwargs,
        )
