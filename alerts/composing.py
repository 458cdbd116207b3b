"""From what is owed to letters: one letter to one subscriber, whatever number of searches found it."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation

from alerts import links, news
from alerts.models import Match, MatchingCursor, Subscriber, Subscription
from alerts.promises import CONFIRM_LINK_WORKS, SAID
from alerts.querysets import SubscriberQuerySet
from alerts.slots import next_letter_at
from letters import actions as letters
from letters.actions import sending_domain
from letters.choices import LetterState, Priority
from letters.models import Letter
from letters.rendering import Words, write
from letters.splicing import Form, gap

logger = logging.getLogger(__name__)

AT_ONCE = 100
FORMS: dict[tuple[Any, ...], Form] = {}
FORMS_AT_MOST = 100
LINKS_AN_HOUR = 1
LINKS_A_DAY = 3
LINKS_AN_HOUR_FOR_ALL = 500
LOOK_AGAIN = timedelta(minutes=10)

CONFIRM_KIND = "alerts.confirm"
MANAGE_KIND = "alerts.manage"
NEWS_KIND = "alerts.news"


def write_links(*, moment: datetime) -> int:
    """Write the letters with links that people asked for; return how many wishes were dealt with."""
    asking = Subscriber.objects.wishing_links_at(moment).order_by("link_due_at", "pk")
    return _each(list(asking.values_list("pk", flat=True)[:AT_ONCE]), _write_link, moment)


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
    idle = due.filter(~Exists(waiting))
    slots = list(idle.order_by().values_list("frequency", "weekday", "hour").distinct())
    return sum(
        idle.filter(frequency=frequency, weekday=weekday, hour=hour).update(
            paused_until=None,
            next_letter_at=next_letter_at(
                frequency, weekday=weekday, hour=hour, paused_until=None, after=moment
            ),
        )
        for frequency, weekday, hour in slots
    )


def _page_by_page(subscribers: "QuerySet[Any, int]", moment: datetime) -> int:
    """Write to the first of ``subscribers`` to whom anything can be written: some that cannot be
    written to, whatever the reason, must not stand in the way of all others."""
    place = "subscriber__gt" if subscribers.model is Match else "pk__gt"
    keys = list(subscribers[:AT_ONCE])
    while keys:
        if done := _each(keys, write_news_to, moment):
            return done
        keys = list(subscribers.filter(**{place: keys[-1]})[:AT_ONCE])
    return 0


def _each(
    keys: list[int], write_one: Callable[[Subscriber, datetime], bool], moment: datetime
) -> int:
    return sum(_alone(key, write_one, moment) for key in keys)


def _alone(key: int, write_one: Callable[[Subscriber, datetime], bool], moment: datetime) -> bool:
    """Give one subscriber a transaction and a lock; one whom another worker has in hand is left to it.

    A letter that cannot be written must not keep everybody else's from being written.
    """
    skip_locked = connection.features.has_select_for_update_skip_locked
    try:
        with transaction.atomic():
            subscriber = (
                Subscriber.objects.select_for_update(skip_locked=skip_locked, no_key=True)
                .filter(pk=key)
                .first()
            )
            return bool(subscriber and write_one(subscriber, moment))
    except Exception:
        logger.exception("letter could not be written", extra={"subscriber": key})
        return False


def _write_link(subscriber: Subscriber, moment: datetime) -> bool:
    """Write the letter that confirms what is pending, or that leads to the manage page; clear the wish.

    Who has such a letter of this hour needs no other: its link shows all that was asked for since. Above
    any other limit the wish waits; it ends by itself when nothing is pending or running any more.
    """
    if subscriber.link_asked_at is None:
        return False
    pending = subscriber.subscriptions.pending().exists()
    running = list(subscriber.subscriptions.in_force().order_by("pk"))
    kind = CONFIRM_KIND if pending else MANAGE_KIND
    if (pending or running) and not _has_a_fresh_one(subscriber, kind, moment):
        if not _may_write_to(subscriber, kind, moment):
            subscriber.link_due_at = moment + LOOK_AGAIN
            subscriber.save(update_fields=["link_due_at"])
            return True
        _post_link(subscriber, kind, running, moment)
    subscriber.link_asked_at = subscriber.link_due_at = None
    subscriber.save(update_fields=["link_asked_at", "link_due_at"])
    return True


def _post_link(
    subscriber: Subscriber, kind: str, running: list[Subscription], moment: datetime
) -> None:
    """Post the letter. One to confirm repeats nothing that was typed: a stranger may have typed it, and the
    City's own letter would carry it to whomever they like. Who gets a manage link has confirmed the words."""
    confirms = kind == CONFIRM_KIND
    context: dict[str, Any] = (
        {"url": links.confirm_url(subscriber), **SAID}
        if confirms
        else {"url": links.manage_url(subscriber), "subscriptions": running, **SAID}
    )
    letters.post(
        write(
            "alerts/confirm" if confirms else "alerts/manage", context, language=subscriber.language
        ),
        to=subscriber.email,
        kind=kind,
        owner=subscriber.owner,
        slot=f"{kind}:{subscriber.link_asked_at:%Y-%m-%dT%H:%M:%S.%f}",
        priority=Priority.ASKED_FOR,
        moment=moment,
        expires_at=moment + CONFIRM_LINK_WORKS,
        request_id=subscriber.link_request_id,
    )


