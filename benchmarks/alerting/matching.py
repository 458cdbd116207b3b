"""One revision asked of every subscription, beside one scan of a flat table that says the same."""

import random
import time
from collections.abc import Iterator
from functools import partial
from statistics import mean, median
from typing import Any

from django.db import connection, transaction

from alerts import matching
from alerts.choices import Reason
from alerts.models import Match, SavedSearch
from benchmarks.alerting import flat
from benchmarks.alerting.clocks import say, timed, worked
from benchmarks.alerting.people import load
from benchmarks.alerting.purchases import published, vocabulary

REVISIONS = 10


def match(kind: str, size: int) -> Iterator[tuple[str, float]]:
    """Load subscriptions, ask them of some revisions by the portal and by the flat table in turn, and write what is owed."""
    say(f"loading took {timed(lambda: load(size)):.0f} s")
    Match.objects.all().delete()
    yield "distinct searches", SavedSearch.objects.count()
    chance, words = random.Random(11), vocabulary()
    revisions = [published(chance, words) for _ in range(REVISIONS)]
    yield from _finding(revisions)
    yield from _writing(revisions, kind)


def _finding(revisions: list[Any]) -> Iterator[tuple[str, float]]:
    """Compare the two ways to find who is told, in turn, each the second time that it is asked: the flat table leaves
    nothing else in a processor's memory."""
    _alone()
    flats, ours, firsts, seconds = list[float](), list[float](), list[float](), list[float]()
    for each in revisions:
        assert flat.scan(each.snapshot) == count_found(each)
        flat.scan(each.snapshot)
        flats.append(worked(partial(flat.scan, each.snapshot)))
        firsts.append(worked(partial(count_found, each)))
        seconds.append(timed(partial(count_found, each)))
        ours.append(worked(partial(count_found, each)))
    yield "flat scan of one revision, ms of CPU", median(flats) * 1000
    yield "match one revision, ms of CPU", median(ours) * 1000
    yield "match one revision, ms by the clock", median(seconds) * 1000
    yield "the same right after a flat scan, ms of CPU", median(firsts) * 1000
    yield "match, of the flat scan", median(ours) / median(flats)
    all_in_turn = worked(lambda: [count_found(each) for each in revisions])
    yield f"{len(revisions)} revisions in turn, times one by itself", all_in_turn / mean(firsts)


def _alone() -> None:
    """Let no statement have help of other processes of the database: not each server has cores to spare."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")


def _writing(revisions: list[Any], kind: str) -> Iterator[tuple[str, float]]:
    told, cost, seconds = list[int](), list[float](), list[float]()
    for each in revisions:
        finding = worked(partial(count_found, each))
        begun = time.perf_counter()
        owing = worked(partial(owe, each))
        seconds.append(time.perf_counter() - begun)
        told.append(Match.objects.filter(revision=each).count())
        cost.append((owing - finding) * 1e6 / max(1, told[-1]))
    yield "matches of one revision", median(told)
    yield f"write, microseconds of CPU a match, {kind}", median(cost)
    yield "find and write, microseconds a match by the clock", sum(seconds) * 1e6 / sum(told)


def count_found(revision: Any) -> int:
    """Return how many subscriptions are told of ``revision``."""
    after: int | None = 0
    count = 0
    while after is not None:
        subscriptions, after = matching.who_finds(revision, after=after)
        count += subscriptions.in_force().wanting(Reason.NEW.kind).count()
    return count


@transaction.atomic
def owe(revision: Any) -> None:
    """Write all matches of ``revision`` and commit them."""
    after: int | None = 0
    while after is not None:
        after = matching.owe_some(revision, Reason.NEW, after=after)
