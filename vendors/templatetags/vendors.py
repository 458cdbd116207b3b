"""What a purchase asks of a vendor, for pages of opportunities: they may not import this app, a page may show it."""

from typing import Any

from django import template
from django.conf import settings

from opportunities.models import Opportunity
from vendors import telling
from vendors.choices import Need
from vendors.models import Interest, RegisterMatch, Vendor
from vendors.readiness import Finding
from vendors.reading import purchase_of
from vendors.requirements import REQUIREMENTS, Requirement
from vendors.requirements.certification import LICENCES
from vendors.requirements.start import LEGAL_ENTITY

register = template.Library()

NAMED_ELSEWHERE = (LEGAL_ENTITY, LICENCES)


@register.simple_tag
def requirements_of(opportunity: Opportunity) -> list[tuple[Requirement, Need]]:
    """Return the main steps that apply to ``opportunity``, in order, with how far each is needed.

    What belongs to another step is told on its page; the licences that a purchase names stand beside it.
    """
    purchase = purchase_of(opportunity)
    main = [each for each in REQUIREMENTS if not each.part_of and each not in NAMED_ELSEWHERE]
    asked = [(requirement, requirement.applies_to(purchase)) for requirement in main]
    return [(requirement, need) for requirement, need in asked if need != Need.NOT_NEEDED]


@register.inclusion_tag("vendors/business/_on_the_list.html")
def on_the_list(vendor: Vendor) -> dict[str, Any]:
    """Say what the City's list says of a business, as staff have confirmed; nothing where they have not. One query."""
    return {"match": RegisterMatch.objects.of(vendor)}


@register.simple_tag
def said_of(finding: Finding, commodity: str = "") -> str:
    """Say in a sentence where a business stands with one requirement."""
    return telling.said_of(finding, commodity=commodity)


@register.simple_tag
def interested_at_least(opportunity: Opportunity) -> int:
    """Return how many businesses say that they can do this, rounded down to fives, from
    ``INTEREST_SHOWN_FROM`` on; 0, and no query, unless the department wants it shown."""
    floor: int = settings.INTEREST_SHOWN_FROM
    if not floor:
        return 0
    count = Interest.objects.standing().filter(opportunity=opportunity).count()
    return count // 5 * 5 if count >= max(floor, 5) else 0
