"""How many each choice would find: for every dimension, counted over what the *other* choices leave.

Exact for all that lists are narrowed down by. Words, windows and quarters are counted over the newest
``RANKED`` hits, and the answer says so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, Value, When
from django.db.models.functions import Substr

from opportunities.choices import Industry, Method, Phase, ValueBand
from opportunities.models import Opportunity, Tally
from opportunities.partial_dates import fiscal_year
from opportunities.phases import archived_before, phase_of
from opportunities.querysets import in_phase
from opportunities.search.lanes import RANKED
from opportunities.search.terms import Thesaurus
from opportunities.search.value import Search


class Cell(NamedTuple):
    """Rows that a list cannot tell apart, and how many."""

    phase: str
    industry: str
    method: str
    sector: str
    band: str
    is_brand_named: bool
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


DIMENSIONS: dict[str, tuple[Callable[[Cell], Any], Callable[[Search], Any]]] = {
    "phase": (lambda cell: cell.phase, lambda search: search.phases),
    "industry": (lambda cell: cell.industry, lambda search: search.industries),
    "method": (lambda cell: cell.method, lambda search: search.methods),
    "sector": (lambda cell: cell.sector, lambda search: search.naics),
    "band": (lambda cell: cell.band, lambda search: search.bands),
    "brand": (lambda cell: cell.is_brand_named, lambda s: (True,) if s.is_brand_named else ()),
}


def count(search: Search, *, moment: datetime, thesaurus: Thesaurus) -> Counts:
    """Count what ``search`` finds at ``moment``, and what each single choice more or less would. Two queries."""
    if _is_tallied(search):
        cells, is_capped = [*_live(moment), *_decided(moment)], False
        total = sum(cell.rows for cell in cells if _fits(cell, search))
    else:
        cells, is_capped = _among_newest(search, moment, thesaurus)
        total = (
            _capped_total(search, moment, thesaurus)
            if is_capped
            else sum(cell.rows for cell in cells if _fits(cell, search))
        )
    return Counts(total, is_capped, *(_choices(name, cells, search) for name in DIMENSIONS))


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


def _live(moment: datetime) -> Iterator[Cell]:
    phase = Case(
        *(
            When(in_phase(phase, moment), then=Value(phase.value))
            for phase in (Phase.OPEN, Phase.UPCOMING)
        ),
        default=Value(Phase.CLOSED.value),
    )
    rows = Opportunity.objects.live().annotate(
        phase=phase,
        sector=Substr("naics__code", 1, 2),
        named=Case(When(brand_named="", then=Value(0)), default=Value(1)),
    )
    names = ("phase", "industry", "method", "sector", "value_band", "named")
    for *facts, found in rows.order_by().values_list(*names).annotate(Count("pk")):
        phase, industry, method, sector, band, named = facts
        yield Cell(phase, industry, method, sector or "", band, bool(named), found)


def _decided(moment: datetime) -> Iterator[Cell]:
    first = fiscal_year(archived_before(moment).date())
    names = (
        "outcome",
        "fiscal_year",
        "industry",
        "method",
        "sector",
        "band",
        "is_brand_named",
        "count",
    )
    for outcome, year, *facts in Tally.objects.filter(count__gt=0).values_list(*names):
        yield Cell(Phase.ARCHIVED if year < first else outcome, *facts)


def _among_newest(
    search: Search, moment: datetime, thesaurus: Thesaurus
) -> tuple[list[Cell], bool]:
    wide = replace(
        search,
        phases=(),
        industries=(),
        methods=(),
        naics=tuple(code for code in search.naics if len(code) > 2),
        bands=(),
        is_brand_named=False,
    )
    found = wide.apply(Opportunity.objects.public(), moment=moment, thesaurus=thesaurus)
    names = (
        "opens_at", "due_at", "outcome", "decided_at",
        "industry", "method", "naics__code", "value_band", "brand_named",
    )  # fmt: skip
    rows = list(found.order_by("-published_sequence", "-pk").values_list(*names)[: RANKED + 1])
    return [_cell(row, moment) for row in rows[:RANKED]], len(rows) > RANKED


def _cell(row: tuple[Any, ...], moment: datetime) -> Cell:
    opens_at, due_at, outcome, decided_at, industry, method, code, band, brand = row
    phase = phase_of(
        opens_at=opens_at, due_at=due_at, outcome=outcome, decided_at=decided_at, moment=moment
    )
    return Cell(phase, industry, method, (code or "")[:2], band, bool(brand), 1)


def _capped_total(search: Search, moment: datetime, thesaurus: Thesaurus) -> int:
    found = search.apply(Opportunity.objects.public(), moment=moment, thesaurus=thesaurus)
    return found.order_by()[:RANKED].count()


def _fits(cell: Cell, search: Search, *, without: str = "") -> bool:
    return all(
        name == without or not wanted(search) or _is_wanted(value(cell), wanted(search))
        for name, (value, wanted) in DIMENSIONS.items()
    )


def _is_wanted(value: Any, wanted: tuple[Any, ...]) -> bool:
    # Longer codes than a sector's were asked of the rows themselves.
    return value in wanted or any(
        isinstance(each, str) and len(each) > 2 and each.isdigit() and each[:2] == value
        for each in wanted
    )


def _choices(name: str, cells: Iterable[Cell], search: Search) -> list[Choice]:
    value, wanted = DIMENSIONS[name]
    found: Counter[Any] = Counter()
    for cell in cells:
        if _fits(cell, search, without=name):
            found[value(cell)] += cell.rows
    chosen = wanted(search)
    return [
        Choice(str(each), label, found[each], each in chosen) for each, label in _known(name, found)
    ]


def _known(name: str, found: Counter[Any]) -> list[tuple[Any, str]]:
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
        return sorted((code, code) for code in found if code)
    return [(True, "named")]
