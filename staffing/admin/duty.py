"""Rosters, shifts, duties, leave, swaps and accounts in the admin site: looked at; they move at the desk."""

from django.contrib import admin

from centers.admin.work import WatchedAdmin
from staffing.models import Duty, DutyBalance, Leave, Roster, RosterRun, Shift, Swap


@admin.register(Roster)
class RosterAdmin(WatchedAdmin):
    list_display = ["center", "month", "state", "method", "generated_at", "published_at", "closed_at"]
    list_filter = ["state", "method"]
    list_select_related = ["center"]
    search_fields = ["center__name"]
    date_hierarchy = "month"
    fields = ["center", "month", "state", "method", "input_hash", "quality", "generated_at", "published_at", "closed_at"]
    register_name = "rosters"


@admin.register(RosterRun)
class RunAdmin(WatchedAdmin):
    list_display = ["region", "month", "started_at", "finished_at", "cancelled_at"]
    list_select_related = ["region"]
    fields = ["region", "month", "failed", "started_at", "finished_at", "cancelled_at"]


@admin.register(Shift)
class ShiftAdmin(WatchedAdmin):
    list_display = ["day", "kind", "spans", "roster", "people", "lead"]
    list_filter = ["kind"]
    list_select_related = ["roster__center"]
    search_fields = ["roster__center__name"]
    date_hierarchy = "day"
    fields = ["roster", "day", "kind", "day_kind", "starts_at", "ends_at", "spans", "people", "lead"]


@admin.register(Duty)
class DutyAdmin(WatchedAdmin):
    list_display = ["shift", "cadre", "position", "lead", "state", "confirmed_at"]
    list_filter = ["state", "lead"]
    list_select_related = ["shift", "cadre"]
    search_fields = ["cadre__name", "shift__roster__center__name"]
    date_hierarchy = "starts_at"
    fields = ["shift", "cadre", "position", "lead", "starts_at", "ends_at", "state", "confirmed_at", "finding", "answer"]
    register_name = "duties"


@admin.register(DutyBalance)
class BalanceAdmin(WatchedAdmin):
    """Append-only: the database refuses changes."""

    list_display = ["cadre", "center", "month", "kind", "entry", "amount"]
    list_filter = ["kind", "entry"]
    list_select_related = ["cadre", "center"]
    search_fields = ["cadre__name", "center__name"]
    date_hierarchy = "month"
    fields = ["cadre", "center", "month", "kind", "entry", "amount", "created_at"]
    register_name = "duty_balances"


@admin.register(Leave)
class LeaveAdmin(WatchedAdmin):
    list_display = ["cadre", "kind", "first_day", "last_day", "state", "created_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["cadre"]
    search_fields = ["cadre__name"]
    date_hierarchy = "first_day"
    fields = ["cadre", "kind", "first_day", "last_day", "note", "state", "created_at", "answered_at", "reply"]
    register_name = "leaves"


@admin.register(Swap)
class SwapAdmin(WatchedAdmin):
    list_display = ["duty", "owner", "to", "back", "state", "created_at"]
    list_filter = ["state"]
    list_select_related = ["duty__shift", "duty__cadre", "owner", "to", "back__shift", "back__cadre"]
    search_fields = ["owner__name", "to__name"]
    fields = ["duty", "owner", "to", "back", "note", "state", "created_at", "decided_at", "reply"]
    register_name = "swaps"
