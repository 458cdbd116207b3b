from celery import shared_task
from django.utils import timezone

from accounts import actions


@shared_task
def forget_letters() -> int:
    """Wipe codes that were sent, and all that was written to strangers. Every few minutes; safe to repeat."""
    return actions.forget_letters(moment=timezone.now())


@shared_task
def forget_unproven() -> int:
    """Delete accounts whose address nobody proved, and sessions that have ended. Hourly; safe to repeat."""
    return actions.forget_unproven(moment=timezone.now())
