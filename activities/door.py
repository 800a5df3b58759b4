"""The booking door as programs meet it: what is sold out is answered before anything is loaded."""

import json
from collections.abc import Callable
from http import HTTPStatus

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from accounts.api.problems import problem
from accounts.rates import over
from accounts.tokens import REMEMBERED, owner, remembered_key
from activities import turnstile
from activities.refusal import TEXTS


def booking_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wraps the bookings view: a POST by token, without an idempotency key, for a marked intake ends here."""

    def door(request: HttpRequest) -> HttpResponse:
        return quick_refusal(request) or view(request)

    door.csrf_exempt = True  # type: ignore[attr-defined]  # as DRF's views: the session authentication checks it
    door.cls = view.cls  # type: ignore[attr-defined]  # the schema generator and the access matrix look for it
    door.actions, door.initkwargs = view.actions, view.initkwargs  # type: ignore[attr-defined]
    return door


def quick_refusal(request: HttpRequest) -> HttpResponse | None:
    """The problem answer from the cache alone; None to pass on to the view."""
    token = request.META.get("HTTP_AUTHORIZATION", "")
    if request.method != "POST" or not token.startswith("Token ") or "HTTP_IDEMPOTENCY_KEY" in request.META:
        return None
    wanted = body_of(request)
    if wanted is None:
        return None
    text = token[6:].strip()
    token_key, mark_key = remembered_key(text), turnstile.key(wanted[0])
    known = cache.get_many([token_key, mark_key])
    code = turnstile.answer(known.get(mark_key), wanted[1])
    account = known.get(token_key) or (account_of(text) if code else None)
    if not code or not account or over(account=str(account), address=str(getattr(request, "client_address", "local"))):
        return None  # the view says what is wrong, or when to come again
    body = json.dumps(problem(HTTPStatus.CONFLICT, code, TEXTS[code]), ensure_ascii=False)
    return HttpResponse(body, status=409, content_type="application/problem+json")


def account_of(token: str) -> int | None:
    """The account of a token that is not at hand; remembers it for the next refusal."""
    user = owner(token) if token.isascii() else None
    if user is None:
        return None
    cache.set(remembered_key(token), user.pk, REMEMBERED)
    return int(user.pk)


def body_of(request: HttpRequest) -> tuple[int, int] | None:
    """(intake, participant) of a well-formed request."""
    if request.content_type != "application/json":
        return None
    try:
        data = json.loads(request.body)
        wanted = data["intake"], data["participant"]
    except (ValueError, KeyError, TypeError):
        return None
    return wanted if all(type(part) is int for part in wanted) else None
