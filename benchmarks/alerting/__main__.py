"""``python -m benchmarks.alerting``: matching, writing, composing, sending and growth of the alerts, as ratios of one run.

``--subscriptions 1000000`` is the whole size; the default is a tenth of it.
Exit code 1 when a bar is missed. What is measured against what: docs/performance.md, "Alerts".
"""

import argparse
import sys
import tempfile

PARTS = ("match", "compose", "send", "growth")


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
    parser.add_argument("--database", choices=["postgresql", "sqlite", "both"], default="both")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument(
        "--server", default="", help="a PostgreSQL to use and to leave the subscriptions in"
    )
    parser.add_argument("--folder", default="", help="where to leave the subscriptions of SQLite")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
