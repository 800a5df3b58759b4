"""The officer's activities: open one, publish, change, call off."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, ListView, UpdateView

from accounts.scope import prefixes
from accounts.views.base import ScopedFormMixin, ScopedMixin
from activities import reporting, turnstile
from activities.forms.desk import ActivityForm, IntakeForm, MeetingForm, OpenForm
from activities.models import Activity, Intake, Meeting, Survey
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
        like = self.request.GET.get("like", "")
        number = int(like) if like.isdecimal() and len(like) < 19 else 0
        rows = Activity.objects.allowed(self.request.user, "view").filter(pk=number)
        pattern = with_intakes(rows).first()
        return pattern_of(pattern) if pattern else {"center": self.request.GET.get("center", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead = _("先存为草稿，看一遍再发布。")
        return super().get_context_data(
            page_title=_("开一个活动"), lead=lead, back=reverse("desk_activities"), submit=_("存为草稿"), **kwargs
        )

    def get_success_url(self) -> str:
        messages.success(self.request, _("已存为草稿。看一遍，没有问题就发布。"))
        return reverse("desk_activity", args=[self.object.pk])  # type: ignore[union-attr]


def pattern_of(activity: Activity) -> dict[str, Any]:
    """What a new activity takes over from a past one: all but its dates."""
    names = ("center", "kind", "title", "summary", "audience", "description", "special", "expected")
    known = {name: getattr(activity, name) for name in names} | {"price": activity.price_fen / 100}
    for intake in list(activity.intakes.all())[:1]:
        known |= {"capacity": intake.capacity, "min_age": intake.min_age, "max_age": intake.max_age, "wait_limit": intake.wait_limit}
        meeting = intake.next_meeting
        known |= {"place": meeting.place if meeting else ""}
    return known


class ActivityView(ScopedMixin, DetailView):
    """One activity: what can be done with it next, its places and who comes."""

    model = Activity
    desk = True
    template_name = "activities/desk_activity.html"

    def tuned(self, rows: Any) -> Any:
        return with_intakes(rows).select_related("outcome")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        steps = ACTIVITY.open_to(self.object, self.request.user)
        may_edit = Activity.objects.allowed(self.request.user, "change").filter(pk=self.object.pk).exists()
        intakes = list(self.object.intakes.all())
        for intake in intakes:
            intake.activity = self.object
        similar = reporting.similar(self.object) if self.object.state == Activity.State.DRAFT else []
        counted = reporting.counted(self.object) if self.object.over else None
        may_checkin = bool(prefixes(self.request.user, "activities.checkin_meeting"))
        outcome = getattr(self.object, "outcome", None)
        survey = Survey.objects.counted().filter(activity=self.object).first()
        return super().get_context_data(
            steps=steps, may_edit=may_edit, intakes=intakes, similar=similar, counted=counted, outcome=outcome, survey=survey,
            may_checkin=may_checkin, **kwargs,
        )  # fmt: skip


class EditView(ScopedFormMixin, UpdateView):
    model, action, desk = Activity, "change", True
    form_class, template_name = ActivityForm, "form_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("desk_activity", args=[self.object.pk])
        return super().get_context_data(page_title=_("修改活动"), lead=self.object.title, back=back, **kwargs)

    def get_success_url(self) -> str:
        messages.success(self.request, _("已保存。"))
        return reverse("desk_activity", args=[self.object.pk])


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
