"""How many decided purchases there are of each sort, kept up to date with each revision."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F

from opportunities.models import Tally
from opportunities.partial_dates import fiscal_year
from opportunities.phases import NEW_YORK
from opportunities.search.value import Candidate

Facts = Mapping[str, Any]


class Cell(NamedTuple):
    """What one row of the tally counts."""

    outcome: str
    fiscal_year: int
    industry: str
    method: str
    sector: str
    band: str
    is_brand_named: bool


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
        str(facts.get("naics_code") or "")[:2],
        str(Candidate("", facts, decided).band),
        bool(facts.get("brand_named")),
    )


def move(before: Facts | None, after: Facts | None) -> None:
    """Count an opportunity under its new facts and no more under its old ones; ``None``: it was, or is, not public."""
    old, new = (cell_of(facts) if facts else None for facts in (before, after))
    if old == new:
        return
    if old:
        Tally.objects.filter(**old._asdict()).update(count=F("count") - 1)
    if new:
        row, _made = Tally.objects.get_or_create(**new._asdict())
        Tally.objects.filter(pk=row.pk).update(count=F("count") + 1)


def rebuild(facts: Iterable[Facts]) -> None:
    """Count everything that is public again. The caller holds the log's lock."""
    counts = Counter(cell for each in facts if (cell := cell_of(each)))
    Tally.objects.all().delete()
    Tally.objects.bulk_create(
        [Tally(**cell._asdict(), count=count) for cell, count in counts.items()], batch_size=1000
    )
