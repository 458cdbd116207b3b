"""From rows to the plain values that readiness looks at."""

from datetime import date

from django.utils import timezone

from opportunities.models import Opportunity
from vendors.choices import Answer
from vendors.facts import Business, Held, Purchase
from vendors.models import Holding, Vendor
from vendors.requirements.rules import years_after


def purchase_of(opportunity: Opportunity) -> Purchase:
    """Return what bears on readiness. No query where its main commodity was read with it."""
    commodity = opportunity.main_commodity
    first_on, last_on = _when(opportunity)
    return Purchase(
        method=opportunity.method_facts,
        industry=opportunity.industry,
        commodity=commodity.code if commodity else "",
        named=(*_lines(opportunity.licences_needed), *_lines(opportunity.insurance_needed)),
        value_max=opportunity.value_max,
        first_on=first_on,
        last_on=last_on,
    )


def business_of(vendor: Vendor, *, on: date) -> Business:
    """Return what the business says of itself, as of ``on``. One query.

    An answer about the awards of twelve months is worth nothing once these months are over.
    """
    asked_on = vendor.disclosure_asked_on
    is_fresh = asked_on is not None and on <= years_after(asked_on, 1)
    return Business(
        kind=vendor.kind,
        reaches_disclosure=vendor.reaches_disclosure if is_fresh else Answer.UNKNOWN,
        held={key: held(holding) for key, holding in vendor.holdings.by_key().items()},
    )


def held(holding: Holding) -> Held:
    return Held(holding.state, holding.expires_on, tuple(holding.covers))


def _when(opportunity: Opportunity) -> tuple[date | None, date | None]:
    """Return the first and last day on which responses may be due, as far as anything is known."""
    if opportunity.due_at:
        day = timezone.localdate(opportunity.due_at)
        return day, day
    if opportunity.opens_at:
        day = timezone.localdate(opportunity.opens_at)
        return day, day
    return opportunity.expected.first_day, opportunity.expected.last_day


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
