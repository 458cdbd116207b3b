"""Dates of which only the quarter, the month or nothing is known yet."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from opportunities.choices import Precision

MONTHS_LONG = {Precision.FISCAL_YEAR: 12, Precision.QUARTER: 3, Precision.MONTH: 1}


def fiscal_year(day: date) -> int:
    """Return the City fiscal year of ``day``: it runs from July to June and is named after its end."""
    return day.year + 1 if day.month >= 7 else day.year


def fiscal_quarter(day: date) -> int:
    """Return 1 for July to September … 4 for April to June."""
    return (day.month - 7) % 12 // 3 + 1


@dataclass(frozen=True)
class PartialDate:
    """A day, month, quarter or fiscal year, or nothing. ``first_day`` is ``None`` exactly when unknown."""

    precision: Precision = Precision.UNKNOWN
    first_day: date | None = None

    @classmethod
    def containing(cls, day: date | None, precision: Precision) -> "PartialDate":
        """Return the period of ``precision`` that ``day`` lies in."""
        if day is None or precision == Precision.UNKNOWN:
            return cls()
        return cls(precision, _first_day(day, precision))

    @property
    def last_day(self) -> date | None:
        """The last day that it may turn out to be."""
        if self.first_day is None or self.precision == Precision.DAY:
            return self.first_day
        months = self.first_day.month - 1 + MONTHS_LONG[self.precision] - 1
        year, month = self.first_day.year + months // 12, months % 12 + 1
        return date(year, month, monthrange(year, month)[1])

    def __str__(self) -> str:
        if self.first_day is None or self.last_day is None:
            return _("Not yet announced")
        if self.precision == Precision.DAY:
            return date_format(self.first_day, "DATE_FORMAT")
        if self.precision == Precision.MONTH:
            return date_format(self.first_day, "YEAR_MONTH_FORMAT")
        period = {
            "from": date_format(self.first_day, "YEAR_MONTH_FORMAT"),
            "to": date_format(self.last_day, "YEAR_MONTH_FORMAT"),
            "year": fiscal_year(self.first_day),
            "quarter": fiscal_quarter(self.first_day),
        }
        if self.precision == Precision.QUARTER:
            return (
                _("%(from)s to %(to)s (quarter %(quarter)d of City fiscal year %(year)d)") % period
            )
        return _("%(from)s to %(to)s (City fiscal year %(year)d)") % period


@dataclass(frozen=True, order=True)
class FiscalQuarter:
    """A quarter of a City fiscal year, written 2027-1 for July to September 2026."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "FiscalQuarter | None":
        """Read what ``str()`` of a quarter gives; ``None`` for anything else, and for far-off years."""
        match = re.fullmatch(r"(20[0-8][0-9])-([1-4])", text, re.ASCII)
        return cls(int(match[1]), int(match[2])) if match else None

    @classmethod
    def of(cls, day: date) -> "FiscalQuarter":
        return cls(fiscal_year(day), fiscal_quarter(day))

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def label(self) -> str:
        """The quarter in words, as ``PartialDate`` says it."""
        return str(PartialDate(Precision.QUARTER, self.first_day))

    @property
    def year_begins(self) -> date:
        return date(self.year - 1, 7, 1)

    @property
    def first_day(self) -> date:
        month = 7 + 3 * (self.number - 1)
        return date(self.year - 1 + (month > 12), (month - 1) % 12 + 1, 1)

    @property
    def last_day(self) -> date:
        return PartialDate(Precision.QUARTER, self.first_day).last_day or self.first_day

    def holds(self, expected: PartialDate) -> bool:
        """Say whether what is expected then may come out in this quarter."""
        if expected.first_day is None:
            return False
        if expected.precision == Precision.FISCAL_YEAR:
            return expected.first_day == self.year_begins
        return self.first_day <= expected.first_day <= self.last_day


def _first_day(day: date, precision: Precision) -> date:
    if precision == Precision.MONTH:
        return day.replace(day=1)
    if precision == Precision.QUARTER:
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    if precision == Precision.FISCAL_YEAR:
        return date(fiscal_year(day) - 1, 7, 1)
    return day
