"""Openings by appointment in the admin site: looked at; they move by steps at the desk."""

from django.contrib import admin

from centers.admin.work import WatchedAdmin
from centers.models import Appointment


@admin.register(Appointment)
class AppointmentAdmin(WatchedAdmin):
    list_display = ["id", "center", "starts_at", "ends_at", "people", "state", "due_on", "answered_at"]
    list_filter = ["state"]
    list_select_related = ["center"]
    search_fields = ["center__name"]
    date_hierarchy = "day"
    fields = ["center", "starts_at", "ends_at", "people", "purpose", "state", "note", "created_at", "due_on", "answered_at"]
    register_name = "appointments"
