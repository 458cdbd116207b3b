"""What holds for sessions, and for all pages under /account/."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sites.requests import RequestSite
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts import limits, sessions
from core.http import kept_by_nobody
from core.views import too_many_requests

METHODS = ["GET", "HEAD", "POST"]

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SessionEnds:
    """Keeps the end of a session where ``sessions`` wants it. Stands right below the session.

    Looks only where a view has opened it already: a page that is the same for everybody stays so.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.session.accessed:
            sessions.keep(request, timezone.now())
        return response


class SignedInHint:
    """Lets scripts know that somebody is signed in, so that public pages ask for what is personal only then.

    The cookie says nothing but that, and nothing is allowed by it. Looks only where a view has opened the
    session already: a public page neither reads it nor sets it.
    """

    NAME = "signed-in"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.session.accessed:
            return response
        is_signed_in, is_told = SESSION_KEY in request.session, self.NAME in request.COOKIES
        if is_signed_in and not is_told:
            response.set_cookie(
                self.NAME,
                "1",
                max_age=settings.SESSION_COOKIE_AGE,
                samesite="Lax",
                secure=not settings.EMBEDDED,
            )
        elif is_told and not is_signed_in:
            response.delete_cookie(self.NAME, samesite="Lax")
        return response


class AccountPages:
    """Counts tries before the view runs; nobody keeps or lists these pages."""

    HERE = re.compile(r"([a-z-]+/)?account/")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if self._is_here(request):
            return kept_by_nobody(response)
        return response

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        if self._is_here(request) and request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if wait := limits.seconds_to_wait(request):
            return too_many_requests(request, retry_after=wait)
        return None

    def _is_here(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and self.HERE.match(match.route) is not None

    def process_template_response(
        self, _request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        """Drop the ``site`` that allauth adds, which would hide that of ``core.context``."""
        context = response.context_data or {}
        if isinstance(context.get("site"), RequestSite):
            del context["site"]
        return response
