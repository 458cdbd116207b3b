"""Who would be told of a public change, and in which letter: asked with the very functions by which they are told."""

import email
import email.policy
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from uuid import uuid4

from django.utils.translation import gettext as _

from alerts import composing, matching
from alerts.choices import Frequency, Reason
from alerts.models import Match, MatchingCursor, SavedSearch, Subscriber, Subscription
from alerts.querysets import SubscriptionQuerySet
from core.rehearsal import rehearsal
from letters.models import Letter
from letters.rendering import Words
from letters.suppression import suppressed_among
from opportunities.models import Revision
from opportunities.search import Search
from opportunities.telling import Group, Reach

PEOPLE_AT_ONCE = 500
NOBODY = 0  # no row has this number, so the links of a letter to it lead nowhere for ever


class Alerts:
    """How ``opportunities.telling`` asks the alerts."""

    def reach(self, revision: Revision) -> Reach:
        reason = matching.reason_for(revision)
        return Reach(tuple(_groups(revision, reason))) if reason else Reach()

    def letter(self, revision: Revision, *, moment: datetime) -> Words | None:
        reason = matching.reason_for(revision)
        return _letter(revision, reason, moment) if reason else None

    def has_begun(self, revision: Revision) -> bool:
        cursor = MatchingCursor.objects.filter(pk=1).first() or MatchingCursor()
        begun = cursor.sequence + (1 if cursor.saved_search_pk else 0)
        return revision.sequence <= begun

    def hold_still(self) -> None:
        MatchingCursor.locked()


def _groups(revision: Revision, reason: Reason) -> Iterator[Group]:
    found = _subscribers(_who_finds(revision), reason)
    following = _subscribers(_who_follows(revision, reason), reason) - found
    for people, why in (
        (found, _("Their search finds it")),
        (following, _("They were told of it before")),
    ):
        for (frequency, waits), count in sorted(_rhythms(people, reason).items()):
            rhythm = str(Frequency(frequency).label)
            yield Group(why, rhythm, at_once=not waits, count=count)


def _who_finds(revision: Revision) -> Iterator[SubscriptionQuerySet]:
    """Yield who finds it, a part of the searches at a time, as matching does."""
    after: int | None = 0
    while after is not None:
        finding, after = matching.who_finds(revision, after=after)
        yield finding


def _who_follows(revision: Revision, reason: Reason) -> Iterator[SubscriptionQuerySet]:
    """Yield who was told of the purchase, and who will be before this change is read."""
    yield matching.who_follows(revision, reason)
    if reason != Reason.NEW:
        waiting = Revision.objects.filter(
            opportunity=revision.opportunity_id,
            sequence__gt=MatchingCursor.read_up_to(),
            sequence__lt=revision.sequence,
        )
        for earlier in waiting.select_related("opportunity", "undone_by"):
            if matching.reason_for(earlier):
                yield from _who_finds(earlier)


def _subscribers(subscriptions: Iterable[SubscriptionQuerySet], reason: Reason) -> set[int]:
    return set(
        chain.from_iterable(
            some.in_force().wanting(reason.kind).values_list("subscriber", flat=True)
            for some in subscriptions
        )
    )


def _rhythms(people: set[int], reason: Reason) -> Counter[tuple[str, bool]]:
    """Count ``people`` by how often they get a letter and whether they wait for it; some addresses take none."""
    counted: Counter[tuple[str, bool]] = Counter()
    columns = ("email", "frequency", matching.waits_until(reason))
    for some in _some_at_once(sorted(people)):
        rows = list(Subscriber.objects.filter(pk__in=some).values_list(*columns))
        closed = suppressed_among(address for address, _frequency, _next in rows)
        counted.update(
            (frequency, next_at is not None)
            for address, frequency, next_at in rows
            if address not in closed
        )
    return counted


def _some_at_once(people: list[int]) -> Iterator[list[int]]:
    rest = iter(people)
    while some := list(islice(rest, PEOPLE_AT_ONCE)):
        yield some


def _letter(revision: Revision, reason: Reason, moment: datetime) -> Words:
    """Return the letter that a reader gets who is told of nothing else: really written, and taken back."""
    with rehearsal():
        reader = Subscriber.objects.create(
            pk=NOBODY,
            email=f"{uuid4().hex}@example.com",
            email_key=uuid4().hex,
            created_at=moment,
        )
        search = Search()
        subscription = Subscription.objects.create(
            pk=NOBODY,
            subscriber=reader,
            saved_search=SavedSearch.objects.create(digest=uuid4().hex, stored=search.as_json()),
            query=search.query_string(),
            asked_at=moment,
            asked_sequence=0,
            confirmed_at=moment,
        )
        Match.objects.create(
            subscription=subscription, subscriber=reader, revision=revision, reason=reason
        )
        cursor = MatchingCursor.locked()
        cursor.sequence = max(cursor.sequence, revision.sequence)
        cursor.save()
        composing.write_news_to([reader], moment)
        return _words(Letter.objects.get(owner=reader.owner))


def _words(letter: Letter) -> Words:
    mail = email.message_from_bytes(bytes(letter.body.raw), policy=email.policy.default)
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    if not (text and html):
        raise ValueError("A letter has a text and the same in HTML.")
    return Words(letter.subject, text.get_content(), html.get_content())
