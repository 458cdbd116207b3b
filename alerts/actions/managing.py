"""How often, in which language, about what, and a pause: what subscribers change by their own link."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from alerts.choices import Frequency, Kind, Reason
from alerts.models import Match, MatchingCursor, Subscriber, Subscription
from alerts.promises import LONGEST_PAUSE
from alerts.slots import next_letter_at, start_of

URGENT = [reason for reason in Reason if reason.is_urgent]


@transaction.atomic
def change(
    subscriber: Subscriber,
    *,
    moment: datetime,
    frequency: Frequency | None = None,
    weekday: int | None = None,
    hour: int | None = None,
    language: str | None = None,
) -> Subscriber:
    """Change how often letters come, on which weekday and at which hour (New York), and in which language.

    What is left out stays. What already waits keeps waiting for the new slot; it goes out at once when letters
    now come the same day. Safe to repeat.
    """
    changed = _locked(subscriber)
    changed.frequency = frequency or changed.frequency
    changed.weekday = changed.weekday if weekday is None else weekday
    changed.hour = changed.hour if hour is None else hour
    changed.language = language or changed.language
    return _reschedule(changed, moment)


@transaction.atomic
def pause_until(subscriber: Subscriber, day: date | None, *, moment: datetime) -> Subscriber:
    """Write nothing before the New York day ``day``, ``None`` to end a pause now; return the subscriber.

    All that comes up meanwhile waits, at most ``LONGEST_PAUSE``, and comes in one letter; what is in a letter
    already still goes. A day that has begun ends the pause. Safe to repeat.
    """
    changed = _locked(subscriber)
    until = min(start_of(day), moment + LONGEST_PAUSE) if day else None
    changed.paused_until = until if until and until > moment else None
    return _reschedule(changed, moment)


@transaction.atomic
def change_kinds(subscription: Subscription, kinds: Collection[Kind]) -> Subscription:
    """Tell of these kinds of news from now on; what is owed already stays owed. Safe to repeat.

    Raises ``ValueError`` for none at all: that is what :func:`stop` is for.
    """
    if not kinds:
        raise ValueError("Nothing to be told of: stop the subscription instead.")
    for kind in Kind:
        setattr(subscription, f"wants_{kind.value}", kind in kinds)
    subscription.save(update_fields=[f"wants_{kind.value}" for kind in Kind])
    return subscription


@transaction.atomic
def end_pauses(*, moment: datetime) -> int:
    """Let what waited for the end of a pause of same-day letters go out; return how many pauses ended.

    Each tick runs it. Safe to repeat.
    """
    over = Subscriber.objects.filter(frequency=Frequency.SAME_DAY, next_letter_at__lte=moment)
    if not over.exists():
        return 0
    MatchingCursor.locked()
    locked = over.select_for_update(no_key=True).order_by("pk")
    ended = list(locked.values_list("pk", flat=True)[:1000])
    Match.objects.filter(subscriber__in=ended, letter__isnull=True).update(waits=False)
    return Subscriber.objects.filter(pk__in=ended).update(next_letter_at=None, paused_until=None)


def _locked(subscriber: Subscriber) -> Subscriber:
    """Lock matching and then the subscriber: what is owed meanwhile sees the new slot, or we see it."""
    MatchingCursor.locked()
    return Subscriber.objects.select_for_update(no_key=True).get(pk=subscriber.pk)


def _reschedule(subscriber: Subscriber, moment: datetime) -> Subscriber:
    subscriber.next_letter_at = next_letter_at(
        subscriber.frequency,
        weekday=subscriber.weekday,
        hour=subscriber.hour,
        paused_until=subscriber.paused_until,
        after=moment,
    )
    subscriber.save()
    waiting = subscriber.matches.filter(letter__isnull=True)
    if subscriber.paused_until is None:
        waiting.filter(reason__in=URGENT).update(waits=False)
        waiting = waiting.exclude(reason__in=URGENT)
    waiting.update(waits=subscriber.next_letter_at is not None)
    return subscriber
