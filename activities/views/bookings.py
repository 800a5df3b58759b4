"""A resident's bookings: book, look, cancel, take into the calendar."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, ListView, View

from accounts import consents, qr
from accounts.rates import over
from accounts.views.base import ScopedMixin
from accounts.views.family import own
from activities import checkin, ics, seats, series, waiting
from activities.forms.booking import BookForm
from activities.models import Activity, Booking, Intake
from activities.refusal import KeyReused, NotHere, Refused

#: A family of more at once is a mistake.
MOST_AT_ONCE = 20


class BookView(LoginRequiredMixin, FormView):
    """One page: what, for whom, consent, one button."""

    template_name, form_class = "activities/book.html", BookForm

    @cached_property
    def intake(self) -> Any:
        rows = Intake.objects.published().select_related("activity__center__region").prefetch_related("meetings")
        return get_object_or_404(rows, pk=self.kwargs["pk"], activity=self.kwargs["activity"])

    @cached_property
    def family(self) -> Any:
        return own(self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        people = list(self.family)  # of several nobody is ticked beforehand: a sibling would be booked by mistake
        initial = {"participant": [people[0].pk] if len(people) == 1 else []}
        return {**super().get_form_kwargs(), "family": self.family, "intake": self.intake, "initial": initial}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        texts = [consents.TEXTS[consents.Purpose.CHILD], consents.TEXTS[consents.Purpose.BOOKING]]
        return super().get_context_data(
            intake=self.intake, activity=self.intake.activity, has_family=self.family.exists(), texts=texts, **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Books at once for who is chosen; the form is built only when something must be said about it."""
        people = request.POST.getlist("participant")[:MOST_AT_ONCE]
        if not people or not all(person.isdecimal() and len(person) < 19 for person in people):
            return super().post(request, *args, **kwargs)
        if over(account=str(request.user.pk), address=request.client_address):  # type: ignore[attr-defined]
            return self.said(_("操作太频繁了，请过一分钟再试。"), 429)
        try:
            booking = seats.book_party(
                request.user,
                kwargs["pk"],
                sorted({int(person) for person in people}),
                channel=Booking.Channel.PAGE,
                key=request.POST.get("key", "")[:80],
                wait=bool(request.POST.get("wait")),
                consented=bool(request.POST.get("consent")),
                answer=request.POST.get("answer", "").replace("\x00", "")[:200].strip(),
                photo=bool(request.POST.get("photo")),
            )[0]
        except Refused as error:
            return self.said(str(error.detail), 409, error.code)
        except NotHere:
            return super().post(request, *args, **kwargs)
        except KeyReused:
            return self.said(_("这个页面已经提交过另一个预约，请刷新后再试。"), 409)
        return redirect(f"{reverse('me_booking', args=[booking.code])}?new=1")

    def said(self, sentence: str, status: int, code: str = "") -> HttpResponse:
        """The form again, with what was chosen and the sentence on top."""
        form = self.get_form()
        form.full_clean()
        form.add_error(None, sentence)
        return self.render_to_response(self.get_context_data(form=form, refused=code), status=status)

    def form_valid(self, form: BookForm) -> HttpResponse:
        raise Http404  # a person of the family is booked in ``post``; here somebody else was named


class BookingListView(ScopedMixin, ListView):
    """The family's bookings."""

    model = Booking
    template_name = "activities/booking_list.html"
    paginate_by = 20

    def get_queryset(self) -> Any:
        rows = Booking.objects.all()
        joined = rows.filter(rows.own(self.request.user)).select_related("intake__activity__center", "participant")
        return joined.with_place().prefetch_related("intake__meetings").order_by("-id")


class BookingMixin(ScopedMixin):
    """A booking by its code: its family's, or the desk's of its center."""

    model = Booking

    def get_object(self, queryset: Any = None) -> Booking:
        joins = ("intake__activity__center__region", "intake__draw", "participant")
        rows = self.get_queryset().with_place().select_related(*joins).prefetch_related("intake__meetings")
        return get_object_or_404(rows, code=self.kwargs["code"].upper())  # type: ignore[attr-defined, no-any-return]


class BookingView(BookingMixin, DetailView):
    """QR code, calendar, route, how to cancel and until when."""

    template_name = "activities/booking_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        booking = self.object
        rows = Booking.objects.all()
        mine = rows.filter(rows.own(self.request.user), pk=booking.pk).exists()
        may_cancel = rows.allowed(self.request.user, "cancel").filter(pk=booking.pk).exists()
        with_me = rows.allowed(self.request.user, "view").filter(party=booking.party, intake=booking.intake_id).exclude(pk=booking.pk)
        code = qr.svg(settings.SITE_URL + reverse("scanned", args=[checkin.token(booking)]))
        return super().get_context_data(
            intake=booking.intake,
            activity=booking.intake.activity,
            qr=code,
            mine=mine,
            may_cancel=may_cancel,
            together=list(with_me.select_related("participant").order_by("id")),
            **kwargs,
        )


class CancelView(BookingMixin, View):
    """Gives the place back; asks nothing but a second look."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        booking = self.get_object()
        try:
            seats.cancel(request.user, booking, reason=request.POST.get("reason", "")[:120])
            waited = booking.state in ("waitlisted", "offered", "entered")
            messages.success(request, _("已退出。") if waited else _("已取消，名额让给别人了。"))
        except Refused as error:
            messages.error(request, str(error.detail))
        return redirect("me_booking", code=booking.code)


class AcceptView(BookingMixin, View):
    """Takes the place that is held, for the whole family that waits together."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        booking = self.get_object()
        try:
            waiting.accept(request.user, booking)
            messages.success(request, _("名额是您的了，到时候见。"))
        except Refused as error:
            messages.error(request, str(error.detail))
        return redirect("me_booking", code=booking.code)


class SeriesView(LoginRequiredMixin, View):
    """Books every open intake of an activity for one person, past those that clash; says of each what became of it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        activity = get_object_or_404(Activity.objects.published(), pk=pk)
        person = request.POST.get("participant", "")
        if not person.isdecimal() or len(person) > 18 or not own(request.user).filter(pk=person).exists():
            messages.error(request, _("请先选择为谁预约。"))
            return redirect("activity_detail", pk=pk)
        if over(account=str(request.user.pk), address=request.client_address):  # type: ignore[attr-defined]
            messages.error(request, _("操作太频繁了，请过一分钟再试。"))
            return redirect("activity_detail", pk=pk)
        chosen = [int(pk) for pk in request.POST.getlist("intake") if pk.isdecimal() and len(pk) < 19]
        if request.POST.get("chosen") and not chosen:
            messages.error(request, _("请至少选一天。"))
            return redirect("activity_detail", pk=pk)
        answer = request.POST.get("answer", "").replace("\x00", "")[:200].strip()
        for one in series.book_all(request.user, activity, int(person), set(chosen) if chosen else None, answer=answer):
            say = messages.success if one.booking else messages.warning
            say(request, f"{one.intake}：{one.words}")
        return redirect("me_bookings")


class CalendarView(BookingMixin, View):
    """The booking's meetings as an .ics file."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        booking = self.get_object()
        response = HttpResponse(ics.calendar(booking), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{booking.code}.ics"'
        return response
