from celery import shared_task
from django.utils import timezone

from alerts import actions, ticking


@shared_task
def tell_who_asked() -> int:
    """Match new revisions, write the letters that are owed. Run every few seconds; safe to run many at once."""
    return ticking.tick()


@shared_task
def forget_subscribers() -> int:
    """Wipe addresses that were never confirmed or have left. Hourly; safe to repeat."""
    return actions.forget(moment=timezone.now())
