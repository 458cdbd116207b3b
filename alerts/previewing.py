"""What a search would have sent: asked with the very rules by which letters are made, so that what is shown
before somebody asks is what comes. Changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Unpack

from django.core.cache import caches
from django.db.models import Q

from alerts import matching, news, occasions
from alerts.choices import USUAL_KINDS, Frequency, Kind, Reason, Rhythm
from alerts.models import digest_of
from alerts.slots import next_letter_at
from opportunities.choices import Phase, Stage
from opportunities.models import Revision
from opportunities.phases import phase_of
from opportunities.search import Candidate, Search, Thesaurus, thesaurus
from opportunities.words import Snapshot

LOOKED_BACK = timedelta(days=90)
REVISIONS_AT_MOST = 5000  # of 90 days; a busy year has a tenth of them
BY_CLOCK = {Reason.OPENED: timedelta()} | occasions.CLOSING


@dataclass(frozen=True)
class PastLetter:
    """A letter that would have been sent: when, and about what."""

    at: datetime
    titles: tuple[str, ...]


def preview(
    search: Search,
    *,
    moment: datetime,
    kinds: Iterable[Kind] = USUAL_KINDS,
    frequency: str = Frequency.SAME_DAY,
    weekday: int = 0,
    hour: int = 8,
) -> list[PastLetter]:
    """Return the letters that ``search`` would have sent in the last 90 days to who had asked for it before, the
    newest first. Two queries."""
    log = _log(moment)
    slots: dict[datetime, list[_News]] = defaultdict(list)
    for each in _told(search.lasting, frozenset(kinds), log, moment):
        waits = Frequency.SAME_DAY if each.reason.is_urgent else frequency
        slot = next_letter_at(waits, weekday=weekday, hour=hour, paused_until=None, after=each.ripe)
        if each.reason == Reason.CANCELLED:
            slots[each.ripe] += _taken_along(each, slots)
        slots[slot or each.ripe].append(each)
    reader = _Reader(log)
    sent = [PastLetter(at, reader.read(slots[at], at)) for at in sorted(slots) if at <= moment]
    return [letter for letter in reversed(sent) if letter.titles]


def _taken_along(cancelled: "_News", slots: "dict[datetime, list[_News]]") -> "list[_News]":
    """Take out of ``slots``, and return, what still waits about the purchase that was ``cancelled``."""
    taken: list[_News] = []
    for at in [at for at in slots if at > cancelled.ripe]:
        same = [
            each
            for each in slots[at]
            if each.revision.opportunity_id == cancelled.revision.opportunity_id
        ]
        slots[at] = [each for each in slots[at] if each not in same]
        taken += same
    return taken


def past_letters(
    search: Search, *, moment: datetime, kinds: Iterable[Kind], **rhythm: Unpack[Rhythm]
) -> list[PastLetter]:
    """Return what :func:`preview` does, as it was at some moment of the last ten minutes: pages ask it again
    with each letter that is typed."""
    wish = [digest_of(search.lasting), *sorted(kinds), *map(str, rhythm.values())]
    key = ":".join(["would-have-sent", *wish])
    found: list[PastLetter] | None = caches["lists"].get(key)
    if found is None:
        found = preview(search, moment=moment, kinds=kinds, **rhythm)
        caches["lists"].set(key, found, timeout=600)
    return found


def finds(search: Search, revision: Revision, alike: Thesaurus) -> bool:
    """Say whether ``search`` found the purchase as it was with ``revision``."""
    candidate = Candidate.of(revision.snapshot, changed_at=revision.at)
    return search.finds(candidate, moment=revision.at, thesaurus=alike)


@dataclass(frozen=True)
class _News:
    """Something that people were told of ``revision``, from the moment on at which it was ``ripe``."""

    at: datetime
    ripe: datetime
    reason: Reason
    revision: Revision

    @property
    def is_by_clock(self) -> bool:
        return self.at > self.revision.at


Log = dict[int, list[Revision]]


def _log(moment: datetime) -> Log:
    """Return, by purchase and oldest first, the changes of 90 days and those of what came up by the clock then."""
    start = moment - LOOKED_BACK
    changed = (
        Q(at__gt=start) | Q(opportunity__opens_at__gt=start) | Q(opportunity__due_at__gt=start)
    )
    found = Revision.objects.filter(changed, at__lte=moment, opportunity__stage=Stage.PUBLISHED)
    log: Log = defaultdict(list)
    newest = found.select_related("opportunity", "undone_by").order_by("-sequence")
    for revision in reversed(newest[:REVISIONS_AT_MOST]):
        log[revision.opportunity_id].append(revision)
    return log


def _told(search: Search, kinds: frozenset[Kind], log: Log, moment: datetime) -> Iterator[_News]:
    """Yield what would have been told, oldest first: what is found, and what comes of it afterwards."""
    alike, heard_of = thesaurus(), set[int]()
    everything = [each for history in log.values() for each in _news_of(history, moment)]
    for each in sorted(everything, key=lambda each: (each.at, each.revision.sequence)):
        purchase = each.revision.opportunity_id
        if each.reason.kind not in kinds or each.at <= moment - LOOKED_BACK:
            continue
        follows = each.reason != Reason.NEW and purchase in heard_of
        if follows or finds(search, each.revision, alike):
            heard_of.add(purchase)
            yield each


def _news_of(history: list[Revision], moment: datetime) -> Iterator[_News]:
    """Yield what anybody could be told of one purchase: what staff changed, and what the clock brought."""
    ends = [*(later.at for later in history[1:]), moment]
    for place, (revision, end) in enumerate(zip(history, ends, strict=True)):
        ripe = revision.at + matching.hold()
        if reason := matching.reason_for(revision):
            yield _News(revision.at, ripe, reason, revision)
        for reason in BY_CLOCK:
            at = _brought_by_clock(reason, history[: place + 1])
            if at and revision.at < at <= end:
                yield _News(at, max(at, ripe), reason, revision)


def _brought_by_clock(reason: Reason, history: list[Revision]) -> datetime | None:
    """Return when the clock brings this about, as things stand with the last of ``history``; ``None`` if it
    does not, or if nobody is told."""
    facts = history[-1].snapshot
    dated = _moment(facts, occasions.field_of(reason))
    if dated is None or not occasions.is_news(reason, dated, history[::-1]):
        return None
    at = dated - BY_CLOCK[reason]
    phase = phase_of(
        opens_at=_moment(facts, "opens_at"),
        due_at=_moment(facts, "due_at"),
        outcome=facts["outcome"],
        decided_at=history[-1].at,
        moment=at,
    )
    return at if phase == Phase.OPEN else None


def _moment(facts: Snapshot, name: str) -> datetime | None:
    return datetime.fromisoformat(facts[name]) if facts.get(name) else None


class _Reader:
    """Somebody who gets all these letters, and the revision as of which they know each purchase."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.knows: dict[int, Revision] = {}

    def read(self, letter: list[_News], at: datetime) -> tuple[str, ...]:
        """Return the titles of what there is to say, in the order of the letter."""
        about: dict[int, list[_News]] = defaultdict(list)
        for each in letter:
            if not self._is_known(each):
                about[each.revision.opportunity_id].append(each)
        said = [line for purchase in about.items() if (line := self._line(*purchase, at))]
        return tuple(title for _place, title in sorted(said, key=lambda line: line[0]))

    def _is_known(self, each: _News) -> bool:
        known = self.knows.get(each.revision.opportunity_id)
        return bool(known and each.revision.number <= known.number and not each.is_by_clock)

    def _line(self, purchase: int, about: list[_News], at: datetime) -> tuple[int, str] | None:
        history = self.log[purchase]
        ripe = [revision for revision in history if revision.at + matching.hold() <= at]
        place = min(news.PARTS.index(each.reason) for each in about)
        before = self.knows.get(purchase) or _before(about[0].revision, history)
        says = news.what_to_say(
            news.PARTS[place],
            before.snapshot if before else None,
            ripe[-1].snapshot,
            by_clock=before is None or any(each.is_by_clock for each in about),
        )
        if says is None:
            return None
        self.knows[purchase] = ripe[-1]
        return place, ripe[-1].snapshot["title"]


def _before(revision: Revision, history: list[Revision]) -> Revision | None:
    """Return the one before ``revision``; ``None`` if it is older than what was looked at."""
    return next((each for each in reversed(history) if each.number < revision.number), None)
