"""A month's roster at the desk: its quality and reasons, made in the background, changed by hand, planned anew."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, View

from accounts.models import Region
from accounts.scope import prefixes
from accounts.views.base import ScopedMixin
from staffing import changing, checker, fairness, judging, replanning, runs
from staffing.forms.duty import PutForm, RunForm
from staffing.models import Cadre, Duty, Roster, RosterRun, Shift
from staffing.workflows.roster import ROSTER
from workflow.views import NounDetailView


def reasons(gap: checker.Gap) -> str:
    """Why a place stays empty: ``已请假 1 人、晚班不排 2 人``."""
    return "、".join(_("%(why)s %(n)d 人") % {"why": checker.REASONS[why], "n": n} for why, n in gap.reasons.items())


class RosterView(NounDetailView):
    """Days with who is on, empty places with their reason, each person's share in words, the next step."""

    template_name = "staffing/roster_detail.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **{**kwargs, "noun": "rosters"})

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        roster: Roster = self.object
        found = changing.month(roster)
        shifts = list(found.shifts.values())
        for shift in shifts:
            shift.there = sorted(shift.duties.all(), key=lambda d: (not d.lead, d.pk))  # type: ignore[attr-defined]
        context["days"] = by_day(shifts)
        context["gaps"] = [(found.shifts[g.slot], g, reasons(g)) for g in checker.gaps(found.problem, found.now)]
        context["faults"] = [(f, checker.WORDS[f.rule]) for f in checker.faults(found.problem, found.now)]
        context["quality"] = judging.quality(found.problem, found.now)
        shown = any(roster.center.region.code.startswith(code) for code in prefixes(self.request.user, "staffing.view_dutybalance"))
        context["people"] = fairness.everybody(roster, found) if shown else []
        spread = context["quality"].spread
        context["spreads"] = [(line.label, fairness.hundredths(spread[line.kind])) for line in labels()]
        user = self.request.user
        context["steps"] = [step for step in context["steps"] if step.name != "generate"]
        context["may_make"] = ROSTER.steps["generate"] in ROSTER.open_to(roster, user)
        context["unannounced"] = roster.generated_at and roster.quality.get("announced") is False
        context["may_change"] = roster.state != Roster.State.CLOSED and changing.may(user, roster)
        if context["may_change"] and roster.generated_at:
            drift = replanning.stale(roster, shifts)
            context |= {"stale": drift.days, "unannounced": not drift.announced}
        return context


def labels() -> list[Any]:
    from staffing.models import DutyBalance
    from staffing.problem import KINDS

    return [fairness.Line(kind, str(DutyBalance.Kind(kind).label), 0, "", "", "") for kind in KINDS]


def by_day(shifts: list[Shift]) -> list[tuple[Any, list[Shift]]]:
    days: dict[Any, list[Shift]] = {}
    for shift in shifts:
        days.setdefault(shift.day, []).append(shift)
    return list(days.items())


class MakeView(ScopedMixin, View):
    """Makes one center's month in the background, and leads to the page that shows how far it is."""

    model, action, desk = Roster, "generate", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        roster: Any = get_object_or_404(self.get_queryset().select_related("center__region"), pk=pk)
        try:
            run = runs.start(request.user, roster.center.region, roster.month, roster.center)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("desk_noun", "rosters", roster.pk)
        return redirect("desk_roster_run", run.pk)


class RunsView(ScopedMixin, FormView):
    """Starts a month of all centers within reach; earlier runs below."""

    model, desk = RosterRun, True
    form_class, template_name = RunForm, "staffing/roster_runs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may = bool(prefixes(self.request.user, "staffing.add_rosterrun"))
        return super().get_context_data(runs=self.get_queryset().select_related("region")[:20], may_start=may, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not prefixes(request.user, "staffing.add_rosterrun"):
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: RunForm) -> HttpResponse:
        user = self.request.user
        codes = prefixes(user, "staffing.add_rosterrun")
        begun, words = [], []
        for region in Region.objects.filter(code__in=codes).order_by("code"):
            try:
                begun.append(runs.start(user, region, form.cleaned_data["month"]))
            except ValidationError as error:
                words += error.messages
        if not begun:
            form.add_error("month", words)
            return self.form_invalid(form)
        return redirect("desk_roster_run", begun[0].pk) if len(begun) == 1 else redirect("desk_roster_runs")


def made_by(run: RosterRun) -> Any:
    return Roster.objects.filter(center__in=run.made, month=run.month)


