"""A purchase as an entry of a feed: what happened to it last, and its facts at a glance."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.text import lines, one_line
from opportunities.choices import Industry, Method, Phase, Sort
from opportunities.feeds.addresses import of_search, page_of_purchase, tag
from opportunities.feeds.found import Asked, Told
from opportunities.models import Opportunity
from opportunities.words import Change, Fact, at_a_glance, new_york

AT_MOST = 50  # entries of a feed: readers ask often and keep what they have read
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    told: Told
    phase: Phase

    @property
    def name(self) -> str:
        """The same for as long as the purchase is public, in every language."""
        return tag(f"opportunity/{self.told.row.reference}")

    @property
    def address(self) -> str:
        return page_of_purchase(self.told.row.reference)

    @property
    def title(self) -> str:
        return one_line(self.told.facts["title"])

    @property
    def happened(self) -> str:
        """What happened last, with the note that staff wrote to vendors."""
        revision = self.told.revision
        said = f"{revision.get_kind_display()}, {new_york(revision.at)}"
        note = one_line(revision.note)
        return f"{said}. {note}" if note else said

    @property
    def changes(self) -> list[Change]:
        return self.told.changes

    @property
    def facts(self) -> list[Fact]:
        return at_a_glance(self.told.facts)

    @property
    def summary(self) -> str:
        return lines(self.told.facts["summary"] or "")

    @property
    def categories(self) -> list[tuple[str, Phase | Industry | Method]]:
        """What it is of, each with the name of the list that it is chosen from."""
        return [
            ("phase", self.phase),
            ("industry", Industry(self.told.facts["industry"])),
            ("method", Method(self.told.facts["method"])),
        ]

    def as_html(self) -> str:
        return lines(render_to_string("opportunities/feeds/entry.html", {"entry": self}))

    def as_text(self) -> str:
        said = [self.happened, *map(_said, self.changes)]
        return lines("\n".join([*said, *(f"{fact.label}: {fact.words}" for fact in self.facts)]))


def _said(change: Change) -> str:
    return _("%(label)s: was “%(old)s”, is now “%(new)s”") % {
        "label": change.label,
        "old": change.old,
        "new": change.new,
    }


@dataclass(frozen=True)
class Feed:
    """The newest changes of what a search finds, newest first, whatever the search is sorted by."""

    asked: Asked
    entries: list[Entry]

    @classmethod
    def of(cls, asked: Asked) -> "Feed":
        """Read a feed. Two queries; three if it is empty."""
        asked = asked.sorted_by(Sort.CHANGED)
        found, _after = asked.page(AT_MOST)
        return cls(asked, [Entry(told, asked.phase_of(told)) for told in found])

    @property
    def name(self) -> str:
        """The same for the same search in the same language."""
        search = replace(self.asked.search, sort=None)
        return tag(f"changes/{get_language()}?{search.query_string()}")

    @property
    def title(self) -> str:
        return f"{self.asked.search} | {settings.SITE_NAME}"

    @property
    def about(self) -> str:
        return _("What changed last, newest first. The last %d purchases at most.") % AT_MOST

    @property
    def home(self) -> str:
        return of_search("list", replace(self.asked.search, sort=None))

    def address(self, name: str) -> str:
        return of_search(name, replace(self.asked.search, sort=None))

    @property
    def changed_at(self) -> datetime:
        """When the newest change was; of an empty feed, the newest change of anything public."""
        if self.entries:
            return self.entries[0].told.changed_at
        newest: datetime | None = Opportunity.objects.public().aggregate(at=Max("changed_at"))["at"]
        return newest or BEFORE_ALL
