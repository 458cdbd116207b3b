"""One beat of the alerts: look in the database for what is not done, and do it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from alerts import actions, canary, composing, matching, occasions
from core.doorbell import ring
from core.stopping import stopping
from letters.tasks import send_letters

# Less than from beat to beat. Ticks that took longer kept every process of a worker writing, and what they had
# written unsent: of a thousand letters the first went after all were written.
RUN = timedelta(seconds=4)


def tick(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Write what is owed for some seconds, confirmations first; return how many pieces of work were done.

    Killed anywhere, it loses nothing: every step commits whole, and the next tick finds the rest.
    """
    started = clock()
    canary.hatch(moment=started)
    actions.take_back_withdrawn(moment=started)
    actions.free_cancelled()
    steps: list[Callable[..., int]] = [
        composing.write_links,
        actions.end_pauses,
        matching.match_some,
        occasions.match_occasions,
        composing.write_digests,
        composing.write_news,
    ]
    done = sum(_until_done(step, started + RUN, clock) for step in steps)
    if done:
        ring(send_letters)
    return done


def _until_done(step: Callable[..., int], end: datetime, clock: Callable[[], datetime]) -> int:
    done = 0
    while clock() < end and not stopping.is_set() and (some := step(moment=clock())):
        if not done:  # what was written first need not wait for what is written last
            ring(send_letters)
        done += some
    return done
