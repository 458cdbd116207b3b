"""One beat of the alerts: look in the database for what is not done, and do it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from alerts import actions, canary, composing, matching, occasions
from core.doorbell import ring
from core.stopping import stopping
from letters.tasks import send_letters

logger = logging.getLogger(__name__)

# Less than from beat to beat. Ticks that took longer kept every process of a worker writing, and what they had
# written unsent: of a thousand letters the first went after all were written.
RUN = timedelta(seconds=4)


def tick(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Write what is owed for some seconds, confirmations first; return how many pieces of work were done.

    Killed anywhere, it loses nothing: every step commits whole, and the next tick finds the rest. A step that fails
    keeps no other from being done: what it raised is raised at the end.
    """
    started, done, failed = clock(), 0, list[Exception]()
    before: list[Callable[[], object]] = [
        partial(canary.hatch, moment=started),
        partial(actions.take_back_withdrawn, moment=started),
        actions.free_cancelled,
    ]
    steps: list[Callable[..., int]] = [
        composing.write_links,
        actions.end_pauses,
        matching.match_some,
        occasions.match_occasions,
        composing.write_digests,
        composing.write_news,
    ]
    for prepare in before:
        with _keeping(failed):
            prepare()
    for step in steps:
        with _keeping(failed):
            done += _until_done(step, started + RUN, clock)
    if done:
        ring(send_letters)
    if failed:
        raise failed[0]
    return done


@contextmanager
def _keeping(failed: list[Exception]) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        logger.exception("a step of the tick failed")
        failed.append(error)


def _until_done(step: Callable[..., int], end: datetime, clock: Callable[[], datetime]) -> int:
    done = 0
    while clock() < end and not stopping.is_set() and (some := step(moment=clock())):
        if not done:  # what was written first need not wait for what is written last
            ring(send_letters)
        done += some
    return done
