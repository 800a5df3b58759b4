"""The officer's activities: open one, publish, change, call off."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, ListView, UpdateView, View

from accounts.views.base import OfficerMixin, ScopedFormMixin, ScopedMixin
from activities import turnstile
from activities.forms.desk import ActivityForm, IntakeForm, MeetingForm, OpenForm
from activities.models import Activity, Intake, Meeting
from activities.views.activities import with_intakes
from activities.workflows.activity import ACTIVITY


class ActivitiesView(ScopedMixin, ListView):
    """The activities of the officer's centers."""

    model = Activity
    desk = True
    paginate_by = 50
    template_name = "activities/desk_activities.html"

    def tuned(self, rows: Any) -> Any:
        state, text = self.request.GET.get("state", ""), self.request.GET.get("q", "").replace("\x00", "")[:60].strip()
        if state in Activity.State.values:
            rows = rows.filter(state=state)
        return with_intakes(rows.filter(title__icontains=text) if text else rows).order_by("-id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(state=self.request.GET.get("state", ""), states=Activity.State.choices, **kwargs)


class OpenView(ScopedFormMixin, CreateView):
    """Activity, places and times on one page."""

    model, action, desk = Activity, "add", True
    form_class, template_name = OpenForm, "form_page.html"

    def fixed(self) -> dict[str, Any]:
        return {"created_by": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        return {"center": self.request.GET.get("center", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead = _("先存为草稿，看一遍再发布。")
        return super().get_context_data(
            page_title=_("开一个活动"), lead=lead, back=reverse("desk_activities"), submit=_("存为草稿"), **kwargs
        )

    def get_success_url(self) -> str:
        messages.success(self.request, _("已存为草稿。看一遍，没有问题就发布。"))
        return reverse("desk_activity", args=[self.object.pk])  # type: ignore[union-attr]


class ActivityView(ScopedMixin, DetailView):
    """One activity: what can be done with it next, its places and who comes."""

    model = Activity
    desk = True
    template_name = "activities/desk_activity.html"

    def tuned(self, rows: Any) -> Any:
        return with_intakes(rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        steps = ACTIVITY.open_to(self.object, self.request.user)
        may_edit = Activity.objects.allowed(self.request.user, "change").filter(pk=self.object.pk).exists()
        intakes = list(self.object.intakes.all())
        for intake in intakes:
            intake.activity = self.object
        return super().get_context_data(steps=steps, may_edit=may_edit, intakes=intakes, **kwargs)


class EditView(ScopedFormMixin, UpdateView):
    model, action, desk = Activity, "change", True
    form_class, template_name = ActivityForm, "form_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("desk_activity", args=[self.object.pk])
        return super().get_context_data(page_title=_("修改活动"), lead=self.object.title, back=back, **kwargs)

    def get_success_url(self) -> str:
        messages.success(self.request, _("已保存。"))
        return reverse("desk_activity", args=[self.object.pk])


class StepView(OfficerMixin, View):
    """Takes a step of the activity's workflow."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        if name not in ACTIVITY.steps:
            raise Http404
        activity = get_object_or_404(Activity.objects.allowed(request.user, "view"), pk=pk)
        if not Activity.objects.allowed(request.user, name).filter(pk=pk).exists():
            raise PermissionDenied
        try:
            ACTIVITY.take(activity, name, by=request.user, reason=request.POST.get("reason", "").strip()[:120])
            messages.success(request, _("“%(step)s”已完成。") % {"step": ACTIVITY.steps[name].label})
        except ValidationError as error:
            for sentence in error.messages:
                messages.error(request, sentence)
        return redirect("desk_activity", pk=pk)


class IntakeEditView(ScopedFormMixin, UpdateView):
    model, action, desk = Intake, "change", True
    form_class, template_name = IntakeForm, "form_page.html"

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("activity__center__region")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("desk_activity", args=[self.object.activity_id])
        return super().get_context_data(page_title=_("名额和规则"), lead=str(self.object), back=back, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        turnstile.forget(form.instance.pk)
        return response

    def get_success_url(self) -> str:
        messages.success(self.request, _("已保存。"))
        return reverse("desk_activity", args=[self.object.activity_id])


class MeetingAddView(ScopedFormMixin, CreateView):
    """One more meeting of an intake."""

    model, action, desk = Meeting, "add", True
    form_class, template_name = MeetingForm, "form_page.html"

    def fixed(self) -> dict[str, Any]:
        rows = Intake.objects.allowed(self.request.user, "change").select_related("activity__center__region")
        self.intake: Any = get_object_or_404(rows, pk=self.kwargs["pk"])
        return {"intake": self.intake}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(page_title=_("添加一场"), **kwargs)
        return context | {"lead": str(self.intake), "back": reverse("desk_activity", args=[self.intake.activity_id])}

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            return super().form_valid(form)

    def get_success_url(self) -> str:
        messages.success(self.request, _("已添加。"))
        return reverse("desk_activity", args=[self.intake.activity_id])
