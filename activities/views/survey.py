"""One question, one tap, no login; by the secret address in the message."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from activities.models import SurveyAnswer
from activities.survey import OPEN
from centers.models.repair import hashed


class SurveyView(View):
    """Public by its secret: asked once; the first tap counts."""

    def answer(self, secret: str) -> Any:
        since = timezone.now() - OPEN
        rows = SurveyAnswer.objects.select_related("survey__activity__center")
        row = rows.filter(token_hash=hashed(secret), survey__drawn_at__gte=since).first()
        if row is None:
            raise Http404
        return row

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        row = self.answer(secret)
        context = {"answer": row, "activity": row.survey.activity, "values": SurveyAnswer.Value.choices}
        return quiet(render(request, "activities/survey.html", context))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        row = self.answer(secret)
        value = request.POST.get("value", "")
        if value in SurveyAnswer.Value.values:
            SurveyAnswer.objects.filter(pk=row.pk, value=None).update(value=value)
        return quiet(redirect("survey", secret=secret))


def quiet(response: HttpResponse) -> HttpResponse:
    """Kept out of caches, of other sites' logs and of search."""
    response["Cache-Control"], response["Referrer-Policy"], response["X-Robots-Tag"] = "no-store", "no-referrer", "noindex"
    return response
