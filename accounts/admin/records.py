"""The admin of the records app (which knows no accounts): audit, seals, messages without texts, the calendar."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.site import ReadOnlyAdmin
from accounts.scope import permission, prefixes
from records import audit, working_days
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
    exclude = ["source"]
    register_name = "calendar"
    actions = ["export", "complete"]
    change_list_template = "admin/calendar_list.html"

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if not self._may(request, "change"):
            actions.pop("complete", None)
        return actions

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the years that are announced, and those that are not yet."""
        this = timezone.localdate().year
        return super().changelist_view(request, {"years": working_days.years(this - 1, this + 2), **(extra_context or {})})

    @admin.action(description=_("把所选日子那一年的其余日子，按平常的工作日和周末补齐"))
    def complete(self, request: HttpRequest, queryset: Any) -> None:
        for year in sorted({day.year for day in queryset.values_list("date", flat=True)}):
            count = working_days.complete(year)
            if count:
                name = permission(self.model, "add")
                audit.write(name, by=request.user, target_type=self.opts.label_lower, reason=f"{year}", count=count)
            self.message_user(request, _("%(year)d 年补了 %(count)d 天。") % {"year": year, "count": count})

    def _may(self, request: HttpRequest, action: str, obj: Any = None) -> bool:
        return bool(prefixes(request.user, permission(self.model, action)))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.source = "manual"
        admin.ModelAdmin.save_model(self, request, obj, form, change)
        name = permission(self.model, "change" if change else "add")
        audit.write(name, by=request.user, target_type=self.opts.label_lower, fields=form.changed_data, reason=f"{obj.date}")
