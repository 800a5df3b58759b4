"""Activities, intakes and bookings in the admin site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.site import ScopedAdmin, ScopedInline
from activities import turnstile
from activities.models import Activity, Attendance, Booking, Draw, Intake, Meeting, Outcome, Pause
from centers.admin.centers import TownFilter


class ActivityTown(TownFilter):
    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(center__region__code__startswith=self.value()) if self.value() else queryset


class BookingTown(TownFilter):
    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(intake__activity__center__region__code__startswith=self.value()) if self.value() else queryset


@admin.register(Activity)
class ActivityAdmin(ScopedAdmin):
    list_display = ["title", "kind", "center", "state", "published_at"]
    list_filter = ["state", "kind", ActivityTown]
    search_fields = ["title", "center__name"]
    autocomplete_fields = ["center", "partner"]
    list_select_related = ["center"]
    readonly_fields = ["state", "published_at", "cancelled_at", "cancel_reason"]
    register_name = "activities"


class MeetingInline(ScopedInline):
    model = Meeting
    fields = ["starts_at", "ends_at", "place"]


@admin.register(Intake)
class IntakeAdmin(ScopedAdmin):
    list_display = ["__str__", "mode", "capacity", "seats_taken", "waiting", "opens_at", "closes_at"]
    list_filter = ["mode"]
    search_fields = ["activity__title", "activity__center__name"]
    autocomplete_fields = ["activity", "residence"]
    list_select_related = ["activity"]
    readonly_fields = ["seats_taken", "waiting"]
    inlines = [MeetingInline]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        turnstile.forget(obj.pk)


@admin.register(Booking)
class BookingAdmin(ScopedAdmin):
    """To look at: booking and cancelling are done at the desk, by the same rules as everywhere."""

    list_display = ["code", "intake", "who", "state", "channel", "created_at"]
    list_filter = ["state", "channel", BookingTown]
    search_fields = ["code", "intake__activity__title"]
    date_hierarchy = "created_at"
    list_select_related = ["intake__activity", "participant"]
    fields = ["code", "intake", "who", "state", "channel", "created_at", "cancelled_at", "queued_at", "offered_until", "priority"]
    readonly_fields = fields  # type: ignore[assignment]
    register_name = "bookings"

    @admin.display(description=_("参与人"))
    def who(self, row: Booking) -> str:
        return row.participant.masked_name

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Draw)
class DrawAdmin(ScopedAdmin):
    """To look at: a lottery is announced and drawn at the desk."""

    list_display = ["intake", "source", "draws_on", "closed_at", "drawn_at"]
    search_fields = ["intake__activity__title"]
    list_select_related = ["intake__activity"]
    fields = [
        "intake",
        "source",
        "draws_on",
        "commitment",
        "list_hash",
        "capacity",
        "closed_at",
        "public_number",
        "drawn_at",
        "drawn_by",
    ]
    readonly_fields = fields  # type: ignore[assignment]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ToLookAt(ScopedAdmin):
    """Made and changed at the desk, by the same rules as everywhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Outcome)
class OutcomeAdmin(ToLookAt):
    list_display = ["activity", "held_on", "headcount", "released_at"]
    search_fields = ["activity__title", "activity__center__name"]
    date_hierarchy = "held_on"
    list_select_related = ["activity"]
    fields = ["activity", "held_on", "headcount", "lines", "reported_by", "reported_at", "released_at"]
    readonly_fields = fields  # type: ignore[assignment]
    register_name = "outcomes"


@admin.register(Attendance)
class AttendanceAdmin(ToLookAt):
    list_display = ["meeting", "code", "seen", "channel", "marked_at"]
    list_filter = ["seen", "channel"]
    list_select_related = ["meeting", "booking"]
    fields = ["meeting", "code", "seen", "channel", "marked_by", "marked_at"]
    readonly_fields = fields  # type: ignore[assignment]

    @admin.display(description=_("预约码"))
    def code(self, row: Attendance) -> str:
        return row.booking.code


@admin.register(Pause)
class PauseAdmin(ToLookAt):
    list_display = ["who", "starts_on", "ends_on", "state"]
    list_filter = ["state"]
    list_select_related = ["participant"]
    fields = ["who", "starts_on", "ends_on", "state", "lifted_at"]
    readonly_fields = fields  # type: ignore[assignment]
    register_name = "pauses"

    @admin.display(description=_("参与人"))
    def who(self, row: Pause) -> str:
        return row.participant.masked_name
