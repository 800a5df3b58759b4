"""A resident asks a center to open by appointment, reads the answer, cancels."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import CreateView, ListView, View

from accounts.views.base import ScopedFormMixin, ScopedMixin
from centers.forms.appointment import AppointmentForm, asked_day, days
from centers.models import Appointment, Center
from centers.models.appointment import moment
from centers.workflows import appointment as flow


class AskView(ScopedFormMixin, CreateView):
    """The form; what was typed stays where something is wrong."""

    model, action = Appointment, "add"
    form_class, template_name = AppointmentForm, "centers/appointment_form.html"
    object = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rows = Center.objects.published().select_related("region__parent").prefetch_related("hours", "exceptions")
        self.center: Any = get_object_or_404(rows, pk=kwargs["pk"])
        self.plans = days(self.center)
        return super().dispatch(request, *args, **kwargs)

    def fixed(self) -> dict[str, Any]:
        return {"center": self.center, "asked_by": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        day = asked_day(self.request.GET.get("day", ""), self.plans)
        plan = next((p for p in self.plans if p.day == day), None)
        if plan is None:
            return {}
        first = plan.by_appointment[0]
        until = min(moment(plan.day, first.closes), moment(plan.day, first.opens) + timedelta(hours=2))
        return {"day": f"{day}", "opens": first.opens, "closes": timezone.localtime(until).time()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "plans": self.plans}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        taken = Appointment.objects.filter(center=self.center, state="confirmed", day__in=[p.day for p in self.plans]).order_by("starts_at")
        back = reverse("center_detail", args=[self.center.pk])
        words = {"page_title": _("申请预约开放"), "lead": self.center.name, "back": back, "submit": _("提交申请")}
        unsure = any(not p.announced for p in self.plans)
        return super().get_context_data(center=self.center, plans=self.plans, taken=taken, unsure=unsure, **words, **kwargs)

    def keep(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().keep(form)
            flow.tell_asked(form.instance)
        return response

    def get_success_url(self) -> str:
        messages.success(self.request, _("申请已交给中心，1 个工作日内答复，消息里会告诉您。"))
        return reverse("me_appointments")


class OwnView(LoginRequiredMixin, ListView):
    """What one has asked for, the next one first."""

    model, template_name, paginate_by = Appointment, "centers/appointment_own.html", 20

    def get_queryset(self) -> Any:
        rows = Appointment.objects.all()
        return rows.filter(rows.own(self.request.user)).select_related("center").order_by("-starts_at", "-id")


class CancelView(ScopedMixin, View):
    """Until it starts."""

    model, action = Appointment, "cancel"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row: Any = get_object_or_404(self.get_queryset(), pk=pk)
        try:
            flow.APPOINTMENT.take(row, "cancel", by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("已取消，中心会收到消息。"))
        return redirect("me_appointments")
