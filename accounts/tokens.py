"""API tokens (knox: stored hashed, expiring) and session authentication for programs."""

import hashlib
from datetime import timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.addresses import network_allowed
from accounts.models import User
from accounts.scope import grants_of
from records import audit
from records.compiled import Compiled

REMEMBERED = 20  # seconds for which a checked token is taken from the cache


def issue(user: User, days: int, by: Any = None) -> str:
    """A new token of the account; shown once, stored hashed."""
    _row, token = AuthToken.objects.create(user=user, expiry=timedelta(days=days))
    audit.write("accounts.issue_token", by=by or user, on=user)
    return str(token)


def remembered_key(token: str) -> str:
    return f"token:{hashlib.sha256(token.encode()).hexdigest()[:40]}"


def _owner(digest: Any) -> Any:
    users = AuthToken.objects.filter(digest=digest)
    return users.values_list("expiry", *(f"user__{name}" for name in USER))


USER = [field.attname for field in User._meta.concrete_fields]
OWNER_QUERY = Compiled(_owner, text=("digest",))


def owner(token: str) -> User | None:
    """The account of a token in force that may log in now; one query."""
    row = OWNER_QUERY.first(digest=hash_token(token))
    if row is None or (row[0] is not None and row[0] <= timezone.now()):
        return None
    user = User.from_db("default", USER, row[1:])
    return user if user.is_active and (settings.DEMO or not user.is_demo) else None


class TokenAuthentication(KnoxAuthentication):
    """``Authorization: Token …``. A demonstration account's token is void unless DEMO=1."""

    def authenticate(self, request: Any) -> Any:
        found = super().authenticate(request)
        if found and not network_allowed(getattr(getattr(request, "_request", request), "client_address", "")) and grants_of(found[0]):
            raise AuthenticationFailed(_("工作人员功能只能在办公网络里使用。"))
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, None]:
        try:
            text = token.decode("ascii")
        except UnicodeDecodeError as error:
            raise AuthenticationFailed from error
        user = owner(text)
        if user is None:
            raise AuthenticationFailed
        pghistory.context(user=user.pk)
        return user, None


def revoke(user: User) -> int:
    """Ends every token of the account; returns how many. (Up to 20 s the booking door still says "full": public anyway.)"""
    return int(AuthToken.objects.filter(user=user).delete()[0])


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session; answers 401, not 403, to strangers."""

    def authenticate_header(self, request: Any) -> str:
        return "Session"


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token …"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
