"""What every page's frame needs; one query at most, for the inbox's count of a logged-in person."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from records.models import Message

TABS = {"center": "centers", "activity": "activities", "me": "me", "desk": "desk"}


def site(request: HttpRequest) -> dict[str, Any]:
    """``DEMO, ELDER, SITE, NAV, IS_OFFICER, INBOX_UNREAD``."""
    match = getattr(request, "resolver_match", None)
    name = (match.url_name or "") if match else ""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    return {
        "DEMO": settings.DEMO,
        "ELDER": request.COOKIES.get("elder") == "1",
        "SITE": settings.SITE,
        "NAV": "home" if name == "home" else TABS.get(name.split("_")[0], ""),
        "IS_OFFICER": SimpleLazyObject(lambda: bool(known and user.has_perm("accounts.use_desk"))),  # type: ignore[union-attr]
        "INBOX_UNREAD": SimpleLazyObject(lambda: Message.objects.inbox(user).filter(read_at=None).count() if known else 0),
    }
