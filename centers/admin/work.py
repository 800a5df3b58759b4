"""Standards, inspections, findings, repairs, feedback, matters in the admin site; states move by steps at the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.site import ScopedAdmin, ScopedInline
from centers.models import (
    Escalation,
    Feedback,
    Finding,
    Inspection,
    InspectionAnswer,
    Matter,
    RepairTicket,
    Standard,
    StandardItem,
    StandardSet,
)


class StandardInline(ScopedInline):
    model = Standard
    show_change_link = True


class ItemInline(ScopedInline):
    model = StandardItem


@admin.register(StandardSet)
class StandardSetAdmin(ScopedAdmin):
    """A draft is edited here; publishing is a step at the desk."""

    list_display = ["name", "version", "state", "in_force_from", "in_force_until", "pass_percent"]
    list_filter = ["state"]
    readonly_fields = ["state", "in_force_from", "in_force_until"]
    autocomplete_fields = ["region"]
    inlines = [StandardInline]
    register_name = "standards"


@admin.register(Standard)
class StandardAdmin(ScopedAdmin):
    list_display = ["number", "name", "origin", "set"]
    list_filter = ["set"]
    list_select_related = ["set"]
    inlines = [ItemInline]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.set_state() == "draft")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.set_state() == "draft")


class AnswerInline(ScopedInline):
    model = InspectionAnswer
    fields = ["item", "result", "remark"]
    readonly_fields = ["item", "result", "remark"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("item", "inspection")


@admin.register(Inspection)
class InspectionAdmin(ScopedAdmin):
    list_display = ["inspected_on", "center", "kind", "standard_set"]
    list_filter = ["kind"]
    list_select_related = ["center", "standard_set"]
    search_fields = ["center__name"]
    date_hierarchy = "inspected_on"
    inlines = [AnswerInline]
    register_name = "inspections"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the phone, from the center's page


@admin.register(Finding)
class FindingAdmin(ScopedAdmin):
    list_display = ["text", "center", "state", "urgency", "due_on", "is_overdue"]
    list_filter = ["state", "urgency"]
    list_select_related = ["center"]
    search_fields = ["text", "center__name"]
    autocomplete_fields = ["center"]
    readonly_fields = ["state", "issued_on", "extended_on", "repeats", "note", "reviewer_note", "closed_on"]
    register_name = "findings"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = ["center", "due_on"] if obj is not None else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    @admin.display(description=_("逾期"), boolean=True)
    def is_overdue(self, row: Finding) -> bool:
        return row.overdue


class WatchedAdmin(ScopedAdmin):
    """Moved by steps at the desk; looked at here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RepairTicket)
class RepairAdmin(WatchedAdmin):
    list_display = ["id", "center", "state", "hazard", "reported_at", "due_at", "office"]
    list_filter = ["state", "hazard"]
    list_select_related = ["center"]
    search_fields = ["center__name"]
    fields = ["center", "text", "place", "hazard", "state", "reported_at", "due_at", "office", "note", "fixed_at", "done_at"]
    register_name = "repairs"


@admin.register(Feedback)
class FeedbackAdmin(WatchedAdmin):
    list_display = ["id", "kind", "center", "region", "state", "received_at", "due_on", "office"]
    list_filter = ["state", "kind"]
    list_select_related = ["center", "region"]
    search_fields = ["center__name"]
    fields = ["kind", "center", "region", "text", "state", "received_at", "due_on", "office", "answer", "answered_at"]
    register_name = "feedback"


@admin.register(Escalation)
class EscalationAdmin(WatchedAdmin):
    list_display = ["at", "subject", "number", "level", "region"]
    list_filter = ["subject", "level"]
    list_select_related = ["region"]


@admin.register(Matter)
class MatterAdmin(ScopedAdmin):
    list_display = ["title", "center", "window", "when"]
    list_select_related = ["center"]
    search_fields = ["title", "center__name"]
    autocomplete_fields = ["center"]
    register_name = "matters"
