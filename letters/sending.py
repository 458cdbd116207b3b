"""From the table to the mail server: lease a few, send each, mark it at once.

The promise: nothing is lost, and nothing is sent twice, save that a sender killed between the
server's "250" and our mark repeats that one letter, byte for byte, and the repeat is recorded.
"""

import logging
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection, transaction
from django.db.models import F, Min
from django.utils import timezone

from core.stopping import stopping
from letters import channel, failures
from letters.choices import LetterState, Outcome
from letters.models import Attempt, Letter, Suppression
from letters.querysets import LetterQuerySet
from letters.suppression import is_suppressed, suppress

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(seconds=settings.LETTER_LEASE_SECONDS)
RUN = timedelta(seconds=45)  # a task may take 60 s

Clock = Callable[[], datetime]


class LeaseLost(Exception):
    """Another sender holds these letters now: stop at once."""


class ChannelClosed(Exception):
    """The fault is on our side or on the way: burn no letter's tries."""


class StoredMessage(EmailMessage):
    """A letter's bytes in the shape that Django's mail backends send."""

    def __init__(self, raw: bytes, *, to: str) -> None:
        super().__init__(to=[to])
        self.raw = raw

    def message(self, **_kwargs: object) -> "StoredMessage":  # type: ignore[override]
        return self

    def as_bytes(self, **_kwargs: object) -> bytes:
        return self.raw


@dataclass(frozen=True)
class Lease:
    token: uuid.UUID
    letters: list[Letter]


def send_due(*, clock: Clock = timezone.now) -> int:
    """Send what is due, for at most ``RUN``; return how many letters the mail server took.

    Safe to run many times at once: a letter is sent only by the holder of its lease.
    """
    started = clock()
    if channel.is_closed(started) or not Letter.objects.takeable_at(started).exists():
        return 0
    sent, end = 0, started + RUN
    with _mail_connection(clock) as mail:
        while mail and not _is_over(end, clock) and (lease := take_lease(clock())):
            sent += _send_all(lease, mail, end, clock)
    return sent


@contextmanager
def _mail_connection(clock: Clock) -> Iterator[BaseEmailBackend | None]:
    """Connect before any letter is taken, so that a server that is away costs no letter a try."""
    mail = get_connection()
    try:
        mail.open()
    except Exception as error:  # noqa: BLE001  (mail backends raise what they like)
        channel.close(failures.judge(error).reply, moment=clock())
        yield None
        return
    try:
        yield mail
    except (LeaseLost, ChannelClosed) as reason:
        logger.warning("sending stopped", extra={"reason": type(reason).__name__})
    finally:
        _hang_up(mail)


def _hang_up(mail: BaseEmailBackend) -> None:
    try:
        mail.close()
    except Exception as error:  # noqa: BLE001  (all letters are marked: a rude goodbye changes nothing)
        logger.info("mail server hung up first", extra={"error": type(error).__name__})


@transaction.atomic
def take_lease(moment: datetime) -> Lease | None:
    """Take up to ``BATCH`` letters for this sender; ``None`` when nothing is due.

    PostgreSQL skips what another sender is taking; SQLite lets one writer in at a time.
    """
    _free_orphans(moment)
    ready = Letter.objects.filter(state=LetterState.READY, due_at__lte=moment)
    chosen = list(
        ready.in_sending_order().select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )[:BATCH]
    )
    if not chosen:
        return None
    token = uuid.uuid4()
    Letter.objects.filter(pk__in=[letter.pk for letter in chosen]).update(
        state=LetterState.LEASED, lease_token=token, lease_until=moment + LEASE
    )
    return Lease(
        token, list(Letter.objects.filter(lease_token=token).select_related("body").order_by("pk"))
    )


def _free_orphans(moment: datetime) -> None:
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


def _send_all(lease: Lease, mail: BaseEmailBackend, end: datetime, clock: Clock) -> int:
    """Send the letters of one lease in rising order until ``end``; return how many the server took.

    On any other error than those of the channel the lease is left to run out: the letter in hand may
    have gone, and freeing an orphaned lease is what records that.
    """
    sent = 0
    try:
        for letter in lease.letters:
            if _is_over(end, clock):
                _give_back(lease)
                break
            sent += _send_one(letter, lease, mail, clock)
    except ChannelClosed:
        _give_back(lease)
        raise
    if sent:
        channel.reopen()
    return sent


def _is_over(end: datetime, clock: Clock) -> bool:
    """Whether to stop before the next letter. A task that overstays is killed with a letter in hand."""
    return stopping.is_set() or clock() >= end


