"""``python -m benchmarks``: load archives, measure, print, and fail if a bar is missed."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("pages", "plain", "cached", "weight")


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    with tempfile.TemporaryDirectory(prefix="portal-benchmarks-") as folder:
        _set_up(folder)
        from benchmarks.running import run

        return run(options)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes",
        type=_numbers,
        default=[1_000, 10_000, 100_000],
        help="listings, such as 1000,1000000",
    )
    parser.add_argument("--database", choices=["postgresql", "sqlite", "both"], default="both")
    parser.add_argument("--parts", type=_parts, default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--only", default="", help="questions whose name holds this")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--live-share",
        type=float,
        help="this share of the listings is live, such as 0.02, instead of 300 of them",
    )
    parser.add_argument(
        "--server", default="", help="a PostgreSQL to use and to leave the archives in"
    )
    parser.add_argument("--folder", default="", help="where to leave the archives of SQLite")
    return parser.parse_args(arguments)


def _numbers(text: str) -> list[int]:
    return sorted(int(part) for part in text.split(","))


def _parts(text: str) -> list[str]:
    parts = text.split(",")
    if unknown := set(parts) - set(PARTS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return parts


def _set_up(folder: str) -> None:
    """Point Django at settings of our own; nothing of this shell's settings counts."""
    from tests.environment import forget_settings

    forget_settings()
    kept: dict[str, Any] = {
        "VAR_DIR": folder,
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
    }
    os.environ.update(kept)
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
