"""Days on which nobody should have to respond."""

from datetime import date

import holidays


def public_holiday(day: date) -> str:
    """Return the name of the public holiday of the State of New York on ``day``; blank for any other day.

    General Construction Law section 24, as the holidays library keeps it. The City's own list of days on
    which its offices are closed was not found, so this warns and never refuses.
    """
    return str(holidays.country_holidays("US", subdiv="NY", years=day.year).get(day, ""))
