"""Runs the parts asked for on each database, prints their figures and counts the bars that are missed."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from django.core.management import call_command

from benchmarks import databases
from benchmarks.alerting.clocks import say
from benchmarks.alerting.composing import compose
from benchmarks.alerting.crews import crews
from benchmarks.alerting.growth import FEW, growth
from benchmarks.alerting.matching import match
from benchmarks.alerting.peers import peers
from benchmarks.alerting.promptness import promptness
from benchmarks.alerting.sending import send

BARS = {  # the most, or where a name ends in "at least" the least
    "match, of the flat scan": 0.15,
    "write, microseconds of CPU a match, postgresql": 20.0,
    "write, microseconds of CPU a match, sqlite": 10.0,
    # The bar is ten, and that is what the same work ten times costs: one more for what is chance.
    "10 revisions in turn, times one by itself": 11.0,
    "compose, microseconds a recipient": 50.0,
    "send, of bare smtplib, postgresql, at least": 0.6,
    "send, of bare smtplib, sqlite, at least": 0.8,
    "send, of bare smtplib, fast server, at least": 0.25,
    "two senders, times one, at least": 1.7,
    "times django-post_office, at least": 2.0,
    "empty queue, many past letters, times few": 1.5,
    "publish to the first letter, seconds": 5.0,
    "publish to the last letter, seconds": 60.0,
}


Figures = Iterator[tuple[str, float]]


def run(options: argparse.Namespace) -> int:
    """Measure; return 1 if a bar is missed, else 0."""
    kinds = ["postgresql", "sqlite"] if options.database == "both" else [options.database]
    parts = options.parts.split(",")
    missed = 0
    for kind in kinds:
        say(f"--- {kind}")
        for measured in _on_subscriptions(kind, parts, options), _by_itself(kind, parts, options):
            missed += sum(_misses(*figure) for figure in measured)
    return 1 if missed else 0


def _on_subscriptions(kind: str, parts: list[str], options: argparse.Namespace) -> Figures:
    """Measure those of ``parts`` that share a database with subscriptions in it."""
    size = _sized(kind, options.subscriptions)
    chosen: dict[str, Callable[[str], Figures]] = {
        "match": lambda _url: match(kind, size),
        "compose": lambda _url: compose(options.letters),
        "send": lambda _url: send(kind, options.letters),
        "crews": lambda url: crews(url, options.letters) if kind == "postgresql" else iter(()),
        "peers": lambda url: peers(options.peers, url, options.letters),
    }
    wanted = [chosen[part] for part in parts if part in chosen]
    if wanted:
        with _databases(kind, [size], options, shape="_alerts") as made:
            made.use(size)
            call_command("migrate", verbosity=0, skip_checks=True)
            say(f"{size:,} subscriptions, {options.letters:,} letters")
            for part in wanted:
                yield from part(made.urls[size])


def _by_itself(kind: str, parts: list[str], options: argparse.Namespace) -> Figures:
    """Measure those of ``parts`` that have databases of their own."""
    if "growth" in parts:
        past = _sized(kind, options.past)
        with _databases(kind, [FEW, past], options, shape="_past") as made:
            yield from growth(made)
    if "promptness" in parts and kind == "postgresql":
        with databases.postgresql([options.readers]) as made:  # always anew
            yield from promptness(made)


def _sized(kind: str, number: int) -> int:
    """SQLite is measured at a tenth of the size: that is the embedded mode."""
    return number // (10 if kind == "sqlite" else 1)


def _databases(
    kind: str, sizes: list[int], options: argparse.Namespace, *, shape: str
) -> AbstractContextManager[databases.Databases]:
    if kind == "sqlite":
        return databases.sqlite(sizes, options.folder, shape=shape)
    return databases.postgresql(sizes, options.server, shape=shape)


def _misses(name: str, figure: float) -> bool:
    """Print a figure beside its bar; True when it misses it."""
    bar = BARS.get(name)
    is_missed = bar is not None and (figure < bar if name.endswith("at least") else figure > bar)
    limit = f"   bar {bar:g}{'   MISSED' if is_missed else ''}" if bar else ""
    say(f"{name:<58}{figure:>12,.3f}{limit}")
    return is_missed
