"""What every part of the benchmark says and measures with."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that ``work`` takes by the clock on the wall."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def worked(work: Callable[[], Any]) -> float:
    """Return the seconds that a processor works for ``work``, here and in the database together. Nothing that goes on
    beside it counts, so that a busy machine shows the same. By the clock on the wall where Linux is not there to ask.
    """
    begun = _worked_so_far()
    if begun is None:
        return timed(work)
    work()
    return (_worked_so_far() or 0) - begun


def _worked_so_far() -> float | None:
    here = time.process_time()
    if connection.vendor != "postgresql":
        return here
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return here + int(own.read_text().split()[0]) / 1e9 if own.exists() else None
