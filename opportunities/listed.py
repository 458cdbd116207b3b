"""The pages of a list: which rows stand where, kept while that is so, and drawn for each request."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from opportunities import rows
from opportunities.choices import Phase
from opportunities.remembering import key_of, remembered
from opportunities.search import Search, thesaurus_for
from opportunities.search.lanes import PER_PAGE, page_of
from opportunities.versions import Version


@dataclass(frozen=True)
class Listed:
    """Rows under the words that they stand under, and where the pages before and after begin."""

    sections: list[tuple[str, list[rows.Row]]]
    before: str = ""
    after: str = ""

    def drawn(
        self, *, moment: datetime, version: Version
    ) -> Iterator[tuple[str, list[SafeString]]]:
        """Yield each section with its rows as HTML."""
        every = [row for _heading, some in self.sections for row in some]
        html = rows.drawn(every, moment=moment, edition=version.edition)
        for heading, some in self.sections:
            yield heading, [html[row.pk] for row in some if row.pk in html]


def listed(
    search: Search,
    *,
    moment: datetime,
    version: Version,
    after: str = "",
    before: str = "",
    size: int = PER_PAGE,
) -> Listed:
    """Return the page of what ``search`` finds that begins behind ``after`` or ends before ``before``, as
    ``page_of`` has it. No query where it was asked for since the last change."""
    name = "\n".join(["listed", str(size), after, before])
    key = key_of(name, search, version=version, moment=moment)
    return remembered(key, lambda: _listed(search, moment, after, before, size))


def _listed(search: Search, moment: datetime, after: str, before: str, size: int) -> Listed:
    page = page_of(
        search,
        moment=moment,
        thesaurus=thesaurus_for(search),
        after=after,
        before=before,
        size=size,
        fields=rows.KEY_FIELDS,
    )
    sections = [
        (_heading(phase, search), [rows.row_of(each, moment) for each in some])
        for phase, some in page.sections
    ]
    return Listed(sections, page.before, page.after)


def _heading(phase: Phase | None, search: Search) -> str:
    if phase is None:
        return str(search.order.label)
    # Awarded, cancelled and archived stand in one section, the latest decision first.
    return _("Decided") if phase == Phase.AWARDED else str(phase.label)
