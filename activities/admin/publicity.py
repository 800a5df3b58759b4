"""The column, brands, roadshows and polls in the admin site."""

from django.contrib import admin

from accounts.admin.site import ScopedAdmin
from activities.admin.activities import ToLookAt
from activities.models import Brand, Digest, Poll, Roadshow


@admin.register(Digest)
class DigestAdmin(ToLookAt):
    list_display = ["title", "region", "month", "state", "published_at"]
    list_filter = ["state"]
    list_select_related = ["region"]
    fields = ["region", "month", "title", "lead", "state", "edited_by", "checked_by", "published_at"]
    readonly_fields = fields  # type: ignore[assignment]
    register_name = "digests"


@admin.register(Brand)
class BrandAdmin(ScopedAdmin):
    list_display = ["name", "center", "state", "recognised_on"]
    list_filter = ["state"]
    search_fields = ["name", "center__name"]
    autocomplete_fields = ["center", "organisation"]
    list_select_related = ["center"]
    register_name = "brands"


@admin.register(Roadshow)
class RoadshowAdmin(ScopedAdmin):
    list_display = ["title", "held_on", "place", "region"]
    search_fields = ["title"]
    autocomplete_fields = ["region"]
    list_select_related = ["region"]
    register_name = "roadshows"


@admin.register(Poll)
class PollAdmin(ToLookAt):
    list_display = ["title", "region", "opens_at", "closes_at", "state"]
    list_filter = ["state"]
    list_select_related = ["region"]
    fields = ["region", "title", "lead", "opens_at", "closes_at", "choices", "state"]
    readonly_fields = fields  # type: ignore[assignment]
    register_name = "polls"