def _has_a_fresh_one(subscriber: Subscriber, kind: str, moment: datetime) -> bool:
    """Whether a letter of this kind went to this very subscriber within the hour, or is on its way."""
    written = Letter.objects.filter(
        owner=subscriber.owner,
        kind=kind,
        created_at__gt=moment - timedelta(hours=1),
        expires_at__gt=moment,
    )
    return written.exclude(state__in=[LetterState.CANCELLED, LetterState.FAILED]).exists()


def _may_write_to(subscriber: Subscriber, kind: str, moment: datetime) -> bool:
    """Keep strangers from flooding a mailbox: few letters an hour and a day, across its spellings.

    Each kind counts by itself, so that asking for one cannot keep the other from arriving.
    """
    same_mailbox = Subscriber.objects.filter(mailbox_key=subscriber.mailbox_key)
    owners = [other.owner for other in same_mailbox]
    to_it = Letter.objects.filter(owner__in=owners, kind=kind)
    hour, day = moment - timedelta(hours=1), moment - timedelta(days=1)
    to_anybody = Letter.objects.filter(kind__in=[CONFIRM_KIND, MANAGE_KIND], created_at__gt=hour)
    return (
        to_it.filter(created_at__gt=hour).count() < LINKS_AN_HOUR
        and to_it.filter(created_at__gt=day).count() < LINKS_A_DAY
        and to_anybody.count() < LINKS_AN_HOUR_FOR_ALL
    )


def write_news_to(subscriber: Subscriber, moment: datetime) -> bool:
    """Put everything that the subscriber is owed into one letter. The lock on the subscriber is held.

    What an earlier letter said already is that letter's; if nothing else is left, there is no new one. Between
    two slots only what does not wait for one is written. What changed of late and may yet be
    undone stays owed, and then does not wait for another slot.
    """
    _hold_subscriptions(subscriber)
    has_slot, read = subscriber.has_slot_at(moment), MatchingCursor.read_up_to()
    matches = _owed_to(subscriber, read, everything=has_slot)
    if has_slot:
        _go_on_to_next_slot(subscriber, moment)
    if matches:
        _write_letter(subscriber, matches, read, moment, is_digest=has_slot)
    return bool(matches) or has_slot


def _owed_to(subscriber: Subscriber, read: int, *, everything: bool) -> list[Match]:
    owed = Match.objects.tellable(read=read).filter(
        subscriber=subscriber, subscription__ended_at__isnull=True
    )
    owed = owed if everything else owed.filter(waits=False)
    return list(
        owed.select_related("subscription", "revision__opportunity")
        .defer("revision__snapshot", "revision__changes")
        .order_by("revision__sequence", "subscription", "pk")
    )


