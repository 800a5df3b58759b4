"""Cadres at the desk: a number in full for a reason, elections that end postings, centers without a manager."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, View

from accounts.forms.family import ReasonForm
from accounts.phones import masked
from accounts.views.base import ScopedMixin
from centers.models import Center
from records import audit
from staffing import changing
from staffing.forms.people import ElectionForm
from staffing.models import Cadre, CenterManager, Posting


class UnmaskView(ScopedMixin, View):
    """A cadre's number in full, for a written reason that the audit keeps."""

    model, action, desk = Cadre, "unmask", True

    def page(self, request: HttpRequest, cadre: Cadre, form: ReasonForm, full: bool) -> HttpResponse:
        number = cadre.phone if full else masked(cadre.phone)
        return render(request, "staffing/unmask.html", {"cadre": cadre, "form": form, "full": full, "number": number})

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(request, get_object_or_404(self.get_queryset(), pk=pk), ReasonForm(), False)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        cadre: Any = get_object_or_404(self.get_queryset().select_related("region"), pk=pk)
        form = ReasonForm(request.POST)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            code = cadre.region.code
            audit.write("staffing.unmask_cadre", by=request.user, on=cadre, fields=["phone"], reason=reason, region_code=code)
        return self.page(request, cadre, form, form.is_valid())


class ElectionView(ScopedMixin, FormView):
    """换届: the postings of a place end on one day, all at once; first how many, then in earnest."""

    model, action, desk = Posting, "end", True
    form_class, template_name = ElectionForm, "staffing/election.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def rows(self, form: Any) -> Any:
        """Postings in reach that are in force on the last day and would outlast it."""
        found = self.get_queryset().in_force(form.cleaned_data["last_day"]).exclude(valid_until=form.cleaned_data["last_day"])
        center = form.cleaned_data["center"]
        return found.filter(center=center) if center else found

    def form_valid(self, form: Any) -> HttpResponse:
        rows, last = self.rows(form), form.cleaned_data["last_day"]
        if "sure" not in self.request.POST:
            count, centers = rows.count(), rows.values("center").distinct().count()
            return self.render_to_response(self.get_context_data(form=form, count=count, centers=centers, checked=True))
        with transaction.atomic():
            ended = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
            for posting in ended:
                posting.valid_until = last
            Posting.objects.bulk_update(ended, ["valid_until"], 500)
            changing.release({posting.center_id for posting in ended}, last)
            audit.write(
                "staffing.end_posting", by=self.request.user, target_type="staffing.posting", fields=["valid_until"], count=len(ended)
            )
        messages.success(self.request, _("已结束 %(n)d 条任职。新一届请用 Excel 一次导入。") % {"n": len(ended)})
        return redirect(reverse("desk_nouns", args=["postings"]))


class MissingView(ScopedMixin, ListView):
    """Centers without a dedicated manager today: a warning."""

    model, desk = CenterManager, True
    template_name, paginate_by = "staffing/missing.html", 50

    def get_queryset(self) -> Any:
        held = CenterManager.objects.in_force().filter(center=OuterRef("pk"))
        rows = Center.objects.allowed(self.request.user, "view").filter(~Exists(held), published_at__isnull=False)
        return rows.select_related("region__parent").order_by("region__code", "id")
