"""Letters with the link that somebody asked for: to confirm, or to manage what they get."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from alerts import links
from alerts.models import Subscriber, Subscription
from alerts.promises import CONFIRM_LINK_WORKS, SAID
from letters.actions import Draft, post
from letters.choices import LetterState, Priority
from letters.models import Letter
from letters.rendering import write

logger = logging.getLogger(__name__)

AT_ONCE = 100
LINKS_AN_HOUR = 1
LINKS_A_DAY = 3
LINKS_AN_HOUR_FOR_ALL = 500
LOOK_AGAIN = timedelta(minutes=10)

CONFIRM_KIND = "alerts.confirm"
MANAGE_KIND = "alerts.manage"


def write_links(*, moment: datetime) -> int:
    """Write the letters with links that people asked for; return how many wishes were dealt with."""
    asking = Subscriber.objects.wishing_links_at(moment).order_by("link_due_at", "pk")
    keys = list(asking.values_list("pk", flat=True)[:AT_ONCE])
    return sum(_alone(key, moment) for key in keys)


def _alone(key: int, moment: datetime) -> bool:
    """Give one subscriber a transaction and a lock; one whom another worker has in hand is left to it.

    A letter that cannot be written must not keep everybody else's from being written.
    """
    skip_locked = connection.features.has_select_for_update_skip_locked
    try:
        with transaction.atomic():
            free = Subscriber.objects.select_for_update(skip_locked=skip_locked, no_key=True)
            subscriber = free.filter(pk=key).first()
            return bool(subscriber and _write_link(subscriber, moment))
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
    draft = Draft(
        write(
            "alerts/confirm" if confirms else "alerts/manage", context, language=subscriber.language
        ),
        to=subscriber.email,
        kind=kind,
        owner=subscriber.owner,
        slot=f"{kind}:{subscriber.link_asked_at:%Y-%m-%dT%H:%M:%S.%f}",
        priority=Priority.ASKED_FOR,
        expires_at=moment + CONFIRM_LINK_WORKS,
        request_id=subscriber.link_request_id,
    )
    post(draft, moment=moment)


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
