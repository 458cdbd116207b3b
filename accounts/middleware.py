"""What holds for sessions, and for all pages under /account/."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.sites.requests import RequestSite
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts import limits, sessions
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


class AccountPages:
    """Counts tries before the view runs; nobody keeps or lists these pages."""

    HERE = re.compile(r"([a-z-]+/)?account/")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if self._is_here(request):
            response.headers["Cache-Control"] = "private, no-store"
            response.headers["X-Robots-Tag"] = "noindex"
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
