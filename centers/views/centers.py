"""Finding a center: by name, pinyin, initials, township, open now."""

from typing import Any

from django.utils import timezone
from django.views.generic import ListView

from accounts.models import Region
from centers import opening
from centers.models import Center


class CenterListView(ListView):
    """Public: the published centers."""

    model = Center
    template_name = "centers/center_list.html"
    paginate_by = 20

    def get_template_names(self) -> list[str]:
        return ["centers/_center_results.html"] if getattr(self.request, "htmx", False) else [self.template_name]

    def get_queryset(self) -> Any:
        query = self.request.GET
        rows: Any = Center.objects.published().found(query.get("q", "").replace("\x00", "")[:60])
        town = query.get("town", "")
        if town.isdigit():
            rows = rows.filter(region__code__startswith=town)
        if query.get("open") == "1":
            rows = opening.open_centers(rows)
        return rows.select_related("region__parent").prefetch_related("hours", "exceptions", "services").order_by("region__code", "id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        today = timezone.localdate()
        known = opening.kinds_between(today, today)[today]
        now = timezone.localtime().time()
        for center in context["object_list"]:
            center.today = opening.plan(today, known, list(center.hours.all()), list(center.exceptions.all()))
            center.is_open = center.today.open_at(now)
        query = self.request.GET
        context["towns"] = Region.objects.filter(level=Region.Level.TOWN).order_by("code")
        context |= {"q": query.get("q", ""), "town": query.get("town", ""), "open": query.get("open") == "1", "announced": known.announced}
        return context
