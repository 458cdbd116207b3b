import logging
from contextlib import closing
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from core.doorbell import ring
from letters.tasks import send_letters
from opportunities import importing
from opportunities.choices import ImportState
from opportunities.models import ImportRun
from vendors import actions, fetching
from vendors.models import CertifiedBusiness, Vendor

logger = logging.getLogger(__name__)

EVERY = timedelta(days=7)
MAY_LOSE = 0.1  # of the list; more is a sign that the file is not whole


# Not handed to another worker when one dies: the clock rings again within the hour.
@shared_task(acks_late=False, soft_time_limit=600, time_limit=630)
def fetch_certified_list() -> int:
    """Fetch the City's list and put it in place, unless much is missing. Nothing without an address.

    Asked hourly, it does so once a week: a clock that was started anew remembers no week.
    """
    fetched = ImportRun.objects.filter(kind="register", name=fetching.NAME)
    if fetched.filter(at__gt=timezone.now() - EVERY).exists():
        return 0
    try:
        file = fetching.fetch()
    except fetching.NotFetched as reason:
        logger.info("certified list not fetched", extra={"reason": str(reason)})
        return 0
    kind = importing.KINDS["register"]
    with closing(file):
        run = importing.receive(file, fetching.NAME, kind, by=None, moment=timezone.now())
    run = importing.finish_now(run)
    now = CertifiedBusiness.objects.current().count()
    if run.state != ImportState.CHECKED or run.to_apply_count < now * (1 - MAY_LOSE):
        logger.warning("certified list waits for a person", extra={"run": run.pk})
        return 0
    importing.start(run, by=None, moment=timezone.now())
    return importing.finish_now(run).applied_count


@shared_task
def suggest_matches() -> int:
    """Suggest who of the businesses here may be on the City's list. Hourly; safe to repeat."""
    return actions.suggest(Vendor.objects.all(), moment=timezone.now())


@shared_task
def remind() -> int:
    """Tell businesses in time what lapses. Hourly; safe to repeat, and a week late."""
    told = actions.remind(moment=timezone.now())
    if told:
        ring(send_letters)
    return told
