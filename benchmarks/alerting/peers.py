"""The portal's sender and the queue of django-post_office, with the same letters, database and mail server.

django-post_office is no part of the portal: it is looked for in a virtualenv of its own.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install django-post_office 'psycopg[binary]'
"""

import json
import subprocess
import time
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
    """Send ``count`` letters from each queue in turn; nothing where no ``python`` with the other one is named.

    Ours sends over one connection and marks each letter by itself. The other one sends over five, as it does
    unless told otherwise, and marks a hundred letters when all of them have gone; it is also asked with one.
    """
    if not python:
        say("peers: left out, no --peers names a Python that has django-post_office")
        return
    with aiosmtpd_sink() as port:
        rounds = [_round(python, url, port, count) for _ in range(ROUNDS)]
    for name in (
        "times django-post_office, at least",
        "times django-post_office with one connection",
    ):
        yield name, median(each[name] for each in rounds)


def _round(python: str, url: str, port: int, count: int) -> dict[str, float]:
    clear()
    addresses = [to for to, _raw in due(count)]
    begun = time.process_time()
    ours = by_portal(port, count)
    say(
        f"  portal {count / ours:,.0f}/s, {(time.process_time() - begun) * 1000 / count:.2f} ms of CPU a letter"
    )
    five, one = (_theirs(python, url, port, addresses, threads) for threads in (5, 1))
    return {
        "times django-post_office, at least": five / ours,
        "times django-post_office with one connection": one / ours,
    }


def _theirs(python: str, url: str, port: int, addresses: list[str], threads: int) -> float:
    """Return the seconds that the other queue needs once its letters are in it."""
    with _database(url) as own:
        given = {"url": own, "host": HOST, "port": port, "to": addresses, "threads": threads}
        done = subprocess.run(
            [python, PROGRAM], input=json.dumps(given), capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    took, count = json.loads(done.stdout), len(addresses)
    say(
        f"  django-post_office, {threads} connections: {count / took['wall']:,.0f}/s, {took['cpu'] * 1000 / count:.2f} ms of CPU a letter"
    )
    return float(took["wall"])


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
