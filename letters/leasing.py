"""Who may send which letter: leases with a token, looked at again just before each letter goes out."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Min

from letters import rates
from letters.choices import LetterState, Outcome
from letters.models import Attempt, Channel, KindOnTrial, Letter, Suppression
from letters.querysets import LetterQuerySet
from letters.suppression import hashes_of

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(seconds=settings.LETTER_LEASE_SECONDS)


class LeaseLost(Exception):
    """Another sender holds these letters now: stop at once."""


class ChannelClosed(Exception):
    """Staff paused all mail, or the fault is on our side or on the way: burn no letter's tries."""


@dataclass(frozen=True)
class Lease:
    token: uuid.UUID
    letters: list[Letter]


@transaction.atomic
def take_lease(moment: datetime) -> Lease | None:
    """Take up to ``BATCH`` letters for this sender; ``None`` when nothing may be sent now.

    PostgreSQL skips what another sender is taking; SQLite lets one writer in at a time.
    """
    free_orphans(moment)
    ready = Letter.objects.filter(state=LetterState.READY, due_at__lte=moment)
    chosen = list(
        ready.in_sending_order().select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )[:BATCH]
    )
    chosen = rates.put_off_beyond(chosen, moment=moment)
    if not chosen:
        return None
    token = uuid.uuid4()
    Letter.objects.filter(pk__in=[letter.pk for letter in chosen]).update(
        state=LetterState.LEASED, lease_token=token, lease_until=moment + LEASE
    )
    return Lease(
        token, list(Letter.objects.filter(lease_token=token).select_related("body").order_by("pk"))
    )


def free_orphans(moment: datetime) -> None:
    """Free what dead senders held, and write down which letter each may have delivered without marking it.

    A sender goes through its lease by rising number and marks each letter before the next, so it is the
    lowest number left of each lease, and no other. Whoever gets that letter's lock frees the whole lease:
    taken up in parts, the lowest of each part would be written down too. Nobody waits for that lock: a
    process that froze with it would keep all others from sending.
    """
    skip_locked = connection.features.has_select_for_update_skip_locked
    left = Letter.objects.filter(state=LetterState.LEASED, lease_until__lte=moment)
    tokens = left.order_by("lease_token").values_list("lease_token", flat=True).distinct()
    for token in list(tokens):
        lease = left.filter(lease_token=token)
        number = lease.aggregate(lowest=Min("pk"))["lowest"]
        if lowest := lease.select_for_update(skip_locked=skip_locked).filter(pk=number).first():
            Letter.objects.filter(pk=lowest.pk).update(repeat_count=F("repeat_count") + 1)
            Attempt.objects.create(
                letter=lowest, at=moment, outcome=Outcome.UNCERTAIN, reply="the sender died"
            )
            lease.update(state=LetterState.READY, lease_token=None, lease_until=None)
            logger.warning("possible repeat", extra={"letter": lowest.pk})


def why_not(letter: Letter, lease: Lease, moment: datetime) -> LetterState | None:
    """Make sure, just before sending, that the lease is ours; say why the letter is not to be sent, if it
    is not. One query, two when a lease runs short: it is lengthened.

    This fence makes a sender that was stopped for longer than its lease harmless: raises ``LeaseLost``.
    Raises ``ChannelClosed`` once staff paused all mail.
    """
    over, is_short, taken_back, is_closed, is_on_trial, is_paused = _look(letter, lease, moment)
    if over:
        raise LeaseLost
    if is_paused:
        raise ChannelClosed
    if is_short:
        ours = Letter.objects.filter(state=LetterState.LEASED, lease_token=lease.token)
        ours.update(lease_until=moment + LEASE)
    if taken_back:
        return LetterState.CANCELLED
    if letter.expires_at and letter.expires_at <= moment:
        return LetterState.EXPIRED
    if is_closed:
        return LetterState.SUPPRESSED
    return LetterState.DRY_RUN if is_on_trial else None


# Written out: for each letter anew, composing it took longer than the database's answer. Only yes and no come
# back, which every database says alike.
LOOK = """
    SELECT lease_until <= %s, lease_until < %s, taken_back,
        EXISTS (SELECT 1 FROM {suppression} WHERE address_hash IN ({marks})),
        EXISTS (SELECT 1 FROM {trial} WHERE kind = %s),
        EXISTS (SELECT 1 FROM {channel} WHERE is_paused)
    FROM {letter} WHERE id = %s AND state = 'leased' AND lease_token = %s
"""


def _look(letter: Letter, lease: Lease, moment: datetime) -> tuple[Any, ...]:
    """Say whether the lease is over, runs short; the letter was taken back; its address is closed; its kind is
    on trial; all mail is paused. A letter that is not ours any more counts as one whose lease is over."""
    hashes = hashes_of(letter.to_address)
    sql = LOOK.format(
        suppression=Suppression._meta.db_table,
        trial=KindOnTrial._meta.db_table,
        channel=Channel._meta.db_table,
        letter=Letter._meta.db_table,
        marks=", ".join(["%s"] * len(hashes)),
    )
    moments = [connection.ops.adapt_datetimefield_value(m) for m in (moment, moment + LEASE / 3)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*moments, *hashes, letter.kind, letter.pk, _token(lease)])
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found or (True, False, False, False, False, False)


MARK = """
    UPDATE {letter} SET state = %s, finished_at = %s, lease_token = NULL, lease_until = NULL
    WHERE id = %s AND state = 'leased' AND lease_token = %s
"""


def mark(letter: Letter, lease: Lease, state: LetterState, moment: datetime) -> None:
    """Mark ``letter`` as no longer owed, as long as ``lease`` holds it. Written out as ``LOOK`` is."""
    values = (state.value, connection.ops.adapt_datetimefield_value(moment), letter.pk)
    with connection.cursor() as cursor:
        cursor.execute(MARK.format(letter=Letter._meta.db_table), [*values, _token(lease)])


def _token(lease: Lease) -> Any:
    """Return the token of ``lease`` as this database stores it."""
    return Letter._meta.get_field("lease_token").get_db_prep_value(lease.token, connection)


def held(letter: Letter, lease: Lease) -> LetterQuerySet:
    """Return ``letter`` as long as ``lease`` holds it; whatever is written to it marks nothing of another's."""
    return Letter.objects.filter(pk=letter.pk, state=LetterState.LEASED, lease_token=lease.token)


def give_back(lease: Lease) -> None:
    """Free what this sender took and did not come to, so that nobody waits for the lease to end.

    A letter taken back meanwhile keeps its flag: its next holder cancels it instead of sending.
    """
    Letter.objects.filter(state=LetterState.LEASED, lease_token=lease.token).update(
        state=LetterState.READY, lease_token=None, lease_until=None
    )
