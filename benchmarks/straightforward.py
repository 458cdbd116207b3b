"""The list as one writes it first: a template with plain rows, a counting paginator, a query for each facet
and LIKE for search. The portal's own list is measured against it in the same run.
"""

from functools import reduce
from operator import and_, or_
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities.choices import Industry, Method, Phase, Sort, ValueBand
from opportunities.models import Opportunity
from opportunities.naics import SECTORS
from opportunities.querysets import in_phase
from opportunities.search import Search

Rows = QuerySet[Any, Any]
FACETS: dict[str, tuple[str, Any]] = {
    "phase": ("Where it stands", Phase.choices),
    "industry": ("Industry", Industry.choices),
    "value": ("Estimated value", ValueBand.choices),
    "naics": ("Line of business (NAICS)", list(SECTORS.items())),
    "method": ("Method", Method.choices),
    "brand": ("Brand", [("named", "A brand is named")]),
}
FIELDS = {
    "phase": "phase",
    "industry": "industry",
    "value": "value_band",
    "naics": "sector",
    "method": "method",
    "brand": "brand",
}
SEARCHED = ("title", "summary", "keywords", "brand_named", "award_vendor", "solicitation_epin")
DAYS = [("", "Any time"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days")]


@require_safe
@public_page
def opportunity_list(request: HttpRequest) -> HttpResponse:
    moment = timezone.now()
    phases = [When(in_phase(phase, moment), then=Value(phase.value)) for phase in Phase]
    rows: Rows = Opportunity.objects.public().annotate(
        phase=Case(*phases, default=Value("")),
        sector=Substr("naics__code", 1, 2),
        brand=Case(When(brand_named="", then=Value("")), default=Value("named")),
    )
    rows = _with_words(rows, request.GET.get("q", ""))
    found = rows.filter(**_chosen(request)).select_related("agency", "naics")
    ordered = found.order_by(F("decided_at").desc(nulls_first=True), "due_at", "pk")
    page = Paginator(ordered, 25).get_page(request.GET.get("page"))
    context = {
        "moment": moment,
        "page": page,
        "facets": [_facet(name, rows, request) for name in FACETS],
        "selects": [
            {"name": "sort", "label": "Order", "choices": Sort.choices, "chosen": ""},
            {"name": "due", "label": "Responses due", "choices": DAYS, "chosen": ""},
            {"name": "posted", "label": "New", "choices": DAYS, "chosen": ""},
            {"name": "changed", "label": "Changed", "choices": DAYS, "chosen": ""},
        ],
        "search": Search(),
    }
    return render(request, "benchmarks/straightforward.html", context)


def _with_words(rows: Rows, text: str) -> Rows:
    conditions = [
        reduce(or_, (Q(**{f"{name}__icontains": word}) for name in SEARCHED))
        for word in text.split()
    ]
    return rows.filter(reduce(and_, conditions)) if conditions else rows


def _chosen(request: HttpRequest, *, but: str = "") -> dict[str, list[str]]:
    chosen = {name: request.GET.getlist(name) for name in FACETS if name != but}
    return {f"{FIELDS[name]}__in": values for name, values in chosen.items() if values}


def _facet(name: str, rows: Rows, request: HttpRequest) -> dict[str, Any]:
    """Count each choice over what the other facets leave."""
    legend, choices = FACETS[name]
    left = rows.filter(**_chosen(request, but=name)).order_by()
    counts = dict(left.values_list(FIELDS[name]).annotate(Count("pk")))
    return {
        "name": name,
        "legend": legend,
        "choices": [(value, label, counts.get(value, 0)) for value, label in choices],
        "chosen": request.GET.getlist(name),
    }
