"""Wiping addresses: after a while by themselves, and at once when somebody says so."""

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from alerts.actions.stopping import forget_unwanted, stop_all
from alerts.choices import EndedBecause
from alerts.models import SavedSearch, Subscriber, Subscription
from alerts.promises import ENDED_KEPT, UNCONFIRMED_KEPT
from letters import actions as letters

Row = TypeVar("Row", bound=Model)


def forget(*, moment: datetime) -> int:
    """Wipe what was never confirmed for a week or ended four weeks ago; return how many addresses went.

    Safe to repeat. Letters keep their dates and results, without the address. Whoever has a letter on its
    way at this moment goes the next time.
    """
    forget_unwanted()
    gone = _forget_subscribers(moment)
    _forget_searches()  # in a transaction of its own: who asks takes these locks the other way round
    return gone


@transaction.atomic
def _forget_subscribers(moment: datetime) -> int:
    over = Subscription.objects.filter(
        Q(confirmed_at=None, ended_at=None, asked_at__lt=moment - UNCONFIRMED_KEPT)
        | Q(ended_at__lt=moment - ENDED_KEPT)
    )
    mine = Subscription.objects.filter(subscriber=OuterRef("pk"))
    idle = Subscriber.objects.filter(~Exists(mine), created_at__lt=moment - UNCONFIRMED_KEPT)
    with_some_over = Subscriber.objects.filter(Exists(over.filter(subscriber=OuterRef("pk"))))
    held = [each.pk for each in _locked(with_some_over | idle)]
    _locked(over.filter(subscriber__in=held)).delete()
    return _wipe(list(idle.filter(pk__in=held)), moment)


def _wipe(leaving: list[Subscriber], moment: datetime) -> int:
    staying = letters.forget_owners([each.owner for each in leaving], moment=moment)
    gone = [each.pk for each in leaving if each.owner not in staying]
    Subscriber.objects.filter(pk__in=gone).delete()
    return len(gone)


@transaction.atomic
def forget_me(subscriber: Subscriber, *, moment: datetime) -> bool:
    """Stop everything and wipe the address now; return whether it is gone.

    False: a letter is on its way at this moment, and the hourly ``forget`` wipes it with the ended
    subscriptions. An address that must not be mailed stays known by its hash. Safe to repeat.
    """
    held = list(Subscriber.objects.select_for_update().filter(pk=subscriber.pk))
    stop_all(subscriber, because=EndedBecause.MANAGE, moment=moment)
    return _wipe(held, moment) == 1


@transaction.atomic
def _forget_searches() -> None:
    """Wipe the searches that nobody has: their words are somebody's, too."""
    idle = SavedSearch.objects.filter(
        ~Exists(Subscription.objects.filter(saved_search=OuterRef("pk")))
    )
    _locked(idle).delete()


def _locked(idle: QuerySet[Row]) -> QuerySet[Row]:
    """Return those of ``idle`` that are still so once nobody else holds them: who asks meanwhile does."""
    held = [row.pk for row in idle.select_for_update().order_by("pk")]
    return idle.filter(pk__in=held)
