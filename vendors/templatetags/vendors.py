"""What a purchase asks of a vendor, for pages of opportunities: they may not import this app, a page may show it."""

from django import template

from opportunities.models import Opportunity
from vendors.choices import Need
from vendors.requirements import REQUIREMENTS, Requirement

register = template.Library()


@register.simple_tag
def requirements_of(opportunity: Opportunity) -> list[tuple[Requirement, Need]]:
    """Return what applies to ``opportunity``, in the order in which to do it, with how far it is needed."""
    asked = [(requirement, requirement.applies_to(opportunity)) for requirement in REQUIREMENTS]
    return [(requirement, need) for requirement, need in asked if need != Need.NOT_NEEDED]
