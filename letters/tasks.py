from celery import shared_task
from django.utils import timezone

from letters import actions, sending


@shared_task
def send_letters() -> int:
    """Send what is due. Rung every few seconds and after each composing; safe to run many at once."""
    return sending.send_due()


@shared_task
def forget_letter_bodies() -> int:
    """Delete the text of letters finished a week ago. Hourly; safe to repeat."""
    return actions.forget_bodies(moment=timezone.now())
