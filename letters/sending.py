"""From the table to the mail server: lease a few, send each, mark it at once.

The promise: nothing is lost, and nothing is sent twice, save that a sender killed between the
server's "250" and our mark repeats that one letter, byte for byte, and the repeat is recorded.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.db import OperationalError, connection
from django.db.models import F
from django.utils import timezone

from core.stopping import stopping
from letters import channel, failures, rates
from letters.choices import LetterState, Outcome
from letters.leasing import ChannelClosed, LeaseLost, give_back, held, take_lease, why_not
from letters.line import Line, line_of_this_thread
from letters.marks import LEASE, Lease, mark, mark_again
from letters.models import Attempt, Letter, Suppression
from letters.suppression import suppress

logger = logging.getLogger(__name__)

RUN = timedelta(
    seconds=4
)  # less than from beat to beat: whoever writes letters has a turn in between

Clock = Callable[[], datetime]


def send_due(*, clock: Clock = timezone.now) -> int:
    """Send what is due, for at most ``RUN``; return how many letters the mail server took.

    Safe to run many times at once: a letter is sent only by the holder of its lease.
    """
    started = clock()
    if channel.is_closed(started) or not Letter.objects.takeable_at(started).exists():
        return 0
    sent, end = 0, started + RUN
    with _mail_line(clock) as line:
        while line and not _is_over(end, clock) and (lease := take_lease(clock())):
            sent += _send_all(lease, line, end, clock)
    return sent


@contextmanager
def _mail_line(clock: Clock) -> Iterator[Line | None]:
    """Connect before any letter is taken, so that a server that is away costs no letter a try."""
    line = line_of_this_thread()
    try:
        line.open(get_connection())
    except Exception as error:  # noqa: BLE001  (mail backends raise what they like)
        channel.close(failures.judge(error).reply, moment=clock())
        yield None
        return
    try:
        yield line
    except (LeaseLost, ChannelClosed) as reason:
        logger.warning("sending stopped", extra={"reason": type(reason).__name__})
    finally:
        line.rest()


def _send_all(lease: Lease, line: Line, end: datetime, clock: Clock) -> int:
    """Send the letters of one lease in rising order until ``end``; return how many the server took.

    On any other error than those of the channel the lease is left to run out: the letter in hand may
    have gone, and freeing an orphaned lease is what records that.
    """
    sent = 0
    try:
        for letter in lease.letters:
            if _is_over(end, clock):
                give_back(lease)
                break
            sent += _send_one(letter, lease, line, clock)
    except ChannelClosed:
        give_back(lease)
        raise
    except OperationalError:
        _insist(lambda: mark_again(lease), lease, clock)
        raise
    if sent:
        channel.reopen()
    return sent


def _is_over(end: datetime, clock: Clock) -> bool:
    """Whether to stop before the next letter. A task that overstays is killed with a letter in hand."""
    return stopping.is_set() or clock() >= end


def _send_one(letter: Letter, lease: Lease, line: Line, clock: Clock) -> int:
    """Send one letter if it is still ours and still wanted; return 1 if the server took it."""
    if line.is_worn:
        _reconnect(line, clock())
    if not_wanted := why_not(letter, lease, clock()):
        _finish(letter, lease, not_wanted, clock)
        return 0
    try:
        line.send(lease.raw[letter.pk], to=letter.to_address)
    except Exception as error:  # noqa: BLE001  (mail backends raise what they like)
        _fail(letter, lease, failures.judge(error), line, clock)
        return 0
    _finish(letter, lease, LetterState.SENT, clock)
    logger.info(
        "letter sent",
        extra={"letter": letter.pk, "kind": letter.kind, "request_id": letter.request_id},
    )
    return 1


def _finish(letter: Letter, lease: Lease, state: LetterState, clock: Clock) -> None:
    """Mark the letter as no longer owed. It marks nothing that another sender has taken up since."""
    _insist(lambda: mark(letter, lease, state, clock()), lease, clock)


def _insist(write: Callable[[], None], lease: Lease, clock: Clock) -> None:
    """Write a mark, and again for as long as a lease could last: a database that is away for a moment must
    not cause a repeat. Once it is back, what it may have forgotten is marked first."""
    give_up, went_away = clock() + LEASE, False
    while True:
        try:
            if went_away:
                mark_again(lease)
            write()
        except OperationalError:
            if clock() >= give_up or connection.in_atomic_block:
                raise
            went_away = True
            connection.close()
            time.sleep(0.2)
        else:
            return


def _fail(
    letter: Letter, lease: Lease, failure: failures.Failure, line: Line, clock: Clock
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
    if failure.is_too_fast:
        rates.slow_down(letter.to_address, moment=moment)
    if failure.connection_is_dead:
        _reconnect(line, moment)


def _put_aside(letter: Letter, lease: Lease, moment: datetime) -> None:
    """Let others go first when the way is open again, without burning a try.

    Some servers refuse a single letter or reader with the code for our own fault; tried first every
    time, that one would keep everybody's letters back for ever.
    """
    refused = letter.attempts.filter(outcome=Outcome.OURS).count()
    held(letter, lease).update(
        state=LetterState.READY,
        due_at=moment + failures.wait_after(refused, random.SystemRandom()),
        lease_token=None,
        lease_until=None,
    )


def _reconnect(line: Line, moment: datetime) -> None:
    line.hang_up()
    try:
        line.open(get_connection())
    except Exception as error:
        channel.close(failures.judge(error).reply, moment=moment)
        raise ChannelClosed from error


def _try_later(letter: Letter, lease: Lease, failure: failures.Failure, moment: datetime) -> None:
    count = letter.attempt_count + 1
    uncertain = failure.outcome == Outcome.UNCERTAIN
    held(letter, lease).update(
        state=LetterState.READY,
        attempt_count=count,
        repeat_count=F("repeat_count") + int(uncertain),
        due_at=moment + failures.wait_after(count, random.SystemRandom()),
        lease_token=None,
        lease_until=None,
    )
