"""The list and its live part: one search, counted, in pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities.forms import SearchForm
from opportunities.search import Search, Thesaurus, thesaurus
from opportunities.search.counts import count
from opportunities.search.lanes import page_of
from opportunities.versions import answers_conditionally


@require_safe
@public_page
@answers_conditionally(by_minute=True)
def opportunity_list(request: HttpRequest) -> HttpResponse:
    moment = timezone.now()
    search = Search.from_query(request.GET)
    alike = thesaurus() if search.words else Thesaurus()
    page = page_of(
        search,
        moment=moment,
        thesaurus=alike,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    counts = count(search, moment=moment, thesaurus=alike)
    context = {"moment": moment, "search": search, "page": page, "counts": counts}
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "opportunities/_list.html", context)
    else:
        filters = SearchForm(
            {
                "q": search.text,
                "phase": search.phases[0] if search.phases else "",
                "industry": search.industries,
                "method": search.methods,
            }
        )
        response = render(request, "opportunities/list.html", {**context, "form": filters})
    patch_vary_headers(response, ["HX-Request"])
    return response
