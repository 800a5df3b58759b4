"""For everybody: who is on duty, and the roster for the wall."""

from collections import Counter
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.views.generic import DetailView, View

from accounts import rates
from centers.models import Center
from records import printing
from staffing.models import Duty, Roster, Shift


def month_in(text: str) -> date:
    """The month that an address names; this one for anything else."""
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return timezone.localdate().replace(day=1)


def on_duty(center: Center) -> list[Duty]:
    """Who is at the hall now, by the posted roster: name and position, leads first."""
    rows = Duty.objects.at().filter(shift__roster__center=center).select_related("cadre", "shift")
    return list(rows.order_by("-lead", "id"))


def posted(center: Center, month: date) -> Roster:
    return get_object_or_404(Roster.objects.public().select_related("center__region"), center=center, month=month)


def shifts_of(roster: Roster) -> list[Shift]:
    return list(roster.shifts.prefetch_related("duties__cadre").order_by("day", "starts_at", "id"))


class RosterPageView(DetailView):
    """A center's posted month, as it hangs on the wall."""

    model = Center
    template_name = "staffing/posted.html"

    def get_queryset(self) -> Any:
        return Center.objects.all().visible(self.request.user).select_related("region__parent")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        from staffing.views.roster import by_day

        center = self.object
        rows = Roster.objects.public().filter(center=center)
        roster = rows.filter(month=month_in(self.request.GET.get("month", ""))).first()
        months = [f"{m:%Y-%m}" for m in rows.order_by("-month").values_list("month", flat=True)[:6]]
        days = by_day(shifts_of(roster)) if roster else []
        today = timezone.localdate()
        has_today = any(day == today for day, _shifts in days)
        return super().get_context_data(roster=roster, days=days, months=months, today=today, has_today=has_today, **kwargs)


class WallView(View):
    """One month on A4, large type, for the wall."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if rates.over(print_address=str(getattr(request, "client_address", "local"))):  # each one is typeset anew
            return render(request, "429.html", status=429)
        center: Any = get_object_or_404(Center.objects.all().visible(request.user), pk=pk)
        roster = posted(center, month_in(request.GET.get("month", "")))
        return printing.answer("roster", wall(roster), f"{center.name}-{roster.month:%Y-%m}-{_('值班表')}.pdf")


def wall(roster: Roster) -> dict[str, Any]:
    """The data of ``templates/print/roster.typ``: a row a day, a column a kind of shift."""
    shifts = shifts_of(roster)
    if not shifts:
        raise Http404
    kinds = {s.kind: str(s.get_kind_display()) for s in sorted(shifts, key=lambda s: s.starts_at.time())}
    # The head names the hours of most days; a day with others says so itself.
    usual = {kind: Counter(s.spans for s in shifts if s.kind == kind).most_common(1)[0][0] for kind in kinds}
    rows: dict[date, dict[str, str]] = {}
    for shift in shifts:
        names = "" if shift.spans == usual[shift.kind] else f"{shift.spans} "
        names += "、".join(
            d.cadre.name + ("★" if d.lead else "") for d in sorted(shift.duties.all(), key=lambda d: (not d.lead, d.pk))
        ) or _("空缺")
        rows.setdefault(shift.day, {})[shift.kind] = names
    return {
        "name": roster.center.name,
        "title": _("%(year)d年%(month)d月值班表") % {"year": roster.month.year, "month": roster.month.month},
        "phone": roster.center.phone,
        "kinds": list(kinds.values()),
        "spans": [usual[kind] for kind in kinds],
        "rows": [
            {
                "day": f"{day.day}",
                "week": dateformat.format(day, "D"),
                "rest": day_off(shifts, day),
                "names": [found.get(k, "") for k in kinds],
            }
            for day, found in sorted(rows.items())
        ],
        "note": _("★ 为带班。有变动以网上为准。"),
    }


def day_off(shifts: list[Shift], day: date) -> str:
    kind = next(s.day_kind for s in shifts if s.day == day)
    return {"rest_day": _("休"), "holiday": _("假"), "makeup": _("班")}.get(kind, "")
