"""Who may send which letter: leases with a token, looked at again just before each letter goes out."""

import logging
import uuid
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Min

from letters import rates
from letters.choices import LetterState, Outcome
from letters.marks import LEASE, Lease, look
from letters.models import Attempt, Letter, LetterBody
from letters.querysets import LetterQuerySet

logger = logging.getLogger(__name__)

BATCH = 50


class LeaseLost(Exception):
    """Another sender holds these letters now: stop at once."""


class ChannelClosed(Exception):
    """Staff paused all mail, or the fault is on our side or on the way: burn no letter's tries."""


@transaction.atomic
def take_lease(moment: datetime) -> Lease | None:
    """Take up to ``BATCH`` letters for this sender; ``None`` when nothing may be sent now.

    PostgreSQL skips what another sender is taking; SQLite lets one writer in at a time.
    """
    free_orphans(moment)
    # Of what is owed, by the very condition of its index: SQLite reads all letters otherwise.
    ready = Letter.objects.owed().filter(state=LetterState.READY, due_at__lte=moment)
    free = ready.in_sending_order().select_for_update(
        skip_locked=connection.features.has_select_for_update_skip_locked
    )
    chosen = rates.put_off_beyond(list(free[:BATCH]), moment=moment)
    if not chosen:
        return None
    token, numbers = uuid.uuid4(), [letter.pk for letter in chosen]
    Letter.objects.filter(pk__in=numbers).update(
        state=LetterState.LEASED, lease_token=token, lease_until=moment + LEASE
    )
    bodies = LetterBody.objects.filter(letter__in=numbers).values_list("letter", "raw")
    raw = {number: bytes(content) for number, content in bodies}
    return Lease(token, sorted(chosen, key=lambda letter: letter.pk), raw)


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
    is not. When a lease runs short it is lengthened.

    This fence makes a sender that was stopped for longer than its lease harmless: raises ``LeaseLost``.
    Raises ``ChannelClosed`` once staff paused all mail.
    """
    seen = look(letter, lease, moment)
    if seen.is_over:
        raise LeaseLost
    if seen.is_paused:
        raise ChannelClosed
    if seen.is_short:
        ours = Letter.objects.filter(state=LetterState.LEASED, lease_token=lease.token)
        ours.update(lease_until=moment + LEASE)
    if seen.taken_back:
        return LetterState.CANCELLED
    if letter.expires_at and letter.expires_at <= moment:
        return LetterState.EXPIRED
    if seen.is_closed:
        return LetterState.SUPPRESSED
    return LetterState.DRY_RUN if seen.is_on_trial else None


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
