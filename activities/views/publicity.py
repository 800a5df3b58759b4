"""What a village gets back: posters in three formats, and a text to paste into an official account."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.generic import DetailView, View
from django.views.generic.detail import SingleObjectMixin

from accounts.views.base import ScopedMixin
from activities import poster, reporting
from activities.models import Activity
from activities.views.activities import with_intakes


class PublicityView(ScopedMixin, DetailView):
    """Posters and the text, ready to take."""

    model, desk = Activity, True
    template_name = "activities/publicity.html"

    def tuned(self, rows: Any) -> Any:
        return with_intakes(rows).select_related("outcome")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(text=reporting.for_wechat(self.object), formats=poster.FORMATS, **kwargs)


class PosterView(ScopedMixin, SingleObjectMixin, View):
    """One poster as a PNG."""

    model, desk = Activity, True

    def tuned(self, rows: Any) -> Any:
        return with_intakes(rows)

    def get(self, request: HttpRequest, pk: int, format: str) -> HttpResponse:
        if format not in poster.FORMATS:
            raise Http404
        activity = self.get_object()
        response = HttpResponse(poster.draw(activity, format), content_type="image/png")
        title = " ".join(activity.title.split())  # a line break has no place in a header
        response["Content-Disposition"] = content_disposition_header(False, f"{title}-{format}.png") or "inline"
        return response
