"""A resident's own page: what comes next, the family, messages."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils import timezone
from django.views.generic import ListView, TemplateView

from accounts.models import Guardianship
from accounts.views.family import own
from activities.models import Booking
from funding.models import Sheet
from records.models import Message
from staffing.models import Cadre


class MeView(LoginRequiredMixin, TemplateView):
    """The next bookings first."""

    template_name = "portal/me.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        rows = Booking.objects.all()
        coming = rows.live().filter(rows.own(user), intake__meetings__ends_at__gte=timezone.now()).distinct()
        bookings = coming.select_related("intake__activity__center", "participant").prefetch_related("intake__meetings").order_by("id")[:20]
        family = list(own(user))
        waiting = Guardianship.objects.requested().filter(participant__in=[p.pk for p in family]).exclude(user=user.pk).count()
        messages = Message.objects.inbox(user)[:3]
        reviews = Sheet.objects.filter(scorer=user.pk, source="representatives").pending().count()  # type: ignore[attr-defined]
        is_cadre = Cadre.objects.filter(user=user.pk).exists()
        return super().get_context_data(
            is_cadre=is_cadre, reviews=reviews, bookings=bookings, family=family, waiting=waiting, inbox=messages, **kwargs
        )


class InboxView(LoginRequiredMixin, ListView):
    """The messages; looking at them marks them read."""

    model = Message
    template_name = "portal/inbox.html"
    paginate_by = 30

    def get_queryset(self) -> Any:
        return Message.objects.inbox(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["object_list"] = shown = list(context["object_list"])
        unread = [m.pk for m in shown if m.read_at is None]
        if unread:
            Message.objects.filter(pk__in=unread, recipient=self.request.user).update(read_at=timezone.now())  # type: ignore[misc]
        return context
