"""One revision asked of every subscription, beside one scan of a flat table that says the same."""

import random
from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

from alerts import matching
from alerts.choices import Reason
from alerts.models import Match, SavedSearch
from benchmarks.alerting.clocks import say, timed
from benchmarks.alerting.flat import scan
from benchmarks.alerting.people import load
from benchmarks.alerting.purchases import published, vocabulary


def match(kind: str, size: int) -> Iterator[tuple[str, float]]:
    """Load subscriptions as people have them, a few searches very common and most rare; ask one revision."""
    chance = random.Random(7)
    words = vocabulary(chance)
    say(f"loading took {timed(lambda: load(size, chance, words)):.0f} s")
    yield "distinct searches", SavedSearch.objects.count()
    revisions = [published(chance, words) for _ in range(10)]
    flat = [timed(partial(scan, one.snapshot)) for one in revisions]
    found = [timed(partial(all_found, one)) for one in revisions]
    yield "flat scan of one revision, ms", median(flat) * 1000
    yield "match one revision, ms", median(found) * 1000
    yield "match, of the flat scan", median(found) / median(flat)
    told = [(timed(partial(owe, one)), Match.objects.filter(revision=one).count()) for one in revisions]  # fmt: skip
    yield "matches of one revision", median([count for _seconds, count in told])
    micro = sum(seconds for seconds, _count in told) - sum(found)
    yield f"write, microseconds a match, {kind}", micro * 1e6 / max(1, sum(c for _s, c in told))
    yield "ten revisions, times one", sum(found) / median(found)
    yield "agrees with the scan", float(all(agrees(one) for one in revisions[:3]))


def found_by(revision: Any) -> Iterator[Any]:
    after: int | None = 0
    while after is not None:
        subscriptions, after = matching.who_finds(revision, after=after)
        yield subscriptions


def all_found(revision: Any) -> int:
    return len(list(found_by(revision)))


def owe(revision: Any) -> None:
    after: int | None = 0
    while after is not None:
        after = matching.owe_some(revision, Reason.NEW, after=after)


def agrees(revision: Any) -> bool:
    return scan(revision.snapshot) == Match.objects.filter(revision=revision).count()
