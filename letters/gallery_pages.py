"""The gallery at the desk: every letter that the portal can send, in every language that is offered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from core.desk import Desk
from letters.gallery import EXAMPLES, Example

# A letter carries its styles in itself: mail programs need it. Nothing may run in it, nothing may be
# loaded, and only our own page may frame it.
AS_IN_A_MAIL_PROGRAM = {
    "style-src": ["'unsafe-inline'"],
    "sandbox": [""],
    "frame-ancestors": ["'self'"],
}

Page = Callable[..., HttpResponseBase]


def urls(desk: Desk) -> list[Any]:
    """Return the addresses of the gallery, below that of the letters."""
    one = "gallery/<str:key>/<str:language>"
    return [
        path("gallery/", _page(desk, _all), name="letters_letter_gallery"),
        path(f"{one}/", _page(desk, _example), name="letters_letter_example"),
        path(f"{one}/html/", _page(desk, _html), name="letters_letter_example_html"),
        path(f"{one}/letter.eml", _page(desk, _mail), name="letters_letter_example_mail"),
    ]


def _page(desk: Desk, view: Page) -> Page:
    """Return ``view`` for everybody at the desk: nothing in the gallery is anybody's."""

    @wraps(view)
    @require_safe
    def guarded(request: HttpRequest, **named: Any) -> HttpResponseBase:
        return view(desk, request, **named)

    return desk.admin_site.admin_view(guarded)


def _all(desk: Desk, request: HttpRequest) -> HttpResponse:
    shown = [(example, example.written(settings.LANGUAGE_CODE)) for example in EXAMPLES.values()]
    context = {"title": _("Every letter"), "examples": shown, "languages": _languages()}
    return desk.page(request, "admin/letters/gallery.html", context)


@csp_replace({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # typed for views without arguments
def _example(desk: Desk, request: HttpRequest, key: str, language: str) -> HttpResponse:
    example = _found(key, language)
    context = {
        "title": example.title,
        "example": example,
        "language": language,
        "languages": _languages(),
        "words": example.written(language),
    }
    return desk.page(request, "admin/letters/example.html", context)


@xframe_options_sameorigin
@csp_replace(AS_IN_A_MAIL_PROGRAM)  # type: ignore[arg-type]  # likewise
def _html(desk: Desk, request: HttpRequest, key: str, language: str) -> HttpResponse:
    """Show the HTML part alone, sandboxed."""
    return HttpResponse(_found(key, language).written(language).html)


def _mail(desk: Desk, request: HttpRequest, key: str, language: str) -> HttpResponse:
    """Give the whole mail as a file that mail programs open."""
    mail = _found(key, language).mail(language, moment=timezone.now())
    name = f'attachment; filename="{key}.{language}.eml"'
    return HttpResponse(mail, content_type="message/rfc822", headers={"Content-Disposition": name})


def _found(key: str, language: str) -> Example:
    if key not in EXAMPLES or language not in dict(settings.LANGUAGES):
        raise Http404
    return EXAMPLES[key]


def _languages() -> list[tuple[str, str]]:
    """Return code and own name of each language that is offered."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
