"""Pages that know no procurement: health, errors, what this site is."""

import sys
from hashlib import sha256

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import condition, require_safe

from core import health
from core.http import public_page


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing about its neighbours: restarting it would not mend them."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Everything that the portal leans on, by name; 503 when any of it is not well."""
    answers = health.ask_all(timezone.now())
    well = not any(answers.values())
    return JsonResponse(
        {name: answer or "ok" for name, answer in answers.items()}, status=200 if well else 503
    )


@require_safe
@public_page
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "core/about.html")


@require_safe
@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "core/accessibility.html")


def _release(request: HttpRequest) -> str:
    return f'W/"{sha256(settings.RELEASE.encode()).hexdigest()[:32]}"'


@require_safe
@public_page
@condition(etag_func=_release)
def robots(request: HttpRequest) -> HttpResponse:
    return render(request, "robots.txt", content_type="text/plain; charset=utf-8")


# --- Errors, in the same dress --------------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def not_allowed(request: HttpRequest, *, allowed: str) -> HttpResponse:
    """Say that the page only knows the methods ``allowed``, as the header Allow lists them."""
    response = render(request, "405.html", status=405)
    response.headers["Allow"] = allowed
    return response


def too_many_requests(request: HttpRequest, *, retry_after: int) -> HttpResponse:
    """Say, in words and in a header, to come back in ``retry_after`` seconds."""
    response = render(
        request, "429.html", {"retry_after_minutes": max(1, retry_after // 60)}, status=429
    )
    response.headers["Retry-After"] = str(retry_after)
    return response


def slow_down(request: HttpRequest) -> HttpResponse:
    """Answer where a library counts, which does not say for how long."""
    return too_many_requests(request, retry_after=60)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer without database, session or context processors, since one of them may be what failed."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = HttpResponse(render_to_string("503.html"), status=503)
        response.headers["Retry-After"] = "60"
        return response
    return HttpResponse(render_to_string("500.html"), status=500)
