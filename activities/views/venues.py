"""Venues: what can be booked, when it is free; a request; what one asked for; the page at the door."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, ListView, View

from accounts.models import Region
from accounts.rates import over
from accounts.views.base import ScopedMixin
from activities import venues
from activities.forms.venue import RequestForm
from activities.models import Venue, VenueBooking
from activities.workflows.venue_booking import VENUE_BOOKING

JOINS = ("center__region", "resource__organisation", "resource__center", "region__parent", "parent")


def chosen_day(text: str) -> date:
    """The day of an address, today where it is none; within a year."""
    try:
        day = parse_date(text[:10]) or timezone.localdate()
    except ValueError:
        day = timezone.localdate()
    return day if abs((day - timezone.localdate()).days) <= 366 else timezone.localdate()


class VenueListView(ListView):
    """Public: halls, rooms and grounds, the district's and those that 21 organisations share."""

    model = Venue
    template_name = "activities/venue_list.html"
    paginate_by = 24

    def get_queryset(self) -> Any:
        rows = Venue.objects.published().select_related(*JOINS)
        query = self.request.GET
        town, text, people = query.get("town", ""), query.get("q", "").replace("\x00", "")[:60].strip(), query.get("people", "")
        if town.isdigit():
            rows = rows.filter(region__code__startswith=town[:12])
        if text:
            rows = (
                rows.filter(name__icontains=text) | rows.filter(center__name__icontains=text) | rows.filter(resource__name__icontains=text)
            )
        if people.isdecimal() and len(people) < 5:
            rows = rows.filter(holds__gte=int(people))
        if query.get("shared") == "1":
            rows = rows.filter(resource__isnull=False)
        return rows.order_by("region__code", "id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET
        towns = Region.objects.filter(level=Region.Level.TOWN).order_by("code")
        known = {key: query.get(key, "") for key in ("q", "town", "people")}
        return super().get_context_data(towns=towns, shared=query.get("shared") == "1", **known, **kwargs)


class VenueDetailView(DetailView):
    """Public: what there is, and a week of when it is taken."""

    model = Venue
    template_name = "activities/venue_detail.html"

    def get_queryset(self) -> Any:
        return self.reachable().select_related(*JOINS)

    def reachable(self, **condition: Any) -> Any:
        """Those whose own page opens to this user."""
        return Venue.objects.all().visible(self.request.user).filter(**condition)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = chosen_day(self.request.GET.get("week", ""))
        days = [first + timedelta(n) for n in range(7)]
        start = timezone.make_aware(datetime.combine(first, time()))
        leaves = [leaf.pk for leaf in self.object.leaves()]
        rows = VenueBooking.objects.holding().filter(slots__leaf__in=leaves, starts_at__gte=start, starts_at__lt=start + timedelta(days=7))
        by_day: dict[date, list[Any]] = {day: [] for day in days}
        for row in rows.distinct().order_by("starts_at"):
            by_day[timezone.localdate(row.starts_at)].append(row)
        near: dict[str, Any] = {"before": first - timedelta(7), "after": first + timedelta(7)}
        near["whole"] = self.reachable(pk=self.object.parent_id).first() if self.object.parent_id else None
        return super().get_context_data(days=list(by_day.items()), parts=self.reachable(parent=self.object), **near, **kwargs)


class DoorView(DetailView):
    """Public: what hangs at the door, on a tablet; today, with no name and no purpose."""

    model = Venue
    template_name = "activities/door.html"

    def get_queryset(self) -> Any:
        return Venue.objects.published().select_related(*JOINS)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, rows = timezone.now(), venues.day_of(self.object, timezone.localdate())
        running = next((row for row in rows if row.starts_at <= now < row.ends_at), None)
        coming = [row for row in rows if row.starts_at > now]
        return super().get_context_data(rows=rows, running=running, coming=coming[0] if coming else None, now=now, **kwargs)


class RequestView(LoginRequiredMixin, FormView):
    """Asks for a time; the answer comes within a day. An officer of the place books at once, for whoever calls."""

    template_name, form_class = "activities/venue_request.html", RequestForm

    def venue(self) -> Any:
        rows = Venue.objects.published().select_related(*JOINS)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "venue": self.venue()}

    def get_initial(self) -> dict[str, Any]:
        return {"day": self.request.GET.get("day", "")[:10]}

    def by_desk(self, venue: Venue) -> bool:
        return venues.answers(self.request.user, venue)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        venue = kwargs["form"].instance.venue if "form" in kwargs else self.venue()
        return super().get_context_data(venue=venue, by_desk=self.by_desk(venue), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        row, user, until = form.instance, self.request.user, form.cleaned_data["until"]
        if over(account=str(user.pk), address=self.request.client_address):  # type: ignore[attr-defined]
            form.add_error(None, _("操作太频繁了，请过一分钟再试。"))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        by_desk = self.by_desk(row.venue)
        tried = venues.series(row, user, until or form.cleaned_data["day"], by_desk=by_desk)
        made = [one.booking for one in tried if one.booking]
        if not made:
            form.add_error(None, tried[0].words if tried else _("没有约上，请检查日期。"))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        for booking in made if by_desk else []:
            with transaction.atomic():
                VENUE_BOOKING.take(booking, "approve", by=user)
        for one in tried:
            if one.booking is None:
                messages.warning(self.request, f"{one.day:%m-%d} {one.words}")
        said = _("已约好 %(n)d 次。") if by_desk else _("已申请 %(n)d 次，一天内答复您。")
        messages.success(self.request, said % {"n": len(made)})
        return redirect("me_venues")


class MineView(ScopedMixin, ListView):
    """What one asked for, with the answer."""

    model = VenueBooking
    template_name = "activities/venue_mine.html"
    paginate_by = 20

    def get_queryset(self) -> Any:
        rows = VenueBooking.objects.all()
        joins = tuple(f"venue__{join}" for join in JOINS)
        return rows.filter(rows.own(self.request.user)).select_related(*joins).order_by("-starts_at")


class CancelVenueView(ScopedMixin, View):
    """Gives the time back."""

    model, action = VenueBooking, "cancel"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(), pk=pk)
        try:
            VENUE_BOOKING.take(row, "cancel", by=request.user)
            messages.success(request, _("已取消，时间让给别人了。"))
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, " ".join(getattr(error, "messages", [_("现在不能取消。")])))
        return redirect(reverse("me_venues"))
