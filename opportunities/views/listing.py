"""The list and its live part: one search, counted, in pages."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities import naics
from opportunities.facets import facets, order, selects
from opportunities.listed import listed
from opportunities.remembering import key_of, remembered
from opportunities.search import Search, thesaurus_for
from opportunities.search.counts import Counts, count, count_quarters
from opportunities.search.lanes import RANKED
from opportunities.search.suggestions import did_you_mean
from opportunities.versions import Version, answers_conditionally, version_of


@require_safe
@public_page
@answers_conditionally(by_minute=True)
def opportunity_list(request: HttpRequest) -> HttpResponse:
    """Answer with the page, or with its live part alone where a script asks for it."""
    moment = timezone.now()
    version = version_of(request, moment)
    search = Search.from_query(request.GET)
    page = listed(
        search,
        moment=moment,
        version=version,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "search": search,
        "page": page,
        "sections": [*page.drawn(moment=moment, version=version)],
        **around(search, moment=moment, version=version),
    }
    if not page.sections:
        context["better"] = did_you_mean(search, moment=moment, thesaurus=thesaurus_for(search))
    return _answer(request, search, context)


def around(search: Search, *, moment: datetime, version: Version) -> dict[str, Any]:
    """Return what stands around the rows of ``search``: it changes with the version alone, and is kept."""
    key = key_of("around", search, version=version, moment=moment)
    return remembered(key, lambda: _around(search, moment))


def _around(search: Search, moment: datetime) -> dict[str, Any]:
    alike = thesaurus_for(search)
    counts = count(search, moment=moment, thesaurus=alike)
    quarters = count_quarters(search, moment=moment, thesaurus=alike)
    choices = {
        "counts": counts,
        "ranked": f"{RANKED:,}",
        "order": order(search),
        "facets": facets(search, counts, quarters, moment),
        "selects": selects(search),
    }
    wishes = {"query": search.query_string(), "search": search, "chips": chips(search)}
    return {
        "found": found_in_words(counts),
        "facets": get_template("opportunities/_facets.html").render(choices),
        "chips": get_template("opportunities/_chips.html").render(wishes),
        "along": get_template("opportunities/_along.html").render(wishes),
    }


def found_in_words(counts: Counts) -> str:
    """Say how many are found; of more than ``RANKED``, that the counts are of the newest alone."""
    if counts.is_capped and counts.total >= RANKED:
        return _("%(count)s opportunities or more; the counts are among the newest %(count)s") % {
            "count": f"{RANKED:,}"
        }
    return ngettext("%s opportunity", "%s opportunities", counts.total) % f"{counts.total:,}"


def chips(search: Search) -> list[tuple[str, str]]:
    """Return each wish in words, with the address of the list without it."""
    return [
        (
            naics.in_words(value) if name == "naics" else words,
            address_of(search.without(name, value)),
        )
        for name, value, words in search.wishes()
    ]


def address_of(search: Search) -> str:
    """Return the address of the list for this search, its first page."""
    query = search.query_string()
    return reverse("opportunities:list") + (f"?{query}" if query else "")


def _answer(request: HttpRequest, search: Search, context: dict[str, Any]) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]  # set by django_htmx's middleware
        response = render(request, "opportunities/_live.html", context)
        # The form also sends what was left blank; a shared address says only what is asked for.
        response.headers["HX-Push-Url"] = address_of(search)
    else:
        response = render(request, "opportunities/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
