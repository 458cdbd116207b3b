"""What a letter says of each opportunity: what is new, what changed, and why this reader is told."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max
from django.utils import translation
from django.utils.translation import get_language, gettext

from alerts.choices import Reason
from alerts.models import Match, Subscriber, Subscription
from alerts.occasions import CLOSING
from core.links import absolute
from letters.choices import LetterState
from opportunities.choices import Outcome, Phase, RevisionKind, Stage
from opportunities.models import Opportunity, Revision
from opportunities.words import Change, Fact, Snapshot, at_a_glance, changes_between

# In this order in a letter. Of several reasons for one purchase the first says it best.
PARTS = (
    Reason.NEW,
    Reason.ALREADY_OPEN,
    Reason.CANCELLED,
    Reason.OUTCOME,
    Reason.OPENED,
    Reason.CLOSING_IN_2_DAYS,
    Reason.CLOSING_IN_7_DAYS,
    Reason.CHANGED,
)
SHOWN_AT_MOST = 50  # longer letters are cut off by mail programs; the rest is behind a link
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """One opportunity in a letter. ``searches`` are the reader's searches that found it, in words."""

    title: str
    url: str
    reason: Reason
    phase: str
    facts: list[Fact]
    changes: list[Change]
    searches: list[str]
    due_at: datetime | None
    is_cancelled: bool

    @property
    def without_reader(self) -> tuple[Any, ...]:
        """What is the same for every reader of it."""
        said = (self.title, self.url, self.reason, self.phase, self.is_cancelled)
        return (*said, *self.facts, *self.changes)

    @property
    def is_new(self) -> bool:
        return self.reason in {Reason.NEW, Reason.ALREADY_OPEN}

    @property
    def part(self) -> str:
        """The words over the part of the letter in which it stands: why its reader is told."""
        if self.reason == Reason.OUTCOME:
            return self.phase
        if self.reason == Reason.OPENED:  # perhaps on a day to come
            return gettext("Opening")
        return str(self.reason.label)


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
        due = [item.due_at for item in self.items if item.reason in TIMELY and item.due_at]
        return max(due) if due and len(due) == len(self.items) else None

    @property
    def is_urgent(self) -> bool:
        """True when somebody may be working in vain, or has no more than two days left."""
        return any(item.is_cancelled or item.reason.is_urgent for item in self.items)


TIMELY = {Reason.NEW, Reason.ALREADY_OPEN, *CLOSING}


@dataclass
class Told:
    """How far a reader knows an opportunity: the newest revision that a letter showed, and that letter."""

    number: int
    letter: int
    # What letters said by the clock, each a revision and a reason.
    by_clock: set[tuple[int, str]] = field(default_factory=set)


def sort_out(
    owed: Mapping[Subscriber, Sequence[Match]], *, read: int, moment: datetime
) -> dict[Subscriber, News]:
    """Make, for each reader, one item for each opportunity that has news for them: part by part, in the order of
    the first news.

    Items show the latest facts of the log, ``read`` up to a place, whatever is owed: what changed during a hold,
    or between two letters, is told once, and as one change from what the reader knows to how it is now.
    What is behind that place may yet be undone.
    The number of queries depends neither on the number of matches nor on that of readers.
    """
    opportunities = {match.revision.opportunity for some in owed.values() for match in some}
    told = _told(owed, opportunities)
    stories = {reader: list(_stories(reader, some, told)) for reader, some in owed.items()}
    latest = _latest_numbers(opportunities, read)
    known = {story.known for some in stories.values() for story in some}
    sayings = _Sayings(_facts(opportunities, {*latest.values(), *known}), latest, moment)
    return {reader: _news_for(reader, some, sayings) for reader, some in stories.items()}


def _stories(
    reader: Subscriber, matches: Iterable[Match], told: Mapping[tuple[int, int], Told]
) -> "Iterator[_Story]":
    by_opportunity: dict[Opportunity, list[Match]] = {}
    for match in matches:
        by_opportunity.setdefault(match.revision.opportunity, []).append(match)
    for opportunity, about in by_opportunity.items():
        yield _Story(opportunity, about, told.get((reader.pk, opportunity.pk)))


def _news_for(reader: Subscriber, stories: "list[_Story]", sayings: "_Sayings") -> News:
    news = News()
    with translation.override(reader.language):
        for story in stories:
            item = sayings.item(story)
            if item:
                news.items.append(item)
                news.said.extend(_shown(story.owed, sayings.latest[story.opportunity.pk]))
            settled = story.known_already if item else story.about
            if story.told:
                news.told.extend(_shown(settled, story.told.number, story.told.letter))
            else:
                news.void.extend(settled)
    return replace(news, items=_in_parts(news.items))


