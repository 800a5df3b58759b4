"""Childcare at the desk: the term's program, today's classes, one child's coming and going."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, UpdateView, View

from accounts.views.base import ScopedFormMixin, ScopedMixin
from activities import care
from activities.forms.care import CareForm
from activities.models import Activity, Booking, CareNote, CareProgram, Handover, Meeting
from activities.models.handover import LATE_LIMIT
from records import audit, secret


class ProgramView(ScopedFormMixin, UpdateView):
    """Makes an activity a term of childcare, or changes it."""

    model, action, desk = CareProgram, "change", True
    form_class, template_name = CareForm, "form_page.html"

    def get_object(self, queryset: Any = None) -> Any:
        rows = Activity.objects.allowed(self.request.user, "change").select_related("center__region").prefetch_related("intakes")
        self.activity: Any = get_object_or_404(rows, pk=self.kwargs["pk"], kind=Activity.Kind.CARE)
        return CareProgram.objects.filter(activity=self.activity).first() or CareProgram(activity=self.activity)

    def fixed(self) -> dict[str, Any]:
        return {"activity": self.activity}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("desk_activity", args=[self.activity.pk])
        lead = _("填了学期和照护人员，这个活动就按托管班办：登记接送人、每天记到和走。")
        return super().get_context_data(page_title=_("托管班"), lead=lead, back=back, **kwargs)

    def get_success_url(self) -> str:
        messages.success(self.request, _("已保存。"))
        return reverse("desk_activity", args=[self.activity.pk])


class ClassesView(ScopedMixin, ListView):
    """Today's classes within reach: how many are here, how many are still to be collected."""

    model, action, desk = Booking, "hand_over", True
    template_name = "activities/desk_care.html"

    def get_queryset(self) -> Any:
        today = timezone.localdate()
        rows = Meeting.objects.allowed(self.request.user, "checkin").filter(starts_at__date=today, intake__activity__care__isnull=False)
        joins = ("intake__activity__center__region", "intake__activity__care")
        here = Handover.objects.filter(out_at=None).values("attendance__meeting")  # called off, and a child is still here
        rows = rows.filter(Q(intake__activity__state="published") | Q(pk__in=here))
        return rows.select_related(*joins).order_by("starts_at", "id")[:200]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["object_list"] = meetings = list(context["object_list"])
        here = Handover.objects.filter(attendance__meeting__in=meetings).values_list("attendance__meeting", "out_at")
        for meeting in meetings:
            days = [out for pk, out in here if pk == meeting.pk]
            meeting.here, meeting.left = len(days), sum(out is not None for out in days)
        return context


class ClassView(ScopedMixin, DetailView):
    """One class on its day: tap who is here; names are masked."""

    model, action, desk = Meeting, "checkin", True
    template_name = "activities/desk_care_class.html"

    def tuned(self, rows: Any) -> Any:
        joins = ("intake__activity__center__region", "intake__activity__care")
        return rows.filter(intake__activity__care__isnull=False).select_related(*joins)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting = self.object
        rows = care.enrolments(self.request.user).filter(intake=meeting.intake_id).select_related("participant").order_by("id")
        children = list(rows)
        numbers = [row.participant_id for row in children]
        days = {day.attendance.booking_id: day for day in Handover.objects.filter(attendance__meeting=meeting).select_related("attendance")}
        noted, agreed = set(CareNote.objects.filter(participant__in=numbers).values_list("participant_id", flat=True)), care.agreed(numbers)
        for row in children:
            row.day, row.noted, row.agreed = days.get(row.pk), row.participant_id in noted, row.participant_id in agreed
        today = timezone.localdate(meeting.starts_at) == timezone.localdate()
        program = meeting.intake.activity.care
        return super().get_context_data(
            meeting=meeting, activity=meeting.intake.activity, program=program, children=children, today=today,
            open=care.open_to_officers(meeting), **kwargs,
        )  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        meeting = self.get_object()
        booking = child_in(request, meeting, request.POST.get("booking", ""))
        try:
            care.arrive(request.user, meeting, booking)
            messages.success(request, _("已记下，孩子到了。"))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("desk_care_class", pk=meeting.pk)


