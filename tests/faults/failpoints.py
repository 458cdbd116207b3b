"""A process that forks children, each of which does one step of the portal's work and kills itself at a given point.

``python -m tests.faults.failpoints FOLDER`` reads a line of steps in JSON from its input and answers each with one line:
how the child that did them ended. Points are named by what can be seen from outside, so that they hold however the portal is written
inside: a condition in SQL that becomes true with a statement or a commit, the n-th of these, a word of the conversation with the
mail server, the ring of a doorbell. A statement that would be alone gets a transaction, so that one can die before its commit.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import django
from django.db import connections, transaction

WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "EXECUTE")
SEARCHES_AT_ONCE = 2  # so that few searches come in several chunks
RUN = timedelta(seconds=45)  # so that a lease runs short before its run is over


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Watch:
    """Looks at each write and each commit of this process, and ends it at the one that is asked for."""

    when: str  # "statement", "before commit" or "after commit"
    condition: str = ""  # the first at which this is true, if given
    nth: int = 1  # else the so manieth
    seen: int = 0
    is_looking: bool = False

    def install(self) -> None:
        connection: Any = connections["default"]
        connection.execute_wrappers.append(self.execute)
        self.connection, self.really_commit = connection, connection.commit
        connection.commit = self.commit

    def execute(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if self.is_looking or not sql.lstrip().upper().startswith(WRITES):
            return execute(sql, *rest)
        if not self.connection.in_atomic_block:
            with transaction.atomic():
                return self.execute(execute, sql, *rest)
        result = execute(sql, *rest)
        if " RETURNING " in sql.upper():
            _fetch_now(rest[-1]["cursor"])
        if self.when == "statement" and self.is_here():
            die()
        return result

    def commit(self) -> None:
        is_here = self.when != "statement" and self.is_here()
        if is_here and self.when == "before commit":
            die()
        self.really_commit()
        if is_here:
            die()

    def is_here(self) -> bool:
        self.seen += 1
        if not self.condition:
            return self.seen == self.nth
        self.is_looking = True
        with self.connection.cursor() as cursor:
            cursor.execute(self.condition)
            found = cursor.fetchone()[0]
        self.is_looking = False
        return bool(found)


class Fetched:
    """A database cursor whose rows are here already: SQLite commits nothing while some are still to come."""

    def __init__(self, cursor: Any) -> None:
        self._rows, self._cursor = iter(cursor.fetchall()), cursor

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[Any]:
        return list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def _fetch_now(wrapper: Any) -> None:
    """Let Django's cursor go on with rows that are all fetched."""
    wrapper.cursor = Fetched(wrapper.cursor)


def arm(strike: dict[str, Any], folder: Path) -> None:
    from celery.signals import before_task_publish

    match strike:
        case {"at": "doorbell"}:
            before_task_publish.connect(lambda **_: die(), weak=False)
        case {"at": word}:
            (folder / "strike").write_text(f"{word} {os.getpid()}")
        case _:
            Watch(**strike).install()


def do(step: str, *, title: str, moment: datetime, pace: float) -> None:
    """Do one step at ``moment``. Each look at the clock takes ``pace`` seconds."""
    from alerts.ticking import tick
    from letters.sending import send_due
    from tests.faults import stage

    looks = iter(range(10**6))

    def clock() -> datetime:
        return moment + timedelta(seconds=pace * next(looks))

    match step:
        case "publish":
            stage.publish(title)
        case "tick":
            tick(clock=clock)
        case "send":
            send_due(clock=clock)


def child(steps: list[dict[str, Any]], folder: Path) -> int:
    """Do ``steps`` in turn; one that has a “strike” is the last."""
    try:
        for step in steps:
            if strike := step.pop("strike", None):
                arm(strike, folder)
            do(**step | {"moment": datetime.fromisoformat(step["moment"])})
    except BaseException:  # noqa: BLE001 - this process is about to end, and says why
        traceback.print_exc()
        return 1
    return 0


def main(folder: Path) -> None:
    from alerts import matching
    from letters import sending
    from letters.line import line_of_this_thread

    matching.SEARCHES_AT_ONCE, sending.RUN = SEARCHES_AT_ONCE, RUN
    for line in sys.stdin:
        steps = json.loads(line)
        if steps[0].pop("here", False):
            # In this process, so that its children find templates read and words stemmed.
            code = child(steps, folder)
            # What is open would be shared with them, and closed by the first that dies.
            connections.close_all()
            line_of_this_thread().hang_up()
        elif number := os.fork():
            code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        else:
            os._exit(child(steps, folder))
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
