"""What somebody was sent, and why they were not told of a purchase: questions that change nothing.

Asked with the very rules by which letters are made, so that what is said here is what is done.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from alerts import matching
from alerts.choices import Reason
from alerts.models import Match, MatchingCursor, Subscriber, Subscription
from alerts.news import LAST
from alerts.previewing import finds
from letters.choices import LetterState
from letters.models import Letter
from letters.querysets import OWED
from letters.suppression import is_suppressed
from opportunities.choices import Phase, Stage
from opportunities.models import Opportunity, Revision
from opportunities.search import thesaurus


@dataclass(frozen=True)
class Told:
    """What a letter said of one purchase, as its reader may ask about it, and for which of their searches.

    Of a purchase that was withdrawn since neither title nor address are given; ``due_at`` only while somebody
    may respond to it or wait for its outcome.
    """

    title: str
    url: str
    reason: str
    due_at: datetime | None
    wishes: tuple[str, ...]


def letters_to(subscriber: Subscriber, *, at_most: int = 50) -> list[tuple[Letter, list[Told]]]:
    """Return the newest letters to ``subscriber`` with what each was about and why. Two queries."""
    letters = Letter.objects.filter(owner=subscriber.owner).order_by("-created_at", "-pk")[:at_most]
    carried: dict[int | None, list[Match]] = defaultdict(list)
    for match in _whole(Match.objects.filter(letter__in=[letter.pk for letter in letters])):
        carried[match.letter_id].append(match)
    return [(letter, _lines(carried[letter.pk])) for letter in letters]


def told_in(slot: str, *, subscriber: int) -> list[Told]:
    """Return all that the letter of this ``slot`` said, also what it had no room for; what closes first comes
    first. Nothing once its reader is forgotten, or the letter taken back. One query."""
    owner = Subscriber(pk=subscriber).owner
    carried = Match.objects.filter(subscriber=subscriber, letter__owner=owner, letter__slot=slot)
    return sorted(_lines(_whole(carried)), key=lambda line: line.due_at or LAST)


def meant_by(stop: list[Any]) -> QuerySet[Subscription]:
    """Return what a link to stop means: the subscriptions with these numbers, or, given a subscriber's number and
    a letter's slot, all that this letter told of."""
    match stop:
        case [int(subscriber), str(slot)]:
            told = Match.objects.filter(subscriber=subscriber, letter__slot=slot)
            return Subscription.objects.filter(pk__in=told.values("subscription"))
        case numbers:
            return Subscription.objects.filter(pk__in=numbers)


def _whole(matches: QuerySet[Match]) -> QuerySet[Match]:
    whole = matches.select_related("subscription", "revision__opportunity")
    whole = whole.defer("revision__snapshot", "revision__changes")
    return whole.order_by("revision__sequence", "subscription", "pk")


def _lines(matches: Iterable[Match]) -> list[Told]:
    """Return one line for each purchase and reason, with all searches that found it."""
    wishes: dict[tuple[Opportunity, str], dict[str, None]] = defaultdict(dict)
    for match in matches:
        wishes[match.revision.opportunity, match.reason][str(match.subscription)] = None
    return [_line(*about, tuple(found)) for about, found in wishes.items()]


def _line(purchase: Opportunity, reason: str, wishes: tuple[str, ...]) -> Told:
    is_public = purchase.stage == Stage.PUBLISHED
    is_decided = reason == Reason.OUTCOME and purchase.outcome
    return Told(
        title=purchase.title if is_public else _("a purchase that was withdrawn"),
        url=purchase.get_absolute_url() if is_public else "",
        reason=str((Phase(purchase.outcome) if is_decided else Reason(reason)).label),
        due_at=purchase.due_at if is_public and not purchase.outcome else None,
        wishes=wishes,
    )


class Why(StrEnum):
    """What became of one purchase for one subscriber. Exactly one holds."""

    NOT_PUBLIC = "not-public"
    SENT = "sent"
    ON_ITS_WAY = "on-its-way"
    WAITS = "waits"
    COULD_NOT_BE_SENT = "could-not-be-sent"
    ADDRESS_CLOSED = "address-closed"
    NOT_CONFIRMED = "not-confirmed"
    STOPPED = "stopped"
    NO_SUBSCRIPTION = "no-subscription"
    IN_ITS_HOLD = "in-its-hold"
    LISTED_BEFORE = "listed-before"
    KIND_NOT_WANTED = "kind-not-wanted"
    NOT_FOUND = "not-found"


