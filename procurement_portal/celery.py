"""The job queue. Messages are doorbells that may be lost, doubled or late: the database holds what is owed."""

import os
from typing import Any

from celery import Celery, signals
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "procurement_portal.settings")

app = Celery("procurement_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Carries the request id of the page that rang the doorbell into the worker's logs.
app.steps["worker"].add(DjangoStructLogInitStep)


@signals.setup_logging.connect
def keep_django_logging(**_kwargs: Any) -> None:
    """Leave logging as Django set it; connecting at all tells Celery not to replace it."""
