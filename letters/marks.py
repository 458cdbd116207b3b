"""Between two letters: mark the one that has gone, and look at the next, in one statement where that is possible.

A mark within a lease need not be on disk before the next letter goes out: it is visible at once, the last mark
of a lease takes all of them to disk, and a sender that loses its database marks them again (``mark_again``).
"""

import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property
from itertools import pairwise
from typing import Any
from weakref import WeakSet

from django.conf import settings
from django.db import ProgrammingError, connection

from letters.choices import LetterState
from letters.models import Channel, KindOnTrial, Letter, Suppression
from letters.suppression import hashes_of

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.LETTER_LEASE_SECONDS)
LOOK_HOLDS = timedelta(seconds=1)  # a sender that was stopped, or connected anew, looks again


@dataclass(frozen=True)
class Look:
    """What is to be known of a letter just before it goes out. One that is not ours any more ``is_over``."""

    at: datetime
    is_over: bool = True
    is_short: bool = False
    taken_back: bool = False
    is_closed: bool = False
    is_on_trial: bool = False
    is_paused: bool = False


@dataclass(frozen=True)
class Mark:
    letter: Letter
    state: LetterState
    at: datetime


@dataclass
class Lease:
    """Letters that one sender holds, in the order in which it sends them, and their bytes by their number; what
    it marked, and last looked at."""

    token: uuid.UUID
    letters: list[Letter]
    raw: dict[int, bytes]
    marked: list[Mark] = field(default_factory=list)
    seen: dict[int, Look] = field(default_factory=dict)

    @cached_property
    def following(self) -> dict[int, Letter]:
        """The letter after each but the last, by the number of that one."""
        return {now.pk: then for now, then in pairwise(self.letters)}

    @cached_property
    def stored_token(self) -> Any:
        """The token as this database stores it."""
        column: Any = Letter._meta.get_field("lease_token")
        return column.get_db_prep_value(self.token, connection)


# Written out: for each letter anew, composing them took longer than the database's answer. Only yes and no come
# back, which every database says alike.
LOOK = """
    SELECT lease_until <= %s, lease_until < %s, taken_back,
        EXISTS (SELECT 1 FROM {suppression} WHERE address_hash IN ({marks})),
        EXISTS (SELECT 1 FROM {trial} WHERE kind = %s),
        EXISTS (SELECT 1 FROM {channel} WHERE is_paused)
    FROM {letter}{beside} WHERE id = %s AND state = 'leased' AND lease_token = %s
"""
MARK = """
    UPDATE {letter} SET state = %s, finished_at = %s, lease_token = NULL, lease_until = NULL
    WHERE id = %s AND state = 'leased' AND lease_token = %s
"""
# PostgreSQL answers before the mark is on disk: the wait was most of what a letter cost. Planned once for each
# connection: planning took three times as long as doing it.
MARK_AND_LOOK = """
    PREPARE letters_mark_and_look ({types}) AS
    WITH hurried AS (SELECT set_config('synchronous_commit', 'off', true)), marked AS ({mark})
    {look}
"""
EXECUTE = "EXECUTE letters_mark_and_look ({marks})"
MARK_TYPES = ["text", "timestamptz", "bigint", "uuid"]
LOOK_TYPES = ["timestamptz", "timestamptz", "text", "bigint", "uuid"]
KNOWING: WeakSet[Any] = WeakSet()  # connections on which it is prepared


def look(letter: Letter, lease: Lease, moment: datetime) -> Look:
    """Return how it stands with ``letter``, as seen less than ``LOOK_HOLDS`` ago. One query at most."""
    seen = lease.seen.pop(letter.pk, None)
    if seen and seen.at <= moment < seen.at + LOOK_HOLDS:
        return seen
    return _seen(_look_sql(), _look_values(letter, lease, moment), moment)


def mark(letter: Letter, lease: Lease, state: LetterState, moment: datetime) -> None:
    """Mark ``letter`` as no longer owed, as long as ``lease`` holds it, and look at the one after it."""
    made, following = Mark(letter, state, moment), lease.following.get(letter.pk)
    if following and connection.vendor == "postgresql":
        _mark_and_look(made, following, lease)
    else:
        _mark(made, lease)
    lease.marked.append(made)


def _mark_and_look(made: Mark, following: Letter, lease: Lease) -> None:
    """Do both in one statement. Where the session is not as it was left, only mark: what has gone must not go again."""
    values = [*_mark_values(made, lease), *_look_values(following, lease, made.at)]
    try:
        _prepare()
        seen = _seen(EXECUTE.format(marks=_places(len(values))), values, made.at)
    except ProgrammingError as error:
        logger.warning("mark without a look", extra={"error": str(error)})
        _mark(made, lease)
    else:
        lease.seen[following.pk] = seen


def mark_again(lease: Lease) -> None:
    """Mark what ``lease`` marked before, in case the database forgot it when it went away. Safe to repeat."""
    for made in lease.marked:
        _mark(made, lease)


@cache
def _look_sql(*, beside: str = "") -> str:
    return LOOK.format(
        suppression=Suppression._meta.db_table,
        trial=KindOnTrial._meta.db_table,
        channel=Channel._meta.db_table,
        letter=Letter._meta.db_table,
        marks=_places(len(hashes_of(""))),
        beside=beside,
    )


@cache
def _mark_sql() -> str:
    return MARK.format(letter=Letter._meta.db_table)


def _prepare() -> None:
    """Teach this connection to mark and look, unless it knows."""
    connection.ensure_connection()
    if connection.connection in KNOWING:
        return
    hashes = ["text"] * len(hashes_of(""))
    types = [*MARK_TYPES, *LOOK_TYPES[:2], *hashes, *LOOK_TYPES[2:]]
    sql = MARK_AND_LOOK.format(
        types=", ".join(types), mark=_mark_sql(), look=_look_sql(beside=", hurried")
    )
    with connection.cursor() as cursor:
        cursor.execute(sql % tuple(f"${number}" for number in range(1, len(types) + 1)))
    KNOWING.add(connection.connection)


def _places(count: int) -> str:
    return ", ".join(["%s"] * count)


def _look_values(letter: Letter, lease: Lease, moment: datetime) -> list[Any]:
    stored = connection.ops.adapt_datetimefield_value
    over, short = stored(moment), stored(moment + LEASE / 3)
    hashes = hashes_of(letter.to_address)
    return [over, short, *hashes, letter.kind, letter.pk, lease.stored_token]


def _mark_values(made: Mark, lease: Lease) -> list[Any]:
    finished_at = connection.ops.adapt_datetimefield_value(made.at)
    return [made.state.value, finished_at, made.letter.pk, lease.stored_token]


def _seen(sql: str, values: list[Any], moment: datetime) -> Look:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchone()
    return Look(moment, *map(bool, found)) if found else Look(moment)


def _mark(made: Mark, lease: Lease) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_mark_sql(), _mark_values(made, lease))
