"""Every address is guarded by a scoped base, or stands in a list here with the reason why not."""

import inspect
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import IsAuthenticated

from accounts.api.base import ScopedViewSet
from accounts.views.base import OfficerMixin, ScopedMixin

#: Open to strangers. What they list comes from ``published()`` or ``visible()``.
PUBLIC = {
    "healthz": "says that the process lives",
    "readyz": "names servers, no data",
    "metrics": "counts; by token or from this machine",
    "set_language": "Django's own",
    "api-schema": "a program starts from it",
    "api-docs": "the same, readable",
    "home": "published rows",
    "open_data": "the article's table: numbers of the whole portal, no name of a person",
    "open_data_xlsx": "the same as a file; rate-limited",
    "fact": "the rows behind a number, in the form that anybody may see",
    "fact_xlsx": "the same as a file; rate-limited",
    "api-facts": "the same numbers for programs",
    "privacy": "a text",
    "elder_mode": "a cookie",
    "center_list": "published centers",
    "center_detail": "a published center, or one's own",
    "activity_list": "published activities",
    "activity_detail": "a published activity, or one's own",
    "draw": "a published activity's lottery, recomputable by anybody",
    "draw_evidence": "the same as a file; the secret once it is drawn",
    "photo_file": "photographs of what is visible",
    "center_map": "published centers",
    "center_print": "a published center, or one's own",
    "repair_new": "whoever stands in a published center's hall; rate-limited",
    "repair_status": "by the secret address that the reporter was given",
    "matter_list": "what published centers offer",
    "feedback": "anybody may complain; rate-limited",
    "calendar_feed": "by a secret address that its owner renews",
    "feedback_status": "by the secret address that the asker was given",
    "venue_list": "what can be borrowed",
    "venue_detail": "a published venue, or one's own; times taken, no names",
    "venue_door": "a published venue's day, no names",
    "survey": "by the secret address of who was asked",
    "notices": "published columns and polls",
    "notice": "a published column",
    "notices_rss": "the same as a feed",
    "notices_atom": "the same as a feed",
    "brands": "recognised brands",
    "brand": "a recognised brand",
    "poll": "an announced poll; its result once it is published",
    "center_duty": "a published center's posted roster, or one's own",
    "center_duty_pdf": "the same for the wall",
    "funding": "rounds that have begun, projects from their notice on, sums",
    "funding_ledger": "the ledger is open to everybody",
    "funding_project": "a project from its notice on",
    "funding_round": "a round that was decided",
    "funding_notice": "the same on paper; rate-limited",
    "funding_object": "anybody may object while a result is noticed; rate-limited",
    "funding_village": "how a village's total came about, of a round that was decided; no scorer's name",
    "login": "the door",
    "login_code": "the door",
    "login_staff": "the door",
    "logout": "the door",
}
#: For whoever is logged in, about their own account and nobody else's.
OWN = {
    "totp": "one's own second factor",
    "password": "one's own password",
    "me": "one's own page",
    "me_inbox": "one's own messages",
    "me_data": "one's own account",
    "me_calendar": "one's own feed",
    "venue_request": "asks for oneself; venues.request checks the venue's rules",
    "scanned": "looks the booking up by allowed(); checkin.mark checks who may",
    "me_export": "one's own data",
    "me_erase": "one's own data",
    "me_feedback": "what one has asked oneself",
    "me_appointments": "what one has asked for oneself",
    "me_duties": "one's own duties",
    "me_step": "one's own leave, swap or absence; the workflow checks who may",
    "me_reviews": "one's own sheets",
    "me_review": "one's own sheet; the workflow checks who may",
    "me_review_recuse": "one's own sheet; the workflow checks who may",
    "me_consent": "looks the participant up by allowed()",
    "me_family_answer": "families.answer_join checks who may",
    "activity_book": "seats.book checks who may",
    "activity_book_all": "one's own family in published activities; seats.book checks who may",
    "poll_vote": "poll.vote: one vote for each account with a phone",
    "api-me-data": "one's own data",
    "api-message-list": "one's own messages",
    "api-message-detail": "one's own messages",
}


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    """(path, name, view) of every address but the admin's, which the admin site guards whole."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.name or "", pattern.callback


def base(view: Any) -> Any:
    """The class behind a view function; the function itself where there is none."""
    return getattr(view, "view_class", None) or getattr(view, "cls", None) or view


def scoped(view: Any) -> bool:
    found = base(view)
    return isinstance(found, type) and issubclass(found, ScopedMixin | OfficerMixin | ScopedViewSet)


def test_every_address_is_scoped_or_listed() -> None:
    found = {name: view for _path, name, view in addresses()}
    assert len(found) > 40
    assert {name for name, view in found.items() if not scoped(view)} == PUBLIC.keys() | OWN.keys()


def test_what_is_ones_own_asks_for_a_login() -> None:
    for _path, name, view in addresses():
        if name in OWN and name.startswith("api-"):
            assert base(view).permission_classes == [IsAuthenticated], name
        elif name in OWN:
            assert issubclass(base(view), LoginRequiredMixin), name


def test_what_is_public_is_not_behind_a_login() -> None:
    for _path, name, view in addresses():
        if name in PUBLIC and isinstance(base(view), type):
            assert not issubclass(base(view), LoginRequiredMixin), name


def test_every_page_of_the_desk_asks_for_a_grant() -> None:
    pages = [(name, base(view)) for path, name, view in addresses() if path.startswith("desk/") and name != "password"]
    assert len(pages) >= 15
    for name, view in pages:
        assert issubclass(view, OfficerMixin) or (issubclass(view, ScopedMixin) and view.desk), name


def test_scoped_views_keep_the_guard_of_their_base() -> None:
    """A view may narrow its rows by ``tuned``; one that replaces ``get_queryset`` must ask the base or ``allowed``."""
    for _path, name, view in addresses():
        own = base(view)
        if scoped(view) and "get_queryset" in vars(own):
            source = inspect.getsource(vars(own)["get_queryset"])
            guards = ("super().get_queryset()", ".allowed(", ".visible(", "own(self.request.user)", "to_score(self.request.user)")
            assert any(call in source for call in guards), name


def test_public_viewsets_are_those_of_the_contract() -> None:
    public = {base(view).__name__ for _path, _name, view in addresses() if scoped(view) and getattr(base(view), "public", False)}
    assert public <= {
        "RegionViewSet",
        "CenterViewSet",
        "ActivityViewSet",
        "IntakeViewSet",
        "MeetingViewSet",
        "DrawViewSet",
        "VenueViewSet",
        "CareProgramViewSet",
        "DigestViewSet",
        "NoticeViewSet",
        "BrandViewSet",
        "PollViewSet",
        "OpeningHoursViewSet",
        "OpeningExceptionViewSet",
        "CenterServiceViewSet",
        "PhotoViewSet",
    }
    assert {"RegionViewSet", "CenterViewSet", "ActivityViewSet", "IntakeViewSet"} <= public
