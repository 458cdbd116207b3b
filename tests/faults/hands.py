"""What the in-process tests share: a mail server in our hands, a clock that we turn, people at once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections

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
