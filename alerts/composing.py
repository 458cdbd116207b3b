"""From what is owed to letters: one letter to one subscriber, whatever number of searches found it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import translation

from alerts import links, news
from alerts.models import Match, Subscriber
from letters import actions as letters
from letters.actions import sending_domain
from letters.choices import Priority
from letters.models import Letter
from letters.rendering import write

logger = logging.getLogger(__name__)

AT_ONCE = 100
CONFIRMATIONS_AN_HOUR = 1
CONFIRMATIONS_A_DAY = 3
CONFIRMATIONS_AN_HOUR_FOR_ALL = 500

LINK_KIND = "alerts.link"
NEWS_KIND = "alerts.news"


def write_links(*, moment: datetime) -> int:
    """Write the letters with links that people asked for; return how many wishes were dealt with."""
    asking = Subscriber.objects.filter(link_asked_at__isnull=False).order_by("link_asked_at")
    return _each(list(asking.values_list("pk", flat=True)[:AT_ONCE]), _write_link, moment)


def write_news(*, moment: datetime) -> int:
    """Write a letter to each subscriber who is owed news; return how many letters were written."""
    owed = (
        Match.objects.filter(letter__isnull=True)
        .order_by("subscriber")
        .values_list("subscriber", flat=True)
    )
    return _each(list(owed.distinct()[:AT_ONCE]), _write_news, moment)


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
                Subscriber.objects.select_for_update(skip_locked=skip_locked).filter(pk=key).first()
            )
            return bool(subscriber and write_one(subscriber, moment))
    except Exception:
        logger.exception("letter could not be written", extra={"subscriber": key})
        return False


def _write_link(subscriber: Subscriber, moment: datetime) -> bool:
    """Write the letter that confirms what is pending, or that leads to the manage page; clear the wish.

    Above the limits nothing is written: the letter that went before confirms everything that is pending.
    """
    if subscriber.link_asked_at and _may_write_to(subscriber, moment):
        pending = list(subscriber.subscriptions.pending().order_by("asked_at"))
        running = list(subscriber.subscriptions.in_force().order_by("asked_at"))
        if pending or running:
            _post_link(subscriber, pending, running, moment)
    subscriber.link_asked_at = None
    subscriber.save(update_fields=["link_asked_at"])
    return True


def _post_link(
    subscriber: Subscriber, pending: list[Any], running: list[Any], moment: datetime
) -> None:
    context = {
        "subscriptions": pending or running,
        "url": links.confirm_url(subscriber) if pending else links.manage_url(subscriber),
        "hours": 72,
    }
    letters.post(
        write(
            "alerts/confirm" if pending else "alerts/manage", context, language=subscriber.language
        ),
        to=subscriber.email,
        kind=LINK_KIND,
        owner=subscriber.owner,
        slot=f"link:{subscriber.link_asked_at:%Y-%m-%dT%H:%M:%S.%f}",
        priority=Priority.ASKED_FOR,
        moment=moment,
        expires_at=moment + timedelta(hours=72),
        request_id=subscriber.link_request_id,
    )


def _may_write_to(subscriber: Subscriber, moment: datetime) -> bool:
    """Keep strangers from flooding a mailbox: few letters an hour and a day, across its spellings."""
    same_mailbox = Subscriber.objects.filter(mailbox_key=subscriber.mailbox_key)
    written = Letter.objects.filter(kind=LINK_KIND)
    to_it = written.filter(owner__in=[other.owner for other in same_mailbox])
    hour, day = moment - timedelta(hours=1), moment - timedelta(days=1)
    return (
        to_it.filter(created_at__gt=hour).count() < CONFIRMATIONS_AN_HOUR
        and to_it.filter(created_at__gt=day).count() < CONFIRMATIONS_A_DAY
        and written.filter(created_at__gt=hour).count() < CONFIRMATIONS_AN_HOUR_FOR_ALL
    )


def _write_news(subscriber: Subscriber, moment: datetime) -> bool:
    """Put everything that the subscriber is owed into one letter. The lock on the subscriber is held."""
    _hold_subscriptions(subscriber)
    owed = Match.objects.filter(
        subscriber=subscriber, letter__isnull=True, subscription__ended_at__isnull=True
    )
    matches = list(
        owed.select_related("subscription", "revision__opportunity").order_by(
            "revision__sequence", "pk"
        )
    )
    if not matches:
        return False
    with translation.override(subscriber.language):
        items = news.items(matches, moment=moment)
    searches = sorted({match.subscription_id for match in matches})
    stop = links.stop_url(searches)
    context = {"items": items, "manage_url": links.manage_url(subscriber), "stop_url": stop}
    letter = letters.post(
        write("alerts/news", context, language=subscriber.language),
        to=subscriber.email,
        kind=NEWS_KIND,
        owner=subscriber.owner,
        slot=f"news:{min(match.pk for match in matches)}",
        priority=Priority.NEWS,
        moment=moment,
        headers=list_headers(stop),
        request_id=matches[0].revision.request_id,
    )
    Match.objects.filter(pk__in=[match.pk for match in matches], letter__isnull=True).update(
        letter=letter
    )
    return True


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