@dataclass(frozen=True)
class Answer:
    """``why`` in words, with the letter's date, or the next letter's, where there is one."""

    why: Why
    words: str
    at: datetime | None = None


def why_not(subscriber: Subscriber, opportunity: Opportunity, *, moment: datetime) -> Answer:
    """Say why this subscriber was or was not told of ``opportunity``. Few queries, whatever there is."""
    if opportunity.stage != Stage.PUBLISHED:
        return Answer(Why.NOT_PUBLIC, _("This purchase is not public."))
    matches = Match.objects.filter(subscriber=subscriber, revision__opportunity=opportunity)
    # What came up just as its reader stopped is in no letter, and will be in none.
    carried = matches.exclude(letter__isnull=True, subscription__ended_at__isnull=False)
    newest = carried.order_by(F("letter").desc(nulls_first=True), "-pk")
    if match := newest.select_related("letter").first():
        return _of_match(subscriber, match)
    return _of_wishes(subscriber, opportunity, moment)


def _of_match(subscriber: Subscriber, match: Match) -> Answer:
    letter = match.letter
    if letter is None:
        return Answer(
            Why.WAITS,
            _("It is in your next letter."),
            subscriber.next_letter_at if match.waits else None,
        )
    if letter.state == LetterState.SENT:
        return Answer(Why.SENT, _("We sent you a letter about it."), letter.finished_at)
    if letter.state in OWED:
        return Answer(Why.ON_ITS_WAY, _("A letter about it is on its way."), letter.due_at)
    if letter.state == LetterState.SUPPRESSED:
        return _closed()
    return Answer(
        Why.COULD_NOT_BE_SENT,
        _("We wrote a letter about it. It was not sent: %s.") % letter.get_state_display(),
        letter.finished_at,
    )


def _closed() -> Answer:
    return Answer(
        Why.ADDRESS_CLOSED,
        _("Your mail server refused our letters before, so we send none to this address."),
    )


def _of_wishes(subscriber: Subscriber, opportunity: Opportunity, moment: datetime) -> Answer:
    if is_suppressed(subscriber.email):
        return _closed()
    wishes = list(subscriber.subscriptions.select_related("saved_search"))
    running = [wish for wish in wishes if wish.confirmed_at and not wish.ended_at]
    if not running:
        return _of_no_wish(wishes)
    log = opportunity.revisions.select_related("opportunity", "undone_by").order_by("sequence")
    found = _that_find(running, list(log))
    if not found:
        return Answer(Why.NOT_FOUND, _("None of your searches finds it."))
    read, hold_ends = MatchingCursor.read_up_to(), found[-1][1].at + matching.hold()
    if any(revision.sequence > read for _wish, revision in found):
        return Answer(
            Why.IN_ITS_HOLD,
            _("It is new on the site. We wait some minutes before we write, in case of a mistake."),
            max(hold_ends, moment),
        )
    if all(revision.sequence <= wish.asked_sequence for wish, revision in found):
        return Answer(
            Why.LISTED_BEFORE, _("It was listed, and not yet open, before you asked for alerts.")
        )
    return Answer(
        Why.KIND_NOT_WANTED, _("Your search finds it, but you chose not to hear of news like this.")
    )


def _of_no_wish(wishes: list[Subscription]) -> Answer:
    if any(not wish.confirmed_at and not wish.ended_at for wish in wishes):
        return Answer(
            Why.NOT_CONFIRMED, _("You have not confirmed your alerts yet. The letter has a button.")
        )
    if wishes:
        return Answer(Why.STOPPED, _("You stopped these alerts before it came out."))
    return Answer(Why.NO_SUBSCRIPTION, _("You have no alerts."))


def _that_find(
    wishes: list[Subscription], log: list[Revision]
) -> list[tuple[Subscription, Revision]]:
    """Pair each wish with the revisions that people are told of and that it finds."""
    told: list[Any] = [revision for revision in log if matching.reason_for(revision)]
    alike = thesaurus()
    return [
        (wish, revision)
        for revision in told
        for wish in wishes
        if finds(wish.saved_search.search, revision, alike)
    ]
