"""What is new since somebody last looked: without an account, and with a cookie only for who asks for one.

The cookie holds a place in the log of public change and nothing about the visitor.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from opportunities import rows
from opportunities.models import Opportunity
from opportunities.versions import Version, version_at

COOKIE = "looked"
KEPT_FOR = 365 * 24 * 60 * 60  # seconds
SHOWN = 50  # of the new, and of the changed
MOST_COUNTED = 99


@require_http_methods(["GET", "HEAD", "POST"])
def new_since(request: HttpRequest) -> HttpResponse:
    """Show what came since the visitor's mark; set, move or forget the mark when a button is pressed."""
    version = version_at(timezone.now())
    if request.method == "POST":
        return _marked(request, version)
    mark = _mark(request, version)
    context: dict[str, Any] = {"head": version.head, "is_marked": mark is not None}
    if mark is not None:
        context |= _came_since(mark, version)
    return render(request, "opportunities/new_since.html", context)


@require_safe
def new_since_count(request: HttpRequest) -> HttpResponse:
    """Say how many there are, for a script on a public page; nothing to whoever has no mark. One query or two."""
    response = HttpResponse(status=204)
    if COOKIE in request.COOKIES:
        version = version_at(timezone.now())
        mark = _mark(request, version)
        if mark is not None:
            touched = Opportunity.objects.changed_after(mark).order_by()
            count = touched[: MOST_COUNTED + 1].count()
            context = {"count": count, "most": MOST_COUNTED, "is_more": count > MOST_COUNTED}
            response = render(request, "opportunities/_new_since_count.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _came_since(mark: int, version: Version) -> dict[str, Any]:
    """Return up to ``SHOWN`` rows that are new, as many that changed, and whether there are more."""
    all_new = Opportunity.objects.published_after(mark).order_by("-published_sequence")
    were_there = Opportunity.objects.changed_after(mark).filter(published_sequence__lte=mark)
    new = list(all_new.only(*rows.KEY_FIELDS)[: SHOWN + 1])
    changed = list(were_there.order_by("-changed_sequence").only(*rows.KEY_FIELDS)[: SHOWN + 1])
    moment, shown = timezone.now(), new[:SHOWN] + changed[:SHOWN]
    html = rows.drawn(
        [rows.row_of(each, moment) for each in shown], moment=moment, edition=version.edition
    )
    return {
        "new": [html[each.pk] for each in new[:SHOWN] if each.pk in html],
        "changed": [html[each.pk] for each in changed[:SHOWN] if each.pk in html],
        "is_more": max(len(new), len(changed)) > SHOWN,
    }


def _marked(request: HttpRequest, version: Version) -> HttpResponse:
    """Remember how far the visitor has seen, or forget it."""
    response = HttpResponseRedirect(reverse("opportunities:new_since"))
    if "forget" in request.POST:
        response.delete_cookie(COOKIE, samesite="Lax")
        return response
    # What came while the page was being read has not been seen.
    seen = _number(request.POST.get("seen", ""))
    mark = version.head if seen is None else min(seen, version.head)
    response.set_cookie(
        COOKIE,
        str(mark),
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _mark(request: HttpRequest, version: Version) -> int | None:
    """Return the visitor's place in the log; ``None`` without a readable cookie."""
    mark = _number(request.COOKIES.get(COOKIE, ""))
    return None if mark is None else min(mark, version.head)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
