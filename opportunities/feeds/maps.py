"""What tells other programs where things are: the map for search engines, the search for browsers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from opportunities.feeds.addresses import on_site
from opportunities.feeds.conditional import taken_along
from opportunities.models import Opportunity

# Purchases of one part, by their number: with a dozen languages still far below the 50,000 addresses and 50 MB
# that sitemaps.org allows. A part costs the same among a million.
PART = 1000
XML = "application/xml; charset=utf-8"
Page = tuple[str, dict[str, str]]  # a route and its parts


@taken_along
def sitemap(request: HttpRequest) -> HttpResponse:
    """The index: one part for pages, and one for each ``PART`` numbers of purchases."""
    last = _last_part()
    parts = ["pages", *(str(number) for number in range(last + 1))]
    addresses = [on_site(reverse("sitemap_part", args=[part])) for part in parts]
    return render(request, "opportunities/sitemap_index.xml", {"parts": addresses}, XML)


@taken_along
def sitemap_part(request: HttpRequest, part: str, pages: Sequence[Page]) -> HttpResponse:
    """One part: ``pages``, or a number."""
    entries = _pages(pages) if part == "pages" else _purchases(_number(part))
    return render(request, "opportunities/sitemap.xml", {"entries": entries}, XML)


def _last_part() -> int:
    """Return the number of the last part; -1 if nothing is public. One query."""
    newest = Opportunity.objects.public().order_by("-pk").values_list("pk", flat=True).first()
    return newest // PART if newest else -1


def _number(part: str) -> int:
    """Read the number of a part that there is. Raises ``Http404`` for any other text."""
    if not (part.isascii() and part.isdigit() and len(part) < 10) or part != str(int(part)):
        raise Http404
    if int(part) > _last_part():
        raise Http404
    return int(part)


def _pages(pages: Sequence[Page]) -> list[dict[str, Any]]:
    return [entry for name, parts in pages for entry in _entries(name, parts, None)]


def _purchases(number: int) -> Iterable[dict[str, Any]]:
    """Return all that is public of one part: numbers in a range, so that no row is counted to skip it."""
    rows = Opportunity.objects.public().filter(pk__gte=number * PART, pk__lt=(number + 1) * PART)
    found = rows.order_by("pk").values_list("reference", "changed_at")
    return [
        entry
        for reference, changed_at in found
        for entry in _entries("opportunities:detail", {"reference": reference}, changed_at)
    ]


def _entries(name: str, parts: dict[str, str], changed_at: datetime | None) -> list[dict[str, Any]]:
    """Return an entry for each language, each naming all others."""
    alternates = [(code, _in(code, name, parts)) for code, _name in settings.LANGUAGES]
    return [
        {
            "address": address,
            "changed_at": changed_at,
            "alternates": alternates if len(alternates) > 1 else [],
        }
        for _code, address in alternates
    ]


def _in(language: str, name: str, parts: dict[str, str]) -> str:
    with translation.override(language):
        return on_site(reverse(name, kwargs=parts))


@taken_along
def opensearch(request: HttpRequest) -> HttpResponse:
    """This site’s search, for a browser’s own search box."""
    kind = "application/opensearchdescription+xml; charset=utf-8"
    return render(request, "opportunities/opensearch.xml", {}, kind)
