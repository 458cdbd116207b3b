from collections.abc import Iterable
from itertools import groupby, islice

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities.choices import Industry, Method
from opportunities.methods import facts
from opportunities.models import OfficialLink
from vendors.choices import Group
from vendors.facts import Purchase
from vendors.requirements import REQUIREMENTS, Requirement, needs, requirement_with_key

# Goods stand for every industry but human services: no requirement tells the others apart.
KINDS_OF_PURCHASE: tuple[tuple[str | Promise, Purchase], ...] = (
    (
        _("M/WBE small purchases"),
        Purchase(facts(Method.MWBE_SMALL_PURCHASE), Industry.GOODS),
    ),
    (_("Human services solicitations"), Purchase(industry=Industry.HUMAN_SERVICES)),
    (_("All other solicitations"), Purchase(industry=Industry.GOODS)),
)


@require_safe
@public_page
def guide(request: HttpRequest) -> HttpResponse:
    kinds = [(name, needs(purchase)) for name, purchase in KINDS_OF_PURCHASE]
    return render(request, "vendors/guide.html", {"groups": grouped(REQUIREMENTS), "kinds": kinds})


@require_safe
@public_page
def requirement(request: HttpRequest, key: str) -> HttpResponse:
    try:
        shown = requirement_with_key(key)
    except LookupError:
        raise Http404 from None
    links = OfficialLink.objects.by_key()
    place = REQUIREMENTS.index(shown)
    return render(
        request,
        "vendors/requirement.html",
        {
            "requirement": shown,
            "number": place + 1,
            "count": len(REQUIREMENTS),
            "previous": REQUIREMENTS[place - 1] if place else None,
            "next": next(islice(REQUIREMENTS, place + 1, None), None),
            "links": links,
            "pages": known(links, shown.links),
            "help_pages": known(links, shown.help_links),
        },
    )


def grouped(requirements: Iterable[Requirement]) -> list[tuple[Group, list[Requirement]]]:
    """Return the requirements under the heading that each belongs to, in order."""
    return [
        (Group(group), list(found)) for group, found in groupby(requirements, lambda r: r.group)
    ]


def known(links: dict[str, OfficialLink], keys: Iterable[str]) -> list[OfficialLink]:
    """Return the rows there are: one that staff deleted leaves no gap."""
    return [links[key] for key in keys if key in links]