def child_in(request: HttpRequest, meeting: Any, number: str) -> Any:
    """An enrolment of the meeting's class within reach; else 404."""
    rows = care.enrolments(request.user).filter(intake=meeting.intake_id)
    pk = int(number) if number.isdecimal() and len(number) < 19 else 0
    return get_object_or_404(rows.select_related("participant__region", "intake__activity__center__region"), pk=pk)


class ChildView(ScopedMixin, View):
    """One child: who may collect it, in full, and what to mind on request; for a week. Whenever it is shown it is logged."""

    model, action, desk = Booking, "hand_over", True
    template_name = "activities/desk_care_child.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            rows = Meeting.objects.filter(intake__activity__care__isnull=False).select_related("intake__activity__center__region")
            self.meeting: Any = get_object_or_404(rows, pk=kwargs["pk"])
            self.booking = child_in(request, self.meeting, str(kwargs["booking"]))
            if not care.open_to_officers(self.meeting):
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.shown()

    def shown(self, status: int = 200, **more: Any) -> HttpResponse:
        booking, meeting = self.booking, self.meeting
        code = booking.intake.activity.center.region.code
        audit.write("activities.open_pickup", by=self.request.user, on=booking, fields=["name", "phone"], region_code=code)
        pickers = care.pickers(booking.participant)
        context = {
            "booking": booking,
            "child": booking.participant,
            "meeting": meeting,
            "activity": booking.intake.activity,
            "pickers": pickers,
            "guarded": any(picker.kind == "guardian" for picker in pickers),
            "day": Handover.objects.filter(attendance__meeting=meeting, attendance__booking=booking).first(),
            "today": timezone.localdate(meeting.starts_at) == timezone.localdate(),
            "late": care.late_times(booking),
            "limit": LATE_LIMIT,
            "noted": CareNote.objects.filter(participant=booking.participant_id).exists(),
            "agreed": not care.lacking(booking.participant),
        }
        return render(self.request, self.template_name, context | {"typed": self.request.POST} | more, status=status)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.POST.get("read"):
                return self.shown(note=care.read_note(request.user, self.meeting, self.booking))
            if request.POST.get("undo"):
                care.undo(request.user, self.meeting, self.booking, request.POST.get("reason", "")[:200])
                messages.success(request, _("已撤回，家长会收到消息。"))
            else:
                care.leave(request.user, self.meeting, self.booking, self.collected(), self.clock())
                messages.success(request, _("已记下，孩子接走了。"))
        except ValidationError as error:
            return self.shown(400, problem=" ".join(error.messages))
        except secret.Unreadable:
            return self.shown(503, problem=_("这份说明现在打不开（密钥不对），请打电话问监护人，并告诉系统管理员。"))
        return redirect("desk_care_class", pk=self.meeting.pk)

    def collected(self) -> care.Collected:
        kind, _dash, number = self.request.POST.get("who", "").partition("-")
        if kind not in ("guardian", "person", "called") or not (number.isdecimal() and len(number) < 19):
            raise ValidationError(_("请选是谁来接的。"))
        return care.Collected(kind, int(number), self.request.POST.get("taken_by", "").replace("\x00", ""))

    def clock(self) -> datetime | None:
        """When the child went, on the meeting's day; None for now."""
        typed = self.request.POST.get("at", "").strip()
        if not typed:
            return None
        try:
            at = time.fromisoformat(typed)
        except ValueError:
            raise ValidationError(_("请把时间填成 17:40 这样。")) from None
        return timezone.make_aware(datetime.combine(timezone.localdate(self.meeting.starts_at), at.replace(tzinfo=None)))
