"""When a requirement is needed, and how long what one holds of it lasts."""

from datetime import date
from decimal import Decimal

from opportunities.choices import Industry
from vendors.choices import Answer, BusinessKind, Need
from vendors.facts import Business, Purchase

# New York City Administrative Code section 6-107.1: contracts above this are paid by transfer alone.
TRANSFERS_ABOVE = Decimal(25_000)

# --- When it is needed ----------------------------------------------------------------------------


def needed_always(_purchase: Purchase, _business: Business | None) -> Need:
    return Need.NEEDED


def advised_always(_purchase: Purchase, _business: Business | None) -> Need:
    return Need.ADVISED


def needed_above_the_amount_for_transfers(purchase: Purchase, _business: Business | None) -> Need:
    """Of unknown value it may be above: better ready."""
    is_small = purchase.value_max is not None and purchase.value_max <= TRANSFERS_ABOVE
    return Need.ADVISED if is_small else Need.NEEDED


def needed_from_an_amount_on(_purchase: Purchase, business: Business | None) -> Need:
    """Any purchase may be the one that takes a vendor past the amount (9 RCNY 2-08(e)(1))."""
    answer = business.reaches_disclosure if business else Answer.UNKNOWN
    if answer == Answer.YES:
        return Need.NEEDED
    return Need.ADVISED if answer == Answer.NO else Need.CONDITIONAL


def needed_to_be_asked(purchase: Purchase, _business: Business | None) -> Need:
    """M/WBE requests reach only vendors enrolled in the commodity; of others no such rule was seen."""
    return Need.NEEDED if purchase.method.needs_city_mwbe else Need.ADVISED


def needed_where_only_mwbes_may_sell(purchase: Purchase, _business: Business | None) -> Need:
    return Need.NEEDED if purchase.method.needs_city_mwbe else Need.NOT_NEEDED


def advised_where_only_mwbes_may_sell(purchase: Purchase, _business: Business | None) -> Need:
    return Need.ADVISED if purchase.method.needs_city_mwbe else Need.NOT_NEEDED


def needed_where_the_purchase_names_them(purchase: Purchase, _business: Business | None) -> Need:
    if purchase.named is None:
        return Need.WHERE_NAMED
    return Need.NEEDED if purchase.named else Need.NOT_NEEDED


def needed_for_human_services(purchase: Purchase, _business: Business | None) -> Need:
    """Human services alone; a method that may not buy them, as the M/WBE one, never asks for it."""
    is_asked = purchase.industry == Industry.HUMAN_SERVICES
    return Need.NEEDED if is_asked and purchase.method.allows_human_services else Need.NOT_NEEDED


def needed_of_nonprofits_for_human_services(purchase: Purchase, business: Business | None) -> Need:
    if needed_for_human_services(purchase, business) == Need.NOT_NEEDED:
        return Need.NOT_NEEDED
    if business is None or business.kind == BusinessKind.UNKNOWN:
        return Need.OF_NONPROFITS
    return Need.NEEDED if business.kind == BusinessKind.NONPROFIT else Need.NOT_NEEDED


def needed_by_no_solicitation(_purchase: Purchase, _business: Business | None) -> Need:
    """City Council discretionary awards alone ask for it, and they are not solicited."""
    return Need.NOT_NEEDED


# --- How long it lasts ----------------------------------------------------------------------------


def one_year(day: date, _kind: str) -> date:
    return years_after(day, 1)


def three_years(day: date, _kind: str) -> date:
    """Three years from the electronic signature (9 RCNY 2-08(e)(2))."""
    return years_after(day, 3)


def as_prequalification_lasts(day: date, kind: str) -> date:
    """In effect yearly for nonprofits, whose report ends it; up to three years for others (MOCS)."""
    return years_after(day, 3 if kind == BusinessKind.FOR_PROFIT else 1)


def years_after(day: date, years: int) -> date:
    """Return the same day ``years`` later; of a February 29 that is not there, the day before."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
