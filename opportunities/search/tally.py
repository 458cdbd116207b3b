"""How many decided purchases there are of each sort, kept up to date with each revision."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import product
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from opportunities.models import Tally
from opportunities.partial_dates import fiscal_year
from opportunities.phases import NEW_YORK
from opportunities.search.candidate import Candidate

Facts = Mapping[str, Any]


UNKNOWN_SECTOR = "00"


class Cell(NamedTuple):
    """What a decided purchase is counted under."""

    outcome: str
    fiscal_year: int
    industry: str
    method: str
    sector: str
    band: str
    brand: str

    def wider(self) -> "Iterator[Cell]":
        """Yield the cells that name all, some or none of its facts, and are blank for the others."""
        facts = (self.industry, self.method, self.sector, self.band, self.brand)
        for some in product(*((fact, "") for fact in facts)):
            yield Cell(self.outcome, self.fiscal_year, *some)
            yield Cell("", 0, *some)


def cell_of(facts: Facts) -> Cell | None:
    """Return where these public facts are counted; ``None`` while nothing is decided."""
    if not facts.get("outcome") or not facts.get("decided_at"):
        return None
    decided = datetime.fromisoformat(facts["decided_at"]).astimezone(NEW_YORK)
    return Cell(
        facts["outcome"],
        fiscal_year(decided.date()),
        facts["industry"],
        facts["method"],
        str(facts.get("naics_code") or "")[:2] or UNKNOWN_SECTOR,
        str(Candidate("", facts, decided).band),
        "named" if facts.get("brand_named") else "none",
    )


def move(before: Facts | None, after: Facts | None) -> None:
    """Count an opportunity under its new facts and no more under its old ones; ``None``: it was, or is, not public."""
    old, new = (cell_of(facts) if facts else None for facts in (before, after))
    if old == new:
        return
    if old:
        _rows(old).update(count=F("count") - 1)
    if new:
        Tally.objects.bulk_create(
            [Tally(**cell._asdict()) for cell in new.wider()], ignore_conflicts=True
        )
        _rows(new).update(count=F("count") + 1)


def _rows(cell: Cell) -> "QuerySet[Tally]":
    """Return the rows of ``cell.wider()``."""
    facts = {f"{name}__in": (getattr(cell, name), "") for name in Cell._fields[2:]}
    in_period = Q(outcome=cell.outcome, fiscal_year=cell.fiscal_year) | Q(outcome="", fiscal_year=0)
    return Tally.objects.filter(in_period, **facts)


def rebuild(facts: Iterable[Facts]) -> None:
    """Count everything that is public again. The caller holds the log's lock."""
    counts = Counter(cell for each in facts if (cell := cell_of(each)))
    Tally.objects.all().delete()
    write(counts)


def write(counts: Mapping[Cell, int]) -> None:
    """Write the whole tally, of which there is nothing yet: how many purchases stand in each cell."""
    wide: Counter[Cell] = Counter(counts)
    # One fact after the other: what has been added up is not added up again.
    for names in (("outcome", "fiscal_year"), *((name,) for name in Cell._fields[2:])):
        blank: dict[str, Any] = {name: 0 if name == "fiscal_year" else "" for name in names}
        for cell, count in list(wide.items()):
            wide[cell._replace(**blank)] += count
    Tally.objects.bulk_create(
        (Tally(**cell._asdict(), count=count) for cell, count in wide.items()), batch_size=1000
    )
