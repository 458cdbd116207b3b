"""Who is told of a public change. Apps above this one know; they register here when they start.

Nobody is told before the hold is over: until then a change can be taken back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings

from letters.rendering import Words
from opportunities.models import Revision


@dataclass(frozen=True)
class Group:
    """So many people who are told for one reason and in one rhythm."""

    reason: str  # in words
    rhythm: str  # in words
    at_once: bool
    count: int


@dataclass(frozen=True)
class Reach:
    """Who is told of a change. Each person is in one group, however many of their searches find it."""

    groups: tuple[Group, ...] = ()

    @property
    def now(self) -> int:
        """How many get a letter once the hold is over."""
        return sum(group.count for group in self.groups if group.at_once)

    @property
    def later(self) -> int:
        """How many read of it in their next summary."""
        return sum(group.count for group in self.groups if not group.at_once)

    @property
    def count(self) -> int:
        return self.now + self.later


class Teller(Protocol):
    """Reads the log of public change and writes to people about it."""

    def reach(self, revision: Revision) -> Reach:
        """Return who would be told of ``revision``."""

    def letter(self, revision: Revision, *, moment: datetime) -> Words | None:
        """Return the letter of somebody who hears of nothing else; ``None`` where nobody is told."""

    def has_begun(self, revision: Revision) -> bool:
        """Whether it has begun to tell of ``revision``."""

    def hold_still(self) -> None:
        """Begin nothing until the transaction ends."""


_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Let ``teller`` be asked about each public change. In ``apps.ready``, once."""
    _tellers.append(teller)


def reach(revision: Revision) -> Reach:
    """Return who would be told of ``revision``, which is written, if only in a rehearsal."""
    found = (teller.reach(revision) for teller in _tellers)
    return Reach(tuple(group for each in found for group in each.groups))


def letter(revision: Revision, *, moment: datetime) -> Words | None:
    """Return the letter that tells of ``revision``, as it would be written at ``moment``."""
    written = (teller.letter(revision, moment=moment) for teller in _tellers)
    return next((words for words in written if words), None)


def held_until(revision: Revision) -> datetime:
    """Return the moment from which people may be told of ``revision``."""
    return revision.at + timedelta(minutes=settings.PUBLISH_HOLD_MINUTES)


def has_begun(revision: Revision) -> bool:
    """Whether anybody is being told of ``revision``: then it cannot be undone."""
    return any(teller.has_begun(revision) for teller in _tellers)


def hold_still() -> None:
    """Let nobody be told of anything more until the transaction ends. Taken after the log's own lock."""
    for teller in _tellers:
        teller.hold_still()
