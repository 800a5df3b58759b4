"""A lottery in the open: announced, closed, drawn; what anybody needs to recompute it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, FormView, UpdateView, View

from accounts.scope import permission, prefixes
from accounts.views.base import ScopedFormMixin, ScopedMixin
from activities import draw, lottery, telling
from activities.forms.draw import DrawForm, NumberForm
from activities.models import Draw, Intake

SCRIPT = settings.BASE_DIR / "docs" / "verify_draw.py"


def evidence(row: Draw) -> dict[str, Any]:
    """What ``docs/verify_draw.py`` reads; the secret and the result only once it is drawn."""
    known: dict[str, Any] = {
        "intake": row.intake_id,
        "source": row.source,
        "draws_on": row.draws_on.isoformat(),
        "commitment": row.commitment,
        "capacity": row.capacity,
        "entries": row.entries,
        "list_hash": row.list_hash,
    }
    if row.drawn_at:
        known |= {"secret": row.secret, "public_number": row.public_number, "placed": lottery.result_of(row).placed}
    return known


class DrawView(DetailView):
    """Public: how it is drawn, and, afterwards, the result with all that it follows from."""

    model = Draw
    template_name = "activities/draw.html"

    def get_queryset(self) -> Any:
        return Draw.objects.published().select_related("intake__activity__center")

    def get_object(self, queryset: Any = None) -> Any:
        return get_object_or_404(self.get_queryset(), intake=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        result = lottery.result_of(row) if row.drawn_at else None
        context = {"intake": row.intake, "result": result, "families": len(draw.read(row.entries)), "script": SCRIPT.read_text("utf-8")}
        if result:
            context["seed"] = draw.seed_of(row.secret, row.list_hash, row.public_number)
            sizes = dict(draw.read(row.entries))
            lines = [(ticket, sizes[ticket], True) for ticket in result.placed] + [(t, sizes[t], False) for t in result.left]
            context["lines"] = sorted(lines, key=lambda line: draw.sha256(f"{context['seed']}{line[0]}"))
        return super().get_context_data(**context, **kwargs)


class EvidenceView(View):
    """Public: the same as one JSON file, for the script."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(Draw.objects.published().select_related("intake"), intake=pk)
        response = JsonResponse(evidence(row), json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Content-Disposition"] = f'attachment; filename="draw-{pk}.json"'
        return response


class AnnounceMixin(ScopedFormMixin):
    """The public lottery whose number will decide; changed as long as the list is open."""

    model, desk = Draw, True
    form_class: Any = DrawForm
    template_name: Any = "form_page.html"
    action: str
    request: Any
    intake: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            if not prefixes(request.user, permission(Draw, self.action)):
                raise PermissionDenied
            rows = Intake.objects.allowed(request.user, "change").select_related("activity__center__region")
            self.intake = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead = _("先公布用哪一期公开彩票的号码、哪天开奖，再开放登记。谁都没法预先安排结果，居民也能自己验算。")
        back = reverse("desk_activity", args=[self.intake.activity_id])
        words = {"page_title": _("公布抽签办法"), "lead": lead, "back": back, "submit": _("公布")}
        return super().get_context_data(**words, **kwargs)  # type: ignore[misc, no-any-return]

    def get_success_url(self) -> str:
        messages.success(self.request, _("抽签办法已公布在活动页上。"))
        return reverse("desk_activity", args=[self.intake.activity_id])


class AnnounceView(AnnounceMixin, CreateView):
    action = "add"
    object = None

    def fixed(self) -> dict[str, Any]:
        return {"intake": self.intake}

    def form_valid(self, form: Any) -> HttpResponse:
        lottery.announce(form.instance)
        return super().form_valid(form)


class ReannounceView(AnnounceMixin, UpdateView):
    action = "change"

    def get_object(self, queryset: Any = None) -> Any:
        return get_object_or_404(self.get_queryset().filter(closed_at=None), intake=self.kwargs["pk"])


class NumberView(ScopedMixin, FormView):
    """The officer enters the public number, twice; the portal draws at once."""

    model, action, desk = Draw, "draw", True
    form_class, template_name = NumberForm, "form_page.html"

    def row(self) -> Any:
        rows = self.get_queryset().select_related("intake__activity__center__region")
        return get_object_or_404(rows, intake=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.row()
        lead = _("%(source)s，%(day)s 开奖。号码录入后马上抽签，结果不能改。") % {"source": row.source, "day": telling.on(row.draws_on)}
        back = reverse("desk_activity", args=[row.intake.activity_id])
        return super().get_context_data(page_title=_("录入公开号码"), lead=lead, back=back, submit=_("抽签"), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        row = self.row()
        if not Draw.objects.allowed(self.request.user, "draw").filter(pk=row.pk).exists():
            raise PermissionDenied
        try:
            lottery.run(row, form.cleaned_data["number"], self.request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        messages.success(self.request, _("已抽签，并通知了每一位登记的人。"))
        return redirect("draw", pk=row.intake_id)
