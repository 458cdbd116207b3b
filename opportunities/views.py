from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities import words
from opportunities.choices import LimitKind, Method, Phase
from opportunities.forms import SearchForm
from opportunities.limits import limit_for
from opportunities.models import MethodLimit, OfficialLink, Opportunity
from opportunities.revisions import told
from opportunities.search import Search

PER_PAGE = 25
ON_HOME = 5


@require_safe
@public_page
def home(request: HttpRequest) -> HttpResponse:
    moment = timezone.now()
    public = Opportunity.objects
    upcoming = public.upcoming_at(moment).most_urgent_first(moment)
    return render(
        request,
        "opportunities/home.html",
        {
            "moment": moment,
            "open": public.open_at(moment).most_urgent_first(moment)[:ON_HOME],
            "upcoming": upcoming[:ON_HOME],
            "upcoming_count": upcoming.count(),
        },
    )


@require_safe
@public_page
def opportunity_list(request: HttpRequest) -> HttpResponse:
    moment = timezone.now()
    search = Search.from_query(request.GET)
    phase = request.GET.get("phase") if request.GET.get("phase") in Phase else None
    shown = Opportunity.objects.public()
    if phase:
        shown = shown.in_phase(Phase(phase), moment)
    found = search.apply(shown).most_urgent_first(moment)
    page = _page(Paginator(found, PER_PAGE), request.GET.get("page", "1"))
    context = {"moment": moment, "search": search, "phase": phase, "page": page}
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "opportunities/_list.html", context)
    else:
        filters = SearchForm(
            {
                "q": search.text,
                "phase": phase,
                "industry": search.industries,
                "method": search.methods,
            }
        )
        response = render(request, "opportunities/list.html", {**context, "form": filters})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(paginator: "Paginator[Opportunity]", number: str) -> "Page[Opportunity]":
    """Return the page asked for; words and absurd numbers give the first or the last."""
    return paginator.get_page(
        number if number.isascii() and number.isdigit() and len(number) < 9 else 1
    )


@require_safe
@public_page
def opportunity_detail(request: HttpRequest, reference: str) -> HttpResponse:
    opportunity = get_object_or_404(
        Opportunity.objects.public().select_related("agency"), reference=reference
    )
    history = list(opportunity.revisions.order_by("number"))
    return render(
        request,
        "opportunities/detail.html",
        {
            "moment": timezone.now(),
            "opportunity": opportunity,
            "facts": words.all_facts(history[-1].snapshot),
            "history": [*reversed(told(history))],
            "links": OfficialLink.objects.by_key(),
        },
    )


@require_safe
@public_page
def doing_business(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "opportunities/doing_business.html",
        {"links": OfficialLink.objects.by_key(), "other_methods": _other_methods()},
    )


@require_safe
@public_page
def method(request: HttpRequest) -> HttpResponse:
    """The M/WBE small purchase method explained, with its limits as they stand in the database."""
    rows = MethodLimit.objects.filter(method=Method.MWBE_SMALL_PURCHASE).select_related("agency")
    kinds = {kind: list(rows.filter(kind=kind).oldest_first()) for kind in LimitKind}
    return render(
        request,
        "opportunities/method.html",
        {
            "links": OfficialLink.objects.by_key(),
            "cap": _in_force(kinds[LimitKind.LISTING_CAP]),
            "ceiling": _in_force(kinds[LimitKind.CEILING]),
            "caps": kinds[LimitKind.LISTING_CAP],
            "ceilings": kinds[LimitKind.CEILING],
            "floors": kinds[LimitKind.FLOOR],
            "small_purchases": Search(methods=(Method.MWBE_SMALL_PURCHASE,)).query_string(),
        },
    )


def _in_force(rows: list[MethodLimit]) -> MethodLimit | None:
    """Return the row whose limit holds today for industries without one of their own."""
    limit = limit_for("", timezone.localdate(), (row.as_limit() for row in rows))
    return next((row for row in rows if row.as_limit() == limit), None)


def _other_methods() -> str:
    """Return the search for solicitations: every method but the M/WBE small purchase."""
    return Search(
        methods=tuple(m for m in Method if m != Method.MWBE_SMALL_PURCHASE)
    ).query_string()
