from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from core.doorbell import ring
from opportunities import actions, importing, ocds_bulk

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


@shared_task
def carry_on_imports() -> int:
    """Read, check and apply what staff import, some seconds at a time. Every few seconds; safe to run many at once."""
    done = importing.work()
    if done:
        ring(carry_on_imports)
    return done


@shared_task
def forget_imports() -> int:
    """Drop imports that nobody decided about, and the rows of old ones. Hourly; safe to repeat."""
    return importing.forget(moment=timezone.now())
