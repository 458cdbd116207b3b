"""The way out to the mail server, closed for a while when the fault is not a letter's.

Closing burns no letter's tries and suppresses nobody: the letters wait.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from letters.models import Channel

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)


def is_closed(moment: datetime) -> bool:
    """Whether nothing goes out at ``moment``: paused by staff, or closed for a while."""
    return Channel.objects.filter(Q(closed_until__gt=moment) | Q(is_paused=True)).exists()


@transaction.atomic
def close(fault: str, *, moment: datetime) -> None:
    """Send nothing for a while: 5 seconds the first time, twice as long each time, at most 5 minutes.

    Several senders that meet one outage report it at once: that is one time, or four of them would wait 40 s.
    """
    state, _created = Channel.objects.select_for_update().get_or_create(pk=1)
    if state.closed_until and state.closed_until > moment:
        return
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(state.fault_count, 10))
    state.fault, state.fault_count, state.closed_until = (
        fault[:300],
        min(state.fault_count + 1, 1000),
        moment + pause,
    )
    state.save()
    logger.error(
        "mail server cannot be used", extra={"fault": fault, "pause_s": pause.total_seconds()}
    )


def reopen() -> None:
    """Forget past faults: a letter has just gone out. Writes only when there were any."""
    if Channel.objects.filter(fault_count__gt=0).update(fault_count=0, fault="", closed_until=None):
        logger.info("mail server can be used again")