def _go_on_to_next_slot(subscriber: Subscriber, moment: datetime) -> None:
    subscriber.paused_until = None  # a slot is never before the end of a pause
    subscriber.next_letter_at = next_letter_at(
        subscriber.frequency,
        weekday=subscriber.weekday,
        hour=subscriber.hour,
        paused_until=None,
        after=moment,
    )
    subscriber.save(update_fields=["paused_until", "next_letter_at"])
    # In the letter or, held back until now, in one of its own as soon as that is over.
    Match.objects.filter(subscriber=subscriber, letter__isnull=True).update(waits=False)


def _write_letter(
    subscriber: Subscriber, matches: list[Match], read: int, moment: datetime, *, is_digest: bool
) -> None:
    with translation.override(subscriber.language):
        found = news.sort_out(subscriber, matches, read=read, moment=moment)
    if found.items:
        letter = _post_news(subscriber, found, moment, is_digest=is_digest)
        for match in found.said:
            match.letter = letter
    pending = Match.objects.filter(letter__isnull=True)
    pending.bulk_update([*found.said, *found.told], ["letter", "shown_number"])
    pending.filter(pk__in=[match.pk for match in found.void]).delete()


def _post_news(
    subscriber: Subscriber, found: news.News, moment: datetime, *, is_digest: bool
) -> Letter:
    slot = f"news:{min(match.pk for match in found.said)}"
    words, headers = words_of(subscriber, found, slot=slot)
    return letters.post(
        words,
        to=subscriber.email,
        kind=NEWS_KIND,
        owner=subscriber.owner,
        slot=slot,
        priority=_priority(found, is_digest=is_digest),
        moment=moment,
        expires_at=found.expires_at,
        headers=headers,
        request_id=found.said[0].revision.request_id,
    )


def words_of(
    subscriber: Subscriber, found: news.News, *, slot: str
) -> tuple[Words, dict[str, str]]:
    """Return the words of a letter of news, and the headers by which a mail program stops it."""
    stop = links.stop_url(sorted({match.subscription_id for match in found.said}))
    shown = found.items[: news.SHOWN_AT_MOST]
    values = [links.manage_url(subscriber), stop, links.told_url(subscriber, slot)]
    values += ["; ".join(item.searches) for item in shown]
    form = _form(subscriber.language, shown, len(found.items))
    return form.filled(values), list_headers(stop)


def _form(language: str, shown: list[news.Item], count: int) -> Form:
    """Return the letter about these items, rendered once for all its readers: with gaps for links and whys."""
    key = (settings.SITE_URL, language, count, *(item.without_reader for item in shown))
    if key not in FORMS:
        if len(FORMS) >= FORMS_AT_MOST:
            FORMS.clear()
        context = {
            "items": [
                replace(item, searches=[gap(number)]) for number, item in enumerate(shown, start=3)
            ],
            "count": count,
            "more_count": count - len(shown),
            "manage_url": gap(0),
            "stop_url": gap(1),
            "more_url": gap(2),
            **SAID,
        }
        FORMS[key] = Form(write("alerts/news", context, language=language))
    return FORMS[key]


def _priority(found: news.News, *, is_digest: bool) -> Priority:
    if found.is_urgent:
        return Priority.URGENT
    return Priority.DIGEST if is_digest else Priority.NEWS


def _hold_subscriptions(subscriber: Subscriber) -> None:
    """Let who stops a subscription meanwhile wait for the letter, and then find it and take it back."""
    running = subscriber.subscriptions.in_force().select_for_update(no_key=True)
    list(running.order_by("pk").values_list("pk"))


def list_headers(stop_url: str) -> dict[str, str]:
    """Return the headers by which mail programs offer to unsubscribe (RFC 8058, RFC 2369, RFC 2919)."""
    return {
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"Purchases of the NYC Law Department <alerts.{sending_domain()}>",
    }
