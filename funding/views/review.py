"""Scoring: a representative on a phone, an officer at the desk; each sees their own sheets and nobody else's."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, Q, When
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, View

from accounts.scope import prefixes
from accounts.views.base import OfficerMixin, ScopedMixin
from funding import evidence, panels
from funding.forms.rating import MarksForm
from funding.models import Application, Criterion, Sheet
from funding.models.application import SCORED
from funding.models.score import NOW
from funding.workflows.sheet import SHEET, items_of
from workflow.views import spread

JOINS = ("application__center__region__parent", "application__round__scheme")


class OwnReviewsView(LoginRequiredMixin, ListView):
    """What the lot gave to this account: what is open first."""

    model, template_name, paginate_by = Sheet, "funding/my_reviews.html", 50

    def get_queryset(self) -> Any:
        rows = Sheet.objects.filter(scorer=self.request.user.pk, source="representatives").filter(NOW)
        return rows.select_related(*JOINS).order_by(
            Case(When(state="pending", then=0), When(state="done", then=1), default=2), "application__center__region__code"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.get_queryset()
        open_now = rows.filter(state="pending").filter(application__state__in=("submitted", "vetoed")).count()
        return super().get_context_data(left=open_now, total=rows.count(), **kwargs)


class OwnSheetMixin(LoginRequiredMixin):
    """One's own sheet of a round that is open; anybody else's is not there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            rows = Sheet.objects.filter(scorer=request.user.pk, source="representatives").select_related(*JOINS)
            self.sheet: Any = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]


def known(application: Application, items: list[Criterion], desk: bool = True) -> list[dict[str, Any]]:
    """The frozen facts that these items look at, or all where none is named."""
    wanted = {item.fact for item in items if item.fact}
    rows = evidence.shown(application.facts, application.center, desk)
    return [row for row in rows if row["key"] in wanted] or rows


class OwnReviewView(OwnSheetMixin, FormView):
    """One village on one screen: what the system knows, what it says itself, a number for each item."""

    form_class, template_name = MarksForm, "funding/my_review.html"

    @cached_property
    def items(self) -> list[Criterion]:
        return items_of(self.sheet)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "items": self.items, "marks": self.sheet.marks}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        application = self.sheet.application
        steps = {step.name for step in SHEET.open_to(self.sheet, self.request.user)}
        facts = known(application, self.items, desk=False)
        return super().get_context_data(sheet=self.sheet, application=application, known=facts, steps=steps, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            SHEET.take(self.sheet, "score", by=self.request.user, marks=form.marks)
        except ValidationError as error:
            spread(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("谢谢，已交。截止前还可以改。"))
        rows = Sheet.objects.filter(scorer=self.request.user.pk, source="representatives").pending()  # type: ignore[attr-defined]
        after = rows.filter(application__state="submitted").order_by("application__center__region__code").first()
        return redirect("me_review", after.pk) if after else redirect("me_reviews")


class RecuseView(OwnSheetMixin, View):
    """A conflict of interest: one sentence, and the sheet is put aside."""

    def page(self, request: HttpRequest, form: Any) -> HttpResponse:
        context = {
            "form": form,
            "page_title": _("我要回避"),
            "lead": self.sheet.application.center.name,
            "submit": _("回避这个村社"),
            "back": f"/me/reviews/{self.sheet.pk}/",
        }
        return render(request, "form_page.html", context)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(request, SHEET.steps["recuse"].form())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = SHEET.steps["recuse"].form(request.POST)
        if not form.is_valid():
            return self.page(request, form)
        try:
            SHEET.take(self.sheet, "recuse", by=request.user, why=form.cleaned_data["why"])
        except ValidationError as error:
            spread(form, error)
            return self.page(request, form)
        messages.success(request, _("已回避，不影响别人打分。"))
        return redirect("me_reviews")


class ScoringView(OfficerMixin, ListView):
    """The villages that wait for this officer's scores."""

    template_name, paginate_by = "funding/scoring.html", 50

    def may_enter(self, user: Any) -> bool:
        return bool(prefixes(user, "funding.score_sheet"))

    def get_queryset(self) -> Any:
        rows = panels.to_score(self.request.user).select_related("center__region__parent", "round__scheme")
        return rows.order_by("center__region__code")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = Sheet.objects.filter(NOW, scorer=self.request.user.pk).exclude(source="representatives")
        return super().get_context_data(own=own.select_related(*JOINS).order_by("application__center__region__code"), **kwargs)


class ScoreView(OfficerMixin, FormView):
    """One village's marks by the township or the district, as the officer's grant says."""

    form_class, template_name = MarksForm, "funding/score.html"

    def may_enter(self, user: Any) -> bool:
        return bool(prefixes(user, "funding.score_sheet"))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.may_enter(request.user):
            rows = Application.objects.allowed(request.user, "view").filter(SCORED, Q(round__state="open") | Q(reopened=True))
            self.application: Any = get_object_or_404(rows.select_related("center__region__parent", "round__scheme"), pk=kwargs["pk"])
            self.source = panels.source_for(request.user, self.application.center.region.code)
            self.sheet = Sheet.objects.filter(application=self.application, scorer=request.user.pk).first()
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def items(self) -> list[Criterion]:
        rows = Criterion.objects.filter(scheme=self.application.round.scheme_id, source=self.source)
        return list(rows.order_by("number"))

    def get_form_kwargs(self) -> dict[str, Any]:
        marks = self.sheet.marks if self.sheet else None
        return {**super().get_form_kwargs(), "items": self.items, "marks": marks}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = known(self.application, self.items)
        return super().get_context_data(application=self.application, known=facts, sheet=self.sheet, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            if self.sheet:
                SHEET.take(self.sheet, "score", by=self.request.user, marks=form.marks)
            else:
                panels.give(self.application, self.request.user, form.marks)
        except ValidationError as error:
            spread(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("已交：%(who)s。") % {"who": self.application.center.name})
        return redirect("desk_scoring")


class ReplaceView(ScopedMixin, View):
    """The district puts the next one of the lot in the place of who doesn't answer."""

    model, action, desk = Sheet, "replace", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        sheet: Any = get_object_or_404(self.get_queryset().select_related(*JOINS), pk=pk)
        try:
            SHEET.take(sheet, "replace", by=request.user, reason=request.POST.get("reason", "")[:100] or _("没有按时评议"))
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, " ".join(getattr(error, "messages", [_("现在不能换人。")])))
        else:
            messages.success(request, _("已换人，新抽到的代表收到了消息。"))
        return redirect("desk_noun", "applications", sheet.application_id)
