"""Cadres, postings, managers, needs and partners in the admin site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.site import ScopedAdmin, ScopedInline
from centers.admin.work import WatchedAdmin
from staffing.models import Cadre, CenterManager, CommunityPartner, DutyNeed, Posting, SafetyList


class PostingInline(ScopedInline):
    """Looked at here; added and ended on the postings' own pages, where the center is one's own."""

    model = Posting
    fields = ["center", "position", "lead", "valid_from", "valid_until"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Cadre)
class CadreAdmin(ScopedAdmin):
    """The number is masked; in full it is seen at the desk, for a reason."""

    list_display = ["name", "region", "masked", "has_account"]
    list_select_related = ["region", "user"]
    search_fields = ["name"]
    autocomplete_fields = ["region"]
    fields = ["region", "name", "masked", "has_account"]
    readonly_fields = ["masked", "has_account"]
    inlines = [PostingInline]
    register_name = "cadres"

    @admin.display(description=_("手机号"))
    def masked(self, row: Cadre) -> str:
        return row.masked_phone

    @admin.display(description=_("有账号"), boolean=True)
    def has_account(self, row: Cadre) -> bool:
        return row.user_id is not None


@admin.register(Posting)
class PostingAdmin(ScopedAdmin):
    list_display = ["cadre", "center", "position", "lead", "exempt", "valid_from", "valid_until"]
    list_filter = ["lead", "exempt"]
    list_select_related = ["cadre", "center"]
    search_fields = ["cadre__name", "center__name"]
    autocomplete_fields = ["cadre", "center"]
    register_name = "postings"


@admin.register(CenterManager)
class ManagerAdmin(ScopedAdmin):
    list_display = ["cadre", "center", "valid_from", "valid_until"]
    list_select_related = ["cadre", "center"]
    search_fields = ["cadre__name", "center__name"]
    autocomplete_fields = ["cadre", "center"]
    register_name = "managers"


@admin.register(DutyNeed)
class NeedAdmin(ScopedAdmin):
    list_display = ["center", "kind", "people", "lead"]
    list_filter = ["kind"]
    list_select_related = ["center"]
    search_fields = ["center__name"]
    autocomplete_fields = ["center"]
    register_name = "duty_needs"


@admin.register(SafetyList)
class SafetyAdmin(WatchedAdmin):
    list_display = ["center", "month", "done_at", "number_wrong"]
    list_select_related = ["center"]
    search_fields = ["center__name"]
    date_hierarchy = "month"
    fields = ["center", "month", "fine", "wrong", "note", "done_at"]
    register_name = "safety_lists"

    @admin.display(description=_("有问题的"))
    def number_wrong(self, row: SafetyList) -> int:
        return len(row.wrong)


@admin.register(CommunityPartner)
class PartnerAdmin(ScopedAdmin):
    """Its words are edited while it is applied for; it moves by steps at the desk."""

    list_display = ["organisation", "center", "state", "with_children", "checked_on", "starts_on", "ends_on"]
    list_filter = ["state", "with_children"]
    list_select_related = ["organisation", "center"]
    search_fields = ["organisation__name", "center__name"]
    autocomplete_fields = ["organisation", "center"]
    readonly_fields = ["state", "remark", "starts_on", "ends_on", "review", "created_at"]
    register_name = "partners"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # at the desk, where the township hears of it

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(["organisation", "center"] if obj else [])]
