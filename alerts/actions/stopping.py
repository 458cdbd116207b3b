"""Ending subscriptions, taking letters back, and beginning again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from alerts import matching, occasions
from alerts.choices import EndedBecause
from alerts.composing import NEWS_KIND
from alerts.models import Match, MatchingCursor, Subscriber, Subscription
from alerts.querysets import among
from letters import actions as letters
from letters.models import Letter
from letters.querysets import OWED_IN_SQL
from opportunities.choices import Stage

REMEMBERED = timedelta(days=31)  # longer than anything waits for a weekly letter


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


@transaction.atomic
def stop_all(subscriber: Subscriber, *, because: EndedBecause, moment: datetime) -> int:
    """End all that the subscriber asked for, confirmed or not; return how many ended. Safe to repeat."""
    return stop(
        subscriber.subscriptions.values_list("pk", flat=True), because=because, moment=moment
    )


@transaction.atomic
def resume(subscriptions: Iterable[int], *, moment: datetime) -> int:
    """Begin again what was stopped, as if it had not been; return how many began. Safe to repeat.

    What came out meanwhile, what the clock brought (an opening, a deadline near) and still holds, and what was
    owed when it was stopped, is owed. A search that its subscriber has asked for anew since stays ended here.
    """
    cursor = MatchingCursor.locked()
    again = Subscription.objects.filter(
        subscriber=OuterRef("subscriber"),
        saved_search=OuterRef("saved_search"),
        ended_at__isnull=True,
    )
    ended = Subscription.objects.filter(
        ~Exists(again), pk__in=list(subscriptions), ended_at__isnull=False
    )
    begun = list(ended.select_related("saved_search").order_by("pk"))
    for subscription in begun:
        _begin_again(subscription, cursor, moment)
    return len(begun)


def _begin_again(subscription: Subscription, cursor: MatchingCursor, moment: datetime) -> None:
    since = (subscription.ended_at or moment) - REMEMBERED
    subscription.ended_at, subscription.ended_because = None, ""
    subscription.save(update_fields=["ended_at", "ended_because"])
    if subscription.confirmed_at is None:
        return
    if subscription.matches.exists():
        matching.owe_missed(subscription, cursor, since=since)
    else:  # told of nothing yet, not even of what stood open
        matching.catch_up(subscription, cursor, moment=moment, since=since)
    occasions.owe_missed(subscription, since=since, moment=moment)


def _take_back_letters(subscriptions: list[int], moment: datetime) -> None:
    carrying = Match.objects.filter(subscription__in=subscriptions, letter__state__in=OWED_IN_SQL)
    written = list(carrying.values_list("letter", flat=True).distinct())
    letters.cancel(Letter.objects.filter(pk__in=written), moment=moment)
    free_cancelled()
    Match.objects.filter(subscription__in=subscriptions, letter__isnull=True).delete()


def take_back_withdrawn(*, moment: datetime) -> None:
    """Take back what is written about purchases withdrawn since, unless it is on its way already.

    Each tick runs it, and then ``free_cancelled`` owes again what else those letters carried. Safe to repeat.
    """
    about = Match.objects.filter(
        letter__state__in=OWED_IN_SQL, revision__opportunity__stage=Stage.WITHDRAWN
    )
    if written := list(about.values_list("letter", flat=True).distinct()):
        letters.cancel(Letter.objects.filter(pk__in=among(written)), moment=moment)


@transaction.atomic
def free_cancelled() -> None:
    """Owe again what letters carried that were taken back, but not to who has stopped.

    Each tick runs it: a sender may take a letter back later than it was asked to. It costs what is to be done,
    however many letters were ever taken back. Safe to repeat; what another worker has in hand is left to it.
    """
    skip_locked = connection.features.has_select_for_update_skip_locked
    unsettled = Letter.objects.unsettled(kind=NEWS_KIND).order_by("pk")
    locked = unsettled.select_for_update(skip_locked=skip_locked).values_list("pk", flat=True)
    if not (taken_back := list(locked)):
        return
    carried = Match.objects.filter(letter__in=among(taken_back))
    carried.filter(subscription__ended_at__isnull=False).delete()
    carried.update(letter=None, shown_number=None)
    letters.settle(Letter.objects.filter(pk__in=among(taken_back)))


def forget_unwanted() -> None:
    """Delete what is owed to who has stopped: matching may owe it while they do. No letter would carry it.

    Hourly, because it reads all that waits. Safe to repeat.
    """
    Match.objects.filter(letter__isnull=True, subscription__ended_at__isnull=False).delete()
