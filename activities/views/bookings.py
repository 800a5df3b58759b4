"""A resident's bookings: book, look, cancel, take into the calendar."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, ListView, View

from accounts import consents, qr
from accounts.rates import over
from accounts.views.base import ScopedMixin
from accounts.views.family import own
from activities import ics, seats, turnstile
from activities.forms.booking import BookForm
from activities.models import Booking, Intake
from activities.refusal import TEXTS, KeyReused, NotHere, Refused


def book_door(view: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps the booking page: while the intake is marked sold out, a POST is answered with one ready page."""

    def door(request: HttpRequest, activity: int, pk: int) -> HttpResponse:
        if request.method != "POST":
            return view(request, activity=activity, pk=pk)
        wanted = request.POST.get("participant", "")
        page_key = f"{turnstile.key(pk)}:page:{get_language()}"
        known = cache.get_many([turnstile.key(pk), page_key])
        code = turnstile.answer(known.get(turnstile.key(pk)), int(wanted) if wanted.isdecimal() and len(wanted) < 20 else None)
        if code in ("", "duplicate") or over(address=str(request.client_address)):  # type: ignore[attr-defined]
            return view(request, activity=activity, pk=pk)
        page = known.get(page_key)
        if page is None:
            intake = Intake.objects.published().select_related("activity__center").filter(pk=pk, activity=activity).first()
            if intake is None:
                return view(request, activity=activity, pk=pk)
            page = sold_out(request, intake, code).content
            cache.set(page_key, page, turnstile.SECONDS)
        return HttpResponse(page, status=409)

    door.view_class = view.view_class  # type: ignore[attr-defined]  # the access matrix looks for it
    return door


def sold_out(request: HttpRequest, intake: Intake, code: str) -> HttpResponse:
    """A light page that is the same for everybody."""
    context = {"intake": intake, "activity": intake.activity, "sentence": TEXTS[code]}
    return render(None, "activities/sold_out.html", context, status=409)  # type: ignore[arg-type]


class BookView(LoginRequiredMixin, FormView):
    """One page: what, for whom, consent, one button."""

    template_name, form_class = "activities/book.html", BookForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            rows = Intake.objects.published().select_related("activity__center__region").prefetch_related("meetings")
            self.intake: Any = get_object_or_404(rows, pk=kwargs["pk"], activity=kwargs["activity"])
            self.family = own(request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        last = Booking.objects.filter(booked_by=self.request.user.pk).order_by("-id").values_list("participant_id", flat=True).first()
        people = list(self.family)
        chosen = last if last in {p.pk for p in people} else people[0].pk if len(people) == 1 else None
        return {**super().get_form_kwargs(), "family": self.family, "initial": {"participant": chosen}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        texts = [consents.TEXTS[consents.Purpose.CHILD], consents.TEXTS[consents.Purpose.BOOKING]]
        return super().get_context_data(
            intake=self.intake, activity=self.intake.activity, has_family=self.family.exists(), texts=texts, **kwargs
        )

    def form_valid(self, form: BookForm) -> HttpResponse:
        request = self.request
        if over(account=str(request.user.pk), address=str(request.client_address)):  # type: ignore[attr-defined]
            form.add_error(None, _("操作太频繁了，请过一分钟再试。"))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        try:
            booking = seats.book(
                request.user,
                self.intake.pk,
                form.cleaned_data["participant"].pk,
                channel=Booking.Channel.PAGE,
                key=request.POST.get("key", "")[:80],
                consented=bool(form.cleaned_data.get("consent")),
            )
        except Refused as error:
            form.add_error(None, str(error.detail))
            return self.render_to_response(self.get_context_data(form=form, refused=error.code), status=409)
        except NotHere as error:
            raise Http404 from error
        except KeyReused:
            form.add_error(None, _("这个页面已经提交过另一个预约，请刷新后再试。"))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(request, _("预约成功。"))
        return redirect("me_booking", code=booking.code)


class BookingListView(ScopedMixin, ListView):
    """The family's bookings."""

    model = Booking
    template_name = "activities/booking_list.html"
    paginate_by = 20

    def get_queryset(self) -> Any:
        rows = Booking.objects.all()
        joined = rows.filter(rows.own(self.request.user)).select_related("intake__activity__center", "participant")
        return joined.prefetch_related("intake__meetings").order_by("-id")


class BookingMixin(ScopedMixin):
    """A booking by its code: its family's, or the desk's of its center."""

    model = Booking

    def get_object(self, queryset: Any = None) -> Booking:
        rows = self.get_queryset().select_related("intake__activity__center__region", "participant").prefetch_related("intake__meetings")
        return get_object_or_404(rows, code=self.kwargs["code"].upper())  # type: ignore[attr-defined, no-any-return]


class BookingView(BookingMixin, DetailView):
    """QR code, calendar, route, how to cancel and until when."""

    template_name = "activities/booking_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        booking = self.object
        rows = Booking.objects.all()
        mine = rows.filter(rows.own(self.request.user), pk=booking.pk).exists()
        code = qr.svg(seats.link(booking))
        return super().get_context_data(intake=booking.intake, activity=booking.intake.activity, qr=code, mine=mine, **kwargs)


class CancelView(BookingMixin, View):
    """Gives the place back; asks nothing but a second look."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        booking = self.get_object()
        try:
            seats.cancel(request.user, booking, reason=request.POST.get("reason", "")[:120])
            messages.success(request, _("已取消，名额让给别人了。"))
        except Refused as error:
            messages.error(request, str(error.detail))
        return redirect("me_booking", code=booking.code)


class CalendarView(BookingMixin, View):
    """The booking's meetings as an .ics file."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        booking = self.get_object()
        response = HttpResponse(ics.calendar(booking), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{booking.code}.ics"'
        return response
