"""What a letter says of each opportunity: what is new, what changed, and why this reader is told."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max

from alerts.choices import Reason
from alerts.models import Match, Subscriber
from core.links import absolute
from letters.choices import LetterState
from opportunities.choices import Stage
from opportunities.models import Opportunity, Revision
from opportunities.words import Change, Fact, Snapshot, at_a_glance, changes_between


@dataclass(frozen=True)
class Item:
    """One opportunity in a letter. ``searches`` are the reader's searches that found it, in words."""

    title: str
    url: str
    is_new: bool
    phase: str
    facts: list[Fact]
    changes: list[Change]
    searches: list[str]
    due_at: datetime | None


@dataclass(frozen=True)
class News:
    """What becomes of the matches that one reader is owed. Each is in one of the three lists."""

    items: list[Item] = field(default_factory=list)
    said: list[Match] = field(default_factory=list)  # what the items say: for the new letter
    told: list[Match] = field(default_factory=list)  # an earlier letter said it: ``letter`` is set
    void: list[Match] = field(default_factory=list)  # never told, and there is nothing to tell

    @property
    def expires_at(self) -> datetime | None:
        """When the letter is of no use any more: once nobody can respond to anything in it.

        ``None`` where that is unknown, and where something changed: whoever prepares an answer must hear of it.
        """
        due = [item.due_at for item in self.items if item.is_new and item.due_at]
        return max(due) if due and len(due) == len(self.items) else None


class Told(NamedTuple):
    """How far a reader knows an opportunity: the newest revision that a letter showed, and that letter."""

    number: int
    letter: int


def sort_out(
    subscriber: Subscriber, matches: Iterable[Match], *, read: int, moment: datetime
) -> News:
    """Make one item for each opportunity that has news for this reader, in the order of the first news.

    Items show the latest facts of the log, ``read`` up to a place, whatever is owed: what changed during a hold,
    or between two letters, is told once, and as one change from what the reader knows to how it is now.
    What is behind that place may yet be undone.
    The number of queries does not depend on the number of matches.
    """
    by_opportunity: dict[Opportunity, list[Match]] = {}
    for match in matches:
        by_opportunity.setdefault(match.revision.opportunity, []).append(match)
    told = _told(subscriber, by_opportunity)
    stories = [
        _Story(opportunity, about, told.get(opportunity.pk))
        for opportunity, about in by_opportunity.items()
    ]
    latest = _latest_numbers(by_opportunity, read)
    facts = _facts(by_opportunity, {*latest.values(), *(story.known for story in stories)})
    news = News()
    for story in stories:
        number = latest[story.opportunity.pk]
        before = facts.get((story.opportunity.pk, story.known))
        item = _item(story, before, facts[story.opportunity.pk, number], moment)
        if item:
            news.items.append(item)
            news.said.extend(_shown(story.owed, number))
        settled = story.known_already if item else story.about
        if story.told:
            news.told.extend(_shown(settled, story.told.number, story.told.letter))
        else:
            news.void.extend(settled)
    return news


@dataclass(frozen=True)
class _Story:
    """One opportunity, what its reader is owed of it and how far they know it."""

    opportunity: Opportunity
    about: list[Match]
    told: Told | None

    @property
    def owed(self) -> list[Match]:
        return [match for match in self.about if not self._is_known(match)]

    @property
    def known_already(self) -> list[Match]:
        return [match for match in self.about if self._is_known(match)]

    @property
    def known(self) -> int:
        """The number of the revision that the reader knows; 0 if they know none."""
        if self.told:
            return self.told.number
        return min(match.revision.number for match in self.about) - 1

    @property
    def is_new(self) -> bool:
        return any(match.reason == Reason.NEW for match in self.owed)

    def _is_known(self, match: Match) -> bool:
        return self.told is not None and match.revision.number <= self.told.number


def _item(story: _Story, before: Snapshot | None, now: Snapshot, moment: datetime) -> Item | None:
    """Say what is owed of one opportunity; ``None`` if that comes to nothing, such as a change taken back."""
    if story.opportunity.stage != Stage.PUBLISHED:  # withdrawn since
        return None
    changes = [] if story.is_new or not before else changes_between(before, now)
    if not story.owed or not (story.is_new or changes):
        return None
    return Item(
        title=now["title"],
        url=absolute(story.opportunity.get_absolute_url()),
        is_new=story.is_new,
        phase=str(story.opportunity.phase_at(moment).label),
        facts=at_a_glance(now),
        changes=changes,
        searches=list(dict.fromkeys(str(match.subscription) for match in story.owed)),
        due_at=story.opportunity.due_at,
    )


def _shown(matches: list[Match], number: int, letter: int | None = None) -> list[Match]:
    for match in matches:
        match.shown_number, match.letter_id = number, letter
    return matches


def _told(subscriber: Subscriber, opportunities: Iterable[Opportunity]) -> dict[int, Told]:
    """Return how far letters told this reader of each opportunity. One that was taken back told nothing."""
    carried = Match.objects.filter(
        subscriber=subscriber, letter__isnull=False, revision__opportunity__in=opportunities
    ).exclude(letter__state=LetterState.CANCELLED)
    rows = carried.order_by("shown_number", "letter").values_list(
        "revision__opportunity", "shown_number", "letter"
    )
    return {opportunity: Told(number or 0, letter or 0) for opportunity, number, letter in rows}


def _latest_numbers(opportunities: Iterable[Opportunity], read: int) -> dict[int, int]:
    known = Revision.objects.filter(opportunity__in=opportunities, sequence__lte=read)
    revisions = known.order_by()
    return dict(revisions.values_list("opportunity").annotate(Max("number")))


def _facts(
    opportunities: Iterable[Opportunity], numbers: Collection[int]
) -> dict[tuple[int, int], Snapshot]:
    """Return the public facts by opportunity and number of revision. A few more than asked for may be in it."""
    revisions = Revision.objects.filter(opportunity__in=opportunities, number__in=numbers)
    return {
        (opportunity, number): facts
        for opportunity, number, facts in revisions.values_list("opportunity", "number", "snapshot")
    }
