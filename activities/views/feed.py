"""A family's bookings in its own calendar, at a secret address that can be renewed."""

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from activities import ics
from activities.models import CalendarFeed
from centers.models.repair import hashed, new_secret
from records import audit


def pk_of(request: HttpRequest) -> int:
    return int(request.user.pk)  # type: ignore[arg-type]  # logged in


def feed_of(request: HttpRequest) -> Any:
    return CalendarFeed.objects.filter(user_id=pk_of(request))


class FeedPageView(LoginRequiredMixin, TemplateView):
    """Makes the address, or a new one in place of the old; it is shown once."""

    template_name = "activities/feed.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        feed = feed_of(self.request).first()
        return super().get_context_data(feed=feed, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        token, token_hash = new_secret()
        if request.POST.get("stop"):
            feed_of(request).delete()
            audit.write("activities.delete_calendarfeed", by=request.user)
            return self.render_to_response(self.get_context_data())
        values = {"token_hash": token_hash, "created_at": timezone.now()}
        row, _new = CalendarFeed.objects.update_or_create(user_id=pk_of(request), defaults=values)
        audit.write("activities.change_calendarfeed", by=request.user, on=row)
        address = settings.SITE_URL + reverse("calendar_feed", args=[token])
        response = self.render_to_response(self.get_context_data(address=address))
        response["Referrer-Policy"] = "no-referrer"
        return response


class FeedView(View):
    """Public by its secret: the coming bookings of the account's family, without names."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        row = CalendarFeed.objects.select_related("user").filter(token_hash=hashed(token), user__is_active=True).first()
        if row is None:
            raise Http404
        response = HttpResponse(ics.feed(row.user), content_type="text/calendar; charset=utf-8")
        response["Cache-Control"] = "private, max-age=900"
        response["Referrer-Policy"] = "no-referrer"
        return response
