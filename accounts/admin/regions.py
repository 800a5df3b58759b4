from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.site import ScopedAdmin
from accounts.models import Region


@admin.register(Region)
class RegionAdmin(ScopedAdmin):
    list_display = ["code", "name", "level", "parent"]
    list_filter = ["level"]
    search_fields = ["code", "name"]
    readonly_fields = ["code", "parent", "level"]
    list_select_related = ["parent"]
    register_name = "regions"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # regions come by import_regions, codes change by recode
