"""The address of the client, believed only as far as the trusted proxies vouch for it."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def trusted(address: str) -> bool:
    """Whether the address is one of TRUSTED_PROXIES."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in settings.TRUSTED_PROXIES)


def address_of(remote: str, forwarded: str) -> str:
    """The rightmost address that no trusted proxy of ours has written; ``remote`` when it came directly."""
    if not settings.TRUSTED_PROXIES or not trusted(remote):
        return remote
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not trusted(hop):
            try:
                return str(ipaddress.ip_address(hop))
            except ValueError:
                return remote
    return remote


def client_address(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sets ``request.client_address``."""

    def middleware(request: HttpRequest) -> HttpResponse:
        meta = request.META
        request.client_address = address_of(  # type: ignore[attr-defined]
            meta.get("REMOTE_ADDR", "") or "local", meta.get("HTTP_X_FORWARDED_FOR", "")
        )
        return get_response(request)

    return middleware


def network_allowed(address: str) -> bool:
    """Whether STAFF_NETWORKS admits the address; an empty list admits all."""
    if not settings.STAFF_NETWORKS:
        return True
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in settings.STAFF_NETWORKS)
