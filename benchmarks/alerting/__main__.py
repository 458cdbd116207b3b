"""``python -m benchmarks.alerting``: matching, writing, composing, sending, growth and promptness of the alerts, mostly as ratios of one run.

``--subscriptions 1000000 --past 10000000 --readers 10000`` is the whole size; the default is a tenth of it.
Exit code 1 when a bar is missed. What is measured against what: docs/performance.md, "Alerts".
"""

import argparse
import sys
import tempfile

PARTS = ("match", "compose", "send", "crews", "peers", "growth", "promptness")


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    with tempfile.TemporaryDirectory(prefix="portal-benchmarks-") as folder:
        from benchmarks.__main__ import _set_up

        _set_up(folder)
        from benchmarks.alerting.running import run

        return run(options)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alerting", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=100_000)
    parser.add_argument("--letters", type=int, default=2_000)
    parser.add_argument("--past", type=int, default=1_000_000, help="letters of the past")
    parser.add_argument("--readers", type=int, default=1_000, help="who are told of one purchase")
    parser.add_argument("--peers", default="", help="a Python that has django-post_office")
    parser.add_argument("--database", choices=["postgresql", "sqlite", "both"], default="both")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument(
        "--server", default="", help="a PostgreSQL to use and to leave the subscriptions in"
    )
    parser.add_argument("--folder", default="", help="where to leave the subscriptions of SQLite")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
