"""The booking door, in front of everything else: who comes in a rush is answered here, at a fraction of a full request.

Programs (POST with a token) are booked or refused here by ``seats.book``; whatever is not of the plain shape goes on to
the API's view, which says what is wrong with it. The page's form is refused here while the intake is marked sold out,
and goes on otherwise. A refusal tells only what everybody may read, so that it needs no session.
"""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

import pghistory
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_from_request

from accounts.addresses import network_allowed
from accounts.api.problems import problem
from accounts.rates import looked
from accounts.tokens import REMEMBERED, owner, remembered_key
from activities import seats, turnstile
from activities.models import Booking, Intake
from activities.refusal import TEXTS, KeyReused, NotHere, Refused

API = "/api/v1/bookings/"
PAGE = re.compile(r"/activities/(\d{1,18})/book/(\d{1,18})/")


class Wanted(NamedTuple):
    intake: int
    participant: int
    wait: bool


def booking_door(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answers what it can, passes on the rest."""

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = None
        if request.method == "POST":
            if request.path == API:
                answer = by_token(request)
            elif page := PAGE.fullmatch(request.path):
                answer = by_form(request, int(page[1]), int(page[2]))
        return answer or get_response(request)

    return middleware


def by_token(request: HttpRequest) -> HttpResponse | None:
    """The API's answer to a plain booking request; None for anything else."""
    token = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Token ").strip()
    wanted = wanted_of(request)
    outside = not network_allowed(request.client_address)  # type: ignore[attr-defined]  # the view asks who it is
    if outside or wanted is None or not token.isascii() or not request.META.get("HTTP_AUTHORIZATION", "").startswith("Token "):
        return None
    token_key, mark_key = remembered_key(token), turnstile.key(wanted.intake)
    known, over = looked([token_key, mark_key], token=token_key, address=request.client_address)  # type: ignore[attr-defined]
    if over:
        return None  # the view counts too, and says when to come again
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")[:80]
    code = "" if key else turnstile.answer(known.get(mark_key), wanted.participant, wanted.wait)
    if code and token_key in known:
        return refusal(request, code, TEXTS[code])
    user = owner(token)
    if user is None:
        return None
    if code:
        cache.set(token_key, user.pk, REMEMBERED)
        return refusal(request, code, TEXTS[code])
    with pghistory.context(user=user.pk, path=API), translation.override(get_language_from_request(request)):
        return booked(request, user, wanted, key)


def booked(request: HttpRequest, user: Any, wanted: Wanted, key: str) -> HttpResponse | None:
    """201 with the booking, 409 with the reason; None where the view has more to say."""
    from activities.api.bookings import shown

    try:
        booking = seats.book(user, wanted.intake, wanted.participant, channel=Booking.Channel.API, key=key, wait=wanted.wait)
    except Refused as error:
        return refusal(request, error.code, error.detail)
    except (NotHere, KeyReused):
        return None
    return plain(json.dumps(shown(booking)), 201, "application/json")


def refusal(request: HttpRequest, code: str, detail: Any) -> HttpResponse:
    """A 409 as problem details, in the reader's language."""
    with translation.override(get_language_from_request(request)):
        body = problem(HTTPStatus.CONFLICT, code, detail)
    return plain(json.dumps(body, ensure_ascii=False), 409, "application/problem+json")


def plain(body: str | bytes, status: int, content_type: str) -> HttpResponse:
    """An answer with the headers that the middleware behind would have set."""
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}
    return HttpResponse(body, status=status, content_type=content_type, headers=headers)


def wanted_of(request: HttpRequest) -> Wanted | None:
    """What a well-formed request asks for."""
    if request.content_type != "application/json":
        return None
    try:
        data = json.loads(request.body)
        intake, participant, wait = data["intake"], data["participant"], data.get("wait", False)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if len(data) > 2 + ("wait" in data):
        return None  # a family as one unit, answers to questions: the view reads them
    fits = type(intake) is type(participant) is int and type(wait) is bool and 0 < intake < 2**63 and 0 < participant < 2**63
    return Wanted(intake, participant, wait) if fits else None


def by_form(request: HttpRequest, activity: int, intake: int) -> HttpResponse | None:
    """One ready page, the same for everybody, while the intake is marked; who has a place already goes on."""
    typed = request.POST.get("participant", "")
    language = get_language_from_request(request)
    mark_key, page_key = turnstile.key(intake), f"{turnstile.key(intake)}:page:{language}"
    known, over = looked([mark_key, page_key], address=request.client_address)  # type: ignore[attr-defined]
    person = int(typed) if typed.isdecimal() and len(typed) < 19 else None
    code = turnstile.answer(known.get(mark_key), person, bool(request.POST.get("wait")))
    if over or code in ("", "duplicate"):
        return None
    page = known.get(page_key) or ready_page(activity, intake, code, language)
    if page is None:
        return None
    if page_key not in known:
        cache.set(page_key, page, turnstile.SECONDS)
    return plain(page, 409, "text/html; charset=utf-8")


def ready_page(activity: int, intake: int, code: str, language: str) -> bytes | None:
    """The page that says so and leads on; None without such an intake."""
    row = Intake.objects.published().select_related("activity__center").filter(pk=intake, activity=activity).first()
    if row is None:
        return None
    with translation.override(language):
        context = {"intake": row, "activity": row.activity, "sentence": TEXTS[code]}
        return render_to_string("activities/sold_out.html", context).encode()
