"""What is on: the public list and the page of one activity."""

from typing import Any

from django.db.models import Min, Prefetch, Q
from django.utils import timezone
from django.views.generic import DetailView, ListView

from accounts.models import Region
from accounts.views.family import own
from activities.models import Activity, Intake, Meeting, Outcome


def with_intakes(rows: Any) -> Any:
    """Activities with center, intakes and meetings: three queries however many rows."""
    meetings = Prefetch("meetings", Meeting.objects.order_by("starts_at"))
    intakes = Prefetch("intakes", Intake.objects.select_related("residence", "draw").order_by("id").prefetch_related(meetings))
    return rows.select_related("center__region__parent", "care").prefetch_related(intakes)


class ActivityListView(ListView):
    """Public: published activities with a meeting to come, the next one first."""

    model = Activity
    template_name = "activities/activity_list.html"
    paginate_by = 20

    def get_queryset(self) -> Any:
        query = self.request.GET
        ahead = Q(intakes__meetings__ends_at__gte=timezone.now())
        rows = Activity.objects.published().coming().annotate(next_start=Min("intakes__meetings__starts_at", filter=ahead))
        town, kind, text = query.get("town", ""), query.get("kind", ""), query.get("q", "").replace("\x00", "")[:60].strip()
        if town.isdigit():
            rows = rows.filter(center__region__code__startswith=town)
        if kind in Activity.Kind.values:
            rows = rows.filter(kind=kind)
        if text:
            rows = rows.filter(title__icontains=text)
        if query.get("free") == "1":
            rows = rows.filter(pk__in=Intake.objects.open().values("activity"))
        return with_intakes(rows).order_by("next_start", "id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        query = self.request.GET
        for activity in context["object_list"]:
            show(activity)
        context |= {key: query.get(key, "") for key in ("q", "town", "kind")}
        context |= {"free": query.get("free") == "1", "kinds": Activity.Kind.choices}
        context["towns"] = Region.objects.filter(level=Region.Level.TOWN).order_by("code")
        return context


def show(activity: Activity) -> None:
    """Sets ``shown`` (the intake that a card speaks of: the first open one, else the first) and ``meeting``."""
    intakes = list(activity.intakes.all())
    for intake in intakes:
        intake.activity = activity
    order = {"open": 0, "not_open_yet": 1, "full": 2}
    intakes.sort(key=lambda i: order.get(i.phase, 3))
    activity.shown = intakes[0] if intakes else None  # type: ignore[attr-defined]
    activity.meeting = intakes[0].next_meeting if intakes else None  # type: ignore[attr-defined]


class ActivityDetailView(DetailView):
    """Public: where, when, for whom, places, price; one button per intake."""

    model = Activity
    template_name = "activities/activity_detail.html"

    def get_queryset(self) -> Any:
        return with_intakes(Activity.objects.all().visible(self.request.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intakes = list(self.object.intakes.all())
        for intake in intakes:
            intake.activity = self.object
        several = len([i for i in intakes if i.phase == "open"]) > 1
        family = own(self.request.user) if several and self.request.user.is_authenticated else None
        outcome = Outcome.objects.published().filter(activity=self.object.pk).first()
        question = next((i.question for i in intakes if i.phase == "open" and i.question), "")
        return super().get_context_data(intakes=intakes, family=family, outcome=outcome, question=question, **kwargs)
