"""One letter to one subscriber, whatever number of searches found what is in it; many subscribers at a time."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from alerts import news
from alerts.choices import Reason
from alerts.composing.words import NEWS_KIND, words_of
from alerts.models import Match, MatchingCursor, Subscriber, Subscription
from alerts.querysets import SubscriberQuerySet
from alerts.slots import next_letter_at
from letters.actions import Draft, post_all
from letters.choices import Priority
from opportunities.models import Revision

logger = logging.getLogger(__name__)

# So many in one transaction: what a commit and the questions cost is shared, and nobody waits for a lock for long.
AT_ONCE = 200


def write_news(*, moment: datetime) -> int:
    """Write a letter to each subscriber who is owed news now; return how many subscribers were dealt with."""
    owed = Match.objects.tellable(read=MatchingCursor.read_up_to()).filter(waits=False)
    owed = owed.order_by("subscriber")
    return _page_by_page(owed.values_list("subscriber", flat=True).distinct(), moment)


def write_digests(*, moment: datetime) -> int:
    """Write what waited for a slot that has come, and go on to each one's next slot; return how many
    subscribers were dealt with. However late this runs: all that is owed is in the letter."""
    due = Subscriber.objects.whose_slot_has_come(moment)
    skipped = _skip_empty_slots(due, moment)
    return skipped + _page_by_page(due.order_by("pk").values_list("pk", flat=True), moment)


def _skip_empty_slots(due: SubscriberQuerySet, moment: datetime) -> int:
    """Move on, all at once, those to whom nothing is owed: nobody gets an empty letter."""
    waiting = Match.objects.filter(subscriber=OuterRef("pk"), letter__isnull=True)
    return _go_on_to_next_slot(due.filter(~Exists(waiting)), moment)


def _go_on_to_next_slot(due: SubscriberQuerySet, moment: datetime) -> int:
    """Move ``due`` on to the next slot of each; return how many they were. Few queries: one for each rhythm."""
    rhythms = list(due.order_by().values_list("frequency", "weekday", "hour").distinct())
    return sum(
        due.filter(frequency=frequency, weekday=weekday, hour=hour).update(
            paused_until=None,  # a slot is never before the end of a pause
            next_letter_at=next_letter_at(
                frequency, weekday=weekday, hour=hour, paused_until=None, after=moment
            ),
        )
        for frequency, weekday, hour in rhythms
    )


def _page_by_page(subscribers: "QuerySet[Any, int]", moment: datetime) -> int:
    """Write to the first of ``subscribers`` to whom anything can be written: some that cannot be
    written to, whatever the reason, must not stand in the way of all others."""
    place = "subscriber__gt" if subscribers.model is Match else "pk__gt"
    keys = list(subscribers[:AT_ONCE])
    while keys:
        if done := _together(keys, moment):
            return done
        keys = list(subscribers.filter(**{place: keys[-1]})[:AT_ONCE])
    return 0


def _together(keys: list[int], moment: datetime) -> int:
    """Write to all of these in one transaction; return how many were dealt with. Those whom another worker
    has in hand are left to it.

    A letter that cannot be written must not keep others from being written: what failed is tried again in
    halves, until only that one is left out.
    """
    skip_locked = connection.features.has_select_for_update_skip_locked
    try:
        with transaction.atomic():
            free = Subscriber.objects.select_for_update(skip_locked=skip_locked, no_key=True)
            return write_news_to(list(free.filter(pk__in=keys).order_by("pk")), moment)
    except Exception:
        if len(keys) == 1:
            logger.exception("letter could not be written", extra={"subscriber": keys[0]})
            return 0
        half = len(keys) // 2
        return _together(keys[:half], moment) + _together(keys[half:], moment)


def write_news_to(subscribers: Sequence[Subscriber], moment: datetime) -> int:
    """Put everything that each of these is owed into one letter to them; return to how many anything was owed,
    or had a slot that has come. The locks on the subscribers are held. As many queries for all as for one.

    What an earlier letter said already is that letter's; if nothing else is left, there is no new one. Between
    two slots only what does not wait for one is written. What changed of late and may yet be
    undone stays owed, and then does not wait for another slot.
    """
    _hold_subscriptions(subscribers)
    at_slot = [each.pk for each in subscribers if each.has_slot_at(moment)]
    read = MatchingCursor.read_up_to()
    owed = _owed_to(subscribers, at_slot, read)
    if at_slot:
        _go_on_to_next_slot(Subscriber.objects.filter(pk__in=at_slot), moment)
        # In the letter or, held back until now, in one of its own as soon as that is over.
        still_owed = Match.objects.filter(subscriber__in=at_slot, letter__isnull=True)
        still_owed.update(waits=False)
    if owed:
        found = news.sort_out(owed, read=read, moment=moment)
        _put_into_letters(found, set(at_slot), moment)
    return len({each.pk for each in owed}.union(at_slot))


def _hold_subscriptions(subscribers: Iterable[Subscriber]) -> None:
    """Let who stops a subscription meanwhile wait for the letter, and then find it and take it back."""
    running = Subscription.objects.filter(subscriber__in=subscribers).in_force()
    list(running.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _owed_to(
    subscribers: Sequence[Subscriber], at_slot: list[int], read: int
) -> dict[Subscriber, list[Match]]:
    """Return what each of ``subscribers`` is to be told now, in the order of the log: all that is owed to those
    ``at_slot``, and to the others what does not wait.

    A cancellation takes along what waits about the same purchase: who has not heard of it yet need not.
    """
    over = Match.objects.filter(
        subscriber=OuterRef("subscriber"),
        revision__opportunity=OuterRef("revision__opportunity"),
        letter__isnull=True,
        reason=Reason.CANCELLED,
        waits=False,
    )
    now = Q(waits=False) | Q(subscriber__in=at_slot) | Exists(over)
    tellable = Match.objects.tellable(read=read).filter(
        now, subscriber__in=subscribers, subscription__ended_at__isnull=True
    )
    matches = list(
        tellable.select_related("subscription").order_by(
            "subscriber", "revision__sequence", "subscription", "pk"
        )
    )
    revisions = _revisions_of(matches)
    by_reader = {reader.pk: reader for reader in subscribers}
    owed: dict[Subscriber, list[Match]] = defaultdict(list)
    for match in matches:
        match.revision = revisions[match.revision_id]
        owed[by_reader[match.subscriber_id]].append(match)
    return owed


def _revisions_of(matches: Iterable[Match]) -> dict[int, Revision]:
    """Return the revisions and their purchases, each read once however many readers are told of it."""
    about = Revision.objects.filter(pk__in={match.revision_id for match in matches})
    whole = about.select_related("opportunity").defer("snapshot", "changes")
    return {revision.pk: revision for revision in whole}


def _put_into_letters(
    found: dict[Subscriber, news.News], at_slot: set[int], moment: datetime
) -> None:
    readers = [reader for reader, its in found.items() if its.items]
    drafts = [_draft(reader, found[reader], is_digest=reader.pk in at_slot) for reader in readers]
    letters = post_all(drafts, moment=moment)
    for reader, letter in zip(readers, letters, strict=True):
        for match in found[reader].said:
            match.letter_id = letter.pk
    Match.objects.carry([match for its in found.values() for match in (*its.said, *its.told)])
    void = [match.pk for its in found.values() for match in its.void]
    Match.objects.filter(letter__isnull=True, pk__in=void).delete()


def _draft(subscriber: Subscriber, found: news.News, *, is_digest: bool) -> Draft:
    slot = f"news:{min(match.pk for match in found.said)}"
    words, headers = words_of(subscriber, found, slot=slot)
    return Draft(
        words,
        to=subscriber.email,
        kind=NEWS_KIND,
        owner=subscriber.owner,
        slot=slot,
        priority=_priority(found, is_digest=is_digest),
        expires_at=found.expires_at,
        headers=headers,
        request_id=found.said[0].revision.request_id,
    )


def _priority(found: news.News, *, is_digest: bool) -> Priority:
    if found.is_urgent:
        return Priority.URGENT
    return Priority.DIGEST if is_digest else Priority.NEWS
