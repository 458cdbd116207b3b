from celery import shared_task
from django.utils import timezone

from alerts import actions, auditing, ticking


@shared_task
def tell_who_asked() -> int:
    """Match new revisions, write the letters that are owed. Run every few seconds; safe to run many at once."""
    return ticking.tick()


@shared_task
def forget_subscribers() -> int:
    """Wipe addresses that were never confirmed or have left. Hourly; safe to repeat."""
    return actions.forget(moment=timezone.now())


@shared_task(soft_time_limit=3600, time_limit=3700)
def audit_matches() -> int:
    """Match the last seven days once more, the slow way. Nightly; returns how much differs."""
    found = auditing.audit(moment=timezone.now())
    auditing.file_anew()
    return found.missing_count + found.surplus_count
