"""Signing in to the desk, with a limit on guessing."""

from unicodedata import normalize

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from core.http import client_network
from core.ratelimit import allow
from core.views import too_many_requests
from letters.addresses import address_key

# Within a minute: tries at one account from one place, and tries from one place at any account. From
# elsewhere the right password still works, so that nobody can be locked out by a stranger.
TRIES_AT_ONE = 5
TRIES_FROM_ONE_PLACE = 20
SECONDS = 60


def staff_sign_in(request: HttpRequest) -> HttpResponse:
    """Django's own sign-in for staff; above the limits a 429 in the same words for any account."""
    if request.method == "POST" and not _may_try(request):
        return too_many_requests(request, retry_after=SECONDS)
    return admin.site.login(request)


def _may_try(request: HttpRequest) -> bool:
    place = client_network(request)
    account = _account_key(request.POST.get("username", ""))[:254]
    at_one = allow("sign-in", f"{place}/{account}", limit=TRIES_AT_ONE, seconds=SECONDS)
    from_one_place = allow("sign-in", place, limit=TRIES_FROM_ONE_PLACE, seconds=SECONDS)
    return at_one and from_one_place


def _account_key(typed: str) -> str:
    """Return one key for all that finds the same account: the form unfolds letters, the database compares capitals."""
    return address_key(normalize("NFKC", typed).upper())
