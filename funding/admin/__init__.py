"""Funding in the admin site: rules and rounds are written here, money and results are looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.site import ScopedAdmin, ScopedInline
from centers.admin.work import WatchedAdmin
from funding.models import (
    Application,
    Award,
    Criterion,
    Decision,
    LedgerEntry,
    Objection,
    Project,
    RatingRound,
    RatingScheme,
    Representative,
    Tier,
)


class FrozenMixin:
    """What a round froze is looked at alone; the database would refuse the rest."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not getattr(obj, "frozen", False) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not getattr(obj, "frozen", False) and super().has_delete_permission(request, obj)  # type: ignore[misc]


class PartInline(ScopedInline):
    """Of a scheme that is not frozen; ``obj`` is the scheme."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not getattr(obj, "frozen", False) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not getattr(obj, "frozen", False) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not getattr(obj, "frozen", False) and super().has_delete_permission(request, obj)


class TierInline(PartInline):
    model = Tier
    extra = 0


class CriterionInline(PartInline):
    model = Criterion
    extra = 0


@admin.register(RatingScheme)
class SchemeAdmin(FrozenMixin, ScopedAdmin):
    list_display = ["name", "version", "region", "budget", "frozen_at"]
    list_select_related = ["region"]
    search_fields = ["name"]
    autocomplete_fields = ["region"]
    readonly_fields = ["frozen_at", "rules_hash"]
    inlines = [TierInline, CriterionInline]
    register_name = "rating_schemes"


@admin.register(RatingRound)
class RoundAdmin(ScopedAdmin):
    """Dates are edited while it is a draft; it moves by steps at the desk. The seed is not shown before all scores are in."""

    list_display = ["title", "year", "state", "apply_from", "apply_until", "review_until"]
    list_filter = ["state", "year"]
    list_select_related = ["scheme"]
    search_fields = ["title"]
    autocomplete_fields = ["region", "scheme"]
    exclude = ["seed"]
    readonly_fields = ["state", "seed_commitment", "opened_at", "drawn_at", "notice_from", "notice_until", "final_at"]
    register_name = "rating_rounds"


@admin.register(Application)
class ApplicationAdmin(WatchedAdmin):
    list_display = ["center", "round", "state", "submitted_at"]
    list_filter = ["state"]
    list_select_related = ["center", "round"]
    search_fields = ["center__name"]
    fields = ["round", "center", "state", "strengths", "plans", "facts", "submitted_at", "remark", "veto"]
    register_name = "applications"


@admin.register(Decision)
class DecisionAdmin(WatchedAdmin):
    list_display = ["round", "number", "decided_at", "budget", "inputs_hash"]
    list_select_related = ["round"]
    fields = ["round", "number", "tiers", "budget", "inputs_hash", "reason", "decided_at"]


@admin.register(Representative)
class RepresentativeAdmin(ScopedAdmin):
    """Entered at the desk, where the account is found by its number."""

    list_display = ["id", "region", "kind", "valid_from", "valid_until"]
    list_filter = ["kind"]
    list_select_related = ["region"]
    search_fields = ["region__name"]
    autocomplete_fields = ["region"]
    fields = ["region", "kind", "valid_from", "valid_until"]
    register_name = "representatives"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Objection)
class ObjectionAdmin(WatchedAdmin):
    """Who objects is seen at the desk by those who answer."""

    list_display = ["id", "round", "kind", "state", "received_at", "answered_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["round"]
    fields = ["round", "application", "kind", "state", "received_at", "answer", "answered_at"]
    register_name = "objections"


@admin.register(Project)
class ProjectAdmin(WatchedAdmin):
    list_display = ["title", "center", "year", "state", "asked", "granted", "allocated", "paid"]
    list_filter = ["state", "year"]
    list_select_related = ["center"]
    search_fields = ["title", "center__name"]
    fields = [
        *("center", "year", "title", "purpose", "asked", "council_on", "present", "agreed", "state", "remark", "granted", "approved_on"),
        *("notice_until", "accepted_on", "acceptance", "allocated", "paid"),
    ]
    register_name = "projects"


@admin.register(Award)
class AwardAdmin(WatchedAdmin):
    list_display = ["center", "round", "star", "amount", "allocated", "paid"]
    list_filter = ["star"]
    list_select_related = ["center", "round"]
    search_fields = ["center__name"]
    fields = ["round", "center", "star", "amount", "allocated", "paid"]
    register_name = "awards"


@admin.register(LedgerEntry)
class EntryAdmin(WatchedAdmin):
    list_display = ["id", "posted_on", "book", "kind", "account", "region", "star", "amount", "reverses"]
    list_filter = ["kind", "account"]
    list_select_related = ["book", "region", "reverses"]
    search_fields = ["reason", "region__name"]
    date_hierarchy = "posted_on"
    fields = ["book", "region", "kind", "account", "amount", "award", "project", "star", "reverses", "reason", "posted_on", "posted_at"]
    register_name = "ledger"
