"""Letters about one purchase to many people."""

import random
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.utils import timezone

from alerts import composing, news
from alerts.actions import ask
from alerts.models import Match, MatchingCursor, Subscriber, Subscription
from benchmarks.alerting.clocks import timed
from benchmarks.alerting.purchases import published, vocabulary
from letters.actions import as_mail
from letters.models import Letter
from opportunities.revisions import snapshot
from opportunities.search import Search


def compose(count: int) -> Iterator[tuple[str, float]]:
    """Write a letter to each of ``count`` people about one purchase that all of them look for."""
    Match.objects.all().delete()
    now, chance = timezone.now(), random.Random(3)
    for number in range(count):
        ask(f"compose-{number}@readers.example", Search(), language="en", moment=now)
    readers = Subscriber.objects.filter(email__startswith="compose-")
    Subscription.objects.filter(subscriber__in=readers).update(confirmed_at=now)
    revision = published(chance, vocabulary())
    revision.snapshot.update(snapshot(revision.opportunity))
    type(revision)._base_manager.filter(pk=revision.pk).update(snapshot=revision.snapshot)
    cursor = MatchingCursor.locked() if MatchingCursor.objects.exists() else MatchingCursor(pk=1)
    cursor.sequence = revision.sequence
    cursor.save()
    Match.objects.bulk_create(
        [
            Match(subscription_id=pk, subscriber_id=who, revision=revision, reason="new")
            for pk, who in Subscription.objects.filter(subscriber__in=readers).values_list("pk", "subscriber")
        ]
    )  # fmt: skip

    def write_all() -> None:
        while composing.write_news(moment=now):
            pass

    seconds = timed(write_all)
    assert Letter.objects.filter(kind="alerts.news").count() == count
    yield "compose and store, microseconds a recipient", seconds * 1e6 / count
    yield "compose, microseconds a recipient", words_alone(now) * 1e6


def words_alone(now: Any) -> float:
    """Return the seconds of this thread that the words of a recipient cost, once another has had the same letter."""
    readers = list(Subscriber.objects.filter(email__startswith="compose-")[:200])
    theirs = Match.objects.filter(subscriber__in=readers)
    theirs.update(letter=None)
    owed: dict[Subscriber, list[Match]] = {reader: [] for reader in readers}
    for match in theirs.select_related("subscriber", "subscription", "revision__opportunity"):
        owed[match.subscriber].append(match)
    found = news.sort_out(owed, read=MatchingCursor.read_up_to(), moment=now)
    spent = []
    for reader, its in found.items():
        letter = Letter(kind="alerts.news", to_address=reader.email, created_at=now, priority=20)
        begun = time.thread_time()  # nothing is waited for
        words, headers = composing.words_of(reader, its, slot="news:1")
        as_mail(letter, words, headers)
        spent.append(time.thread_time() - begun)
    return median(spent[1:])
