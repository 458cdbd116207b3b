"""How many each choice would find: for every dimension, counted over what the *other* choices leave.

Exact for all that lists are narrowed down by. Words, windows and quarters are counted over the newest
``RANKED`` hits, and the answer says so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from itertools import chain
from operator import and_
from typing import Any, NamedTuple

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from opportunities.choices import Industry, Method, Outcome, Phase, Precision, ValueBand
from opportunities.models import Opportunity, Tally
from opportunities.partial_dates import FiscalQuarter, fiscal_year
from opportunities.phases import archived_before
from opportunities.querysets import in_phase
from opportunities.search.lanes import RANKED, newest
from opportunities.search.tally import UNKNOWN_SECTOR
from opportunities.search.terms import Thesaurus
from opportunities.search.value import Search


class Cell(NamedTuple):
    """Rows that a list cannot tell apart, and how many. In the tally a blank is any value."""

    phase: str
    industry: str
    method: str
    sector: str
    band: str
    brand: str  # "named" or "none"
    rows: int


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Counts:
    """``total`` is how many the search finds. If ``is_capped``, there are more than that, and the choices
    are counted among the newest ``RANKED`` only."""

    total: int
    is_capped: bool
    phases: list[Choice]
    industries: list[Choice]
    methods: list[Choice]
    sectors: list[Choice]
    bands: list[Choice]
    brands: list[Choice]


# What is wished of each fact of a cell, in their order. Longer codes than a sector's are asked of the rows themselves.
WISHES: dict[str, Callable[[Search], tuple[str, ...]]] = {
    "phase": lambda search: search.phases,
    "industry": lambda search: search.industries,
    "method": lambda search: search.methods,
    "sector": lambda search: tuple(code[:2] for code in search.naics),
    "band": lambda search: search.bands,
    "brand": lambda search: ("named",) if search.is_brand_named else (),
}


def count(search: Search, *, moment: datetime, thesaurus: Thesaurus) -> Counts:
    """Count what ``search`` finds at ``moment``, and what each single choice more or less would. Two queries."""
    if _is_tallied(search):
        cells = list(_cells(Opportunity.objects.live(), moment))
        tallied, is_capped = list(_decided(search, moment)), False
    else:
        cells = list(_cells(newest(_wide(search), moment=moment, thesaurus=thesaurus), moment))
        tallied, is_capped = [], sum(cell.rows for cell in cells) >= RANKED
    total, found = _added_up(search, cells, tallied)
    if is_capped:
        total = _capped_total(search, moment, thesaurus)
    return Counts(total, is_capped, *(_choices(name, found[name], search) for name in WISHES))


def count_quarters(
    search: Search, *, moment: datetime, thesaurus: Thesaurus
) -> dict[FiscalQuarter, int]:
    """Count what of ``search`` is coming up in each quarter, whatever quarters it asks for. One query.

    What is expected in a fiscal year, and nobody knows when, counts in each of its quarters, as it is found.
    """
    if search.phases and Phase.UPCOMING not in search.phases:
        return {}
    coming = replace(search, phases=(Phase.UPCOMING,), quarters=())
    public = Opportunity.objects.public().filter(expected_on__isnull=False)
    found = coming.apply(public, moment=moment, thesaurus=thesaurus)
    periods = found.order_by().values_list("expected_on", "expected_precision")
    counts: Counter[FiscalQuarter] = Counter()
    for first_day, precision, rows in periods.annotate(Count("pk")):
        quarter = FiscalQuarter.of(first_day)
        in_year = [FiscalQuarter(quarter.year, number) for number in (1, 2, 3, 4)]
        for each in in_year if precision == Precision.FISCAL_YEAR else [quarter]:
            counts[each] += rows
    return counts


def _is_tallied(search: Search) -> bool:
    """Whether every wish is one that cells know."""
    known = Search(
        phases=search.phases,
        industries=search.industries,
        methods=search.methods,
        naics=tuple(code for code in search.naics if len(code) == 2),
        bands=search.bands,
        is_brand_named=search.is_brand_named,
    )
    return search == known


def _cells(rows: "QuerySet[Opportunity]", moment: datetime) -> Iterator[Cell]:
    phase = Case(*(When(in_phase(phase, moment), then=Value(phase.value)) for phase in Phase))
    rows = rows.annotate(
        phase=phase,
        sector=Substr("naics__code", 1, 2),
        brand=Case(When(brand_named="", then=Value("none")), default=Value("named")),
    )
    names = ("phase", "industry", "method", "sector", "value_band", "brand")
    for *facts, found in rows.order_by().values_list(*names).annotate(Count("pk")):
        phase, industry, method, sector, band, brand = facts
        yield Cell(phase, industry, method, sector or UNKNOWN_SECTOR, band, brand, found)


def _decided(search: Search, moment: datetime) -> Iterator[Cell]:
    """Yield what the tally has for the search itself, and for each dimension less what is wished of it."""
    first = fiscal_year(archived_before(moment).date())
    wished = {name: _wished(name, search, first) for name in WISHES}
    asked = _all(wished.values())
    for free, every in EVERY.items():
        asked |= _all([*(wish for name, wish in wished.items() if name != free), every])
    names = ("outcome", "fiscal_year", "industry", "method", "sector", "band", "brand", "count")
    for outcome, year, *facts in Tally.objects.filter(asked, count__gt=0).values_list(*names):
        yield Cell(Phase.ARCHIVED if 0 < year < first else outcome, *facts)


def _wished(name: str, search: Search, first: int) -> Q:
    """Say of rows of the tally what is wished of one dimension; ``first`` is the oldest year not archived."""
    wanted = WISHES[name](search)
    if not wanted:
        return Q(outcome="", fiscal_year=0) if name == "phase" else Q(**{name: ""})
    if name != "phase":
        return Q(**{f"{name}__in": wanted})
    outcomes = [outcome for outcome in DECIDED if Phase(outcome) in search.phases]
    phases = Q(outcome__in=outcomes, fiscal_year__gte=first)
    if Phase.ARCHIVED in search.phases:
        phases |= Q(outcome__in=DECIDED, fiscal_year__gt=0, fiscal_year__lt=first)
    return phases


def _all(conditions: Iterable[Q]) -> Q:
    return reduce(and_, conditions)


DECIDED = (Outcome.AWARDED, Outcome.CANCELLED)
# What is known of one dimension, so that an index leads to each.
EVERY = {
    "phase": Q(outcome__in=DECIDED, fiscal_year__gt=0),
    "industry": Q(industry__in=Industry.values),
    "method": Q(method__in=Method.values),
    "sector": Q(sector__gt=""),
    "band": Q(band__in=ValueBand.values),
    "brand": Q(brand="named"),
}


def _wide(search: Search) -> Search:
    """Return the search without what cells know."""
    return replace(
        search,
        phases=(),
        industries=(),
        methods=(),
        naics=search.naics if any(len(code) > 2 for code in search.naics) else (),
        bands=(),
        is_brand_named=False,
    )


def _capped_total(search: Search, moment: datetime, thesaurus: Thesaurus) -> int:
    if search == _wide(search):
        return RANKED
    return newest(search, moment=moment, thesaurus=thesaurus).count()


def _added_up(
    search: Search, cells: Iterable[Cell], tallied: Iterable[Cell]
) -> tuple[int, dict[str, Counter[str]]]:
    """Count what the search finds, and the values of each dimension over what the other wishes leave."""
    wished = [wish(search) for wish in WISHES.values()]
    total, found = 0, {name: Counter[str]() for name in WISHES}
    marked = chain(((cell, False) for cell in cells), ((cell, True) for cell in tallied))
    for (*facts, rows), is_tallied in marked:
        known = [*zip(WISHES, facts, wished, strict=True)]
        missed = [each for each in known if not _fits(*each[1:], is_tallied=is_tallied)]
        if not missed:
            total += rows
        if len(missed) < 2:
            for name, has, _wish in missed or known:
                found[name][has] += rows
    return total, found


def _fits(has: str, wished: tuple[str, ...], *, is_tallied: bool) -> bool:
    """Say whether a fact is what is wished. A row of the tally that names what nobody asked for counts a part
    of what a row with a blank there counts whole."""
    return has in wished if wished else not (is_tallied and has)


def _choices(name: str, found: Counter[str], search: Search) -> list[Choice]:
    chosen = search.naics if name == "sector" else WISHES[name](search)
    return [Choice(each, label, found[each], each in chosen) for each, label in _known(name, found)]


def _known(name: str, found: Counter[str]) -> list[tuple[str, str]]:
    """Return what may be chosen with its words, be there any or not; sectors only where there are some."""
    lists: dict[str, Any] = {
        "phase": Phase,
        "industry": Industry,
        "method": Method,
        "band": ValueBand,
    }
    if name in lists:
        return [(each.value, str(each.label)) for each in lists[name]]
    if name == "sector":
        return sorted((code, code) for code in found if code not in {UNKNOWN_SECTOR, ""})
    return [("named", "named")]
