"""Asking, confirming, stopping, forgetting."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from alerts import matching
from alerts.choices import EndedBecause
from alerts.models import Match, MatchingCursor, SavedSearch, Subscriber, Subscription, digest_of
from alerts.promises import ENDED_KEPT, UNCONFIRMED_KEPT
from letters import actions as letters
from letters.addresses import address_key, bombing_key
from letters.choices import LetterState
from letters.models import Letter
from letters.querysets import OWED
from opportunities.choices import Stage
from opportunities.models import ChangeLog
from opportunities.search import Search

PENDING_AT_MOST = 20  # more than anybody looks through; a stranger may type them

Row = TypeVar("Row", bound=Model)


@transaction.atomic
def ask(
    email: str, search: Search, *, language: str, moment: datetime, request_id: str = ""
) -> None:
    """Note that ``email`` would like to hear of ``search``; a letter with a link follows.

    Only its lasting part counts: a window of days or an order is no wish for later. Nothing is told until somebody confirms through that letter. The same work is done for known
    and unknown addresses, so that nothing shows which are known. Above ``PENDING_AT_MOST`` unconfirmed
    searches of one address no more is noted. Safe to repeat.
    """
    # Locked, so that forgetting waits for us, or we for it and then begin anew.
    subscriber, _new = Subscriber.objects.select_for_update(no_key=True).get_or_create(
        email_key=address_key(email),
        defaults={
            "email": email,
            "mailbox_key": bombing_key(email),
            "language": language,
            "created_at": moment,
        },
    )
    if subscriber.subscriptions.pending().count() < PENDING_AT_MOST:
        _note(subscriber, search.lasting, moment)
    _owe_link(Subscriber.objects.filter(pk=subscriber.pk), moment, request_id)


def _note(subscriber: Subscriber, search: Search, moment: datetime) -> None:
    saved, _new = SavedSearch.objects.select_for_update(no_key=True).get_or_create(
        digest=digest_of(search), defaults={"stored": search.as_json()}
    )
    Subscription.objects.get_or_create(
        subscriber=subscriber,
        saved_search=saved,
        ended_at=None,
        defaults={"query": search.query_string(), "asked_at": moment, "asked_sequence": _head()},
    )


@transaction.atomic
def ask_for_link(email: str, *, moment: datetime, request_id: str = "") -> None:
    """Send a fresh link to ``email`` if somebody there subscribes; says nothing about whether."""
    _owe_link(Subscriber.objects.filter(email_key=address_key(email)), moment, request_id)


def _owe_link(subscribers: QuerySet[Subscriber], moment: datetime, request_id: str) -> None:
    """Note the wish for a letter, and keep all that its link will confirm for another while.

    ``asked_sequence`` stays as it was: who asks twice may hear of more, but of nothing less.
    """
    Subscription.objects.pending().filter(subscriber__in=subscribers).update(asked_at=moment)
    subscribers.update(link_asked_at=moment, link_due_at=moment, link_request_id=request_id)


def _head() -> int:
    return ChangeLog.objects.filter(pk=1).values_list("head", flat=True).first() or 0


@transaction.atomic
def confirm(subscriber: Subscriber, subscriptions: Iterable[int], *, moment: datetime) -> int:
    """Begin those of the subscriber's pending ``subscriptions``; return how many now began.

    What was published between asking and confirming is owed too. Safe to repeat.
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
        matching.catch_up(subscription, cursor)
        begun += 1
    return begun


@transaction.atomic
def stop(subscriptions: Iterable[int], *, because: EndedBecause, moment: datetime) -> int:
    """End these subscriptions; return how many were still running. Safe to repeat.

    A letter already written for one of them and not yet on its way is taken back; what else it
    carried for the same reader is owed again.
    """
    running = Subscription.objects.filter(pk__in=list(subscriptions), ended_at__isnull=True)
    ending = list(
        running.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    )
    Subscription.objects.filter(pk__in=ending).update(ended_at=moment, ended_because=because)
    _take_back_letters(ending, moment)
    return len(ending)


def _take_back_letters(subscriptions: list[int], moment: datetime) -> None:
    carrying = Match.objects.filter(subscription__in=subscriptions, letter__state__in=OWED)
    written = list(carrying.values_list("letter", flat=True).distinct())
    letters.cancel(Letter.objects.filter(pk__in=written), moment=moment)
    free_cancelled()


def take_back_withdrawn(*, moment: datetime) -> None:
    """Take back what is written about purchases withdrawn since, unless it is on its way already.

    Each tick runs it, and then ``free_cancelled`` owes again what else those letters carried. Safe to repeat.
    """
    about = Match.objects.filter(
        letter__state__in=OWED, revision__opportunity__stage=Stage.WITHDRAWN
    )
    if written := set(about.values_list("letter", flat=True)):
        letters.cancel(Letter.objects.filter(pk__in=written), moment=moment)


def free_cancelled() -> None:
    """Owe again what letters carried that were taken back, but not to who has stopped.

    Each tick runs it: a sender may take a letter back later than it was asked to. Safe to repeat.
    """
    taken_back = Letter.objects.filter(state=LetterState.CANCELLED)
    Match.objects.filter(letter__in=taken_back).update(letter=None, shown_number=None)
    Match.objects.filter(letter__isnull=True, subscription__ended_at__isnull=False).delete()


def forget(*, moment: datetime) -> int:
    """Wipe what was never confirmed for a week or ended four weeks ago; return how many addresses went.

    Safe to repeat. Letters keep their dates and results, without the address. Whoever has a letter on its
    way at this moment goes the next time.
    """
    gone = _forget_subscribers(moment)
    _forget_searches()  # in a transaction of its own: who asks takes these locks the other way round
    return gone


@transaction.atomic
def _forget_subscribers(moment: datetime) -> int:
    Subscription.objects.pending().filter(asked_at__lt=moment - UNCONFIRMED_KEPT).delete()
    Subscription.objects.filter(ended_at__lt=moment - ENDED_KEPT).delete()
    idle = Subscriber.objects.filter(
        ~Exists(Subscription.objects.filter(subscriber=OuterRef("pk"))),
        created_at__lt=moment - UNCONFIRMED_KEPT,
    )
    leaving = list(_locked(idle))
    staying = letters.forget_owners([each.owner for each in leaving], moment=moment)
    gone = [each.pk for each in leaving if each.owner not in staying]
    Subscriber.objects.filter(pk__in=gone).delete()
    return len(gone)


@transaction.atomic
def _forget_searches() -> None:
    """Wipe the searches that nobody has: their words are somebody's, too."""
    idle = SavedSearch.objects.filter(
        ~Exists(Subscription.objects.filter(saved_search=OuterRef("pk")))
    )
    _locked(idle).delete()


def _locked(idle: QuerySet[Row]) -> QuerySet[Row]:
    """Return those of ``idle`` that are still so once nobody else holds them: who asks meanwhile does."""
    held = [row.pk for row in idle.select_for_update()]
    return idle.filter(pk__in=held)
