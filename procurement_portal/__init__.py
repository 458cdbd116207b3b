"""The roof: settings, addresses and the job queue. Wires everything, decides nothing."""

# Celery's documented place: importing the project makes ``@shared_task`` find this app.
from procurement_portal.celery import app as celery_app

__all__ = ["celery_app"]
