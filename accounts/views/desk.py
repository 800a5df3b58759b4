"""People at the desk: masked lists, unmasking with a reason, registers as Excel."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import DetailView, ListView, View

from accounts import register
from accounts.forms.family import ReasonForm
from accounts.models import Participant
from accounts.scope import permission, prefixes
from accounts.views.base import OfficerMixin, ScopedMixin
from records import audit


class PeopleView(ScopedMixin, ListView):
    """The residents whom the officer's centers know, masked."""

    model = Participant
    desk = True
    paginate_by = 50
    template_name = "accounts/people_list.html"

    def tuned(self, rows: Any) -> Any:
        text = self.request.GET.get("q", "").strip().replace("\x00", "")
        rows = rows.filter(erased_at=None).select_related("region__parent").order_by("region__code", "id")
        if not text:
            return rows
        return rows.filter(phone__endswith=text) if text.isdigit() else rows.filter(name=text)


class PersonView(ScopedMixin, DetailView):
    """One person: masked, and in full after a reason was given and written down."""

    model = Participant
    desk = True
    template_name = "accounts/person_detail.html"

    def tuned(self, rows: Any) -> Any:
        return rows.filter(erased_at=None).select_related("region")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(form=kwargs.pop("form", ReasonForm()), full=kwargs.pop("full", False), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not prefixes(request.user, "accounts.unmask_participant"):
            raise PermissionDenied
        self.object = get_object_or_404(self.tuned(Participant.objects.allowed(request.user, "unmask")), pk=kwargs["pk"])
        form = ReasonForm(request.POST)
        if form.is_valid():
            audit.write(
                "accounts.unmask_participant",
                by=request.user,
                on=self.object,
                fields=["name", "phone", "birthday"],
                reason=form.cleaned_data["reason"],
                region_code=self.object.region.code,
            )
        return self.render_to_response(self.get_context_data(form=form, full=form.is_valid()))


class ExportView(OfficerMixin, View):
    """A register as Excel: the officer's own rows, names masked, audited."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        entry = register.REGISTERS.get(name)
        if entry is None:
            raise Http404
        codes = prefixes(request.user, permission(entry.model, "view"))
        if not codes:
            raise PermissionDenied
        rows = entry.rows().allowed(request.user, "view").order_by("pk")
        return register.answer(entry, rows, request.user, codes[0])
