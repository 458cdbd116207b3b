"""What the reference page asks of each cell."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from opportunities.choices import Phase
from opportunities.models import Opportunity

register = template.Library()


@register.filter
def phase_at(opportunity: Opportunity, moment: datetime) -> Phase:
    return opportunity.phase_at(moment)


@register.filter
def needs_confirming(opportunity: Opportunity, moment: datetime) -> bool:
    return opportunity.needs_confirming_at(moment)


@register.filter
def dollars_of(value: Decimal | None) -> str:
    return _("Not yet announced") if value is None else f"${value:,.0f}"
