"""Health is progress: news that waits out its hold is fine, news that waits after it is not."""

from datetime import datetime, timedelta

from django.conf import settings

from alerts.models import MatchingCursor, Subscriber
from core import health
from opportunities.models import Revision

STALLED_AFTER = timedelta(minutes=5)


@health.check("alerts")
def alerts(moment: datetime) -> str:
    """Well, unless something should have been matched or answered five minutes ago: no worker or no schedule."""
    late = moment - STALLED_AFTER
    hold = timedelta(minutes=settings.PUBLISH_HOLD_MINUTES)
    read = MatchingCursor.objects.filter(pk=1).values_list("sequence", flat=True).first() or 0
    unread = Revision.objects.filter(sequence=read + 1, at__lte=late - hold).first()
    if unread:
        return f"stalled: a change of {unread.at:%Y-%m-%dT%H:%M:%SZ} is not matched yet"
    unanswered = Subscriber.objects.wishing_links_at(late).exists()
    return "stalled: links asked for five minutes ago are not written yet" if unanswered else ""
