"""The hall: today's shifts confirmed with one tap; the district's board of today."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.scope import prefixes, within
from accounts.views.base import OfficerMixin
from centers.models import Center
from staffing.models import Duty, Roster, Shift
from staffing.models.roster import month_end
from staffing.workflows.duty import DUTY, EARLY, LATE


def today(user: Any, permission: str, day: date | None = None) -> Any:
    """Posted shifts of a day within reach."""
    reach = within("roster__center__region__code", prefixes(user, permission))
    rows = Shift.objects.posted().filter(reach, day=day or timezone.localdate())
    people = Prefetch("duties", Duty.objects.select_related("cadre").order_by("-lead", "id"))
    return (
        rows.select_related("roster__center__region__parent").prefetch_related(people).order_by("starts_at", "roster__center__region__code")
    )


class HallView(OfficerMixin, TemplateView):
    """Who is on duty today at one's center: one tap for whom is there, for the whole shift."""

    template_name = "staffing/hall.html"
    MOST = 30

    def may_enter(self, user: Any) -> bool:
        return bool(prefixes(user, "staffing.confirm_duty"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, day = timezone.now(), timezone.localdate()
        shifts = list(today(self.request.user, "staffing.confirm_duty")[: self.MOST + 1])
        before = [s for s in today(self.request.user, "staffing.confirm_duty", day - timedelta(days=1)) if s.ends_at >= now - LATE]
        late = [s for s in before if any(d.state == Duty.State.PLANNED for d in s.duties.all())]
        for shift in (*shifts, *late):
            shift.open = [d for d in shift.duties.all() if d.state == Duty.State.PLANNED]  # type: ignore[attr-defined]
            shift.from_when = shift.starts_at - EARLY if shift.starts_at - EARLY > now else None  # type: ignore[attr-defined]
        many = len(shifts) > self.MOST
        return super().get_context_data(shifts=shifts[: self.MOST], late=late[: self.MOST], many=many, now=now, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        numbers = [int(pk) for pk in request.POST.getlist("duty") if pk.isdecimal() and len(pk) < 19]
        name = "unconfirm" if request.POST.get("act") == "unconfirm" else "confirm"
        done, wrong = 0, dict[str, None]()
        for duty in Duty.objects.allowed(request.user, name).filter(pk__in=numbers).order_by("pk"):
            try:
                DUTY.take(duty, name, by=request.user)
                done += 1
            except (ValidationError, PermissionDenied) as error:
                words = error.messages if isinstance(error, ValidationError) else [_("现在不能确认这个班。")]
                wrong |= dict.fromkeys(words)
        for words_once in wrong:
            messages.error(request, words_once)
        if done:
            messages.success(request, _("已记下：%(n)d 人。") % {"n": done})
        elif not numbers:
            messages.error(request, _("请勾上在岗的人。没来的不用管，不勾就是“不知道”。"))
        return redirect("desk_hall")


class BoardView(OfficerMixin, TemplateView):
    """Shifts that lack people today, persons on duty this month: by township, of places, never of persons."""

    template_name = "staffing/board.html"

    def may_enter(self, user: Any) -> bool:
        return bool(prefixes(user, "staffing.view_roster"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, day = self.request.user, timezone.localdate()
        shifts = today(user, "staffing.view_roster", day)
        empty = shifts.uncovered()
        without = Center.objects.allowed(user, "view").filter(published_at__isnull=False, postings__isnull=False)
        without = without.exclude(rosters__in=Roster.objects.public().filter(month=day.replace(day=1))).distinct().order_by("region__code")
        month = day.replace(day=1)
        duties: Any = Duty.objects.posted().allowed(user, "view").filter(shift__day__range=(month, month_end(month)))
        persons = duties.order_by().aggregate(n=Count("cadre", distinct=True))["n"]
        rosters: Any = Roster.objects.allowed(user, "view")
        return super().get_context_data(
            day=day,
            missing=empty[:200],
            missing_count=empty.count(),
            without=without[:100],
            without_count=without.count(),
            persons=persons,
            month=month,
            on_duty=duties.filter(shift__day=day).count(),
            confirmed=duties.filter(shift__day=day, state=Duty.State.CONFIRMED).count(),
            late=rosters.late().filter(month__gt=day).select_related("center").order_by("center__region__code")[:100],
            posted=rosters.public().filter(month=month).count(),
            towns=self.towns(user, day),
            **kwargs,
        )

    @staticmethod
    def towns(user: Any, day: date) -> list[dict[str, Any]]:
        """Township → shifts today, of these uncovered."""
        found: dict[str, dict[str, Any]] = {}
        rows = today(user, "staffing.view_roster", day)
        for shift in rows.iterator(500):
            region = shift.roster.center.region
            town = region if region.level == "town" else region.parent
            line = found.setdefault(town.code, {"name": town.name, "code": town.code, "shifts": 0, "missing": 0, "centers": set()})
            line["shifts"] += 1
            line["missing"] += shift.missing > 0
            line["centers"].add(region.code)
        return [found[code] | {"centers": len(found[code]["centers"])} for code in sorted(found)]
