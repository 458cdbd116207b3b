"""What is known of a purchase beside its words, as words of the index that no text holds.

So one look into the index finds “network” among goods that were awarded, and nothing is read only to be left
out. A mark begins with ``BETWEEN``, which is no letter: nobody can type one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from opportunities.analysis import BETWEEN
from opportunities.choices import Outcome, Phase, ValueBand
from opportunities.partial_dates import fiscal_year
from opportunities.phases import NEW_YORK, archived_before
from opportunities.search.terms import Query, Term

if TYPE_CHECKING:
    from opportunities.search.value import Search

LIVE = "live"
STATES = (LIVE, Outcome.AWARDED.value, Outcome.CANCELLED.value)
YOUNG = {Phase.AWARDED, Phase.CANCELLED}


def marks_of(facts: Mapping[str, Any]) -> list[str]:
    """Return the marks of these public facts."""
    code = str(facts.get("naics_code") or "")
    known = [
        ("industry", facts["industry"]),
        ("method", facts["method"]),
        ("value", band_of(facts)),
        *(("naics", code[:length]) for length in range(2, len(code) + 1)),
        ("state", facts.get("outcome") or LIVE),
    ]
    if facts.get("brand_named"):
        known.append(("brand", "named"))
    if decided := facts.get("decided_at"):
        known.append(("decided", _year(datetime.fromisoformat(decided))))
    return [_mark(*each) for each in known]


def band_of(facts: Mapping[str, Any]) -> ValueBand:
    low, high = facts.get("value_min"), facts.get("value_max")
    return ValueBand.of(Decimal(low) if low else None, Decimal(high) if high else None)


def wished(search: "Search", moment: datetime) -> Query:
    """Return what ``search`` asks for beside its words, as far as marks say it: all of it if they ``say_all``."""
    kinds: dict[str, Iterable[Any]] = {
        "industry": search.industries,
        "method": search.methods,
        "value": search.bands,
        "naics": search.naics,
        "brand": ["named"] if search.is_brand_named else [],
        "state": _states(search),
    }
    clauses = [_any(kind, values) for kind, values in kinds.items() if values]
    first = _year(archived_before(moment))
    young = _any("decided", [first, first + 1])
    if set(search.phases) == {Phase.ARCHIVED}:
        return Query(tuple(clauses), young)
    if search.phases and set(search.phases) <= YOUNG:
        clauses.append(young)
    return Query(tuple(clauses))


def say_all(search: "Search") -> bool:
    """Say whether marks say all that ``search`` asks for beside its words: nothing that moves with the clock."""
    phases = set(search.phases)
    moves = search.quarters or search.moves_with_the_clock
    return not moves and (phases <= YOUNG or phases == {Phase.ARCHIVED})


def everything() -> Query:
    """Ask for a mark that every purchase has."""
    return Query((_any("state", STATES),))


def _states(search: "Search") -> set[str]:
    if search.due_within or search.quarters:
        return {LIVE}
    states = set()
    for phase in search.phases:
        outcomes = {*STATES[1:]} if phase == Phase.ARCHIVED else {phase.value}
        states |= outcomes if phase in {*YOUNG, Phase.ARCHIVED} else {LIVE}
    return states


def _year(moment: datetime) -> int:
    return fiscal_year(moment.astimezone(NEW_YORK).date())


def _any(kind: str, values: Iterable[Any]) -> frozenset[Term]:
    return frozenset(Term((_mark(kind, value),)) for value in values)


def _mark(kind: str, value: Any) -> str:
    # Letters and digits only, so that each database takes it for one word.
    return BETWEEN + "".join(filter(str.isalnum, f"{kind}{value}"))
