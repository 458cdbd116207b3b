from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from opportunities import actions, ocds_bulk

LOCK = "opportunities.tasks.write_open_data"
AT_MOST = 1800  # seconds: a million releases take twelve minutes, at 0.7 ms each


# Not handed to another worker when one dies: the clock rings again within half a minute.
@shared_task(acks_late=False, soft_time_limit=AT_MOST, time_limit=AT_MOST + 30)
def write_open_data() -> int:
    """Write all OCDS releases anew if the log has moved on. Every half minute; one at a time."""
    if not cache.add(LOCK, "taken", timeout=AT_MOST + 30):
        return 0
    try:
        bulk, head = ocds_bulk.standing(), ocds_bulk.head_of_log()
        if bulk is None or bulk.head < head:
            bulk = ocds_bulk.write()
        return bulk.head
    finally:
        cache.delete(LOCK)


@shared_task
def publish_planned() -> int:
    """Publish the drafts whose day has begun in New York. Every half minute; safe to run many at once."""
    return actions.publish_planned(moment=timezone.now())