def _send_one(letter: Letter, lease: Lease, mail: BaseEmailBackend, clock: Clock) -> int:
    """Send one letter if it is still ours and still wanted; return 1 if the server took it."""
    taken_back = _hold(letter, lease, clock())
    if not_wanted := LetterState.CANCELLED if taken_back else _why_not(letter, clock()):
        _finish(letter, lease, not_wanted, clock)
        return 0
    try:
        mail.send_messages([StoredMessage(bytes(letter.body.raw), to=letter.to_address)])
    except Exception as error:  # noqa: BLE001  (mail backends raise what they like)
        _fail(letter, lease, failures.judge(error), mail, clock)
        return 0
    _finish(letter, lease, LetterState.SENT, clock)
    logger.info(
        "letter sent",
        extra={"letter": letter.pk, "kind": letter.kind, "request_id": letter.request_id},
    )
    return 1


def _hold(letter: Letter, lease: Lease, moment: datetime) -> bool:
    """Make sure, just before sending, that the lease is ours; say whether the letter was taken back.

    Lengthens a lease that runs short. This fence makes a sender that was stopped for longer than its
    lease harmless: raises ``LeaseLost``.
    """
    ours = Letter.objects.filter(state=LetterState.LEASED, lease_token=lease.token)
    until, taken_back = ours.filter(pk=letter.pk).values_list(
        "lease_until", "taken_back"
    ).first() or (None, False)
    if until is None or until <= moment:
        raise LeaseLost
    if until - moment < LEASE / 3:
        ours.update(lease_until=moment + LEASE)
    return bool(taken_back)


def _why_not(letter: Letter, moment: datetime) -> LetterState | None:
    if letter.expires_at and letter.expires_at <= moment:
        return LetterState.EXPIRED
    return LetterState.SUPPRESSED if is_suppressed(letter.to_address) else None


def _finish(letter: Letter, lease: Lease, state: LetterState, clock: Clock) -> None:
    """Mark the letter as no longer owed.

    A database that is away for a moment must not cause a repeat, so the mark is tried again for as
    long as the lease could last. It marks nothing that another sender has taken up since.
    """
    give_up = clock() + LEASE
    while True:
        try:
            _held(letter, lease).update(
                state=state, finished_at=clock(), lease_token=None, lease_until=None
            )
        except OperationalError:
            if clock() >= give_up or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(0.2)
        else:
            return


def _fail(
    letter: Letter, lease: Lease, failure: failures.Failure, mail: BaseEmailBackend, clock: Clock
) -> None:
    moment = clock()
    Attempt.objects.create(
        letter=letter, at=moment, outcome=failure.outcome, code=failure.code, reply=failure.reply
    )
    logger.warning(
        "letter not sent",
        extra={"letter": letter.pk, "outcome": failure.outcome, "code": failure.code},
    )
    if failure.outcome == Outcome.OURS:
        _put_aside(letter, lease, moment)
        channel.close(failure.reply, moment=moment)
        raise ChannelClosed
    if failure.outcome == Outcome.REFUSED:
        suppress(letter.to_address, reason=Suppression.Reason.REFUSED, moment=moment)
    if (
        failure.outcome in {Outcome.REFUSED, Outcome.FAILED}
        or moment >= letter.created_at + failures.GIVE_UP_AFTER
    ):
        _finish(letter, lease, LetterState.FAILED, clock)
    else:
        _try_later(letter, lease, failure, moment)
    if failure.connection_is_dead:
        _reconnect(mail, moment)


def _put_aside(letter: Letter, lease: Lease, moment: datetime) -> None:
    """Let others go first when the way is open again, without burning a try.

    Some servers refuse a single letter or reader with the code for our own fault; tried first every
    time, that one would keep everybody's letters back for ever.
    """
    refused = letter.attempts.filter(outcome=Outcome.OURS).count()
    _held(letter, lease).update(
        state=LetterState.READY,
        due_at=moment + failures.wait_after(refused, random.SystemRandom()),
        lease_token=None,
        lease_until=None,
    )


def _reconnect(mail: BaseEmailBackend, moment: datetime) -> None:
    _hang_up(mail)
    try:
        mail.open()
    except Exception as error:
        channel.close(failures.judge(error).reply, moment=moment)
        raise ChannelClosed from error


def _try_later(letter: Letter, lease: Lease, failure: failures.Failure, moment: datetime) -> None:
    count = letter.attempt_count + 1
    uncertain = failure.outcome == Outcome.UNCERTAIN
    _held(letter, lease).update(
        state=LetterState.READY,
        attempt_count=count,
        repeat_count=F("repeat_count") + int(uncertain),
        due_at=moment + failures.wait_after(count, random.SystemRandom()),
        lease_token=None,
        lease_until=None,
    )


def _held(letter: Letter, lease: Lease) -> LetterQuerySet:
    return Letter.objects.filter(pk=letter.pk, state=LetterState.LEASED, lease_token=lease.token)


def _give_back(lease: Lease) -> None:
    """Free what this sender took and did not come to, so that nobody waits for the lease to end.

    A letter taken back meanwhile keeps its flag: its next holder cancels it instead of sending.
    """
    Letter.objects.filter(state=LetterState.LEASED, lease_token=lease.token).update(
        state=LetterState.READY, lease_token=None, lease_until=None
    )
