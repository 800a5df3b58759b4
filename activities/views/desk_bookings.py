"""Who comes: masked, in full with a reason; and booking for those without a telephone."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView

from accounts import families
from accounts.forms.family import ReasonForm
from accounts.models import Guardianship, Participant
from accounts.scope import prefixes
from accounts.views.base import ScopedMixin
from activities import seats, series
from activities.forms.desk import BookForForm, PriorityForm
from activities.models import Booking, Intake
from activities.refusal import NotHere, Refused
from records import audit


class BookingsView(ScopedMixin, DetailView):
    """The bookings of an intake; a POST with a reason shows the names once and writes it down."""

    model = Intake
    desk = True
    template_name = "activities/desk_bookings.html"

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("activity__center__region")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Booking.objects.allowed(self.request.user, "view").filter(intake=self.object)
        bookings: Any = rows.with_place().select_related("participant__region").order_by("state", "queued_at", "id")  # type: ignore[attr-defined]
        if kwargs.get("full"):
            bookings = reachable(bookings)
        may_unmask = self.request.user.has_perm("accounts.unmask_participant") and bool(self.unmaskable())
        form = kwargs.pop("form", ReasonForm())
        prefer = Booking.objects.allowed(self.request.user, "prefer").filter(intake=self.object, state="entered").exists()
        may_prefer = self.object.mode == Intake.Mode.PRIORITY and prefer
        return super().get_context_data(bookings=bookings, form=form, may_unmask=may_unmask, may_prefer=may_prefer, **kwargs)

    def unmaskable(self) -> bool:
        """Whether this center lies where the officer may unmask."""
        code = self.object.activity.center.region.code
        return any(code.startswith(prefix) for prefix in prefixes(self.request.user, "accounts.unmask_participant"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form = ReasonForm(request.POST)
        if not self.unmaskable():
            raise PermissionDenied
        if form.is_valid():
            audit.write(
                "activities.unmask_bookings",
                by=request.user,
                on=self.object,
                fields=["name", "phone"],
                reason=form.cleaned_data["reason"],
                region_code=self.object.activity.center.region.code,
                count=Booking.objects.filter(intake=self.object).count(),
            )
        return self.render_to_response(self.get_context_data(form=form, full=form.is_valid()))


def reachable(bookings: Any) -> list[Booking]:
    """The bookings with ``reach``: the participant's own number, else those of the guardians (a child has no telephone)."""
    guards = Prefetch("participant__guardianships", Guardianship.objects.in_force().select_related("user"), to_attr="guards")
    rows = list(bookings.prefetch_related(guards))
    for row in rows:
        row.reach = row.participant.phone or "、".join(sorted(tie.user.phone or "" for tie in row.participant.guards))  # type: ignore[attr-defined]
    return rows


class PriorityView(ScopedMixin, FormView):
    """Puts an entry in front, or takes that back, with the reason."""

    model, action, desk = Booking, "prefer", True
    form_class, template_name = PriorityForm, "form_page.html"

    def booking(self) -> Any:
        rows = self.get_queryset().filter(state=Booking.State.ENTERED, intake__mode=Intake.Mode.PRIORITY)
        return get_object_or_404(rows.select_related("intake__activity__center__region", "participant"), pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"priority": self.booking().priority}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.booking()
        lead = f"{row.participant.masked_name} · {row.intake}"
        back = reverse("desk_bookings", args=[row.intake_id])
        return super().get_context_data(page_title=_("优先"), lead=lead, back=back, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        row, data = self.booking(), form.cleaned_data
        with transaction.atomic():
            unit = Booking.objects.filter(intake=row.intake_id, party=row.party, state=Booking.State.ENTERED)
            unit.update(priority=data["priority"])
            region = row.intake.activity.center.region.code
            audit.write(
                "activities.prefer_booking", by=self.request.user, on=row, fields=["priority"], reason=data["reason"], region_code=region
            )
        messages.success(self.request, _("已记下，审计员看得到理由。"))
        return redirect("desk_bookings", pk=row.intake_id)


class BookForView(ScopedMixin, FormView):
    """Books a place for an elder at the desk."""

    model, action, desk = Booking, "add", True
    template_name, form_class = "activities/desk_book.html", BookForForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            if not prefixes(request.user, "activities.add_booking"):
                raise PermissionDenied
            rows = Intake.objects.allowed(request.user, "view").select_related("activity__center__region").prefetch_related("meetings")
            self.intake: Any = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def people(self) -> Any:
        """Registered people of the officer's region who fit what was typed: a full name, or the end of a phone number."""
        text = (self.request.GET.get("q") or self.request.POST.get("q") or "").strip().replace("\x00", "")
        rows = Participant.objects.allowed(self.request.user, "book").filter(erased_at=None).select_related("region")
        if len(text) < 2:
            return rows.none()
        found = rows.filter(phone__endswith=text) if text.isdigit() else rows.filter(name=text)
        return rows.filter(pk__in=list(found.order_by("id").values_list("pk", flat=True)[:20]))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "people": self.people(), "question": self.intake.question}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q") or self.request.POST.get("q") or ""
        activity = self.intake.activity
        several = activity.intakes.count() > 1
        return super().get_context_data(intake=self.intake, activity=activity, people=self.people(), q=text, several=several, **kwargs)

    def others(self, person: int, how: dict[str, Any]) -> list[series.Booked]:
        """The activity's other intakes; what can't be booked is told."""
        rest = set(self.intake.activity.intakes.exclude(pk=self.intake.pk).values_list("pk", flat=True))
        return series.book_all(self.request.user, self.intake.activity, person, rest, **how)

    def form_valid(self, form: BookForForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            channel = Booking.Channel.CALL if data["by_phone"] else Booking.Channel.DESK
            how: dict[str, Any] = {"channel": channel, "consented": True, "wait": data["wait"], "answer": data["answer"]}
            with transaction.atomic():
                person = data["participant"] or self.new_elder(data)
                booking = seats.book(self.request.user, self.intake.pk, person.pk, **how)
            others = self.others(person.pk, how) if data["whole"] else []
        except Refused as error:
            form.add_error(None, str(error.detail))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        except NotHere as error:
            raise Http404 from error
        said = {
            "booked": _("已代为预约，预约码 %(code)s。可以把预约码写给老人。"),
            "waitlisted": _("已满，替他排上了候补，预约码 %(code)s。轮到时请打电话告诉他。"),
        }.get(booking.state, _("已代为登记，预约码 %(code)s。结果出来后请告诉他。"))
        messages.success(self.request, said % {"code": booking.code})
        for one in others:
            say = messages.success if one.booking else messages.warning
            say(self.request, f"{one.intake}：{one.words}")
        return redirect("desk_bookings", pk=self.intake.pk)

    def new_elder(self, data: dict[str, Any]) -> Participant:
        """Entered in the officer's own village, or the center's."""
        region = self.intake.activity.center.region
        fields = {"name": data["name"], "birthday": data["birthday"], "phone": data["phone"]}
        return families.add(self.request.user, kind=Participant.Kind.ELDER, region=region, **fields)
