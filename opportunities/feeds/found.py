"""What a search finds, as the log of public change tells it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.http import HttpRequest
from django.utils import timezone

from opportunities.choices import Phase, Sort
from opportunities.models import Opportunity, Revision
from opportunities.search import Search, Thesaurus, thesaurus_for
from opportunities.search.lanes import page_of
from opportunities.words import Change, Snapshot, changes_between

# What gives a row its place in any order, and its phase; all else is in the log.
FIELDS = (
    "reference",
    "opens_at",
    "due_at",
    "outcome",
    "decided_at",
    "expected_on",
    "published_at",
    "changed_at",
    "published_sequence",
    "changed_sequence",
    "title_key",
)


@dataclass(frozen=True)
class Told:
    """One public purchase, with the last line of its log."""

    row: Opportunity
    revision: Revision

    @cached_property
    def facts(self) -> Snapshot:
        """The public facts; what was no fact yet when the line was written is ``None``."""
        return defaultdict(lambda: None, self.revision.snapshot)

    @property
    def changes(self) -> list[Change]:
        """What the last line changed, in words; nothing for the first line."""
        old = {change["field"]: change["old"] for change in self.revision.changes}
        return changes_between({**self.facts, **old}, self.facts)

    @property
    def changed_at(self) -> datetime:
        return self.revision.at


@dataclass(frozen=True)
class Asked:
    """A search, and the moment at which somebody asks it."""

    search: Search
    moment: datetime
    thesaurus: Thesaurus

    @classmethod
    def by(cls, request: HttpRequest) -> Self:
        """Read what a request asks for. One query where there are words."""
        search = Search.from_query(request.GET)
        return cls(search, timezone.now(), thesaurus_for(search))

    def sorted_by(self, sort: Sort) -> Self:
        return replace(self, search=replace(self.search, sort=sort))

    def page(self, size: int, after: str = "") -> tuple[list[Told], str]:
        """Return purchases from the place ``after`` on, and the place of the next page; blank at the end."""
        page = page_of(
            self.search,
            moment=self.moment,
            thesaurus=self.thesaurus,
            after=after,
            size=size,
            fields=FIELDS,
        )
        return told(page.rows), page.after

    def pages(self, size: int) -> Iterator[list[Told]]:
        """Yield everything, ``size`` purchases at a time; the first is there even if it is empty."""
        rows, after = self.page(size)
        yield rows
        while after:
            rows, after = self.page(size, after)
            yield rows

    def phase_of(self, told: Told) -> Phase:
        return told.row.phase_at(self.moment)


def told(rows: Sequence[Opportunity]) -> list[Told]:
    """Give each row the last line of its log. One query. What is not in the log is not public."""
    lines: dict[Any, Revision] = Revision.objects.in_bulk(
        [row.changed_sequence for row in rows], field_name="sequence"
    )
    return [Told(row, lines[row.changed_sequence]) for row in rows if row.changed_sequence in lines]
