"""By what a list can be narrowed: every group of choices in words, with how many each would find."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities import naics
from opportunities.choices import Sort
from opportunities.partial_dates import FiscalQuarter
from opportunities.phases import NEW_YORK
from opportunities.search import Search
from opportunities.search.counts import Choice, Counts

DUE_WITHIN = (7, 14, 30, 90)  # days
SINCE = (1, 7, 30)
QUARTERS_AHEAD = 6  # the present one among them


@dataclass(frozen=True)
class Option:
    """``count`` is written out; blank where it is not counted."""

    key: str
    value: str
    words: str
    count: str
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """A group of boxes to tick; ``name`` is its name in an address."""

    name: str
    legend: str
    options: list[Option]


@dataclass(frozen=True)
class Select:
    """A list to choose one from; the first option is no wish."""

    name: str
    label: str
    options: list[Option]


def facets(
    search: Search, counts: Counts, quarters: Mapping[FiscalQuarter, int], moment: datetime
) -> list[Facet]:
    """Return the groups in the order in which vendors decide: when, what, how much, how."""
    return [
        Facet("phase", _("Where it stands"), _counted("phase", counts.phases)),
        Facet("industry", _("Industry"), _counted("industry", counts.industries)),
        Facet("value", _("Estimated value"), _counted("value", counts.bands)),
        Facet("quarter", _("Expected"), _quarters(search, quarters, moment)),
        Facet("naics", _("Line of business (NAICS)"), _sectors(search, counts)),
        Facet("method", _("Method"), _counted("method", counts.methods)),
        Facet("brand", _("Brand"), _brands(counts)),
    ]


def selects(search: Search) -> list[Select]:
    """Return the lists of windows; a window that is not offered and was asked for stands among them."""
    return [
        Select("due", _("Responses due"), _windows("due", search.due_within, DUE_WITHIN)),
        Select("posted", _("New"), _windows("posted", search.posted_within, SINCE)),
        Select("changed", _("Changed"), _windows("changed", search.changed_within, SINCE)),
    ]


def order(search: Search) -> Select:
    """Return the ways to sort; the first is what happens by itself."""
    usual = Search(words=search.words).order
    others = [each for each in Sort if each != usual and (each != Sort.BEST or search.words)]
    options = [_option("sort", "", str(usual.label), is_chosen=search.order == usual)]
    options += [
        _option("sort", each.value, str(each.label), is_chosen=search.order == each)
        for each in others
    ]
    return Select("sort", _("Sort by"), options)


def _option(
    name: str, value: str, words: str, *, count: int | None = None, is_chosen: bool
) -> Option:
    said = "" if count is None else f"{count:,}"
    return Option(f"{name}-{slugify(value) or 'any'}", value, words, said, is_chosen)


def _counted(name: str, choices: Iterable[Choice]) -> list[Option]:
    return [
        _option(name, each.value, each.label, count=each.count, is_chosen=each.is_chosen)
        for each in choices
    ]


def _sectors(search: Search, counts: Counts) -> list[Option]:
    """The sectors, and whatever longer or unheard-of codes are asked for, so that the form keeps them."""
    listed = [
        _option("naics", c.value, naics.in_words(c.value), count=c.count, is_chosen=c.is_chosen)
        for c in counts.sectors
    ]
    known = {each.value for each in counts.sectors}
    others = [
        _option("naics", code, naics.in_words(code), is_chosen=True)
        for code in search.naics
        if code not in known
    ]
    return listed + others


def _brands(counts: Counts) -> list[Option]:
    return [
        _option("brand", "named", _("A brand is named"), count=c.count, is_chosen=c.is_chosen)
        for c in counts.brands
    ]


def _quarters(
    search: Search, counts: Mapping[FiscalQuarter, int], moment: datetime
) -> list[Option]:
    """The quarters ahead, and earlier or later ones in which something is expected: plans are often late."""
    offered = {*upcoming_quarters(moment, QUARTERS_AHEAD), *search.quarters, *counts}
    return [
        _option(
            "quarter",
            str(each),
            each.label,
            count=counts.get(each, 0),
            is_chosen=each in search.quarters,
        )
        for each in sorted(offered)
    ]


def upcoming_quarters(moment: datetime, count: int) -> list[FiscalQuarter]:
    """Return so many quarters of City fiscal years, the one of ``moment`` first."""
    found = [FiscalQuarter.of(moment.astimezone(NEW_YORK).date())]
    while len(found) < count:
        last = found[-1]
        year, number = divmod(last.number, 4)
        found.append(FiscalQuarter(last.year + year, number + 1))
    return found


def _windows(name: str, chosen: int | None, offered: Sequence[int]) -> list[Option]:
    days = sorted({*offered, *([chosen] if chosen else [])})
    return [
        _option(name, "", _("At any time"), is_chosen=not chosen),
        *(_option(name, str(d), _days(name, d), is_chosen=d == chosen) for d in days),
    ]


def _days(name: str, days: int) -> str:
    said = ngettext("%d day", "%d days", days) % days
    return _("Within %s") % said if name == "due" else _("In the last %s") % said
