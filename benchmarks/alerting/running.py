"""Runs the parts asked for on each database, prints their figures and counts the bars that are missed."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from django.core.management import call_command

from benchmarks import databases
from benchmarks.alerting.clocks import say
from benchmarks.alerting.composing import compose
from benchmarks.alerting.growth import growth
from benchmarks.alerting.matching import match
from benchmarks.alerting.sending import send

BARS = {  # the most, or where a name ends in "at least" the least
    "match, of the flat scan": 0.15,
    "write, microseconds of CPU a match, postgresql": 20.0,
    "write, microseconds of CPU a match, sqlite": 10.0,
    "10 revisions in turn, times one": 10.0,
    "compose, microseconds a recipient": 50.0,
    "send, of bare smtplib, postgresql, at least": 0.6,
    "send, of bare smtplib, sqlite, at least": 0.8,
    "send, of bare smtplib, fast server, at least": 0.25,
    "empty queue, many past letters, times few": 1.5,
}


def run(options: argparse.Namespace) -> int:
    """Measure; return 1 if a bar is missed, else 0."""
    kinds = ["postgresql", "sqlite"] if options.database == "both" else [options.database]
    missed = 0
    for kind in kinds:
        # SQLite is measured at a tenth of the size: that is the embedded mode.
        size = options.subscriptions // (10 if kind == "sqlite" else 1)
        with _database(kind, size, options) as made:
            made.use(size)
            missed += _measure(kind, size, options)
    return 1 if missed else 0


def _database(
    kind: str, size: int, options: argparse.Namespace
) -> AbstractContextManager[databases.Databases]:
    if kind == "sqlite":
        return databases.sqlite([size], options.folder, shape="_alerts")
    return databases.postgresql([size], options.server, shape="_alerts")


def _measure(kind: str, size: int, options: argparse.Namespace) -> int:
    call_command("migrate", verbosity=0, skip_checks=True)
    say(f"--- {kind}, {size:,} subscriptions, {options.letters:,} letters")
    parts: dict[str, Callable[[], Iterator[tuple[str, float]]]] = {
        "match": lambda: match(kind, size),
        "compose": lambda: compose(options.letters),
        "send": lambda: send(kind, options.letters),
        "growth": growth,
    }
    return sum(_misses(*each) for part in options.parts.split(",") for each in parts[part]())


def _misses(name: str, figure: float) -> bool:
    """Print a figure beside its bar; True when it misses it."""
    bar = BARS.get(name)
    is_missed = bar is not None and (figure < bar if name.endswith("at least") else figure > bar)
    limit = f"   bar {bar:g}{'   MISSED' if is_missed else ''}" if bar else ""
    say(f"{name:<58}{figure:>12,.3f}{limit}")
    return is_missed
