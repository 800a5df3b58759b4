"""The admin of the records app (which knows no accounts): audit, seals, messages without texts, the calendar."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.site import ReadOnlyAdmin
from accounts.scope import permission, prefixes
from records.models import Anchor, AuditEntry, AuditSeal, CalendarDay, Message


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "action", "target_type", "target_id", "region_code", "reason", "count"]
    list_filter = ["action", "at"]
    search_fields = ["action", "reason", "region_code", "=target_id"]
    date_hierarchy = "at"
    list_select_related = ["actor"]


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin):
    list_display = ["sequence", "entry_id", "digest", "sealed_at"]


@admin.register(Anchor)
class AnchorAdmin(ReadOnlyAdmin):
    list_display = ["day", "sequence", "digest", "anchored_at"]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Whether messages go out; not what they say."""

    list_display = ["id", "channel", "kind", "state", "due_at", "sent_at", "attempts", "error"]
    list_filter = ["channel", "state", "kind"]
    readonly_fields = ["channel", "kind", "state", "due_at", "claimed_at", "sent_at", "attempts", "error"]
    fields = ("channel", "kind", "state", "due_at", "claimed_at", "sent_at", "attempts", "error")


@admin.register(CalendarDay)
class CalendarDayAdmin(ReadOnlyAdmin):
    list_display = ["date", "kind", "name", "source"]
    list_filter = ["kind"]
    date_hierarchy = "date"

    def _may(self, request: HttpRequest, action: str, obj: Any = None) -> bool:
        return bool(prefixes(request.user, permission(self.model, action)))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.source = obj.source or "manual"
        admin.ModelAdmin.save_model(self, request, obj, form, change)
