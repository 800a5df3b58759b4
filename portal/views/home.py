"""The front door."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from accounts import consents
from accounts.models import Region
from accounts.views.login import onward
from activities.models import Activity, Intake, Meeting
from activities.views.activities import show, with_intakes
from centers import opening
from centers.models import Center


class HomeView(TemplateView):
    """What a neighbour asks first: what is open, what is on, where to book."""

    template_name = "portal/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        centers, today = Center.objects.published(), opening.today()
        now = timezone.now()
        week = Meeting.objects.published().filter(starts_at__gte=now, starts_at__lt=now + timedelta(days=7))
        open_ids = list(
            Intake.objects.open(now)
            .filter(meetings__starts_at__gte=now)
            .order_by("meetings__starts_at")
            .values_list("activity", flat=True)[:40]
        )
        rows = {a.pk: a for a in with_intakes(Activity.objects.published().filter(pk__in=list(dict.fromkeys(open_ids))[:6]))}
        activities = [rows[pk] for pk in dict.fromkeys(open_ids) if pk in rows]
        for activity in activities:
            show(activity)
        return super().get_context_data(
            centers=centers.count(),
            open_now=opening.open_centers(centers, known=today).count(),
            announced=today.announced,
            week=week.count(),
            activities=activities,
            towns=Region.objects.filter(level=Region.Level.TOWN).order_by("code"),
            **kwargs,
        )


class PrivacyView(TemplateView):
    """What we keep, why, how long, who sees it."""

    template_name = "portal/privacy.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(texts=list(consents.TEXTS.values()), **kwargs)


class ElderModeView(View):
    """Larger type and targets, kept in a cookie."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        response = redirect(onward(request, "/"))
        on = request.COOKIES.get("elder") != "1"
        response.set_cookie(
            "elder", "1" if on else "0", max_age=365 * 86400, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
        return response
