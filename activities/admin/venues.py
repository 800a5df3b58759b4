"""Venues in the admin site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.site import ScopedAdmin
from activities.admin.activities import ToLookAt
from activities.models import SharedResource, Venue, VenueBooking


@admin.register(SharedResource)
class ResourceAdmin(ScopedAdmin):
    list_display = ["organisation", "name", "region", "area", "since", "until"]
    search_fields = ["name", "organisation__name"]
    autocomplete_fields = ["organisation", "region", "center"]
    list_select_related = ["organisation", "region"]
    register_name = "resources"


@admin.register(Venue)
class VenueAdmin(ScopedAdmin):
    list_display = ["name", "owner_name", "region", "holds", "area", "bookable"]
    list_filter = ["bookable"]
    search_fields = ["name", "center__name", "resource__name"]
    autocomplete_fields = ["center", "resource", "parent"]
    list_select_related = ["center", "resource", "region"]
    register_name = "venues"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["region"]


@admin.register(VenueBooking)
class VenueBookingAdmin(ToLookAt):
    list_display = ["venue", "starts_at", "ends_at", "people", "state"]
    list_filter = ["state"]
    date_hierarchy = "starts_at"
    list_select_related = ["venue__center", "venue__resource"]
    fields = ["venue", "starts_at", "ends_at", "people", "purpose", "state", "answer", "created_at", "answered_at"]
    readonly_fields = fields  # type: ignore[assignment]
    register_name = "venue_bookings"