class RunView(ScopedMixin, DetailView):
    """How far a run is; may be left and found again."""

    model, desk = RosterRun, True
    object: RosterRun

    def get_template_names(self) -> list[str]:
        return ["staffing/_run.html" if self.request.headers.get("HX-Request") else "staffing/roster_run.html"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        only = made_by(self.object).first() if self.object.total == 1 and self.object.finished_at and not self.object.failed else None
        if only and not request.headers.get("HX-Request"):
            return redirect("desk_noun", "rosters", only.pk)
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        from centers.models import Center

        names = Center.objects.in_bulk([int(pk) for pk in self.object.failed])
        failed = [(names.get(int(pk)), words) for pk, words in self.object.failed.items()]
        made = made_by(self.object).select_related("center").order_by("center__region__code")[:400]
        late = not self.object.over and self.object.done == 0 and self.object.started_at < timezone.now() - timedelta(seconds=20)
        return super().get_context_data(failed=failed, made=made, late=late, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = RosterRun.objects.allowed(request.user, "cancel")
        run: Any = get_object_or_404(rows, pk=pk)
        runs.cancel(run, request.user)
        messages.success(request, _("停下了。已经排好的留着，没排的可以再来一次。"))
        return redirect("desk_roster_run", run.pk)


class ShiftView(ScopedMixin, View):
    """One shift changed by hand: a rule that would break is refused with its words; who owes most stands first."""

    model, action, desk = Duty, "change", True

    def shift(self, request: HttpRequest, pk: int) -> Any:
        rows = Shift.objects.allowed(request.user, "view").select_related("roster__center__region")
        found: Any = get_object_or_404(rows, pk=pk)
        if not changing.may(request.user, found.roster):
            raise PermissionDenied
        return found

    def page(self, request: HttpRequest, shift: Any, data: Any = None) -> tuple[PutForm, dict[str, Any]]:
        found = changing.month(shift.roster)
        owed = changing.owed(found)
        # On a full shift: who could come for one of those who are there.
        places: list[int | None] = [None] if shift.missing else [d.cadre_id for d in shift.duties.all() if d.state == Duty.State.PLANNED]
        able = {cadre for out in places for cadre in changing.candidates(found, shift.key, out)}
        ranked = sorted(able, key=lambda cadre: (owed[cadre], cadre))
        people = Cadre.objects.filter(pk__in=[p.key for p in found.problem.people]).select_related("region").order_by("name", "id")
        cadres = people.in_bulk()
        form = PutForm(data, shift=shift, people=people, initial={"into": ranked[0] if ranked and shift.missing else None})
        gap = next((g for g in checker.gaps(found.problem, found.now) if g.slot == shift.key), None)
        offers = [(cadres[key], fairness.hundredths(owed[key])) for key in ranked]
        return form, {"form": form, "shift": shift, "offers": offers, "gap": gap, "why": reasons(gap) if gap else ""}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return render(request, "staffing/shift.html", self.page(request, self.shift(request, pk))[1])

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        shift = self.shift(request, pk)
        form, context = self.page(request, shift, request.POST)
        if form.is_valid():
            out, into, why = (form.cleaned_data[name] for name in ("out", "into", "reason"))
            try:
                changing.put(shift, out, into, request.user, why)
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("改好了。"))
                return redirect("desk_noun", "rosters", shift.roster_id)
        return render(request, "staffing/shift.html", context)


class ReplanView(ScopedMixin, View):
    """The difference before it is published; what is past and the next 48 hours stay."""

    model, action, desk = Duty, "change", True

    def roster(self, request: HttpRequest, pk: int) -> Any:
        rows = Roster.objects.allowed(request.user, "view").select_related("center__region")
        found: Any = get_object_or_404(rows, pk=pk, state=Roster.State.PUBLISHED)
        if not changing.may(request.user, found):
            raise PermissionDenied
        return found

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        roster = self.roster(request, pk)
        return self.page(request, roster, replanning.replan(roster))

    def page(self, request: HttpRequest, roster: Roster, found: replanning.Difference) -> HttpResponse:
        until = replanning.pinned_until(roster)
        cadres = Cadre.objects.in_bulk(replanning.people_of(found.changes))
        changes = [(each, *([cadres[k] for k in part] for part in (each.out, each.into, each.stay))) for each in found.changes]
        shifts = {shift.key: shift for shift in roster.shifts.all()} | {each.shift.key: each.shift for each in found.changes}
        gaps = [(shifts[g.slot], g, reasons(g)) for g in found.gaps if g.day > until or not shifts[g.slot].pk]
        context = {"roster": roster, "changes": changes, "gaps": gaps, "mark": found.mark, "until": until}
        return render(request, "staffing/replan.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        roster = self.roster(request, pk)
        found = replanning.replan(roster)
        if request.POST.get("mark") != found.mark:
            messages.error(request, _("值班表刚刚有变动，下面是重新算的，请再看一遍。"))
            return self.page(request, roster, found)
        try:
            replanning.apply(found, request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("desk_roster_replan", roster.pk)
        messages.success(request, _("新的值班表已经公示，有变动的人都收到消息了。"))
        return redirect(reverse("desk_noun", args=["rosters", roster.pk]))
