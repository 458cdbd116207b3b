"""Asking, and confirming."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from alerts import anchors, matching
from alerts.choices import USUAL_KINDS, Frequency, Kind, Weekday
from alerts.models import MatchingCursor, SavedSearch, Subscriber, Subscription, digest_of
from alerts.slots import next_letter_at
from letters.addresses import address_key, bombing_key
from opportunities.models import ChangeLog
from opportunities.search import Search

PENDING_AT_MOST = 20  # more than anybody looks through; a stranger may type them


@transaction.atomic
def ask(
    email: str,
    search: Search,
    *,
    language: str,
    moment: datetime,
    kinds: Collection[Kind] = USUAL_KINDS,
    frequency: Frequency = Frequency.SAME_DAY,
    weekday: int = Weekday.MONDAY,
    hour: int = 8,
    request_id: str = "",
) -> None:
    """Note that ``email`` would like to hear of ``search``; a letter with a link follows.

    Only its lasting part counts: a window of days or an order is no wish for later. ``frequency``, ``weekday`` and
    ``hour`` (New York) count for an address that is new here: who has confirmed something changes them by their
    own link. Nothing is told until somebody confirms through that letter. The same work is done for known
    and unknown addresses, so that nothing shows which are known. Above ``PENDING_AT_MOST`` unconfirmed
    searches of one address no more is noted. Safe to repeat.
    """
    slot = next_letter_at(frequency, weekday=weekday, hour=hour, paused_until=None, after=moment)
    # Locked, so that forgetting waits for us, or we for it and then begin anew.
    subscriber, _new = Subscriber.objects.select_for_update(no_key=True).get_or_create(
        email_key=address_key(email),
        defaults={
            "email": email,
            "mailbox_key": bombing_key(email),
            "language": language,
            "created_at": moment,
            "frequency": frequency,
            "weekday": weekday,
            "hour": hour,
            "next_letter_at": slot,
        },
    )
    if subscriber.subscriptions.pending().count() < PENDING_AT_MOST:
        note(subscriber, search.lasting, kinds, moment)
    _owe_link(Subscriber.objects.filter(pk=subscriber.pk), moment, request_id)


def note(
    subscriber: Subscriber, search: Search, kinds: Collection[Kind], moment: datetime
) -> Subscription:
    """Return the subscriber's lasting wish for ``search``, pending if it is new."""
    saved, is_new = SavedSearch.objects.select_for_update(no_key=True).get_or_create(
        digest=digest_of(search), defaults={"stored": search.as_json()}
    )
    if is_new:
        anchors.file(saved)
    wish, _new = Subscription.objects.get_or_create(
        subscriber=subscriber,
        saved_search=saved,
        ended_at=None,
        defaults={
            "query": search.query_string(),
            "asked_at": moment,
            "asked_sequence": _head(),
            **{f"wants_{kind.value}": kind in kinds for kind in Kind},
        },
    )
    return wish


@transaction.atomic
def ask_for_link(email: str, *, moment: datetime, request_id: str = "") -> None:
    """Send a fresh link to ``email`` if somebody there subscribes; says nothing about whether."""
    _owe_link(Subscriber.objects.filter(email_key=address_key(email)), moment, request_id)


def _owe_link(subscribers: QuerySet[Subscriber], moment: datetime, request_id: str) -> None:
    """Note the wish for a letter, and keep all that its link will confirm for another while.

    ``asked_sequence`` stays as it was: who asks twice may hear of more, but of nothing less.
    """
    subscribers.update(link_asked_at=moment, link_due_at=moment, link_request_id=request_id)
    Subscription.objects.pending().filter(subscriber__in=subscribers).update(asked_at=moment)


def _head() -> int:
    return ChangeLog.objects.filter(pk=1).values_list("head", flat=True).first() or 0


@transaction.atomic
def confirm(subscriber: Subscriber, subscriptions: Iterable[int], *, moment: datetime) -> int:
    """Begin those of the subscriber's pending ``subscriptions``; return how many now began.

    What was published between asking and confirming is owed too, and what is open comes once, marked
    as already open. Safe to repeat.
    """
    cursor = MatchingCursor.locked()
    pending = (
        subscriber.subscriptions.pending()
        .filter(pk__in=list(subscriptions))
        .select_related("saved_search")
    )
    begun = 0
    for subscription in pending:
        subscription.confirmed_at = moment
        subscription.save(update_fields=["confirmed_at"])
        matching.catch_up(subscription, cursor, moment=moment)
        begun += 1
    return begun
