"""Centers in the admin site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.site import ScopedAdmin, ScopedInline
from centers.models import Center, CenterService, Contact, OpeningException, OpeningHours


class HoursInline(ScopedInline):
    model = OpeningHours


class ExceptionInline(ScopedInline):
    model = OpeningException
    fields = ["first_day", "last_day", "closed", "opens", "closes", "note"]


class ServiceInline(ScopedInline):
    model = CenterService


class ContactInline(ScopedInline):
    model = Contact


class TownFilter(admin.SimpleListFilter):
    """By township, within the officer's reach."""

    title = _("镇街")
    parameter_name = "town"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        from accounts.models import Region

        towns = Region.objects.allowed(request.user, "view").filter(level="town")
        return [(t.code, t.name) for t in towns]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(region__code__startswith=self.value()) if self.value() else queryset


@admin.register(Center)
class CenterAdmin(ScopedAdmin):
    list_display = ["name", "level", "region", "address", "area", "phone", "is_public"]
    list_filter = ["level", TownFilter]
    search_fields = ["name"]
    search_help_text = _("名称、拼音或首字母")
    autocomplete_fields = ["region"]
    list_select_related = ["region"]
    readonly_fields = ["published_at", "location_is_demo"]
    inlines = [HoursInline, ExceptionInline, ServiceInline, ContactInline]
    register_name = "centers"

    @admin.display(description=_("已公开"), boolean=True)
    def is_public(self, row: Center) -> bool:
        return row.published

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.found(search_term), False
