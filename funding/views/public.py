"""What everybody may read: results with the way to recompute them, the notice on paper, projects, the open ledger; and objecting."""

from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, TemplateView, View

from accounts import rates
from accounts.models import Region
from centers.views.public import PublicFormView
from funding import evidence, notice, rating, scoring, telling
from funding.forms.money import ObjectionForm
from funding.models import Application, Book, DecisionLine, LedgerEntry, Objection, Project, RatingRound
from records import audit, printing


class FundingView(TemplateView):
    """Rounds that were decided or are under way, projects in notice, the money of each year."""

    template_name = "funding/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rounds = RatingRound.objects.exclude(state="draft").order_by("-year", "-id")[:10]
        projects = Project.objects.published().select_related("center__region").order_by("-approved_on", "-id")  # type: ignore[attr-defined]
        return super().get_context_data(rounds=rounds, projects=projects[:10], books=Book.objects.select_related("region")[:12], **kwargs)


class RoundPageView(DetailView):
    """公示: every village's star with its three sources, the rules that were applied, objections with their answers."""

    template_name, context_object_name = "funding/round.html", "round"

    def get_queryset(self) -> Any:
        return RatingRound.objects.published().select_related("scheme", "region")  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        decision = row.decisions.order_by("-number").first()
        town = self.request.GET.get("town", "")
        lines = decision.lines.select_related("application__center__region__parent").order_by("-star", "-total", "id")
        towns = Region.objects.filter(code__startswith=row.region.code, level=Region.Level.TOWN).order_by("code")
        if town.isdigit():
            lines = lines.filter(application__center__region__code__startswith=town)
        counted = dict(decision.lines.order_by().values_list("star").annotate(n=Count("pk")))
        answered = row.objections.exclude(state="received").select_related("application__center").order_by("-answered_at")
        return super().get_context_data(
            decision=decision,
            earlier=row.decisions.exclude(pk=decision.pk),
            lines=lines[:1000],
            towns=towns,
            town=town,
            tiers=[{**tier, "count": counted.get(tier["star"], 0)} for tier in decision.tiers],
            money=decision.lines.aggregate(n=Sum("award"))["n"] or 0,
            answered=answered,
            waiting=row.objections.filter(state="received").count(),
            **kwargs,
        )


class VillageView(DetailView):
    """How one village's total came about: any clerk can do the sum again by hand."""

    template_name, context_object_name = "funding/village.html", "application"

    def get_object(self, queryset: Any = None) -> Any:
        rows = Application.objects.published().select_related("center__region__parent", "round__scheme", "veto")  # type: ignore[attr-defined]
        return get_object_or_404(rows, pk=self.kwargs["application"], round=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        rules = rating.rules_of(row.round.scheme)
        entry, total = rating.scored_one(row.round, row.pk)
        line = DecisionLine.objects.filter(application=row).current().select_related("decision").first()  # type: ignore[attr-defined]
        steps = scoring.explain(rules, entry, total)
        return super().get_context_data(
            round=row.round,
            line=line,
            steps=steps,
            rows=rating.shown(row, steps),
            known=evidence.shown(row.facts, row.center, desk=False),
            **kwargs,
        )


class NoticeView(View):
    """The notice in the form of an official document (GB/T 9704): to be issued by the office, so without a red head or a seal."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if rates.over(print_address=str(getattr(request, "client_address", "local"))):
            return render(request, "429.html", status=429)
        row: Any = get_object_or_404(RatingRound.objects.published().select_related("scheme", "region"), pk=pk)  # type: ignore[attr-defined]
        return printing.answer("official", notice.data(row), f"{row.title}.pdf")


class ObjectView(PublicFormView):
    """An objection, while the result is noticed."""

    form_class, kind = ObjectionForm, "feedback"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.round: Any = get_object_or_404(RatingRound.objects.in_notice(), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": Objection(round=self.round)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {
            "page_title": _("提出异议"),
            "lead": _("%(round)s：公示到 %(day)s。10 天内答复，答复公布在公示页上；您是谁只有办理的人知道。")
            % {"round": self.round, "day": self.round.notice_until},
            "submit": _("提交异议"),
            "back": f"/funding/rounds/{self.round.pk}/",
        }
        return super().get_context_data(**words, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        row = form.save(commit=False)
        row.user = self.request.user if self.request.user.is_authenticated else None
        with transaction.atomic():
            row.save()
            audit.write("funding.add_objection", by=row.user, on=row, fields=["text"], region_code=self.round.region.code)
            telling.objection(row)
        return redirect(f"/funding/rounds/{self.round.pk}/?objected=1")


class ProjectPageView(DetailView):
    """A project's notice: what, how much, who agreed to it, how far it is."""

    template_name, context_object_name = "funding/project.html", "project"

    def get_queryset(self) -> Any:
        return Project.objects.published().select_related("center__region__parent")  # type: ignore[attr-defined]


class LedgerView(ListView):
    """The open ledger: sums by year, township, star; every entry."""

    template_name, paginate_by = "funding/ledger.html", 50

    def get_queryset(self) -> Any:
        rows = LedgerEntry.objects.select_related("book", "region", "project", "award__round", "reverses").order_by("-posted_on", "-id")
        year, town = self.request.GET.get("year", ""), self.request.GET.get("town", "")
        rows = rows.filter(book__year=int(year)) if year.isdecimal() and len(year) < 5 else rows
        return rows.filter(region__code__startswith=town) if town.isdigit() else rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.get_queryset().order_by()
        allocated = Sum("amount", filter=Q(account="allocation"))
        paid = Sum("amount", filter=Q(account="payment"))
        towns = Region.objects.filter(level=Region.Level.TOWN).order_by("code")
        names = {town.code: town.name for town in towns}
        by_code: dict[str, list[int]] = {}
        for code, put, out in rows.values_list("region__code").annotate(put=allocated, out=paid):
            sums = by_code.setdefault(code[:9], [0, 0])
            sums[0], sums[1] = sums[0] + (put or 0), sums[1] + (out or 0)
        by_village = (
            rows.filter(account__in=("allocation", "payment")).values_list("region__name").annotate(put=allocated, out=paid)
            if self.request.GET.get("town")
            else []
        )
        by_star = rows.filter(star__isnull=False).values_list("star").annotate(put=allocated, out=paid).order_by("-star")
        return super().get_context_data(
            books=Book.objects.select_related("region"),
            by_town=[(names[code], *sums) for code, sums in sorted(by_code.items()) if code in names],
            by_village=[(name, put or 0, out or 0) for name, put, out in by_village],
            by_star=[(star, put or 0, out or 0) for star, put, out in by_star],
            towns=towns,
            years=Book.objects.order_by("-year").values_list("year", flat=True).distinct(),
            year=self.request.GET.get("year", ""),
            town=self.request.GET.get("town", ""),
            **kwargs,
        )
