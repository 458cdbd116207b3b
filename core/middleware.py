"""What holds for every request."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation.trans_real import get_language_from_path
from django_structlog.middlewares import RequestMiddleware

from core import history, views
from core.choices import DeedKind
from core.logs import request_id
from core.ratelimit import allow

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestLog(RequestMiddleware):
    """Gives each request an id, logs how it ended, and answers with the id in ``X-Request-ID``."""

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        response.headers["X-Request-ID"] = request_id()
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Name the route and not the path: paths carry the tokens of signed links."""
        match = request.resolver_match
        return f"{request.method} {match.route if match else '(no such page)'}"


class HearOut:
    """Reads what is left of a request before it is answered.

    A form without its CSRF token is refused unread. The server then closes a line on which the visitor is
    still talking, and that cuts off the refusal: nginx showed a 503 instead. Stands above all that refuses.
    """

    # nginx lets 33 MB through where staff import files; who says more may be cut off.
    MOST = 34 * 1024 * 1024
    AT_ONCE = 64 * 1024

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        with suppress(UnreadablePostError):  # the visitor has gone
            for _part in range(self.MOST // self.AT_ONCE):
                if not request.read(self.AT_ONCE):
                    break
        return response


class PlainRefusals:
    """Refuses what no page can mean, before it reaches a database that would choke on it.

    Says in words what Django says with an empty page. Stands below the language and above the views.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # PostgreSQL stores no NUL character and fails when asked to compare with one.
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path_info:
            return views.bad_request(request)
        response = self.get_response(request)
        if response.status_code == 405:
            return views.not_allowed(request, allowed=response["Allow"])
        return response


class NoteRefusals:
    """Writes down whoever signed in is refused at the desk. Stands below the sign-in.

    Anybody may open an account, and what is written there stays for ever: who is no staff fills no history.
    """

    OF_OTHERS_AN_HOUR = 5

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if (
            response.status_code == 403
            and match
            and "admin" in match.app_names
            and request.user.is_authenticated
        ):
            asked = f"{request.method} {match.route}"
            logger.warning("refused at the desk", extra={"person": request.user.pk, "asked": asked})
            if self._is_kept(request.user):
                history.record(
                    DeedKind.REFUSED,
                    by=request.user,
                    moment=timezone.now(),
                    summary=asked,
                    request=request,
                )
        return response

    def _is_kept(self, person: Any) -> bool:
        return person.is_staff or allow(
            "refused-at-the-desk", str(person.pk), limit=self.OF_OTHERS_AN_HOUR, seconds=3600
        )


class LanguageFromAddress:
    """The language is in the address (``/es/…``) and nowhere else, so that pages can be cached."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class CacheRules:
    """A page is private unless its view says ``public_page`` and it really is the same for everybody.

    Stands above the session and CSRF middleware, so that it sees the cookies they set.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        personal = bool(response.cookies) or "cookie" in response.get("Vary", "").lower()
        if personal or not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-store"
        return response
