"""A cadre on the phone: my duties and why, leave, swaps."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import CreateView, TemplateView, View

from accounts.views.base import ScopedFormMixin, ScopedMixin
from staffing import fairness
from staffing.forms.duty import OwnLeaveForm, SwapForm
from staffing.models import Cadre, Duty, Leave, Roster, Swap
from staffing.workflows.duty import DUTY
from staffing.workflows.leave import LEAVE
from staffing.workflows.swap import SWAP

FLOWS: dict[str, tuple[Any, Any, tuple[str, ...]]] = {
    "leaves": (LEAVE, Leave, ("cancel",)),
    "swaps": (SWAP, Swap, ("accept", "decline", "withdraw")),
    "duties": (DUTY, Duty, ("answer",)),
}


def cadre_of(user: Any) -> Any:
    return Cadre.objects.filter(user=user).select_related("region").first()


class MyDutiesView(LoginRequiredMixin, TemplateView):
    """What lies ahead, what is asked of me, why my share is what it is."""

    template_name = "staffing/my_duties.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cadre, now = cadre_of(self.request.user), timezone.now()
        if cadre is None:
            return super().get_context_data(cadre=None, **kwargs)
        mine = Duty.objects.posted().filter(cadre=cadre).select_related("shift__roster__center")
        ahead = list(mine.filter(ends_at__gt=now).order_by("starts_at")[:60])
        swaps = Swap.objects.filter(Swap.objects.all().own(self.request.user)).select_related("duty__shift", "back__shift", "owner", "to")
        rosters = list(Roster.objects.public().filter(shifts__duties__cadre=cadre).distinct().order_by("-month", "id")[:4])
        asked_for = self.request.GET.get("roster", "")
        chosen = next((row for row in rosters if str(row.pk) == asked_for), rosters[0] if rosters else None)
        why = fairness.explained(chosen, cadre.pk) if chosen else None  # one at a time: each asks for a whole month
        return super().get_context_data(
            cadre=cadre,
            ahead=ahead,
            swapping={s.duty_id for s in swaps.open()},
            absent=mine.filter(state__in=("absent", "answered"), shift__roster__state="published").order_by("-starts_at")[:10],
            asked=swaps.open().filter(to=cadre, state="offered"),
            swaps=swaps.order_by("-created_at")[:10],
            leaves=Leave.objects.filter(cadre=cadre).order_by("-first_day")[:10],
            told=[(chosen, *why)] if why else [],
            rosters=rosters,
            chosen=chosen,
            now=now,
            today=timezone.localdate(),
            **kwargs,
        )


class OwnLeaveView(ScopedFormMixin, CreateView):
    """I ask for leave: which days, of which kind."""

    model, action = Leave, "add"
    form_class, template_name = OwnLeaveForm, "form_page.html"
    object = None

    def fixed(self) -> dict[str, Any]:
        cadre = cadre_of(self.request.user)
        if cadre is None:
            raise Http404
        return {"cadre": cadre, "asked_by": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"page_title": _("请假"), "back": reverse("me_duties"), "submit": _("提交")}
        return super().get_context_data(lead=_("村社负责人答复以后，您的班会空出来另外安排人。"), **words, **kwargs)

    def get_success_url(self) -> str:
        messages.success(self.request, _("请假交上去了，答复会在消息里告诉您。没答复以前，班还是您的。"))
        return reverse("me_duties")


class OwnSwapView(ScopedMixin, View):
    """I ask a colleague to take my duty, or to change with me."""

    model, action = Swap, "add"

    def duty(self, request: HttpRequest, pk: int) -> Any:
        rows = Duty.objects.posted().filter(cadre__user=request.user.pk, starts_at__gt=timezone.now(), state="planned")
        return get_object_or_404(rows.select_related("shift__roster__center__region", "cadre"), pk=pk)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        duty = self.duty(request, pk)
        return self.page(request, duty, SwapForm(user=request.user, duty=duty))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        duty = self.duty(request, pk)
        form = SwapForm(request.POST, user=request.user, duty=duty)
        if form.is_valid():
            try:
                with transaction.atomic():
                    form.save()
            except IntegrityError:  # a second tap
                form.add_error(None, _("这个班已经在找人换了，想另找一位请先收回那一次。"))
            else:
                messages.success(request, _("已经请他看了。他答应、负责人同意以前，这个班还是您的。"))
                return redirect("me_duties")
        return self.page(request, duty, form)

    def page(self, request: HttpRequest, duty: Duty, form: SwapForm) -> HttpResponse:
        context = {"form": form, "page_title": _("换班"), "lead": str(duty.shift), "back": reverse("me_duties"), "submit": _("请他看看")}
        return render(request, "form_page.html", context)


class OwnStepView(LoginRequiredMixin, View):
    """One tap on a leave, a swap or an absence of mine; what a step needs is asked on a page."""

    def found(self, request: HttpRequest, what: str, pk: int, step: str) -> tuple[Any, Any, Any]:
        if what not in FLOWS or step not in FLOWS[what][2]:
            raise Http404
        flow, model, _steps = FLOWS[what]
        rows = model.objects.all()
        return flow, get_object_or_404(rows.filter(rows.own(request.user)).distinct(), pk=pk), flow.steps[step]

    def get(self, request: HttpRequest, what: str, pk: int, step: str) -> HttpResponse:
        _flow, row, found = self.found(request, what, pk, step)
        return self.page(request, row, found, found.form())

    def post(self, request: HttpRequest, what: str, pk: int, step: str) -> HttpResponse:
        flow, row, found = self.found(request, what, pk, step)
        form = found.form(request.POST)
        if not form.is_valid():
            return self.page(request, row, found, form)
        try:
            flow.take(row, step, by=request.user, **form.cleaned_data)
        except PermissionDenied:
            messages.error(request, _("现在不能再“%(step)s”了，请看看最新情况。") % {"step": found.label})
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("已办：%(step)s。") % {"step": found.label})
        return redirect("me_duties")

    def page(self, request: HttpRequest, row: Any, step: Any, form: Any) -> HttpResponse:
        context = {"form": form, "page_title": step.label, "lead": str(row), "back": reverse("me_duties"), "submit": step.label}
        return render(request, "form_page.html", context)
