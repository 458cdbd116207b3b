"""What the in-process tests share: a mail server in our hands, a clock that we turn, people at once."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections

from letters import sending


@dataclass
class Clock:
    """A clock that stands still until it is turned. Every letter may take a while."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def turn(self, duration: timedelta) -> None:
        self.now += duration


@dataclass
class Mail(BaseEmailBackend):
    """Takes letters; ``after[2]`` is called when it has taken the second and before it answers."""

    taken: list[bytes] = field(default_factory=list)
    after: dict[int, Callable[[], Any]] = field(default_factory=dict)

    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            self.taken.append(message.message().as_bytes())
            self.after.get(len(self.taken), self.after.get(0, lambda: None))()
        return len(email_messages)

    @property
    def recipients(self) -> list[str]:
        return [recipient_of(raw) for raw in self.taken]


def recipient_of(raw: bytes) -> str:
    return next(line[4:].decode() for line in raw.splitlines() if line.lower().startswith(b"to: "))


def raises(error: Exception) -> Callable[[], None]:
    def do() -> None:
        raise error

    return do


def hand_over(monkeypatch: pytest.MonkeyPatch, mail: Mail) -> Mail:
    """Let senders of this test use ``mail``."""
    monkeypatch.setattr(sending, "get_connection", lambda: mail)
    return mail


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Do these at the same time, each on a database connection of its own; return what each returned."""
    start = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def run(place: int, action: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            results[place] = action()
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            results[place] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(place, action)) for place, action in enumerate(actions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


WAITS_FOR_US = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


def crossing(first: Callable[[], Any], second: Callable[[], Any], *, after: str) -> list[Any]:
    """Do ``second`` on a connection of its own while ``first`` stands still behind its first statement that holds
    ``after``, until ``second`` has ended or waits for what ``first`` has locked; return what each returned.

    On PostgreSQL alone. Where each waits for the other, it ends one of them, and this raises ``OperationalError``.
    """
    stands, ended = threading.Event(), threading.Event()

    def stand_still(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        done = execute(sql, *arguments)
        if after in sql and not stands.is_set():
            stands.set()
            while not ended.is_set() and not _somebody_waits():
                time.sleep(0.01)
        return done

    def do_first() -> Any:
        with connection.execute_wrapper(stand_still):
            done = first()
        assert stands.is_set(), f"no statement has {after}"
        return done

    def do_second() -> Any:
        try:
            assert stands.wait(10)
            return second()
        finally:
            ended.set()

    return at_once(do_first, do_second)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITS_FOR_US)
        return bool(cursor.fetchone()[0])
