"""Health is progress: letters that wait are fine, letters that wait while nothing moves are not."""

from datetime import datetime, timedelta

from core import health
from letters.models import Channel, Letter

STALLED_AFTER = timedelta(minutes=5)


@health.check("letters")
def letters(moment: datetime) -> str:
    """Well, unless letters have been due for five minutes and none was finished in that time."""
    overdue = Letter.objects.takeable_at(moment - STALLED_AFTER).in_sending_order().first()
    moving = Letter.objects.filter(finished_at__gt=moment - STALLED_AFTER).exists()
    return (
        f"stalled: due since {overdue.due_at:%Y-%m-%dT%H:%M:%SZ}" if overdue and not moving else ""
    )


@health.check("mail server")
def mail_server(_moment: datetime) -> str:
    """What the last try to use the mail server met; it is not asked from here."""
    fault = Channel.objects.filter(fault_count__gt=0).values_list("fault", flat=True).first()
    return f"cannot be used: {fault}; letters wait" if fault is not None else ""
