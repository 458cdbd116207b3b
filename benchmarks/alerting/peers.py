"""The portal's sender and the queue of django-post_office, with the same letters, database and mail server.

django-post_office is no part of the portal: it is looked for in a virtualenv of its own.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install django-post_office 'psycopg[binary]'
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psycopg
from psycopg import sql

from benchmarks.alerting.clocks import say
from benchmarks.alerting.sending import by_portal, clear, due
from benchmarks.alerting.sinks import HOST, aiosmtpd_sink

PROGRAM = Path(__file__).parent / "post_office_queue.py"
ROUNDS = 3


def peers(python: str, url: str, count: int) -> Iterator[tuple[str, float]]:
    """Send ``count`` letters from each queue in turn; nothing where no ``python`` with the other one is named."""
    if not python:
        say("peers: left out, no --peers names a Python that has django-post_office")
        return
    with aiosmtpd_sink() as port:
        ratios = [_compared(python, url, port, count) for _round in range(ROUNDS)]
    yield "times django-post_office, at least", median(ratios)


def _compared(python: str, url: str, port: int, count: int) -> float:
    clear()
    letters = due(count)
    ours = by_portal(port, count)
    with _database(url) as own:
        given = {"url": own, "host": HOST, "port": port, "to": [to for to, _raw in letters]}
        done = subprocess.run(  # noqa: S603 - a program of ours
            [python, PROGRAM], input=json.dumps(given), capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    theirs = float(done.stdout)
    say(f"  portal {count / ours:,.0f}/s, django-post_office {count / theirs:,.0f}/s")
    return theirs / ours


@contextmanager
def _database(url: str) -> Iterator[str]:
    """Yield the address of an empty database beside the one at ``url``, for a while."""
    own = f"{url}_peer"
    if url.startswith("sqlite"):
        yield own
        for ending in ("", "-wal", "-shm"):
            Path(own.removeprefix("sqlite:///") + ending).unlink(missing_ok=True)
        return
    with psycopg.connect(url, autocommit=True) as connection:
        name = sql.Identifier(own.rpartition("/")[2])
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield own
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
