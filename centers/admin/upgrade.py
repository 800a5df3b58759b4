"""The campaign, premises, applications and signs in the admin site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.site import ScopedAdmin, ScopedInline
from centers.admin.centers import TownFilter
from centers.admin.work import WatchedAdmin
from centers.models import (
    Campaign,
    CandidateSite,
    CycleRun,
    GuidanceVisit,
    Lease,
    MonthSnapshot,
    Paper,
    Picture,
    PlacementApplication,
    PlannedStep,
    ProgressReport,
    Sign,
    SnapshotLine,
    UpgradeTask,
)


@admin.register(Campaign)
class CampaignAdmin(ScopedAdmin):
    list_display = ["name", "region", "first_month", "last_month"]
    list_select_related = ["region"]
    autocomplete_fields = ["region"]
    register_name = "campaigns"


class PlannedInline(ScopedInline):
    model = PlannedStep


class VisitInline(ScopedInline):
    model = GuidanceVisit
    fields = ["visited_on", "visitors", "note"]


class CenterTownFilter(TownFilter):
    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(center__region__code__startswith=self.value()) if self.value() else queryset


@admin.register(UpgradeTask)
class TaskAdmin(ScopedAdmin):
    list_display = ["number", "center", "batch", "build_method", "target_month", "state", "is_overdue", "closed_on"]
    list_filter = ["state", "batch", "campaign", CenterTownFilter]
    list_select_related = ["center"]
    search_fields = ["center__name", "content"]
    autocomplete_fields = ["center"]
    readonly_fields = ["state", "reviewer_note", "closure_note", "requested_at", "verified_at", "closed_on", "voided_on"]
    inlines = [PlannedInline, VisitInline]
    register_name = "upgrade-tasks"

    @admin.display(description=_("逾期"), boolean=True)
    def is_overdue(self, row: UpgradeTask) -> bool:
        return row.overdue


@admin.register(ProgressReport)
class ReportAdmin(WatchedAdmin):
    list_display = ["month", "task", "percent", "state", "unchanged", "filed_at"]
    list_filter = ["state", "month"]
    list_select_related = ["task__center"]
    search_fields = ["task__center__name"]
    register_name = "progress-reports"


class LineInline(ScopedInline):
    model = SnapshotLine
    max_num = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("task__center", "snapshot__campaign")


@admin.register(MonthSnapshot)
class SnapshotAdmin(WatchedAdmin):
    list_display = ["campaign", "month", "frozen_at"]
    list_select_related = ["campaign"]
    inlines = [LineInline]


@admin.register(CycleRun)
class CycleRunAdmin(WatchedAdmin):
    list_display = ["campaign", "month", "event", "due_on", "ran_at", "count"]
    list_filter = ["event"]
    list_select_related = ["campaign"]


@admin.register(CandidateSite)
class SiteAdmin(ScopedAdmin):
    list_display = ["name", "region", "mode", "channel", "area", "state"]
    list_filter = ["mode", "channel", "state"]
    list_select_related = ["region"]
    search_fields = ["name", "address"]
    autocomplete_fields = ["region", "center", "owner"]
    readonly_fields = ["state", "dropped_on"]
    register_name = "candidate-sites"


@admin.register(Lease)
class LeaseAdmin(ScopedAdmin):
    list_display = ["site", "organisation", "area", "starts_on", "ends_on", "signed_on", "state"]
    list_filter = ["state"]
    list_select_related = ["site", "organisation"]
    search_fields = ["site__name", "organisation__name"]
    autocomplete_fields = ["site", "organisation"]
    readonly_fields = ["state", "signed_on", "ended_on"]
    register_name = "leases"


@admin.register(PlacementApplication)
class PlacementAdmin(ScopedAdmin):
    list_display = ["title", "kind", "center", "organisation", "state", "due_on", "filing_no"]
    list_filter = ["state", "kind"]
    list_select_related = ["center", "organisation"]
    search_fields = ["title", "center__name"]
    autocomplete_fields = ["center", "organisation"]
    readonly_fields = ["state", "design_note", "reviewer_note", "filing_no", "submitted_at", "due_on", "approved_at", "removed_on"]
    register_name = "placements"


@admin.register(Sign)
class SignAdmin(ScopedAdmin):
    list_display = ["title", "center", "place", "origin", "action", "found_on", "removed_on"]
    list_filter = ["origin", "action", "place"]
    list_select_related = ["center"]
    search_fields = ["title", "center__name"]
    autocomplete_fields = ["center"]
    readonly_fields = ["origin", "placement"]
    register_name = "signs"


@admin.register(Paper)
class PaperAdmin(WatchedAdmin):
    list_display = ["id", "kind", "region", "size", "uploaded_at"]
    list_filter = ["kind"]
    list_select_related = ["region"]


@admin.register(Picture)
class PictureAdmin(WatchedAdmin):
    list_display = ["id", "center", "source", "twin", "hidden", "uploaded_at"]
    list_filter = ["source", "hidden"]
    list_select_related = ["center", "twin"]
