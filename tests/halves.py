"""Which half of the suite runs a test: the one on SQLite, the one on PostgreSQL, or both."""

from pathlib import Path

import pytest


def add_options(parser: pytest.Parser) -> None:
    """Let ``tests.run`` say that it runs the other half too, and ask what was left to it."""
    ours = parser.getgroup("halves of the suite")
    ours.addoption(
        "--once-elsewhere", action="store_true", help="leave tests marked once to PostgreSQL's half"
    )
    ours.addoption(
        "--left-out-in", metavar="FILE", help="write there what the other half is to run"
    )


def is_run_on(vendor: str, item: pytest.Item, *, once_elsewhere: bool) -> bool:
    """Return whether the half on ``vendor`` runs a test. ``once_elsewhere``: PostgreSQL's half follows."""
    if marker := item.get_closest_marker("only_on"):
        return vendor in marker.args
    is_elsewhere = once_elsewhere and vendor != "postgresql"
    return not (is_elsewhere and item.get_closest_marker("once"))


def write_down(left_out: list[pytest.Item], path: Path) -> None:
    """Write one test a line; every worker collects the same, so it does not matter who is last."""
    path.write_text("".join(f"{item.nodeid}\n" for item in left_out))
