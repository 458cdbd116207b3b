"""What is coming, by quarter: the numbers behind the chart on the first page."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from opportunities.choices import Phase, Precision
from opportunities.facets import upcoming_quarters
from opportunities.models import Opportunity
from opportunities.partial_dates import FiscalQuarter, PartialDate
from opportunities.search import Search
from opportunities.words import not_yet

QUARTERS_SHOWN = 4  # at least, from the present one on


@dataclass(frozen=True)
class Bar:
    """``share`` is the bar's length in percent of the longest; ``query`` finds what it counts, blank: nothing
    does. ``is_vague`` marks what may come in any of several quarters."""

    words: str
    count: int
    share: int
    query: str = ""
    is_vague: bool = False


def by_quarter(moment: datetime) -> list[Bar]:
    """Count what is coming up at ``moment``: by quarter, then what is known to the fiscal year alone, then
    what has no date yet. Nothing is spread over quarters that the agency has not named. One query."""
    found = Counter[PartialDate]()
    rows = Opportunity.objects.upcoming_at(moment).order_by()
    for day, precision, count in rows.values_list("expected_on", "expected_precision").annotate(
        Count("pk")
    ):
        found[_period(PartialDate.containing(day, Precision(precision)))] += count
    for quarter in upcoming_quarters(moment, QUARTERS_SHOWN):
        found[PartialDate(Precision.QUARTER, quarter.first_day)] += 0
    longest = max(found.values())
    return [
        _bar(period, found[period], longest)
        for period in sorted(found, key=lambda each: (RANK[each.precision], str(each.first_day)))
    ]


RANK = {Precision.QUARTER: 0, Precision.FISCAL_YEAR: 1, Precision.UNKNOWN: 2}


def _period(expected: PartialDate) -> PartialDate:
    """Return the quarter that a day or month lies in; a fiscal year and the unknown stay what they are."""
    if expected.precision in {Precision.DAY, Precision.MONTH}:
        return PartialDate.containing(expected.first_day, Precision.QUARTER)
    return expected


def _bar(period: PartialDate, count: int, longest: int) -> Bar:
    share = round(100 * count / longest) if longest else 0
    if period.first_day is None:
        return Bar(not_yet(), count, share, is_vague=True)
    if period.precision == Precision.FISCAL_YEAR:
        return Bar(_("Some time in %s") % period, count, share, is_vague=True)
    quarter = FiscalQuarter.of(period.first_day)
    query = Search(phases=(Phase.UPCOMING,), quarters=(quarter,)).query_string()
    return Bar(str(period), count, share, query)
