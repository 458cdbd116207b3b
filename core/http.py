"""Small answers about a request, and what a response may be kept for."""

from collections.abc import Callable
from functools import wraps
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
A = TypeVar("A", bound=HttpResponseBase)

# Long enough for the proxy to absorb a rush, short enough that a publication shows at once.
SHARED_CACHE_SECONDS = 5


def public_page(
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[..., R]:
    """Let caches keep this page for a few seconds: it is the same for everybody.

    Such a page opens no session and sets no cookie. ``core.middleware.CacheRules`` marks every
    page without this decorator as private, and takes the mark away from one that did set a cookie.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        response = view(request, *args, **kwargs)
        if response.status_code in {200, 304}:
            patch_cache_control(response, public=True, max_age=0, s_maxage=SHARED_CACHE_SECONDS)
        return response

    return wrapped


def client_address(request: HttpRequest) -> str:
    """Return ``client_network`` in the form of an address, the first of an IPv6 network; 0.0.0.0 when none can be told."""
    return client_network(request).partition("/")[0] or "0.0.0.0"  # noqa: S104  (nobody listens there)


def client_network(request: HttpRequest) -> str:
    """Return what one visitor has of the network: an IPv4 address, or an IPv6 /64; blank when none can be told.

    A household is given a /64 at least, so it could come from a new IPv6 address each time.
    Behind ``TRUSTED_PROXY_COUNT`` proxies the address is that many places from the right of
    X-Forwarded-For: whatever stands further left was written by the visitor.
    """
    hops = settings.TRUSTED_PROXY_COUNT
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    written = (
        forwarded[-hops] if 0 < hops <= len(forwarded) else request.META.get("REMOTE_ADDR", "")
    )
    try:
        address = ip_address(written.strip())
    except ValueError:
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))


def kept_by_nobody(response: A) -> A:
    """Mark an answer for one reader alone: no cache keeps it, no search engine lists it."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def row_number(typed: str) -> int:
    """Return the key of a row that a form sent back; 0, which no row has, for anything that is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
