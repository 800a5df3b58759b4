"""Budget, reversal, payment of one award; files in reach of who may see what they belong to."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from accounts.views.base import ScopedMixin
from centers.views.photos import PaperFileView, file_answer
from funding import ledger
from funding.forms.money import BudgetForm, ReversalForm
from funding.models import Award, LedgerEntry, Objection, Project, ProjectPaper
from workflow.views import spread


class BudgetView(ScopedMixin, FormView):
    """Adds to a year's budget."""

    model, action, desk = LedgerEntry, "add", True
    form_class, template_name = BudgetForm, "form_page.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page_title=_("增加预算"), back="/desk/ledger/", submit=_("记一笔"), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        try:
            row = ledger.budget(
                given["region"], given["year"], given["purpose"], given["amount"], by=self.request.user, reason=given["reason"]
            )
        except ValidationError as error:
            spread(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("已记账。"))
        return redirect("desk_noun", "ledger", row.pk)


class ReverseView(ScopedMixin, View):
    """Undoes one entry, with the reason."""

    model, action, desk = LedgerEntry, "reverse", True

    def page(self, request: HttpRequest, entry: Any, form: Any) -> HttpResponse:
        context = {
            "form": form,
            "page_title": _("冲销第 %(n)d 笔") % {"n": entry.pk},
            "lead": f"{entry.get_kind_display()} {entry.region.name}",
            "submit": _("冲销"),
            "back": f"/desk/ledger/{entry.pk}/",
        }
        return render(request, "form_page.html", context)

    def entry(self, pk: int) -> Any:
        return get_object_or_404(self.get_queryset().select_related("book", "region", "award", "project"), pk=pk)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(request, self.entry(pk), ReversalForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        entry, form = self.entry(pk), ReversalForm(request.POST)
        if not form.is_valid():
            return self.page(request, entry, form)
        try:
            row = ledger.reverse(entry, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            spread(form, error)
            return self.page(request, entry, form)
        messages.success(request, _("已冲销。"))
        return redirect("desk_noun", "ledger", row.pk)


class AllocateView(ScopedMixin, View):
    """Puts in place anew what was reversed, of an award or a project."""

    model, action, desk = LedgerEntry, "add", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, what: str, pk: int) -> HttpResponse:
        kinds: dict[str, Any] = {"awards": Award, "projects": Project}
        if what not in kinds:
            raise Http404
        row: Any = get_object_or_404(kinds[what].objects.allowed(request.user, "view").select_related("center__region"), pk=pk)
        try:
            ledger.allocate_rest(row, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("已落实。"))
        return redirect("desk_noun", what, row.pk)


class PayView(ScopedMixin, View):
    """Pays what is in place of one award."""

    model, action, desk = Award, "pay", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        award: Any = get_object_or_404(self.get_queryset(), pk=pk)
        try:
            ledger.pay(award, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("已拨付。"))
        return redirect("desk_noun", "awards", award.pk)


class PaperView(PaperFileView):
    """A project's paper, to be saved under the name it came with."""

    model = ProjectPaper


class SealView(ScopedMixin, View):
    """The sealed letter of an objection."""

    model, desk = Objection, True

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        row: Any = get_object_or_404(self.get_queryset().exclude(seal=""), pk=pk)
        response = file_answer(row.seal, row.content_type, "private, no-store")
        response["Content-Disposition"] = content_disposition_header(True, f"objection-{row.pk}") or "attachment"
        return response
