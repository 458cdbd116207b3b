"""One run: the parts that were asked for, on the databases that were asked for."""

import argparse
import sys
from contextlib import AbstractContextManager
from typing import Any

from benchmarks import bars, comparing, report
from benchmarks.__main__ import ROOT
from benchmarks.databases import Databases, postgresql, sqlite
from benchmarks.measuring import measure
from benchmarks.questions import questions

RESULTS = ROOT / "test-output" / "benchmarks.json"
LARGEST_SQLITE = 100_000


def run(options: argparse.Namespace) -> int:
    """Measure, print, write the figures down; return 1 if a bar was missed."""
    found: dict[str, Any] = {}
    missed: list[bars.Missed] = []
    if {"pages", "plain"} & set(options.parts):
        for databases in _databases(options):
            with databases as filled:
                missed += _on(filled, options, found)
    if {"cached", "weight"} & set(options.parts):
        from benchmarks.in_front import measure_in_front

        missed += measure_in_front(options, found)
    report.write(RESULTS, found | {"missed": [str(each) for each in missed]})
    say(f"\nFigures: {RESULTS.relative_to(ROOT)}")
    for each in missed:
        say(f"MISSED  {each}")
    say(f"{len(missed)} bars missed" if missed else "Every bar is held.")
    return 1 if missed else 0


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _databases(options: argparse.Namespace) -> list[AbstractContextManager[Databases]]:
    chosen: list[AbstractContextManager[Databases]] = []
    shape = f"_live_{options.live_share}" if options.live_share else ""
    if options.database != "sqlite":
        chosen.append(postgresql(options.sizes, options.server, shape=shape))
    if options.database != "postgresql":
        sizes = [size for size in options.sizes if size <= LARGEST_SQLITE]
        chosen.append(sqlite(sizes, options.folder, shape=shape))
    return chosen


def _on(
    databases: Databases, options: argparse.Namespace, found: dict[str, Any]
) -> list[bars.Missed]:
    missed: list[bars.Missed] = []
    for size in databases.urls:
        say(f"Loading {size:,} listings into {databases.vendor} …")
        databases.fill(size, live_share=options.live_share)
    if "pages" in options.parts:
        asked = [question for question in questions() if options.only in question.name]
        say(f"\n{databases.vendor}; milliseconds\n{report.head()}")
        results = measure(
            databases, asked, rounds=options.rounds, tell=lambda result: say(report.line(result))
        )
        found[databases.vendor] = [report.as_json(result) for result in results]
        missed += bars.missed(results)
    if "plain" in options.parts:
        pairs = comparing.compare(databases, min(databases.urls))
        say(
            f"\n{databases.vendor}, {min(databases.urls):,}; milliseconds\n{report.pairs_table(pairs)}"
        )
        found[f"{databases.vendor} beside the straightforward page"] = {
            pair.name: {
                name: getattr(pair, name).cpu * 1000 for name in ("plain", "kept", "anew", "cold")
            }
            for pair in pairs
        }
        missed += comparing.missed(pairs)
    return missed
