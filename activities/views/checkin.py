"""At the door: the list of a meeting (kept on the device while there is no network), and what a booking's QR code opens."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import DetailView, View

from accounts.models import Guardianship
from accounts.views.base import ScopedMixin
from activities import checkin
from activities.models import Attendance, Booking, Meeting

MOST = 10_000


class MeetingView(ScopedMixin, DetailView):
    """Who is booked, masked; came or stayed away; how many came without booking. Sent again it changes nothing."""

    model, action, desk = Meeting, "checkin", True
    template_name = "activities/desk_meeting.html"

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("intake__activity__center__region")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bookings = Booking.objects.filter(intake=self.object.intake_id, state="booked").select_related("participant").order_by("id")
        text = self.request.GET.get("q", "").strip().replace("\x00", "")[:20]
        if text:
            guards = Guardianship.objects.in_force().filter(user__phone__endswith=text).values("participant")
            by_phone = Q(participant__phone__endswith=text) | Q(participant__in=guards)  # a child has no telephone of its own
            bookings = bookings.filter(Q(code__iexact=text) | (by_phone if text.isdigit() and len(text) > 2 else Q(pk=None)))
        known = dict(Attendance.objects.filter(meeting=self.object).values_list("booking_id", "seen"))
        rows = list(bookings)
        for row in rows:
            row.seen = known.get(row.pk, "")  # type: ignore[attr-defined]
        came = sum(value == Attendance.Seen.CAME for value in known.values())
        intake = self.object.intake
        return super().get_context_data(
            rows=rows, q=text, came=came, missed=len(known) - came, intake=intake, activity=intake.activity, **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        seen = {}
        for name, value in request.POST.items():
            number = name.removeprefix("seen-")
            if number != name and number.isdecimal() and len(number) < 19 and value in Attendance.Seen.values and self.changed(name, value):
                seen[int(number)] = value
        typed = request.POST.get("walk_ins", "").strip()
        typed = typed if self.changed("walk_ins", typed) else ""
        if typed and not (typed.isdecimal() and len(typed) < 6 and int(typed) <= MOST):
            return self.refused([_("没预约来的人数请填 0 到 10000 的数字。")])
        by_phone = bool(request.POST.get("q"))
        try:
            channel = Attendance.Channel.PHONE if by_phone else Attendance.Channel.LIST
            changed = checkin.mark(request.user, self.object, seen, channel, int(typed) if typed else None)
        except ValidationError as error:
            return self.refused(error.messages)
        messages.success(request, _("已记下 %(n)d 位。") % {"n": changed})
        return redirect("desk_meeting", pk=self.object.pk)

    def changed(self, name: str, value: str) -> bool:
        """Whether it says something else than the page did when it was drawn: an old page undoes nothing of others'."""
        return self.request.POST.get(f"was-{name}") != value

    def refused(self, words: list[str]) -> HttpResponse:
        return self.render_to_response(self.get_context_data(problems=words), status=400)


class ScannedView(LoginRequiredMixin, View):
    """What the phone's camera opens: the officer of that center checks in with one tap, the family sees its booking."""

    def booking(self, token: str) -> Any:
        number = checkin.number_in(token)
        if number is None:
            raise Http404
        joins = ("intake__activity__center__region", "participant")
        rows = Booking.objects.allowed(self.request.user, "view").select_related(*joins).prefetch_related("intake__meetings")
        return get_object_or_404(rows, pk=number)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        booking = self.booking(token)
        meeting = checkin.meeting_now(booking.intake)
        at_the_door = meeting and Meeting.objects.allowed(request.user, "checkin").filter(pk=meeting.pk).exists()
        if not at_the_door:
            return redirect("me_booking", code=booking.code)
        known = Attendance.objects.filter(meeting=meeting, booking=booking).first()
        together = Booking.objects.filter(party=booking.party, intake=booking.intake_id, state="booked").select_related("participant")
        context = {"booking": booking, "meeting": meeting, "known": known, "activity": booking.intake.activity, "together": list(together)}
        return render(request, "activities/scanned.html", context)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        booking = self.booking(token)
        meeting = checkin.meeting_now(booking.intake)
        if meeting is None:
            raise Http404
        unit = Booking.objects.filter(party=booking.party, intake=booking.intake_id, state="booked").values_list("pk", flat=True)
        chosen = set(unit) if request.POST.get("all") else {booking.pk}
        try:
            checkin.mark(request.user, meeting, dict.fromkeys(chosen, Attendance.Seen.CAME), Attendance.Channel.QR)
            if Attendance.objects.filter(meeting=meeting, booking__in=chosen, seen=Attendance.Seen.CAME).exists():
                messages.success(request, _("签到好了。"))
            else:
                messages.error(request, _("这个预约现在没有名额。请到窗口看看。"))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("scanned", token=token)
