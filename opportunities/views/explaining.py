"""Pages that explain how the City buys."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities.choices import LimitKind, Method
from opportunities.limits import limit_for
from opportunities.models import MethodLimit, OfficialLink
from opportunities.search import Search


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
