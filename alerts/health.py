"""Health is progress: news that waits out its hold is fine, a backlog that gets smaller is fine, news that
waits while nothing moves is not."""

from datetime import datetime, timedelta

from alerts import canary
from alerts.matching import hold
from alerts.models import Audit, Match, MatchingCursor, Subscriber
from core import health
from letters.models import Letter
from opportunities.models import Revision

STALLED_AFTER = timedelta(minutes=5)
SLOT_LATE_AFTER = timedelta(minutes=30)


@health.check("alerts")
def alerts(moment: datetime) -> str:
    """Well, unless something due was waiting five minutes ago and nothing has moved since."""
    late = moment - STALLED_AFTER
    if unread := unmatched_since(late):
        return f"stalled: a change of {unread:%Y-%m-%dT%H:%M:%SZ} is not matched yet"
    if Subscriber.objects.wishing_links_at(late).exists():
        return "stalled: links asked for five minutes ago are not written yet"
    if _writes_nothing(moment):
        return "stalled: news is owed and no letter is written"
    return ""


def unmatched_since(late: datetime) -> datetime | None:
    """Return when the oldest change came that should have been read by ``late``, if none was read since."""
    cursor = MatchingCursor.objects.filter(pk=1).first() or MatchingCursor()
    if cursor.moved_at and cursor.moved_at > late:
        return None
    ripe = Revision.objects.filter(sequence=cursor.sequence + 1, at__lte=late - hold())
    return ripe.values_list("at", flat=True).first()


def _writes_nothing(moment: datetime) -> bool:
    late = moment - STALLED_AFTER
    read = MatchingCursor.read_up_to()
    old = Match.objects.tellable(read=read).filter(
        waits=False, revision__at__lte=late - hold(), subscription__ended_at__isnull=True
    )
    slots = Subscriber.objects.whose_slot_has_come(moment - SLOT_LATE_AFTER)
    if not (old.exists() or slots.exists()):
        return False
    moving = Letter.objects.filter(kind="alerts.news", created_at__gt=late).exists()
    matched_lately = MatchingCursor.objects.filter(moved_at__gt=late).exists()
    return not (moving or matched_lately)


@health.check("canary")
def canary_sings(moment: datetime) -> str:
    """Well, unless a change came out and the subscription that finds everything was not told."""
    silent = canary.untold(moment=moment)
    return (
        f"silent: the change numbered {silent} reached nobody who wants everything"
        if silent
        else ""
    )


@health.check("audit")
def last_audit(_moment: datetime) -> str:
    """What the last nightly audit found."""
    last = Audit.objects.order_by("-at").first()
    if last is None or not (last.missing_count or last.surplus_count):
        return ""
    return f"{last.missing_count} matches missing, {last.surplus_count} too many"