def _in_parts(items: list[Item]) -> list[Item]:
    """Put together what stands in one part of the letter. Of more than it shows, what closes first comes first."""
    if len(items) > SHOWN_AT_MOST:
        items = sorted(items, key=lambda item: item.due_at or LAST)
    shown, rest = items[:SHOWN_AT_MOST], items[SHOWN_AT_MOST:]
    return sorted(shown, key=lambda item: (PARTS.index(item.reason), item.part)) + rest


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

    def reason_at(self, moment: datetime) -> Reason | None:
        """Return the reason that says it best at ``moment``; ``None`` when none holds any more."""
        owed = {Reason(match.reason) for match in self.owed}
        is_open = self.opportunity.phase_at(moment) == Phase.OPEN
        holds = {reason for reason in owed if self._holds(reason, moment, is_open=is_open)}
        return next((reason for reason in PARTS if reason in holds), None)

    def _holds(self, reason: Reason, moment: datetime, *, is_open: bool) -> bool:
        due_at = self.opportunity.due_at
        if reason in CLOSING:
            return is_open and due_at is not None and due_at <= moment + CLOSING[reason]
        return is_open or reason != Reason.ALREADY_OPEN

    def _is_known(self, match: Match) -> bool:
        if self.told is None:
            return False
        if is_by_clock(match):
            return (match.revision_id, match.reason) in self.told.by_clock
        return match.revision.number <= self.told.number


def is_by_clock(match: Match) -> bool:
    """Whether time alone brought it about, and not the revision that it points to."""
    return match.reason in CLOSING or (
        match.reason == Reason.OPENED and match.revision.kind != RevisionKind.OPENED
    )


@dataclass
class _Sayings:
    """What items say, each put into words once however many readers it has: only the searches differ."""

    facts: Mapping[tuple[int, int], Snapshot]
    latest: Mapping[int, int]
    moment: datetime
    items: dict[tuple[Any, ...], Item | None] = field(default_factory=dict)
    searches: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def item(self, story: _Story) -> Item | None:
        """Say what is owed of one opportunity; ``None`` if that comes to nothing, such as a change taken back."""
        reason, by_clock = story.reason_at(self.moment), any(map(is_by_clock, story.owed))
        key = (get_language(), story.opportunity.pk, story.known, reason, by_clock)
        if key not in self.items:
            self.items[key] = self._said_of(story, reason, by_clock=by_clock)
        said = self.items[key]
        return said and replace(said, searches=self._searches(story.owed))

    def _said_of(self, story: _Story, reason: Reason | None, *, by_clock: bool) -> Item | None:
        opportunity = story.opportunity
        if opportunity.stage != Stage.PUBLISHED or reason is None:  # withdrawn since, or too late
            return None
        before = self.facts.get((opportunity.pk, story.known))
        now = self.facts[opportunity.pk, self.latest[opportunity.pk]]
        changes = what_to_say(reason, before, now, by_clock=by_clock)
        if changes is None:
            return None
        return Item(
            title=now["title"],
            url=absolute(opportunity.get_absolute_url()),
            reason=reason,
            phase=str(opportunity.phase_at(self.moment).label),
            facts=at_a_glance(now),
            changes=changes,
            searches=[],
            due_at=opportunity.due_at,
            is_cancelled=_is_cancelled(now),
        )

    def _searches(self, matches: Iterable[Match]) -> list[str]:
        return list(dict.fromkeys(self._words(match.subscription) for match in matches))

    def _words(self, subscription: Subscription) -> str:
        key = (get_language(), subscription.query)
        if key not in self.searches:
            self.searches[key] = str(subscription)
        return self.searches[key]


def what_to_say(
    reason: Reason, before: Snapshot | None, now: Snapshot, *, by_clock: bool
) -> list[Change] | None:
    """Return the changes to tell to who knows the purchase as it was ``before``, none of what is new to them;
    ``None`` if there is nothing to tell, unless the clock alone brought it about."""
    if reason in {Reason.NEW, Reason.ALREADY_OPEN}:
        return None if _is_cancelled(now) else []  # they never heard of it, and need not
    changes = changes_between(before, now) if before else []
    return changes if changes or by_clock else None


def _is_cancelled(facts: Snapshot) -> bool:
    return facts.get("outcome") == Outcome.CANCELLED


def _shown(matches: list[Match], number: int, letter: int | None = None) -> list[Match]:
    for match in matches:
        match.shown_number, match.letter_id = number, letter
    return matches


def _told(
    readers: Iterable[Subscriber], opportunities: Iterable[Opportunity]
) -> dict[tuple[int, int], Told]:
    """Return how far letters told each reader of each opportunity. One that was taken back told nothing."""
    carried = Match.objects.filter(
        subscriber__in=readers, letter__isnull=False, revision__opportunity__in=opportunities
    ).exclude(letter__state=LetterState.CANCELLED)
    rows = carried.order_by("shown_number", "letter").values_list(
        "subscriber", "revision__opportunity", "shown_number", "letter", "revision", "reason"
    )
    told: dict[tuple[int, int], Told] = {}
    for reader, opportunity, number, letter, revision, reason in rows:
        known = told.setdefault((reader, opportunity), Told(0, 0))
        known.number, known.letter = number or 0, letter or 0
        known.by_clock.add((revision, reason))
    return told


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
