from celery import shared_task
from django.utils import timezone

from core.doorbell import ring
from letters import actions, sending


@shared_task
def send_letters() -> int:
    """Send what is due, for some seconds, and again once others have had their turn. Rung every few seconds and
    after each composing; safe to run many at once."""
    if sent := sending.send_due():
        ring(send_letters)
    return sent


@shared_task
def forget_letter_bodies() -> int:
    """Delete the text of letters finished a week ago. Hourly; safe to repeat."""
    return actions.forget_bodies(moment=timezone.now())
