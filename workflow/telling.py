"""Whose turn it is hears so: inbox messages to those who hold a permission for a region, at the nearest level."""

from accounts.models import Grant
from records import outbox


@outbox.portal_language
def tell_holders(permission: str, code: str, kind: str, subject: str, body: str = "", link: str = "", once: str = "") -> int:
    """Tells the holders; returns how many there are. Nobody holding it at all is no error: the in-tray shows the row."""
    users = Grant.objects.nearest(permission, code)
    for user in users:
        outbox.tell(user, kind, subject, body, link=link, once=once)
    return len(users)
