"""What a City file writes in a cell, and what it means."""

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.text import one_line
from opportunities.phases import NEW_YORK
from opportunities.validators import FIRST_YEAR, LARGEST_VALUE, PLACEHOLDER_YEAR

LONGEST_AMOUNT = 40  # digits; 1e999999999 would be written out as a thousand million of them
FORMULA = ("=", "@", "+", "-")
# A dash before words is a dash; before anything else a spreadsheet reads it as a sum.
LIST_MARK = re.compile(r"[-+]\s*[^\W\d]")
DAYS = ("%Y-%m-%d", "%m/%d/%Y")
MOMENTS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
)


class Doubt(NamedTuple):
    """A cell that is not taken as it stands: the words say why."""

    words: str


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program would run ``text``."""
    return text.startswith(FORMULA) and not LIST_MARK.match(text)


def text(cell: str) -> str | Doubt:
    """Return the words of a cell in one line."""
    if is_formula(cell):
        return Doubt(_("“%s” begins like a formula. Write it as words.") % cell[:40])
    return one_line(cell)


def dollars(cell: str) -> Decimal | Doubt | None:
    """Return US dollars; ``None`` for nothing. More than a billion is in doubt: City files hold typing errors."""
    typed = cell.replace(",", "").replace("$", "").strip()
    if not typed:
        return None
    try:
        value = Decimal(typed)
    except InvalidOperation:
        return Doubt(_("“%s” is no amount of US dollars.") % cell[:40])
    if not value.is_finite() or value < 0 or value.adjusted() > LONGEST_AMOUNT:
        return Doubt(_("“%s” is no amount of US dollars.") % cell[:40])
    if value > LARGEST_VALUE:
        return Doubt(
            _("$%s is more than $1 billion, surely a typing error. Check the zeros.")
            % f"{value:,.0f}"
        )
    return value.quantize(Decimal("0.01")) or None


def moment(cell: str) -> datetime | Doubt | None:
    """Return a moment in New York, midnight for a bare day; ``None`` for nothing."""
    if not cell:
        return None
    for form in (*MOMENTS, *DAYS):
        try:
            found = datetime.strptime(cell, form).replace(tzinfo=NEW_YORK)
        except ValueError:
            continue
        return _real(cell, found)
    return Doubt(_("“%s” is no date. Write it as 2027-01-31 or 1/31/2027.") % cell[:40])


def day(cell: str) -> date | Doubt | None:
    """Return the New York day; ``None`` for nothing."""
    found = moment(cell)
    return found.date() if isinstance(found, datetime) else found


def has_time(found: datetime) -> bool:
    """Whether a time of day was given: the City writes bare days as midnight."""
    return found.time() != time()


def _real(cell: str, found: datetime) -> datetime | Doubt:
    if found.year >= PLACEHOLDER_YEAR:
        return Doubt(_("%s is refused: the year stands for “no date” in City files.") % cell[:40])
    if found.year < FIRST_YEAR:
        return Doubt(_("%s is refused: the year is surely a typing error.") % cell[:40])
    return found
