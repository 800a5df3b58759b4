"""The clean-up of signs in numbers; sites and centers on a map."""

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.models import Region
from accounts.views.base import ScopedMixin
from centers import maps
from centers.models import CandidateSite, Center, Sign


class CleanUpView(ScopedMixin, TemplateView):
    """Before and now by township, and the centers with most signs."""

    model, desk = Sign, True
    template_name = "centers/clean_up.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        signs: Any = Sign.objects.all().allowed(self.request.user, "view")
        names = dict(Region.objects.filter(level=Region.Level.TOWN).values_list("code", "name"))
        towns: dict[str, dict[str, Any]] = {}
        per_center = (
            signs.order_by()
            .values("center__region__code")
            .annotate(
                before=Count("pk"),
                now=Count("pk", filter=Q(removed_on=None)),
                found=Count("pk", filter=Q(origin="found")),
                removed=Count("pk", filter=Q(origin="found", removed_on__isnull=False)),
                undecided=Count("pk", filter=Q(removed_on=None, action="")),
            )
        )
        for row in per_center:
            code = row["center__region__code"][:9]
            line = towns.setdefault(code, {"code": code, "name": names.get(code, code), **dict.fromkeys(FIELDS, 0)})
            for name in FIELDS:
                line[name] += row[name]
        most = signs.up().order_by().values("center", "center__name").annotate(n=Count("pk")).order_by("-n", "center")[:10]
        lines = [towns[code] for code in sorted(towns)]
        return super().get_context_data(total=signs.clean_up(), lines=lines, most=most, **kwargs)


FIELDS = ("before", "now", "found", "removed", "undecided")


class SiteMapView(ScopedMixin, TemplateView):
    """Candidate sites by mode, with the centers around them."""

    model, desk = CandidateSite, True
    template_name = "centers/map.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        reach: Any = CandidateSite.objects.all().allowed(user, "view")
        sites = reach.counted().filter(latitude__isnull=False).select_related("region__parent")
        centers = Center.objects.allowed(user, "view").filter(latitude__isnull=False).order_by("region__code", "id")
        points, rows = [], list(sites.order_by("region__code", "id"))
        for site in rows:
            site.line = f"{site.get_mode_display()} · {site.area}㎡ · {site.get_state_display()}"
            site.point, site.link = f"s{site.pk}", reverse("desk_noun", args=["sites", site.pk])
            points.append(maps.point(site, site.point, site.name, site.line, site.link, "site") | {"town": site.region.code[:9]})
        shown = list(points)
        points += [maps.point(c, f"c{c.pk}", c.name, _("中心"), reverse("desk_center", args=[c.pk]), "info") for c in centers]
        towns = dict(Region.objects.filter(level=Region.Level.TOWN).values_list("code", "name"))
        return super().get_context_data(
            points=points,
            labels=maps.labels(shown, towns),
            page_title=_("场地和中心地图"),
            rows=rows,
            desk=True,
            **maps.settings_of(),
            **kwargs,
        )
