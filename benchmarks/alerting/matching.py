"""One revision asked of every subscription, beside one scan of a flat table that says the same."""

import random
from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

from django.db import connection

from alerts import matching
from alerts.choices import Reason
from alerts.models import Match, SavedSearch
from benchmarks.alerting import flat
from benchmarks.alerting.clocks import say, timed
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
    """Compare the two ways to find who is told. Each round asks all revisions, the first only to warm up."""
    flats, ours = list[float](), list[float]()
    _alone()
    for each in revisions:
        assert count_found(each) == flat.scan(each.snapshot)
    for each in revisions:
        flats.append(timed(partial(flat.scan, each.snapshot)))
        ours.append(timed(partial(count_found, each)))
    yield "flat scan of one revision, ms", median(flats) * 1000
    yield "match one revision, ms", median(ours) * 1000
    yield "match, of the flat scan", median(ours) / median(flats)
    yield "ten revisions, times one", sum(ours) / median(ours)


def _alone() -> None:
    """Let no statement have help of other processes of the database: not each server has cores to spare."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")


def _writing(revisions: list[Any], kind: str) -> Iterator[tuple[str, float]]:
    told, micro = list[int](), list[float]()
    for each in revisions:
        finding = timed(partial(count_found, each))
        owing = timed(partial(owe, each))
        told.append(Match.objects.filter(revision=each).count())
        micro.append((owing - finding) * 1e6 / max(1, told[-1]))
    yield "matches of one revision", median(told)
    yield f"write, microseconds a match, {kind}", median(micro)


def count_found(revision: Any) -> int:
    """Return how many subscriptions are told of ``revision``."""
    after: int | None = 0
    count = 0
    while after is not None:
        subscriptions, after = matching.who_finds(revision, after=after)
        count += subscriptions.in_force().wanting(Reason.NEW.kind).count()
    return count


def owe(revision: Any) -> None:
    after: int | None = 0
    while after is not None:
        after = matching.owe_some(revision, Reason.NEW, after=after)
