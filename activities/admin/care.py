"""Childcare in the admin site; health notes are not here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.site import ScopedAdmin
from activities.admin.activities import ToLookAt
from activities.models import CareProgram, Handover
from activities.nouns.care import collector


@admin.register(CareProgram)
class CareProgramAdmin(ScopedAdmin):
    list_display = ["activity", "kind", "starts_on", "ends_on", "staff", "filing_no"]
    list_filter = ["kind"]
    search_fields = ["activity__title", "activity__center__name"]
    autocomplete_fields = ["activity"]
    list_select_related = ["activity"]
    register_name = "care_programs"


@admin.register(Handover)
class HandoverAdmin(ToLookAt):
    list_display = ["code", "in_at", "out_at", "who", "late"]
    date_hierarchy = "in_at"
    list_select_related = ["attendance__booking", "attendance__meeting", "person"]
    fields = ["code", "in_at", "out_at", "who", "in_by", "out_by"]
    readonly_fields = fields  # type: ignore[assignment]
    register_name = "handovers"

    @admin.display(description=_("预约码"))
    def code(self, row: Handover) -> str:
        return row.attendance.booking.code

    @admin.display(description=_("谁接的"))
    def who(self, row: Handover) -> str:
        return collector(row)

    @admin.display(description=_("晚接"), boolean=True)
    def late(self, row: Handover) -> bool:
        return row.late
